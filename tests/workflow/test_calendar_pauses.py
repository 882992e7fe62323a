"""Pauses, explanations and sums, on offices with short Fridays, free Thursdays and changing clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.offices import CHICAGO, OFFICE, ROUND_THE_CLOCK, UNEVEN, at
from workflow.calendar import Calendar, Limit, LimitError, Offset, Remaining

calendars = st.sampled_from([OFFICE, UNEVEN, ROUND_THE_CLOCK])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
working = st.builds(Limit, st.integers(1, 60), st.sampled_from(["wd", "wh"]))
limits = st.one_of(working, st.builds(Limit, st.integers(1, 9999), st.sampled_from(["d", "h", "m"])))
counts = st.integers(1, 20)


@given(calendars, moments, limits, moments)
def test_a_pause_of_no_time_changes_nothing(calendar: Calendar, start: datetime, limit: Limit, pause: datetime) -> None:
    found = calendar.due(start, limit).at
    left = calendar.remaining(pause, found, limit)
    assert Remaining.parse(str(left)) == left
    assert calendar.resume(pause, left, limit).at == found
    assert (left.amount < 0) <= (found < pause)  # late clocks, and only they, have less than nothing left


@given(calendars, moments, working)
def test_a_pause_while_the_office_is_closed_changes_nothing(calendar: Calendar, start: datetime, limit: Limit) -> None:
    found = calendar.due(start, limit).at
    closing = calendar.shift(start, Offset.parse("-1wd"))
    opening = calendar.add_working_minutes(closing, 1) - timedelta(minutes=1)
    assert calendar.working_minutes(closing, opening) == 0
    left = calendar.remaining(closing, found, limit)
    assert calendar.resume(opening, left, limit).at == found


@given(calendars, moments, counts, counts, counts)
def test_a_pause_of_whole_working_days_moves_the_due_moment_by_as_many(
    calendar: Calendar, start: datetime, count: int, before: int, pause: int
) -> None:
    limit = Limit(count, "wd")
    found = calendar.due(start, limit).at
    paused = calendar.shift(start, Offset(before, "wd"))
    left = calendar.remaining(paused, found, limit)
    assert left.amount == count - before  # negative when the clock was late already
    resumed = calendar.resume(calendar.shift(paused, Offset(pause, "wd")), left, limit).at
    assert resumed == calendar.shift(found, Offset(pause, "wd"))


def test_a_late_clock_stays_as_late_as_it_was() -> None:
    limit, was_due, pause = Limit.parse("8wh"), at("2026-11-19T17:30"), at("2026-11-20T10:30")
    left = OFFICE.remaining(pause, was_due, limit)
    assert str(left) == "-7200ws"
    assert OFFICE.resume(at("2026-11-24T15:30"), left, limit).at == at("2026-11-24T13:30") - timedelta(minutes=90)


def test_a_remainder_fits_only_its_own_kind_of_limit() -> None:
    with pytest.raises(LimitError):
        OFFICE.resume(at("2026-11-24"), Remaining.parse("3600s"), Limit.parse("3wd"))
    for text in ("", "3", "1/0wd", "1.5ws", "3wh"):
        with pytest.raises(LimitError):
            Remaining.parse(text)


@given(calendars, moments, limits)
@settings(deadline=None)
def test_an_explanation_ends_where_the_limit_falls_due(calendar: Calendar, start: datetime, limit: Limit) -> None:
    days = calendar.explain(start, limit)
    found = calendar.due(start, limit)
    dates = [day.date for day in days]
    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
    assert dates[0] == start.astimezone(calendar.zone).date()
    last = found.at - timedelta(microseconds=1) if limit.unit in ("wd", "wh") else found.at
    assert dates[-1] == last.astimezone(calendar.zone).date()
    assert any(day.is_provisional for day in days) == found.provisional
    assert days[-1].total_minutes == sum(day.minutes for day in days)
    assert days[-1].total_days == sum(day.is_counted for day in days)
    if limit.unit in ("wd", "d"):
        assert days[-1].total_days == limit.count and not days[0].is_counted
    else:
        assert days[-1].total_minutes == limit.count * {"wh": 60, "h": 60, "m": 1}[limit.unit]


def test_an_explanation_gives_each_day_its_reason_in_both_languages() -> None:
    days = OFFICE.explain(at("2026-09-30T16:00"), Limit.parse("3wd"))
    assert [day.zh for day in days] == ["起始日不计", *["法定假日"] * 7, "工作日", "工作日", "调休补班"]
    assert days[-1].en == "make-up working day" and days[-1].weekday_zh == "周六" and days[-1].weekday_en == "Sat"
    assert [(day.zh, day.minutes) for day in OFFICE.explain(at("2026-11-20T18:00"), Limit.parse("1wh"))] == [
        ("当日办公时间已过", 0), ("周末", 0), ("周末", 0), ("工作日", 60),
    ]  # fmt: skip
    assert "按平常周计" in OFFICE.explain(at("2026-12-31T10:00"), Limit.parse("1wd"))[-1].zh
    assert UNEVEN.explain(at("2026-11-18T10:00", CHICAGO), Limit.parse("1wd"))[1].zh == "平常休息日"


@given(calendars, moments, st.integers(1, 20_000))
def test_minutes_added_are_minutes_counted(calendar: Calendar, start: datetime, minutes: int) -> None:
    later = calendar.add_working_minutes(start, minutes)
    assert calendar.working_minutes(start, later) == minutes
    assert calendar.working_minutes(later, start) == -minutes
    earlier = calendar.add_working_minutes(start, -minutes)
    assert calendar.working_minutes(earlier, start) == minutes
    assert calendar.add_working_minutes(start, 0) == start


@given(calendars, moments, moments, limits)
def test_who_starts_later_is_never_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, limit: Limit
) -> None:
    first, second = sorted((one, other))
    assert calendar.due(first, limit).at <= calendar.due(second, limit).at
