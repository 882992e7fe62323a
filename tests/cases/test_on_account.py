"""On account: kept with a promise, looked at again every thirty days, and struck off only by its result."""

from __future__ import annotations

import pytest

from cases.capabilities.promises import promises_of
from cases.errors import InvalidFields
from cases.record.database import reading
from tests.cases.test_ladders import moment, swept
from tests.cases.world import DAY, HOUR, Story, World
from tests.workflow.words import shipped
from workflow.machine import ActionNotAllowed, NotByYou, NotFromHere


def on_account(world: World) -> Story:
    """Bring a case on account, with a promise for the spring."""
    story = Story(world).up_to("sign_for")
    story.then("put_on_account", "zhao", promise="春季建成驿站", promised_on="2027-03-01")
    return story


def test_a_promise_on_account_has_a_clock_of_its_own_beside_that_of_the_review(world: World) -> None:
    story = on_account(world)
    clocks = {clock.kind: clock for clock in world.clocks(story.number, running=True)}
    assert clocks["state"].limit == "30d"
    assert clocks["beside"].due_at is not None and clocks["beside"].due_at.isoformat() == "2027-03-01T09:30:00+00:00"
    world.check()


def test_each_review_begins_thirty_days_anew_and_is_counted(world: World) -> None:
    story = on_account(world)
    for month in (1, 2):
        story.then("review_account", "zhao", after=29 * DAY, result=f"第 {month} 次复核：预算已列")
        clock = world.clock(story.number, "state")
        assert (clock.state, clock.due_at) == ("on_account", story.at + 30 * DAY)
    with reading(world.db) as db:
        (promise,) = promises_of(db, story.case)
    assert (promise.reviews, promise.reviewed_at, promise.kept_at) == (2, story.at, None)
    with pytest.raises(NotByYou):
        story.then("review_account", "wang", result="我看过了")
    with pytest.raises(InvalidFields):
        story.then("review_account", "zhao")
    world.check()


def test_a_review_that_nobody_makes_is_overdue_and_climbs(world: World) -> None:
    story = on_account(world)
    swept(world, story.at + 40 * DAY, since=story.at, step=6 * HOUR)
    assert story.case.level > 0
    story.at += 41 * DAY
    story.then("review_account", "zhao", result="预算下月到位")
    assert story.case.level == 0
    world.check()


def test_the_lead_strikes_it_off_by_its_result_which_goes_to_be_verified(world: World) -> None:
    story = on_account(world)
    with pytest.raises(InvalidFields):
        story.then("strike_off", "wang")
    with pytest.raises(NotByYou):
        story.then("strike_off", "zhao", result="已建成")
    case = story.then("strike_off", "wang", after=60 * DAY, result="驿站已建成开放")
    assert (case.state, case.answered_at) == ("verifying", story.at)
    with reading(world.db) as db:
        (promise,) = promises_of(db, case)
    assert promise.kept_at == story.at
    assert [clock.kind for clock in world.clocks(story.number, running=True)] == ["case", "state"]
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    world.check()


def test_a_case_whose_support_is_not_done_is_not_struck_off(world: World) -> None:
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A"])
    story.then("sign_for", "wang")
    story.then("put_on_account", "zhao", promise="建成", promised_on="2027-03-01")
    with pytest.raises(ActionNotAllowed, match="协办单位尚未办完"):
        story.then("strike_off", "wang", result="建成")
    story.then("waive_part", "zhao", part="A", reason="不需要了")
    story.then("strike_off", "wang", result="建成")
    world.check()


def test_taken_off_account_the_case_is_handled_again_and_the_answer_s_own_promise_stands(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="先修一半", promise="修完另一半", promised_on="2026-12-18")
    story.then("send_back", "zhao", reason="不够")
    story.then("put_on_account", "zhao", promise="整体更换", promised_on="2027-03-01")
    story.then("take_off_account", "zhao", result="整体更换已完成")
    with reading(world.db) as db:
        rows = promises_of(db, story.case)
    assert [(row.number, row.kind, row.kept_at is not None) for row in rows] == [
        (1, "answer", False),
        (2, "account", True),
    ]
    assert world.clock(story.number, "beside").due_at == moment("12-18 17:30")
    world.check()


def test_nothing_leaves_the_account_but_by_its_result_or_to_the_union_above() -> None:
    law = shipped("proposal")
    ways = {step.action: step for step in law.steps_from("on_account") if step.target not in (None, "on_account")}
    assert set(ways) == {"take_off_account", "strike_off", "refer_up"}
    assert all("result" in step.needs for step in ways.values() if step.action != "refer_up")
    assert not any("system" in step.by for step in ways.values())


@pytest.mark.parametrize(("action", "by"), [("withdraw", "zhang"), ("report", "wang"), ("close_unanswered", None)])
def test_no_other_way_leads_off_the_account(world: World, action: str, by: str | None) -> None:
    story = on_account(world)
    with pytest.raises(NotFromHere):
        world.does(story.number, action, by, story.at + HOUR)
