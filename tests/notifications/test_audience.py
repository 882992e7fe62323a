"""Who hears of what: those whose turn it is, those who asked, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cases.record.database import transaction
from cases.record.people import User
from cases.sweep import sweep
from tests.cases.departments import BECAUSE, three_departments
from tests.cases.test_ladders import moment
from tests.cases.world import HOUR, Story, Turn
from tests.cast import MONDAY
from tests.notifications.newsroom import Newsroom, kinds_of

AFTER = MONDAY + timedelta(days=60)


def test_on_the_straight_road_each_desk_hears_when_its_turn_comes(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("satisfied")
    newsroom.tells(AFTER)
    assert newsroom.told(story.number) == [
        ("submit", "li", "task"), ("submit", "shuang", "task"),
        ("accept", "wang", "task"), ("accept", "wu", "task"), ("accept", "shuang", "task"),
        ("report", "zhao", "task"), ("report", "shuang", "task"), ("report", "zhang", "answer"),
        ("verify", "zhang", "question"),
        ("satisfied", "wang", "outcome"), ("satisfied", "wu", "outcome"), ("satisfied", "shuang", "outcome"),
    ]  # fmt: skip


def test_it_does_not_matter_when_it_is_told(newsroom: Newsroom) -> None:
    at_once = Story(newsroom)
    later = Story(newsroom)
    road: list[Turn] = [
        ("submit", "zhang", {}),
        ("accept", "li", {"category": "工资", "tier": "A", "lead": "D"}),
        ("transfer", "zhao", {"lead": "A", "reason": "归口"}),
        ("sign_for", "zhou", {}),
    ]
    for step, by, form in road:
        at_once.then(step, by, **form)
        newsroom.tells(at_once.at)
    for step, by, form in road:
        later.then(step, by, **form)
    newsroom.tells(AFTER)
    assert newsroom.told(later.number) == newsroom.told(at_once.number)
    assert list(kinds_of(newsroom.told(later.number), "wang")) == [("accept", "task")]
    assert list(kinds_of(newsroom.told(later.number), "zhou")) == [("transfer", "task")]


def test_whoever_asks_is_heard_by_the_desk_and_whoever_decides_by_the_asker(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("sign_for")
    newsroom.tells(AFTER)
    before = len(newsroom.told())
    story.then("urge", "zhang", reason="请尽快")
    story.then("request_extension", "wang", reason="工程未完", extra="5wd")
    story.then("decide_extension", "zhao", approve="yes")
    newsroom.tells(AFTER)
    told = newsroom.told()[before:]
    assert {entry for entry in told if entry[0] == "urge"} == {
        ("urge", "wang", "urge"), ("urge", "wu", "urge"), ("urge", "shuang", "urge"),
    }  # fmt: skip
    assert {entry for entry in told if entry[0] == "request_extension"} == {
        ("request_extension", "zhao", "request"), ("request_extension", "shuang", "request"),
    }  # fmt: skip
    assert {entry for entry in told if entry[0] == "decide_extension"} == {
        ("decide_extension", "wang", "decision"), ("decide_extension", "wu", "decision"),
        ("decide_extension", "shuang", "decision"),
    }  # fmt: skip


def test_what_departments_return_and_ask_for_is_heard_by_whoever_must_answer_and_the_answer_by_them(
    newsroom: Newsroom,
) -> None:
    story = three_departments(newsroom)
    newsroom.tells(AFTER)
    before = len(newsroom.told())
    story.then("request_part_extension", "bai", reason="取证", extra="12wd")
    story.then("decide_part_extension", "sun", approve="yes")
    story.then("return_part", "zhou", **BECAUSE)
    story.then("dispute", "wang", **BECAUSE)
    story.then("adjudicate_part", "chen", release="no", reason="属其职责")
    newsroom.tells(AFTER)
    heard = {(action, login, kind) for action, login, kind in newsroom.told()[before:] if login in "bai zhou sun chen"}
    assert heard == {
        ("request_part_extension", "sun", "request"), ("decide_part_extension", "bai", "decision"),
        ("dispute", "chen", "task"), ("adjudicate_part", "zhou", "decision"),
    }  # fmt: skip
    assert ("return_part", "wang", "task") in newsroom.told()[before:]


@pytest.mark.parametrize(
    ("by", "audience", "hear"),
    [
        ("zhang", None, {"wang", "wu", "shuang"}),
        ("zhao", "parties", {"wang", "wu", "shuang", "zhang"}),
        ("wang", "staff", {"wu", "shuang"}),
    ],
)
def test_a_note_is_heard_by_those_it_is_for(newsroom: Newsroom, by: str, audience: str | None, hear: set[str]) -> None:
    story = Story(newsroom).up_to("sign_for")
    form: dict[str, Any] = {"audience": audience} if audience else {}
    story.then("note", by, note="企业已同意", **form)
    newsroom.tells(AFTER)
    told = {login for action, login, kind in newsroom.told(story.number) if action == "note" and kind == "note"}
    assert told == hear


def test_a_note_on_a_case_that_has_ended_is_heard_by_its_supervisor(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("satisfied")
    story.then("note", "zhang", note="谢谢")
    newsroom.tells(AFTER)
    told = {login for action, login, _ in newsroom.told(story.number) if action == "note"}
    assert told == {"wang", "wu", "shuang", "zhao"}


def test_rungs_are_told_to_whom_the_ladder_told(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("accept")
    newsroom.tells(story.at)
    before = len(newsroom.told())
    at = story.at
    while at < moment("11-23 18:00"):
        at += HOUR
        list(sweep(newsroom.db, at))
        newsroom.tells(at)
    story.at = at
    story.then("acknowledge", "wei", measure="urge", reason="请抓紧")
    newsroom.tells(story.at)
    told = newsroom.told()[before:]
    assert list(kinds_of(told, "wu")) == [
        ("remind", "remind"), ("overdue", "overdue"), ("yellow", "yellow"), ("acknowledge", "urge"),
    ]  # fmt: skip
    assert list(kinds_of(told, "zhao")) == [("yellow", "yellow")]
    assert list(kinds_of(told, "chen")) == [("climb", "climb")]
    assert list(kinds_of(told, "wei")) == [("climb", "climb")]


def test_a_rung_for_the_submitter_reaches_them_though_no_event_names_them(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("verify")
    newsroom.tells(story.at)
    list(sweep(newsroom.db, moment("11-27 18:00")))
    newsroom.tells(moment("11-27 18:00"))
    assert list(kinds_of(newsroom.told(story.number), "zhang")) == [
        ("report", "answer"), ("verify", "question"), ("remind", "remind"),
    ]  # fmt: skip


def test_nobody_hears_who_is_disabled_or_may_not_see_the_case_any_more(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("accept")
    with transaction(newsroom.db) as db:
        db.get_one(User, newsroom.people["wu"]).is_active = False
    list(sweep(newsroom.db, moment("11-18 09:00")))
    with transaction(newsroom.db) as db:
        db.get_one(User, newsroom.people["wang"]).is_active = False
    newsroom.tells(moment("11-18 09:00"))
    logins = {login for action, login, _ in newsroom.told(story.number) if action in ("remind", "overdue")}
    assert logins == {"shuang", "sun"}  # the seat of the head was empty, and the leader above answers for it


def test_the_three_administrators_hear_nothing_and_no_import_is_news(newsroom: Newsroom) -> None:
    for law in ("proposal", "grievance"):
        Story(newsroom, law).up_to("satisfied")
    newsroom.tells(AFTER)
    assert {login for _, login, _ in newsroom.told()}.isdisjoint({"xitong", "anquan", "shenji", "zheng", "deng"})


def test_whoever_raised_a_case_anonymously_is_told_nowhere_but_in_their_inbox(newsroom: Newsroom) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="127.0.0.1", smtp_from="news@example.org")
    for identity, who, expected in (("anonymous", "", []), ("confidential", "zhang", ["question"])):
        story = Story(newsroom, identity=identity).up_to("submit")
        story.then("ask_submitter", "li", reason="请补充")
        newsroom.tells(story.at)
        assert [kind for action, login, kind in newsroom.told(story.number) if login == who] == ["question"]
        assert [kind for _, login, kind in newsroom.told(story.number, "mail") if login == who] == expected
