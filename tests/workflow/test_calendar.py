"""Working time against a plain day-walk over the published holidays, by hand, and where years and clocks change."""

import json
import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.workflow.offices import CHICAGO, OFFICE, ROUND_THE_CLOCK, SHANGHAI, UNEVEN, at, due
from workflow.calendar import Limit, LimitError, Offset, Refusal, parse_calendar

EXAMPLES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "20000"))
# --- The oracle: walks day by day over the published holidays and knows nothing of prefix sums.

HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))


@pytest.fixture(scope="session")
def is_workday(shared_data: Path) -> Callable[[date], bool]:
    published: dict[date, bool] = {}
    for year in range(2007, 2027):
        for day in json.loads((shared_data / "holidays" / f"{year}.json").read_text(encoding="utf-8"))["days"]:
            published[date.fromisoformat(day["date"])] = not day["isOffDay"]
    return lambda day: published.get(day, day.weekday() < 5)


def walk(start: datetime, limit: Limit, is_workday: Callable[[date], bool]) -> datetime:
    """Walks from a naive local start to the naive local due moment."""
    if limit.unit in ("d", "h", "m"):
        return (
            start
            + limit.count * {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}[limit.unit]
        )
    day = start.date()
    if limit.unit == "wd":
        for _ in range(limit.count):
            day += timedelta(days=1)
            while not is_workday(day):
                day += timedelta(days=1)
        return datetime.combine(day, HOURS[-1][1])
    left = timedelta(hours=limit.count)
    while True:
        if is_workday(day):
            for opening, closing in HOURS:
                begins, ends = max(start, datetime.combine(day, opening)), datetime.combine(day, closing)
                if begins < ends and left <= ends - begins:
                    return begins + left
                left -= max(ends - begins, timedelta(0))
        day += timedelta(days=1)


def test_random_limits_fall_due_where_a_day_walk_ends(is_workday: Callable[[date], bool]) -> None:
    seed = int(os.environ.get("BIHUAN_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"seed {seed}, {EXAMPLES} examples")
    dice = random.Random(seed)
    first, span = datetime(2007, 1, 1), int(timedelta(days=20 * 365 + 5).total_seconds())
    edges = ("00:00", "08:29:59", "08:30", "12:00", "12:45", "13:30", "17:29:59", "17:30", "17:30:01", "23:59:59")
    for _ in range(EXAMPLES):
        start = first + timedelta(seconds=dice.randrange(span))
        if dice.random() < 0.3:
            start = datetime.combine(start.date(), time.fromisoformat(dice.choice(edges)))
        unit, most = dice.choice((("wd", 60), ("wd", 5), ("wh", 200), ("wh", 9), ("d", 90), ("h", 500), ("m", 9999)))
        limit = Limit.parse(f"{dice.randint(1, most)}{unit}")
        found = OFFICE.due(start.replace(tzinfo=SHANGHAI), limit)
        expected = walk(start, limit, is_workday)
        context = f"seed {seed}: {limit} from {start}"
        assert found.at.astimezone(SHANGHAI).replace(tzinfo=None) == expected, context
        assert found.provisional == (expected.year > 2026), context


def test_the_office_file_says_of_every_day_what_was_published(is_workday: Callable[[date], bool]) -> None:
    days = [date(2007, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2007, 1, 1)).days)]
    assert [day for day in days if bool(OFFICE.hours.on(day)) != is_workday(day)] == []
    assert all(OFFICE.is_published(year) for year in range(2004, 2027))
    assert not OFFICE.is_published(2027) and not OFFICE.is_published(2003)


# --- Limits, by hand.


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-11-20T10:00", "3wd", "2026-11-25T17:30+08:00"),
        ("2026-11-20T23:59", "3wd", "2026-11-25T17:30+08:00"),
        ("2026-11-21T00:00", "1wd", "2026-11-23T17:30+08:00"),
        ("2026-09-30T16:00", "4wd", "2026-10-12T17:30+08:00"),  # over National Day, a Saturday made up
        ("2026-11-20T10:00", "16wh", "2026-11-24T11:00+08:00"),
        ("2026-11-20T12:30", "4wh", "2026-11-20T17:30+08:00"),  # ends exactly at closing and stays there
        ("2026-11-20T08:30", "3wh", "2026-11-20T11:30+08:00"),
        ("2026-11-21T03:00", "1wh", "2026-11-23T09:30+08:00"),  # a Saturday night counts from Monday's opening
        ("2026-11-20T17:30", "1wh", "2026-11-23T09:30+08:00"),
        ("2026-11-20T10:00", "10d", "2026-11-30T10:00+08:00"),
        ("2026-11-20T10:00", "48h", "2026-11-22T10:00+08:00"),
        ("2026-11-20T23:00", "90m", "2026-11-21T00:30+08:00"),
    ],
)
def test_a_limit_falls_due_as_the_regulation_reads(start: str, limit: str, expected: str) -> None:
    assert due(start, limit) == expected


def test_the_start_may_come_in_any_zone_and_keeps_its_seconds() -> None:
    start = at("2026-11-20T10:00:07.000009")
    assert OFFICE.due(start.astimezone(CHICAGO), Limit.parse("1wh")) == OFFICE.due(start, Limit.parse("1wh"))
    assert OFFICE.due(start, Limit.parse("1wh")).at == start + timedelta(hours=1)


@pytest.mark.parametrize(
    "text", ["-3wd", "0wd", "1.5wh", "3 wd", "wd", "", "123456wd", "3", "３wd", "3wd\n", "3WD", "+3wd"]
)
def test_what_is_no_positive_whole_limit_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(LimitError) as caught:
        Limit.parse(text)
    assert str(caught.value) == f"{caught.value.zh} / {caught.value.en}"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["3wd", "-0wd", "+", "+1.5d", "-123456m", "", "00", "+1w"])
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(LimitError):
        Offset.parse(text)


@pytest.mark.parametrize(
    ("moment", "offset", "expected"),
    [
        ("2026-11-25T17:30", "0", "2026-11-25T17:30"),
        ("2026-11-25T17:30", "-2wd", "2026-11-23T17:30"),
        ("2026-11-25T17:30", "-3wd", "2026-11-20T17:30"),
        ("2026-11-25T10:00", "+1wd", "2026-11-26T17:30"),
        ("2026-11-22T10:00", "-1wd", "2026-11-20T17:30"),
        ("2026-11-25T17:30", "+3d", "2026-11-28T17:30"),
        ("2026-11-25T17:30", "-4wh", "2026-11-25T13:30"),  # ends exactly at an opening and stays there
        ("2026-11-25T17:30", "-5wh", "2026-11-25T11:00"),
        ("2026-11-23T09:00", "-1wh", "2026-11-20T17:00"),
        ("2026-11-25T17:30", "-30m", "2026-11-25T17:00"),
    ],
)
def test_a_rung_stands_at_its_offset_from_the_due_moment(moment: str, offset: str, expected: str) -> None:
    parsed = Offset.parse(offset)
    assert str(parsed) == offset
    assert OFFICE.shift(at(moment), parsed) == at(expected)


# --- Years that are not published, and the ends of time.


def test_a_limit_that_reaches_into_an_unpublished_year_is_provisional() -> None:
    start = at("2026-12-28T09:00")
    assert OFFICE.due(start, Limit.parse("10wd")) == (at("2027-01-11T17:30").astimezone(UTC), True)
    assert not OFFICE.due(start, Limit.parse("3wd")).provisional
    assert OFFICE.due(start, Limit.parse("4wd")).provisional
    assert OFFICE.provisional(start, at("2027-01-01T00:00"))
    assert not OFFICE.provisional(start, at("2026-12-31T23:59"))
    assert OFFICE.provisional(at("2003-12-31T23:59"), start)


@pytest.mark.parametrize("moment", ["1899-12-30T00:00", "2201-01-03T00:00", "0001-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize("limit", ["1wd", "1wh", "1d", "1m"])
def test_moments_outside_the_known_centuries_are_refused(moment: str, limit: str) -> None:
    with pytest.raises(Refusal):
        OFFICE.due(at(moment), Limit.parse(limit))


@pytest.mark.parametrize("limit", ["99999wd", "99999d"])
def test_limits_that_leave_the_known_centuries_are_refused(limit: str) -> None:
    with pytest.raises(Refusal):
        OFFICE.due(at("2026-11-20"), Limit.parse(limit))
    with pytest.raises(Refusal):
        OFFICE.shift(at("1901-01-01"), Offset.parse("-" + limit))


def test_the_first_and_the_last_year_can_be_computed() -> None:
    assert due("1900-01-02T09:00", "1wd").startswith("1900-01-03T17:30")
    assert due("2200-12-29T09:00", "1wd").startswith("2200-12-30T17:30")
    with pytest.raises(Refusal):
        OFFICE.shift(at("1900-01-01T12:00"), Offset.parse("-4wh"))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(Refusal):
        OFFICE.due(datetime(2026, 11, 20), Limit.parse("3wd"))


# --- Zones whose clocks change.


def test_closings_follow_the_clock_of_their_own_day() -> None:
    assert due("2026-03-06T10:00", "1wd", UNEVEN) == "2026-03-09T17:00-05:00"
    assert due("2026-10-30T10:00", "1wd", UNEVEN) == "2026-11-02T17:00-06:00"
    assert due("2026-03-07T02:30", "1d", UNEVEN) == "2026-03-08T03:30-05:00"
    assert due("2026-03-07T02:30", "24h", UNEVEN) == "2026-03-08T03:30-05:00"
    assert due("2026-03-07T12:00", "1d", UNEVEN) == "2026-03-08T12:00-05:00"
    assert due("2026-03-07T12:00", "24h", UNEVEN) == "2026-03-08T13:00-05:00"


def test_an_hour_that_the_clocks_skip_is_not_worked() -> None:
    night = parse_calendar('name = "n"\ntimezone = "America/Chicago"\n[week]\nsun = ["00:00-24:00"]', "n.toml")
    assert night.working_minutes(at("2026-03-08", CHICAGO), at("2026-03-09", CHICAGO)) == 23 * 60
    assert night.working_minutes(at("2026-11-01", CHICAGO), at("2026-11-02", CHICAGO)) == 25 * 60
    assert due("2026-03-08T00:00", "3wh", night) == "2026-03-08T04:00-05:00"


def test_a_midnight_that_closes_a_day_belongs_to_that_day() -> None:
    assert due("2026-11-19T10:00", "1wd", ROUND_THE_CLOCK) == "2026-11-21T00:00-06:00"  # the end of Friday
    friday_night = at("2026-11-21T00:00", CHICAGO)
    assert ROUND_THE_CLOCK.shift(friday_night, Offset.parse("+1wd")) == at("2026-11-24T00:00", CHICAGO)
    assert ROUND_THE_CLOCK.shift(friday_night, Offset.parse("-1wd")) == at("2026-11-20T00:00", CHICAGO)
    assert ROUND_THE_CLOCK.explain(at("2026-11-19T10:00", CHICAGO), Limit.parse("1wd"))[-1].date == date(2026, 11, 20)


def test_a_day_that_a_zone_skipped_does_not_count() -> None:
    apia = parse_calendar('name = "a"\ntimezone = "Pacific/Apia"\n[week]\nthu = ["09:00-17:00"]\n'
                          'fri = ["09:00-17:00"]\nsat = ["09:00-17:00"]', "a.toml")  # fmt: skip
    assert due("2011-12-29T10:00", "1wd", apia) == "2011-12-31T17:00+14:00"
