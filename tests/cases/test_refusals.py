"""Who may not, and when: every refusal leaves the database byte for byte as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from cases.act import actions_for, find
from cases.errors import InvalidFields, Stale
from cases.record.database import reading
from cases.record.people import User
from tests.cases.world import DAY, HOUR, MINUTE, Story, World
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotFromHere, NotNow, UnknownAction

#: Where the case is, what is tried by whom with what, how long after, and how it is refused.
REFUSALS: tuple[tuple[str | None, str, str | None, dict[str, Any], timedelta, type[Refusal]], ...] = (
    ("submit", "submit", "zhang", {}, HOUR, NotFromHere),
    ("submit", "fly", "zhang", {}, HOUR, UnknownAction),
    ("submit", "raise", "zhang", {}, HOUR, UnknownAction),
    ("submit", "accept", "zheng", {"category": "其他", "tier": "A", "lead": "D"}, HOUR, NotByYou),  # disabled
    ("submit", "accept", "feng", {"category": "其他", "tier": "A", "lead": "D"}, HOUR, NotByYou),  # of the union above
    ("submit", "accept", "tang", {"category": "其他", "tier": "A", "lead": "D"}, HOUR, NotByYou),  # of a union below
    ("submit", "accept", "li", {}, HOUR, InvalidFields),
    ("submit", "note", "qian", {"note": "路过"}, HOUR, NotByYou),
    ("submit", "note", "xitong", {"note": "路过"}, HOUR, NotByYou),
    ("submit", "submit", None, {}, HOUR, NotFromHere),
    ("submit", "accept", None, {}, HOUR, NotByYou),
    ("accept", "sign_for", "zhou", {}, HOUR, NotByYou),  # another department
    ("accept", "sign_for", "zhao", {}, HOUR, NotByYou),
    ("sign_for", "report", "zhang", {"answer": "我自己解决了"}, HOUR, NotByYou),
    ("sign_for", "decide_extension", "zhao", {"approve": "yes"}, HOUR, NotNow),
    ("sign_for", "request_extension", "wang", {"reason": "太忙", "extra": "5wd"}, 40 * DAY, NotNow),
    ("sign_for", "request_extension", "wang", {"reason": "太忙", "extra": "五天左右"}, HOUR, InvalidFields),
    ("sign_for", "put_on_account", "zhao", {"promise": "解决", "promised_on": "2026-11-16"}, HOUR, InvalidFields),
    ("report", "verify", "wang", {}, HOUR, NotByYou),
    ("verify", "satisfied", "wang", {}, HOUR, NotByYou),
    ("verify", "satisfied", "zhang", {"rating": "unsatisfied"}, HOUR, InvalidFields),
    ("verify", "unsatisfied", "zhang", {}, HOUR, InvalidFields),
    ("verify", "close_unanswered", "zhao", {}, HOUR, NotByYou),
    ("satisfied", "urge", "zhang", {}, HOUR, NotFromHere),
    ("satisfied", "reopen", "wang", {"reason": "再办"}, HOUR, NotByYou),
    ("satisfied", "reopen", "zhang", {"reason": "再办"}, 30 * DAY + MINUTE, NotNow),
)


@pytest.mark.parametrize(("there", "action", "by", "form", "after", "how"), REFUSALS)
def test_what_is_refused_leaves_no_trace(
    world: World,
    there: str,
    action: str,
    by: str | None,
    form: dict[str, Any],
    after: timedelta,
    how: type[Refusal],
) -> None:
    story = Story(world).up_to(there)
    refused(world, how, lambda: story.then(action, by, after=after, **form))


def test_a_merge_needs_another_case_that_is_open_and_may_be_seen(world: World) -> None:
    story, closed = Story(world).up_to("submit"), Story(world).up_to("satisfied")
    hidden = Story(world, unit="P").up_to("submit")
    for into, words in (
        (story.number, "自己"),
        ("TA-2026-NOTHING", "没有编号"),
        (hidden.number, "没有编号"),
        (closed.number, "已办结"),
        ("", "请填写"),
    ):
        refusal = refused(world, InvalidFields, partial(story.then, "merge", "li", into=into))
        assert words in refusal.zh
        assert isinstance(refusal, InvalidFields) and [error.field for error in refusal.errors] == ["into"]


def test_nobody_verifies_their_own_work_whatever_other_duty_they_hold(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("sign_for", "shuang")
    story.then("report", "wang", answer="已办")
    for action in ("verify", "send_back"):
        refusal = refused(world, NotNow, partial(story.then, action, "shuang", reason="好"))
        assert "办理过" in refusal.zh
    assert story.then("verify", "zhao").state == "awaiting_feedback"


def test_nobody_judges_the_case_that_they_raised(world: World) -> None:
    story = Story(world, by="shuang")
    story.then("submit", "shuang")
    accept: dict[str, Any] = {"category": "其他", "tier": "A", "lead": "A"}
    refused(world, NotByYou, lambda: story.then("accept", "shuang", **accept))
    refused(world, NotByYou, lambda: story.then("reject", "shuang", reason="不办"))
    with reading(world.db) as db:
        person = db.get_one(User, world.people["shuang"])
        offered = {step.action for step in actions_for(db, find(db, story.number), person, story.at)}
    assert offered.isdisjoint({"accept", "reject"}) and "withdraw" in offered
    assert story.then("accept", "li", **accept).state == "assigned"


def test_the_one_who_asks_for_more_time_does_not_decide_it(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "shuang", reason="需要取证", extra="5wd")
    refusal = refused(world, NotNow, lambda: story.then("decide_extension", "shuang", approve="yes"))
    assert "申请人以外" in refusal.zh
    story.then("decide_extension", "zhao", approve="yes")


def test_a_desk_that_nobody_fills_is_answered_for_by_the_nearest_unit_above(world: World) -> None:
    story = Story(world, law="grievance", by="qian", unit="E").up_to("submit")  # the enterprise has only its worker
    accept: dict[str, Any] = {"category": "加班", "urgency": "7d", "tier": "A", "lead": "X"}
    refused(world, NotByYou, lambda: story.then("accept", "li", **accept))  # the city: the town is nearer
    refused(world, InvalidFields, lambda: story.then("accept", "tang", **accept))  # a unit that is closed
    story.then("accept", "tang", **{**accept, "lead": "T"})  # the town has no handler
    refused(world, NotByYou, lambda: story.then("report", "guo", answer="已办"))  # of a department below it
    refused(world, NotByYou, lambda: story.then("report", "wang", answer="已办"))  # of a department beside the line


def test_a_duty_ends_with_its_last_day(world: World) -> None:
    story = Story(world, unit="T").up_to("submit")
    refused(world, NotByYou, lambda: story.then("urge", "deng"))
    story.then("urge", "du")


def test_who_looked_at_an_older_version_is_told_so(world: World) -> None:
    story = Story(world).up_to("submit")
    seen = story.case.version
    story.then("note", "zhang", note="补充一句")
    refusal = refused(
        world, Stale, lambda: world.does(story.number, "reject", "li", story.at + HOUR, seen=seen, reason="不办")
    )
    assert story.number in refusal.zh
    refused(world, Stale, lambda: world.does(story.number, "fly", "li", story.at + HOUR, seen=seen + 2))
    world.does(story.number, "reject", "li", story.at + HOUR, seen=seen + 1, reason="不办")
    world.check()


def refused(world: World, how: type[Refusal], attempt: Callable[[], object]) -> Refusal:
    """Assert that an attempt is refused in both languages and changes nothing; return the refusal."""
    before = world.everything()
    with pytest.raises(how) as caught:
        attempt()
    assert type(caught.value) is how
    assert caught.value.zh and caught.value.en and caught.value.zh != caught.value.en
    assert world.everything() == before
    return caught.value
