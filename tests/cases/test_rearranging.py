"""The clocks that run when a version of their calendar is published: each stands where it would have stood."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from cases.calendars import shipped
from cases.explaining import explain
from cases.parking import FAILED, park, release
from cases.queries import overdue
from cases.record.case import Extension
from cases.record.clock import Clock
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.sweep import sweep
from cases.timeline import events_of
from tests.cases.calendar_acts import (
    PUBLISHED_AT,
    foreseen,
    of_2027,
    published,
    waiting,
    without_2027,
)
from tests.cases.test_clocks_rows import moment, spans
from tests.cases.world import DAY, HOUR, Story, World
from workflow.errors import Refusal


@pytest.fixture
def story(world: World) -> Story:
    """Gives a case that waits ten working days from Monday 28 December."""
    return waiting(world)


def last_event(world: World, number: str) -> tuple[Event, dict[str, object]]:
    with reading(world.db) as db:
        event = events_of(db, world.case(number).id or 0)[-1]
        return event, json.loads(event.data)


def test_a_limit_that_rests_on_2027_moves_once_2027_is_arranged_and_its_case_tells_of_it(
    world: World, story: Story
) -> None:
    before, first = world.clock(story.number, "state"), moment("2027-01-11 17:30")
    assert (before.limit, before.due_at, before.is_provisional) == ("10wd", first, True)
    then = moment("2027-01-12 17:30")

    rows = foreseen(world, of_2027)
    assert [(row.state, row.before, row.after, row.is_firm_now) for row in rows] == [
        (None, "7761600s", "7761600s", True),  # it stands still until the submitter has spoken
        (before.state, first, then, True),
    ]
    assert world.case(story.number).version == 6

    tally = published(world, of_2027, PUBLISHED_AT)
    assert (tally.moved, tally.firm) == (1, 2)
    after = world.clock(story.number, "state")
    assert (after.due_at, after.is_provisional, after.first_due_at) == (then, False, first)
    assert not world.clock(story.number, "case").is_provisional
    assert spans(world, after) == [
        ("start", moment("12-28 08:00"), PUBLISHED_AT, first),
        ("rearrange", PUBLISHED_AT, None, then),
    ]
    event, data = last_event(world, story.number)
    assert (event.action, event.role, event.actor_id, event.version) == ("rearrange", "system", None, 7)
    assert data["calendar"] == ["cn-office", 1]
    assert data["clocks"] == [
        ["firm", "case", None],
        ["rearrange", "state", before.state, "2027-01-12T09:30:00.000000+00:00"],
        ["firm", "state", before.state],
    ]
    assert world.case(story.number).due_at == then
    world.check()


def test_what_was_overdue_before_the_publication_stays_so_and_after_it_is_not(world: World) -> None:
    story = waiting(world)
    published(world, of_2027, moment("2027-01-12 09:00"))
    for at, is_overdue in (
        ("2027-01-11 17:29", False), ("2027-01-11 17:31", True), ("2027-01-12 08:59", True),
        ("2027-01-12 09:00", False), ("2027-01-12 17:29", False), ("2027-01-12 17:31", True),
    ):  # fmt: skip
        with reading(world.db) as db:
            found = [row.number for row in overdue(db, moment(at))]
        assert found == [story.number] * is_overdue, at


def test_what_a_clock_started_under_a_version_is_explained_with_it(world: World, story: Story) -> None:
    lately = waiting(world)
    lately.then("satisfied", "zhang")  # before anybody knew
    published(world, of_2027, PUBLISHED_AT)
    with reading(world.db) as db:
        moved = next(each for each in explain(db, story.case) if each.clock.state and not each.clock.stopped_at)
        ended = next(each for each in explain(db, lately.case) if each.clock.state == moved.clock.state)
    first, then = moved.stretches
    assert ([], then.zh, then.en) == (first.days, "放假安排公布", "holidays published")
    assert [(f"{day.date:%m-%d}", day.zh) for day in moved.days][:6] == [
        ("12-28", "起始日不计"), ("12-29", "工作日"), ("12-30", "工作日"), ("12-31", "工作日"), ("01-01", "法定假日"),
        ("01-02", "法定假日"),
    ]  # fmt: skip
    assert (moved.days[-1].date.isoformat(), moved.days[-1].total_days) == ("2027-01-12", 10)
    assert (ended.days[-1].date.isoformat(), ended.days[-1].total_days) == ("2027-01-11", 10)
    assert any(day.is_provisional for day in ended.days)


def test_pauses_and_more_time_are_counted_again_from_the_beginning(world: World) -> None:
    story = Story(world, at=moment("12-21 03:00")).up_to("sign_for")
    story.then("request_extension", "wang", reason="取证", extra="3wd")
    story.then("decide_extension", "zhao", approve="yes")  # fifteen working days and three
    story.then("request_extension", "wang", reason="取证", extra="2wd")
    story.then("decide_extension", "zhao", approve="yes")
    story.then("put_on_account", "zhao", after=12 * DAY, promise="明年", promised_on="2027-03-01")
    published(world, of_2027, story.at + HOUR)
    whole = world.clock(story.number, "case")
    assert (whole.due_at, whole.is_provisional) == (None, False)
    story.then("take_off_account", "zhao", after=3 * DAY, result="已批")
    world.check()
    with reading(world.db) as db:
        for each in explain(db, story.case):
            assert (
                each.clock.due_at is None or each.days[-1].date == each.clock.due_at.astimezone(shipped().zone).date()
            )


def test_more_time_that_reaches_into_the_year_moves_with_it(world: World) -> None:
    story = Story(world, at=moment("12-10 03:00")).up_to("sign_for")
    story.then("request_extension", "wang", reason="取证", extra="3wd")
    story.then("decide_extension", "zhao", approve="yes")
    clock = world.clock(story.number, "state")
    assert (clock.due_at, clock.is_provisional) == (moment("2027-01-05 17:30"), True)
    published(world, of_2027, moment("12-20 09:00"))
    clock = world.clock(story.number, "state")
    assert (clock.due_at, clock.is_provisional, clock.spans) == (moment("2027-01-06 17:30"), False, 3)
    with reading(world.db) as db:
        (each,) = [one for one in explain(db, story.case) if one.clock.id == clock.id]
    assert [stretch.why for stretch in each.stretches] == ["start", "extend", "rearrange"]
    assert [len(stretch.days) > 0 for stretch in each.stretches] == [True, False, True]
    assert (each.days[-1].date.isoformat(), each.days[-1].total_days) == ("2027-01-06", 18)
    world.check()


def test_a_clock_that_stands_still_has_left_what_the_year_leaves_it(world: World) -> None:
    story = Story(world, law="grievance", at=moment("12-28 03:00")).up_to("submit")
    with transaction(world.db) as db:  # a limit of the whole case in working days, which no shipped law has
        clock = db.exec(select(Clock).where(Clock.kind == "case")).one()
        clock.limit, clock.first_due_at = "20wd", moment("2027-01-25 17:30")
        clock.due_at = clock.first_due_at
        db.add(clock)
    story.then("ask_submitter", "li", after=9 * DAY, reason="缺材料")  # 6 January
    before = world.clock(story.number, "case")
    published(world, of_2027, story.at + HOUR)
    after = world.clock(story.number, "case")
    assert before.remaining and after.remaining and before.remaining != after.remaining
    assert (after.due_at, after.next_at) == (None, None)
    rows = foreseen(world, without_2027)
    assert [(row.before, row.after) for row in rows if row.kind == "case"] == [(after.remaining, before.remaining)]
    story.then("supplement", "zhang", after=DAY, note="材料")
    with reading(world.db) as db:
        (each,) = [one for one in explain(db, story.case) if one.clock.kind == "case"]
    assert each.days[-1].date == (each.clock.due_at or story.at).astimezone(shipped().zone).date()


def test_the_next_rung_follows_and_a_parked_clock_goes_on_at_its_new_moment_once_released(
    world: World, story: Story
) -> None:
    before = world.clock(story.number, "state")
    assert before.next_at is not None and before.due_at is not None
    ahead = before.due_at - before.next_at
    other = waiting(world)
    with transaction(world.db) as db:
        assert park(db, world.clock(other.number, "state"), FAILED, "broken", PUBLISHED_AT)

    published(world, of_2027, PUBLISHED_AT)
    after, kept = (world.clock(each.number, "state") for each in (story, other))
    assert after.next_at is not None and after.due_at is not None and after.due_at - after.next_at == ahead
    assert (kept.next_at, kept.due_at, kept.rung) == (None, after.due_at, after.rung)
    with transaction(world.db) as db:
        release(db, 1, by=None, at=PUBLISHED_AT + HOUR)
    assert world.clock(other.number, "state").next_at == after.next_at


def test_a_rung_that_falls_into_the_year_moves_though_its_limit_does_not_and_nobody_is_told(world: World) -> None:
    story = Story(world, at=moment("12-27 03:00")).up_to("submit")  # three working days: 30 December
    clock = world.clock(story.number, "state")
    assert clock.due_at == moment("12-30 17:30")
    list(sweep(world.db, moment("12-31 09:00")))
    before, version = world.clock(story.number, "state"), story.case.version
    while before.next_at is not None and before.next_at < moment("2027-01-01 00:00"):
        list(sweep(world.db, before.next_at))
        before, version = world.clock(story.number, "state"), story.case.version
    published(world, of_2027, moment("12-31 20:00"))
    after = world.clock(story.number, "state")
    assert before.next_at is not None and after.next_at is not None and after.next_at > before.next_at
    assert after.due_at == before.due_at
    (notes,) = [data["clocks"] for _, data in [last_event(world, story.number)]]
    assert notes == [["firm", "case", None]]
    assert story.case.version == version + 1


def test_a_clock_with_a_date_of_its_own_stays_where_it_is(world: World, story: Story) -> None:
    with transaction(world.db) as db:
        clock = db.merge(world.clock(story.number, "state"))
        clock.limit, clock.is_provisional = None, False
        db.flush()
    assert [row.kind for row in foreseen(world, of_2027)] == ["case"]


def test_a_second_version_moves_back_what_the_first_moved(world: World, story: Story) -> None:
    published(world, of_2027, PUBLISHED_AT)
    published(world, without_2027, PUBLISHED_AT + HOUR)
    clock = world.clock(story.number, "state")
    assert (clock.due_at, clock.is_provisional, clock.spans) == (moment("2027-01-11 17:30"), True, 3)
    assert last_event(world, story.number)[1]["clocks"] == [
        ["provisional", "case", None],
        ["rearrange", "state", clock.state, "2027-01-11T09:30:00.000000+00:00"],
        ["provisional", "state", clock.state],
    ]
    published(world, of_2027, PUBLISHED_AT + 2 * HOUR)
    with reading(world.db) as db:
        (each,) = [one for one in explain(db, story.case) if one.clock.id == clock.id]
    assert [stretch.why for stretch in each.stretches] == ["start", "rearrange", "rearrange", "rearrange"]
    assert each.days[-1].total_days == 10
    world.check()


def test_more_time_from_a_level_stays_where_a_year_that_does_not_concern_it_is_published(world: World) -> None:
    story = Story(world).up_to("accept")
    list(sweep(world.db, moment("11-20 18:00")))
    story.at = moment("11-23 09:00")
    story.then("acknowledge", "chen", after=timedelta(), measure="extend", extra="8wd", reason="情况复杂")
    before = world.clock(story.number, "state")
    assert before.due_at == moment("11-27 17:30")
    published(world, of_2027, story.at + HOUR)
    assert world.clock(story.number, "state").due_at == before.due_at
    with reading(world.db) as db:
        (each,) = [one for one in explain(db, story.case) if one.clock.id == before.id]
    assert (each.days[-1].date.isoformat(), each.days[-1].total_days) == ("2026-11-27", 9)
    world.check()


def test_more_time_that_nobody_granted_is_not_guessed(world: World) -> None:
    story = Story(world, at=moment("12-10 03:00")).up_to("sign_for")
    story.then("request_extension", "wang", reason="取证", extra="3wd")
    story.then("decide_extension", "zhao", approve="yes")
    with transaction(world.db) as db:
        db.delete(db.exec(select(Extension)).one())
    with reading(world.db) as db, pytest.raises(Refusal, match="没有批准延期的记录"):
        explain(db, story.case)


def test_the_rungs_of_a_date_fixed_elsewhere_follow_the_calendar_while_the_date_stays(world: World) -> None:
    story = Story(world, at=moment("12-10 03:00")).up_to("submit")
    fixed, rung_at = moment("2027-02-15 17:30"), moment("2027-02-08 17:30")
    with transaction(world.db) as db:  # as an import leaves it
        clock = db.merge(world.clock(story.number, "case"))
        clock.limit, clock.first_due_at, clock.due_at, clock.next_at = None, fixed, fixed, rung_at
        clock.is_provisional = False
    published(world, of_2027, moment("12-20 09:00"))
    clock = world.clock(story.number, "case")
    assert clock.next_at == moment("2027-02-01 17:30")  # five working days before, past the Spring Festival
    assert (clock.due_at, clock.spans) == (fixed, 0)


def test_a_level_whose_time_moves_makes_no_case_overdue(world: World) -> None:
    story = Story(world, at=moment("12-30 03:00")).up_to("submit")
    with transaction(world.db) as db:
        clock = db.merge(world.clock(story.number, "state"))
        clock.kind, clock.state = "climb", None
    published(world, of_2027, moment("12-31 09:00"))
    assert world.clock(story.number, "climb").spans == 2
    with reading(world.db) as db:
        assert overdue(db, moment("2027-01-20 09:00")) == []
