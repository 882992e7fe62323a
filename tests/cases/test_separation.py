"""Handler, supervisor and reviewer of one case are different people: over all rounds, in person and by deputies."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cases.act import find
from cases.open_work import barred_from_all
from cases.record.database import reading, transaction
from cases.record.people import Duty, User
from cases.seats import people_at, posts
from cases.sheet import sheet_of
from cases.timeline import events_of
from tests.cases.absences import named, on_desk, one_is_done
from tests.cases.panels import in_vote, votes
from tests.cases.test_ladders import moment, swept
from tests.cases.voices import neighbours
from tests.cases.world import HOUR, Story, World
from workflow.machine import ActionNotAllowed, NotByYou, NotNow

ACCEPT: dict[str, Any] = {"category": "工资报酬", "tier": "A", "lead": "D"}


def refused(story: Story, action: str, by: str, **form: Any) -> str:
    """Return the sentence with which a step is refused that is somebody else's to take."""
    before = story.world.everything()
    with pytest.raises(NotNow) as caught:
        story.then(action, by, **form)
    assert story.world.everything() == before
    return caught.value.zh


def also(world: World, login: str, word: str) -> None:
    """Give somebody another duty."""
    role, _, unit = word.partition("@")
    with transaction(world.db) as db:
        db.add(Duty(user_id=world.people[login], unit_id=world.units[unit], role=role))


def test_whoever_reviewed_a_case_neither_handles_nor_verifies_it(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("accept", "shuang", **ACCEPT)
    assert "审议人员" in refused(story, "sign_for", "shuang")
    assert set(story.offers("shuang")) == {"recall", "link", "copy_to", "watch", "note", "name_accused"}
    story.then("sign_for", "wang")
    story.then("report", "wang", answer="已补发")
    assert "审议人员" in refused(story, "verify", "shuang")
    assert story.then("verify", "zhao").state == "awaiting_feedback"
    world.check()


def test_whoever_handled_an_earlier_round_does_not_supervise_a_later_one(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("sign_for", "shuang")
    story.then("report", "wang", answer="已补发")
    story.then("verify", "zhao")
    story.then("unsatisfied", "zhang", reason="未到账")
    story.then("report", "wang", answer="已到账")
    assert story.case.round == 2
    assert "办理过" in refused(story, "verify", "shuang")
    story.then("verify", "zhao")
    world.check()


def test_supervising_a_case_of_three_departments_keeps_one_from_taking_part_in_it(world: World) -> None:
    story = one_is_done(world)
    also(world, "shuang", "handler@A")
    story.then("urge", "shuang", reason="请 A 尽快签收")
    assert "督查人员" in refused(story, "sign_part", "shuang")
    story.then("sign_part", "zhou")
    story.then("report_part", "zhou", result="完成")
    assert "督查人员" in refused(story, "report", "shuang", answer="好")
    assert world.parts(story.number) == [
        ("D", "lead", "signed", True), ("A", "support", "done", False), ("B", "support", "done", False),
    ]  # fmt: skip
    story.then("report", "wang", answer="已补发")
    story.then("verify", "zhao")
    world.check()


def test_who_only_copied_watched_or_linked_a_case_has_acted_in_it_in_no_capacity(world: World) -> None:
    """Not so who urged: that is supervision."""
    other = Story(world).up_to("submit")
    story = Story(world).up_to("accept")
    also(world, "wu", "supervisor@C")
    for action, form in (
        ("watch", {}), ("unwatch", {}), ("copy_to", {"person": "sun"}), ("stop_copy", {"person": "sun"}),
        ("link", {"other": other.number, "link_kind": "relates"}), ("unlink", {"other": other.number, "reason": "误"}),
    ):  # fmt: skip
        story.then(action, "wu", **form)  # type: ignore[arg-type]  # each with its own fields
    story.then("sign_for", "wang")
    story.then("report", "wang", answer="已补发")
    assert story.number in on_desk(world, "wu", story.at)
    assert story.then("verify", "wu").state == "awaiting_feedback"
    world.check()


@pytest.mark.parametrize("how", ["whom one stood in for", "who stands in for one", "by another's hand"])
def test_a_deputy_and_the_one_who_is_away_are_one_for_what_was_done_in_that_place(world: World, how: str) -> None:
    story = Story(world).up_to("accept")
    if how == "whom one stood in for":  # a supervisor who signed in the handler's place
        named(world, "zhao", "handler@D", "wang")
        story.at = moment("11-18 09:00")
        story.then("sign_for", "zhao")
        barred = "zhao"
    elif how == "who stands in for one":  # a handler whose deputy signed
        named(world, "bai", "handler@D", "wang")
        also(world, "wang", "supervisor@C")
        story.at = moment("11-18 09:00")
        story.then("sign_for", "bai")
        barred = "wang"
    else:  # a handler who has somebody verify in their place
        also(world, "wang", "supervisor@C")
        named(world, "sun", "supervisor@C", "wang")
        story.at = moment("11-18 09:00")
        story.then("sign_for", "wang")
        barred = "sun"
    story.then("report", "wu", answer="已补发")
    assert "办理过" in refused(story, "verify", barred)
    assert on_desk(world, barred, story.at) == {}
    story.then("verify", "shuang")
    world.check()


def test_where_all_at_a_desk_are_barred_the_next_one_above_answers_and_hears_of_it(world: World) -> None:
    story = Story(world, unit="T").up_to("submit")
    also(world, "du", "reviewer@T")
    story.then("accept", "du", **ACCEPT | {"lead": "G"})
    story.then("sign_for", "guo")
    story.then("report", "guo", answer="已整改")
    with reading(world.db) as db:
        sheet = sheet_of(db, find(db, story.number), db.get_one(User, world.people["zhao"]), story.at)
    assert [[seat.name for seat in desk.people] for desk in sheet.desks] == [["赵督查", "shuang"]]
    assert on_desk(world, "du", story.at) == {}
    assert on_desk(world, "zhao", story.at) == {story.number: None}
    fired = swept(world, story.at + timedelta(days=4), since=story.at)
    with reading(world.db) as db:
        told = [event.data for event in events_of(db, story.case.id or 0) if event.action == "remind"]
    assert fired and f"[{world.people['zhao']},{world.people['shuang']}]" in told[-1]
    refused(story, "verify", "du")
    story.then("verify", "zhao")
    world.check()


def test_where_everyone_up_to_the_root_is_barred_the_case_is_an_exception(world: World) -> None:
    story = Story(world, unit="P").up_to("submit")
    also(world, "chen", "reviewer@P")
    story.then("accept", "chen", **ACCEPT | {"lead": "B"})
    story.then("sign_for", "bai")
    with reading(world.db) as db:
        assert list(barred_from_all(db, story.at)) == []
    story.then("report", "bai", answer="已办")
    with reading(world.db) as db:
        assert list(barred_from_all(db, story.at)) == [story.number]
        case = find(db, story.number)
        assert [people_at(db, post, story.at)[1][0].login for post in posts(db, case, "supervisor")] == ["chen"]
    refused(story, "verify", "chen")
    also(world, "wei", "supervisor@P")
    with reading(world.db) as db:
        assert list(barred_from_all(db, story.at)) == []
    story.then("verify", "wei")


def test_a_law_without_the_table_keeps_nobody_apart_but_the_handler_from_the_check(world: World) -> None:
    story = Story(world, law="grievance").up_to("submit")
    story.then("accept", "shuang", category="工资报酬", urgency="7d", tier="A", lead="D")
    story.then("report", "wang", answer="已补发")
    assert story.then("verify", "shuang").state == "awaiting_feedback"

    story = Story(world, law="grievance").up_to("accept")
    story.then("report", "shuang", answer="已补发")
    assert "办理过" in refused(story, "verify", "shuang")


def test_in_any_order_nobody_ever_acts_in_two_capacities_of_one_case(world: World) -> None:
    """Everyone tries everything at every turn of a long road; what happened is then looked at as plainly as can be."""
    with transaction(world.db) as db:
        for login in ("wang", "zhao", "li", "shuang"):
            for word in ("reviewer@C", "handler@D", "supervisor@C"):
                role, _, unit = word.partition("@")
                db.add(Duty(user_id=world.people[login], unit_id=world.units[unit], role=role))
    named(world, "sun", "supervisor@C", "zhao")
    named(world, "feng", "handler@D", "wang")
    road: tuple[tuple[str, dict[str, Any]], ...] = (
        ("accept", ACCEPT | {"support": ["A", "B"]}), ("sign_for", {}), ("urge", {}), ("sign_part", {}),
        ("waive_part", {"part": "A", "reason": "不需要"}), ("waive_part", {"part": "B", "reason": "不需要"}),
        ("report", {"answer": "好"}), ("send_back", {"reason": "再办"}), ("report", {"answer": "再好"}), ("verify", {}),
    )  # fmt: skip
    capacities = {"lead": "h", "support": "h", "reviewer": "r", "supervisor": "s"}
    for turn, people in enumerate((("feng", "sun"), ("sun", "shuang"), ("wang", "li"), ("li", "zhao", "feng"))):
        story = Story(world)
        story.then("submit", "zhang")
        story.at = moment("11-18 09:00") + turn * HOUR
        for action, form in road:
            for login in (*people, "shuang", "li", "wang", "zhao", "bai", "zhou"):
                try:
                    story.then(action, login, after=0 * HOUR, **form)
                    break
                except (ActionNotAllowed, NotByYou):
                    continue
        with reading(world.db) as db:
            did: dict[int, set[str]] = {}
            for event in events_of(db, story.case.id or 0):
                if event.role in capacities and event.actor_id:
                    for user_id in (event.actor_id, *for_of(event.data)):
                        did.setdefault(user_id, set()).add(capacities[event.role])
        assert all(len(done) == 1 for done in did.values()), did
        assert story.case.state == "awaiting_feedback", people
    world.check()


def for_of(data: str) -> list[int]:
    """Return whom an event names as the one in whose place it was done."""
    found = json.loads(data).get("for")
    return [found] if found else []


def test_a_leader_who_handled_a_case_does_not_decide_on_it_in_the_committee(world: World) -> None:
    also(world, "sun", "handler@D")
    story = Story(world).up_to("accept")
    story.then("sign_for", "sun")
    story.then("go_back", "zhao", point="in_review", reason="立案有误")
    for login in neighbours(world, 50):
        story.then("endorse", login, after=0 * HOUR)
    assert story.case.state == "in_committee"
    assert "办理过" in refused(story, "committee_reject", "sun", reason="不予立案")
    assert "办理过" in refused(story, "committee_accept", "sun", **ACCEPT)
    assert story.then("committee_accept", "wei", **ACCEPT).state == "assigned"
    world.check()


def test_a_member_who_has_acted_otherwise_since_does_not_vote_but_may_withdraw(world: World) -> None:
    also(world, "shuang", "supervisor@C")
    story = in_vote(world)
    story.then("urge", "shuang", reason="请尽快表决")
    assert "督查人员" in refused(story, "vote", "shuang", vote="accept", reason="同意")
    story.then("recuse", "shuang", reason="已督办本案")
    votes(story, li="accept", feng="accept")
    assert story.then("carry", "li", **ACCEPT).state == "assigned"
    world.check()
