"""More time within the law's caps, decided by somebody else in time, for the case or for a department's part alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from cases.errors import InvalidFields
from cases.explaining import explain
from cases.rates import rates
from cases.record.case import Extension
from cases.record.clock import Clock
from cases.record.database import reading, transaction
from cases.record.people import Duty
from cases.sides import Side
from cases.sweep import sweep
from cases.timeline import events_of
from tests.cases.calendar_acts import of_2027, published
from tests.cases.departments import check_departments, sides, status, three_departments
from tests.cases.test_ladders import moment, short, swept
from tests.cases.test_returns import refused
from tests.cases.world import DAY, HOUR, Story, World
from tests.cast import MONDAY
from workflow.machine import NotByYou, NotNow


def requests(world: World) -> list[Extension]:
    """Return every request, in order."""
    with reading(world.db) as db:
        return list(db.exec(select(Extension).order_by("id")))


def clock_of(world: World, story: Story, name: str, unit: str) -> Clock:
    """Return the clock of a unit that runs beside the case."""
    wanted = Side(name, world.units[unit])
    found = world.clocks(story.number, running=True)
    (clock,) = [row for row in found if row.kind == "beside" and Side.parse(row.state)[:2] == wanted[:2]]
    return clock


def asks(story: Story, extra: str = "5wd", by: str = "wang") -> Story:
    story.then("request_extension", by, reason="需要取证", extra=extra)
    return story


# --- who decides, and by when


def test_whoever_must_decide_has_a_clock_and_is_called_while_the_old_limit_stands(world: World) -> None:
    story = asks(three_departments(world))
    due_at = world.clock(story.number, "state").due_at
    clock = clock_of(world, story, "decide", "C")
    assert (clock.limit, clock.due_at) == ("1wd", moment("11-17 17:30"))
    fired = swept(world, moment("11-18 18:00"), since=story.at)
    mine = [row for row in short(fired, world) if row[0].startswith("decide@")]
    assert mine == [
        ("decide@C", "remind -4wh", "11-17 13:30"),
        ("decide@C", "overdue 0", "11-17 17:30"),
        ("decide@C", "climb +1wd", "11-18 17:30"),
    ]
    with reading(world.db) as db:
        told = [event.data for event in events_of(db, story.case.id or 0) if event.action == "remind"]
    assert any(f'["supervisor",{world.units["C"]},[{world.people["zhao"]}' in data for data in told)
    assert world.clock(story.number, "state").due_at == due_at  # nobody has decided
    story.at = moment("11-19 09:00")
    story.then("decide_extension", "zhao", after=timedelta(), approve="no", reason="理由不足")
    assert "decide@C" not in sides(world, story)
    check_departments(world)


def test_nobody_decides_and_the_handler_is_late_by_the_old_limit(world: World) -> None:
    story = Story(world).up_to("sign_for")
    due_at = story.case.due_at
    asks(story)
    fired = swept(world, moment("12-08 08:00"), since=story.at)
    assert ("handling", "overdue 0", "12-07 17:30") in short(fired, world)
    assert story.case.due_at == due_at
    world.check()


def test_much_time_is_for_the_leader_to_decide_on_who_is_called(world: World) -> None:
    story = asks(three_departments(world), "12wd")
    assert clock_of(world, story, "decide_above", "C").due_at == moment("11-17 17:30")
    assert "分管领导" in refused(world, NotNow, story, "decide_extension", "zhao", approve="yes").zh
    assert "decide_extension" not in story.offers("zhao")
    due_at = world.clock(story.number, "state").due_at
    story.then("decide_extension", "sun", approve="yes")
    (row,) = requests(world)
    assert (row.due_at, row.new_due_at) == (due_at, world.clock(story.number, "state").due_at)
    assert row.due_at and row.new_due_at and row.due_at < row.new_due_at
    assert sides(world, story) == ["done@A", "done@B", "sign@A"]
    check_departments(world)


def test_the_union_above_may_decide_as_the_law_lists_it_last(world: World) -> None:
    story = asks(three_departments(world), "12wd")
    story.then("decide_extension", "chen", approve="yes")
    assert requests(world)[0].decided_by == world.people["chen"]
    refused(world, NotNow, asks(three_departments(world)), "request_extension", "wang", reason="又要", extra="1wd")


def stands_in(world: World, deputy: str, absent: str, role: str) -> None:
    """Let one person stand in for another."""
    with transaction(world.db) as db:
        duty = db.exec(select(Duty).where(Duty.user_id == world.people[absent], Duty.role == role)).one()
        db.add(Duty(user_id=world.people[deputy], unit_id=duty.unit_id, role=role, deputy_of=duty.id))


def test_neither_the_asker_nor_their_deputy_nor_whom_they_stand_in_for_decides(world: World) -> None:
    story = three_departments(world)
    asks(story, by="shuang")
    refused(world, NotNow, story, "decide_extension", "shuang", approve="yes")
    stands_in(world, "zhao", "wang", "handler")  # the supervisor stands in for the handler
    story = asks(three_departments(world))
    refused(world, NotNow, story, "decide_extension", "zhao", approve="yes")
    story.then("decide_extension", "sun", approve="no")
    stands_in(world, "guo", "sun", "leader")  # the asker stands in for the leader
    with transaction(world.db) as db:
        db.add(Duty(user_id=world.people["guo"], unit_id=world.units["D"], role="handler"))
    asks(story, by="guo")
    refused(world, NotNow, story, "decide_extension", "guo", approve="yes")
    refused(world, NotNow, story, "decide_extension", "sun", approve="yes")
    story.then("decide_extension", "shuang", approve="yes")
    check_departments(world)


# --- how often and how long


def test_more_time_is_capped_in_length_and_number_and_asked_for_once_at_a_time(world: World) -> None:
    story = Story(world).up_to("sign_for")
    error = refused(world, InvalidFields, story, "request_extension", "wang", reason="太长", extra="31d")
    assert isinstance(error, InvalidFields) and "30 天" in error.errors[0].zh
    refused(world, InvalidFields, story, "request_extension", "wang", reason="太长", extra="25wd")
    for _ in range(2):
        asks(story, "2wd")
        refused(world, NotNow, story, "request_extension", "wang", reason="又要", extra="1wd")
        story.then("decide_extension", "zhao", approve="yes")
    assert "2 次" in refused(world, NotNow, story, "request_extension", "wang", reason="三次", extra="1wd").zh
    assert "request_extension" not in story.offers("wang")
    story.then("report", "wang", answer="已办")
    story.then("verify", "zhao")
    story.then("unsatisfied", "zhang", reason="没有办好")
    asks(story)  # a new round
    world.check()


def test_more_time_is_not_asked_for_after_the_limit(world: World) -> None:
    story = three_departments(world)
    story.at = moment("12-08 09:00")
    refused(world, NotNow, story, "request_extension", "wang", reason="太晚", extra="1wd")
    refused(world, NotNow, story, "request_part_extension", "bai", reason="太晚", extra="1wd")


def test_a_request_dies_with_an_event_when_the_case_moves_and_its_clock_with_it(world: World) -> None:
    story = asks(three_departments(world))
    story.then("request_part_extension", "bai", reason="需要取证", extra="2wd")
    story.then("refer_up", "zhao", summary="需上级协调")
    own, part = requests(world)
    assert (own.lapsed_at, own.decided_at, part.lapsed_at) == (story.at, None, None)
    assert [row for row in sides(world, story) if row.startswith("decide@")] == ["decide@C"]
    with reading(world.db) as db:
        last = events_of(db, story.case.id or 0)[-1]
    assert '"extensions"' in last.data and '"lapsed_at"' in last.data
    story.then("decide_part_extension", "zhao", approve="yes")  # the part goes on while the case lies elsewhere
    story.then("reply_from_above", "chen", answer="同意")
    refused(world, NotNow, story, "decide_extension", "zhao", approve="yes")
    check_departments(world)


def test_a_request_dies_when_a_level_takes_the_matter_over(world: World) -> None:
    story = Story(world, unit="T")
    story.then("submit", "zhang")
    story.then("accept", "tang", category="工资报酬", tier="A", lead="G")
    story.then("sign_for", "guo")
    asks(story, by="guo")
    with transaction(world.db) as db:
        db.add(Duty(user_id=world.people["zhou"], unit_id=world.units["C"], role="handler"))
    story.at = moment("11-18 17:30")
    list(sweep(world.db, story.at))  # nobody has decided on it, and the matter has climbed
    story.then("acknowledge", "zhao", measure="take_over")
    assert requests(world)[-1].lapsed_at == story.at
    assert sides(world, story) == []
    world.check()


# --- a part alone


def test_more_time_for_a_part_moves_its_limit_alone(world: World) -> None:
    story = three_departments(world)
    before = {(clock.kind, clock.state): clock.due_at for clock in world.clocks(story.number, running=True)}
    story.then("request_part_extension", "bai", reason="需要取证", extra="3wd")
    refused(world, NotNow, story, "request_part_extension", "bai", reason="又要", extra="1wd")
    refused(world, NotNow, story, "decide_extension", "zhao", approve="yes")  # the case itself has asked for nothing
    story.then("decide_part_extension", "zhao", approve="yes")
    after = {(clock.kind, clock.state): clock.due_at for clock in world.clocks(story.number, running=True)}
    name = ("beside", str(Side("done", world.units["B"])))
    assert {key for key in after if after[key] != before.get(key)} == {name}
    assert clock_of(world, story, "done", "B").first_due_at == before[name] == moment("11-30 17:30")
    assert after[name] == moment("12-03 17:30")
    (row,) = requests(world)
    assert (row.unit_id, row.due_at, row.new_due_at) == (world.units["B"], before[name], after[name])
    check_departments(world)
    with reading(world.db) as db:
        (each,) = [one for one in explain(db, story.case) if one.clock.state == name[1]]
    assert (each.days[-1].date.isoformat(), each.days[-1].total_days) == ("2026-12-03", 13)


def test_more_time_for_the_case_moves_no_part(world: World) -> None:
    story = asks(three_departments(world))
    before = {clock.state: clock.due_at for clock in world.clocks(story.number, running=True) if clock.kind == "beside"}
    story.then("decide_extension", "zhao", approve="yes")
    after = {clock.state: clock.due_at for clock in world.clocks(story.number, running=True) if clock.kind == "beside"}
    assert after == {state: due_at for state, due_at in before.items() if not str(state).startswith("decide@")}
    check_departments(world)


def test_of_several_departments_that_ask_the_one_that_is_meant_is_named(world: World) -> None:
    story = three_departments(world)
    story.then("request_part_extension", "bai", reason="需要取证", extra="3wd")
    story.then("request_part_extension", "zhou", reason="需要取证", extra="12wd")
    refused(world, NotByYou, story, "request_part_extension", "wang", reason="不是协办", extra="1wd")
    refused(world, InvalidFields, story, "decide_part_extension", "zhao", approve="yes")
    refused(world, InvalidFields, story, "decide_part_extension", "zhao", approve="yes", part="D")
    before = world.everything()
    with pytest.raises(NotNow):
        story.then("decide_part_extension", "zhao", after=timedelta(), approve="yes", part="A")  # for the leader
    assert world.everything() == before
    story.then("decide_part_extension", "sun", approve="yes", part="A")
    story.then("decide_part_extension", "zhao", approve="no", part="B")
    assert [row.is_granted for row in requests(world)] == [False, True]
    assert status(world, story) == {"D": "signed", "A": "offered", "B": "signed"}
    check_departments(world)


def test_a_request_for_a_part_dies_with_the_part_or_when_it_is_given_back(world: World) -> None:
    story = three_departments(world)
    for login in ("bai", "zhou"):
        story.then("request_part_extension", login, reason="需要取证", extra="3wd")
    story.then("report_part", "bai", result="已办")
    story.then("return_part", "zhou", reason="不属本单位职责", rule="三定方案第五条")
    assert [row.lapsed_at is not None for row in requests(world)] == [True, True]
    assert sides(world, story) == ["done@A", "sign@A"]
    refused(world, NotNow, story, "decide_part_extension", "zhao", approve="yes")
    check_departments(world)


def test_more_time_for_a_part_is_counted_again_when_a_year_is_arranged(world: World) -> None:
    story = Story(world, at=moment("12-18 03:00"))
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "B"])
    story.then("sign_for", "wang")
    story.then("request_part_extension", "bai", after=HOUR, reason="需要取证", extra="3wd")
    story.then("request_extension", "wang", after=timedelta(), reason="需要取证", extra="5wd")
    story.then("decide_part_extension", "zhao", approve="yes")
    story.then("decide_extension", "zhao", after=timedelta(), approve="yes")  # at the same moment
    part, own = clock_of(world, story, "done", "B"), world.clock(story.number, "state")
    assert (part.is_provisional, own.is_provisional) == (True, True)
    published(world, of_2027, story.at + HOUR)
    assert clock_of(world, story, "done", "B").spans == 3
    check_departments(world)
    with reading(world.db) as db:
        found = {one.clock.id: one for one in explain(db, story.case)}
    assert found[part.id].days[-1].total_days == 13
    assert found[own.id].days[-1].total_days == 20


def test_the_level_that_a_late_part_has_climbed_to_gives_time_to_the_part_and_not_to_the_case(world: World) -> None:
    story = three_departments(world)
    due_at = story.case.due_at
    story.at = moment("11-20 18:00")
    list(sweep(world.db, story.at))
    assert story.case.level == 4
    story.then("acknowledge", "chen", after=timedelta(), measure="extend", extra="5wd")
    assert story.case.level == 0
    with reading(world.db) as db:  # nor does it count as one of the case's extensions
        assert [row.unit_id for row in db.exec(select(Extension))] == [world.units["A"]]
    assert clock_of(world, story, "sign", "A").due_at == moment("11-24 17:30")
    assert (story.case.due_at, clock_of(world, story, "done", "A").due_at) == (due_at, moment("11-30 17:30"))
    check_departments(world)


def test_an_answer_is_in_time_and_not_after_an_extension_when_only_a_part_was_extended(world: World) -> None:
    story = three_departments(world)
    story.then("request_part_extension", "bai", reason="需要取证", extra="3wd")
    story.then("decide_part_extension", "zhao", approve="yes")
    story.then("report_part", "bai", result="已办")
    story.then("waive_part", "zhao", part="A", reason="不需要")
    story.then("report", "wang", answer="已办")
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    with reading(world.db) as db:
        (row,) = rates(db, MONDAY - DAY, MONDAY + 365 * DAY)
    assert (row["in_time"], row["after_extension"], row["late"]) == (1, 0, 0)
