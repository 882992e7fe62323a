"""Promises made in an answer or on account: each has its own clock, which runs on after the case is closed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from cases.calendars import shipped
from cases.capabilities.promises import end_of_day, promises_of
from cases.errors import InvalidFields
from cases.explaining import explain
from cases.outlook import outlooks
from cases.queries import exceptions, overdue
from cases.record.clock import FiredRung
from cases.record.database import reading
from cases.record.promises import Promise
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import DAY, HOUR, Story, World
from workflow.machine import NotByYou, NotFromHere, NotNow

#: A Friday.
DAY_PROMISED = "2026-12-18"


def answered_with_a_promise(world: World, day: str = DAY_PROMISED) -> Story:
    """Bring a case to its end, with a promise in its answer."""
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="已更换两台，其余年内更换", promise="更换全部饮水机", promised_on=day)
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    return story


def promises(world: World, story: Story) -> list[Promise]:
    """Return the promises of a case."""
    with reading(world.db) as db:
        return list(promises_of(db, story.case))


def test_a_promise_in_an_answer_has_a_clock_that_runs_on_when_the_case_is_closed(world: World) -> None:
    story = answered_with_a_promise(world)
    (promise,) = promises(world, story)
    assert (promise.number, promise.kind, promise.unit_id) == (1, "answer", world.units["D"])
    (clock,) = world.clocks(story.number, running=True)
    assert clock.state == f"keep@{world.units['D']}.{promise.id}"
    assert (clock.limit, clock.due_at) == (None, moment("12-18 17:30"))
    assert (story.case.state, story.case.due_at) == ("closed", None)
    with reading(world.db) as db:
        assert overdue(db, moment("12-31 12:00")) == []  # the case is not late, whatever was promised in it
        shown = next(one for one in explain(db, story.case) if one.clock.kind == "beside")
    assert [(stretch.why, stretch.due_at) for stretch in shown.stretches] == [("start", clock.due_at)]
    world.check()


def test_an_unkept_promise_is_told_on_the_closed_case_and_climbs_to_nobody(world: World) -> None:
    story = answered_with_a_promise(world)
    fired = swept(world, moment("12-31 23:00"), since=story.at)
    fired += swept(world, moment("12-31 23:00") + 7 * DAY, since=moment("12-31 23:00"))
    assert [row[:2] for row in short(fired, world)] == [
        ("keep@D", "remind -5wd"),
        ("keep@D", "overdue 0"),
        ("keep@D", "yellow +5wd"),
        ("keep@D", "red +10wd"),
    ]
    assert (story.case.state, story.case.level, story.case.closed_at is None) == ("closed", 0, False)
    assert len(world.clocks(story.number, running=True)) == 1  # until it is kept or found broken
    with reading(world.db) as db:
        assert len(db.exec(select(FiredRung).where(col(FiredRung.case_id) == story.case.id)).all()) == 4
        assert list(exceptions(db)) == [] and list(outlooks(db, story.at)) == []
    world.check()


def test_the_lead_keeps_a_promise_after_the_case_is_closed_with_its_result(world: World) -> None:
    story = answered_with_a_promise(world)
    with pytest.raises(NotByYou):
        story.then("keep_promise_done", "zhou", result="已更换")
    story.at = moment("12-17 10:00")
    story.then("keep_promise_done", "wang", after=0 * HOUR, result="全部更换")
    (promise,) = promises(world, story)
    assert (promise.kept_at, promise.broken_at, promise.ended_version) == (story.at, None, story.case.version)
    assert world.clocks(story.number, running=True) == []
    before = world.everything()
    with pytest.raises(NotNow, match="没有待兑现的承诺"):
        story.then("keep_promise_done", "wang", result="再次兑现")
    assert world.everything() == before
    assert swept(world, moment("12-31 23:00"), since=story.at, step=DAY) == []
    world.check()


def test_the_supervisor_finds_a_promise_broken_once_its_day_has_passed(world: World) -> None:
    story = answered_with_a_promise(world)
    with pytest.raises(NotNow, match="还没有过"):
        story.then("break_promise", "zhao", reason="没有进展")
    with pytest.raises(NotByYou):
        story.then("break_promise", "wang", reason="办不了")
    story.at = moment("12-21 10:00")
    story.then("break_promise", "zhao", reason="逾期未更换")
    (promise,) = promises(world, story)
    assert (promise.kept_at, promise.broken_at) == (None, story.at)
    assert world.clocks(story.number, running=True) == []
    world.check()


def test_the_day_of_a_promise_is_explained_with_the_free_days_after_it(world: World) -> None:
    story = answered_with_a_promise(world, "2026-12-19")  # a Saturday
    with reading(world.db) as db:
        (shown,) = [one for one in explain(db, story.case) if one.clock.kind == "beside"]
    assert [(day.date.isoformat(), day.minutes) for day in shown.days] == [
        ("2026-12-19", 0),
        ("2026-12-20", 0),
        ("2026-12-21", 450),
    ]
    assert shown.clock.due_at == moment("12-21 17:30")


def test_a_promised_day_that_is_free_ends_with_the_next_working_day() -> None:
    office = shipped()
    assert end_of_day(office, date(2026, 12, 18)) == moment("12-18 17:30")  # a Friday
    assert end_of_day(office, date(2026, 12, 19)) == moment("12-21 17:30")  # a Saturday
    assert end_of_day(office, date(2026, 10, 1)) == moment("10-08 17:30")  # 国庆


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"promise": "更换", "promised_on": "2026-11-16"}, "今天之后"),
        ({"promise": "更换", "promised_on": "2026-11-15"}, "今天之后"),
        ({"promise": "更换", "promised_on": "2037-11-16"}, "十年之内"),
        ({"promise": "更换", "promised_on": "明天"}, "有效日期"),
        ({"promise": "更换"}, "须写明完成日期"),
        ({"promised_on": DAY_PROMISED}, "请写明承诺什么"),
    ],
)
def test_a_promise_without_its_day_or_for_no_day_ahead_is_refused(
    world: World, form: dict[str, Any], says: str
) -> None:
    story = Story(world).up_to("sign_for")
    before = world.everything()
    with pytest.raises(InvalidFields, match=says):
        world.does(story.number, "report", "wang", story.at + HOUR, answer="已办", **form)
    assert world.everything() == before


def test_of_several_promises_the_form_says_which_and_none_ends_twice(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="一", promise="先办一件", promised_on="2026-12-18")
    story.then("send_back", "zhao", reason="不够")
    story.then("report", "wang", answer="二", promise="再办一件", promised_on="2026-12-18")
    before = world.everything()
    with pytest.raises(InvalidFields, match="请写明第几项承诺（1、2）"):
        story.then("keep_promise_done", "wang", result="办了")
    with pytest.raises(InvalidFields, match="没有第 7 项承诺"):
        story.then("keep_promise_done", "wang", result="办了", promise_number="7")
    assert world.everything() == before
    story.then("keep_promise_done", "wang", result="办了", promise_number="2")
    with pytest.raises(InvalidFields, match="第 2 项承诺已兑现"):
        story.then("keep_promise_done", "wang", result="又办了", promise_number="2")
    story.then("keep_promise_done", "wang", result="都办了")  # the only one left
    assert [row.kept_at is None for row in promises(world, story)] == [False, False]
    world.check()


def test_an_extension_moves_no_promise_and_a_late_promise_keeps_no_case_climbing(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="一", promise="办", promised_on="2026-11-18")
    story.then("send_back", "zhao", reason="不够")
    story.then("request_extension", "wang", reason="材料不齐", extra="5wd")
    story.then("decide_extension", "zhao", approve="yes")
    assert world.clock(story.number, "beside").due_at == moment("11-18 17:30")
    assert world.clock(story.number, "state").due_at == moment("12-14 17:30")
    swept(world, moment("12-21 18:00"), since=story.at)
    assert story.case.level > 0  # because the handling is late
    story.at = moment("12-22 09:00")
    story.then("report", "wang", answer="二")
    assert story.case.level == 0  # the promise is late still
    assert world.clock(story.number, "beside").due_at == moment("11-18 17:30")
    world.check()


def test_a_case_that_is_reopened_keeps_the_promises_that_were_made_in_it(world: World) -> None:
    story = answered_with_a_promise(world)
    story.then("reopen", "zhang", reason="又坏了")
    assert sorted(clock.kind for clock in world.clocks(story.number, running=True)) == ["beside", "case", "state"]
    story.then("report", "wang", answer="又修好了")
    story.then("keep_promise_done", "wang", result="更换完毕")
    assert [clock.kind for clock in world.clocks(story.number, running=True)] == ["case", "state"]
    world.check()


def test_a_case_without_promises_can_neither_keep_nor_break_one(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with pytest.raises(NotNow, match="没有待兑现的承诺"):
        story.then("break_promise", "zhao", reason="没有承诺")
    other = Story(world, law="grievance").up_to("accept")
    with pytest.raises(Exception, match="没有动作"):
        other.then("break_promise", "zhao", reason="没有承诺")
    with pytest.raises(NotFromHere):
        story.then("strike_off", "wang", result="办了")


def test_a_promise_is_kept_by_who_made_it_whoever_leads_the_case_since(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="一", promise="先办一件", promised_on="2026-12-18")
    story.then("send_back", "zhao", reason="请 A 接着办")
    story.then("transfer", "zhao", lead="A", reason="转办")
    story.then("sign_for", "zhou")
    story.then("report", "zhou", answer="二", promise="再办一件", promised_on="2026-12-18")
    before = world.everything()
    with pytest.raises(InvalidFields, match="第 2 项承诺由其他单位作出"):
        story.then("keep_promise_done", "wang", result="办了", promise_number="2")
    assert world.everything() == before
    story.then("keep_promise_done", "zhou", result="办了")  # of the two, the one that is theirs
    story.then("keep_promise_done", "wang", result="办了")
    assert [row.kept_at is None for row in promises(world, story)] == [False, False]
    world.check()


def test_an_answer_that_carries_a_promise_is_not_taken_back(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="一", promise="先办一件", promised_on="2026-12-18")
    before = world.everything()
    with pytest.raises(NotNow, match="承诺已经生效"):
        story.then("recall", "wang")
    assert world.everything() == before
    story.then("send_back", "zhao", reason="不够")
    story.then("report", "wang", answer="二")
    assert story.then("recall", "wang").state == "handling"  # this one carried none
    world.check()
