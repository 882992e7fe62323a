"""A clock that is run again from its beginning shows what it showed, or what it would have shown all along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.notices import NOTICE
from tests.workflow.offices import OFFICE, ROUND_THE_CLOCK, UNEVEN, at
from workflow.arrangement_text import read_arrangement
from workflow.calendar import Calendar, Limit
from workflow.clocks import EXTEND, PAUSE, RESUME, Change, Figures, extend, pause, rerun, resume, start

ARRANGED = Calendar(read_arrangement(NOTICE).taken_by(OFFICE.hours))

limits = st.builds(Limit, st.integers(1, 40), st.sampled_from(["wd", "wh", "d", "h"]))
moments = st.datetimes(datetime(2026, 9, 1), datetime(2027, 9, 1), timezones=st.just(UTC))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Limit, datetime, list[Change]]:
    """Draws a limit, when it began, and what can have happened to it since, in order."""
    limit, began_at = draw(limits), draw(moments)
    now, is_paused, changes = began_at, draw(st.booleans()), []
    if is_paused:
        changes.append(Change(PAUSE, now))
    for hours in draw(st.lists(st.integers(0, 24 * 40), max_size=6)):
        now += timedelta(hours=hours)
        why = RESUME if is_paused else draw(st.sampled_from([PAUSE, EXTEND]))
        changes.append(Change(why, now, draw(limits) if why == EXTEND else None))
        is_paused = (why == PAUSE) if why != EXTEND else is_paused
    return limit, began_at, changes


def lived(calendar: Calendar, limit: Limit, began_at: datetime, changes: list[Change]) -> Iterator[Figures]:
    """Runs a clock as the engine does, one change at a time; it keeps what is left as text in between."""
    clock = start(calendar, limit, began_at)
    yield clock
    for change in changes:
        match change.why:
            case "pause":
                clock = pause(calendar, clock, change.at)
            case "resume":
                clock = resume(calendar, clock, change.at)
            case _:
                assert change.extra
                clock = extend(calendar, clock, change.extra)
        yield clock


@given(st.sampled_from([OFFICE, ARRANGED, UNEVEN, ROUND_THE_CLOCK]), histories())
def test_under_the_same_calendar_nothing_changes(
    calendar: Calendar, history: tuple[Limit, datetime, list[Change]]
) -> None:
    limit, began_at, changes = history
    shown = list(lived(calendar, limit, began_at, changes))
    assert rerun(calendar, shown[-1], began_at, changes) == shown


@given(histories())
def test_under_a_changed_calendar_it_shows_what_a_clock_shows_that_has_known_it_from_the_start(
    history: tuple[Limit, datetime, list[Change]],
) -> None:
    limit, began_at, changes = history
    known = list(lived(OFFICE, limit, began_at, changes))[-1]
    assert rerun(ARRANGED, known, began_at, changes) == list(lived(ARRANGED, limit, began_at, changes))


def test_ten_working_days_from_the_end_of_2026_are_provisional_until_2027_is_arranged() -> None:
    began_at = at("2026-12-28T09:00")
    known = start(OFFICE, Limit.parse("10wd"), began_at)
    assert (known.due_at, known.is_provisional) == (at("2027-01-11T17:30"), True)
    (again,) = rerun(ARRANGED, known, began_at, [])
    assert (again.due_at, again.is_provisional) == (at("2027-01-12T17:30"), False)


def test_a_date_that_was_fixed_elsewhere_stays_and_only_more_time_is_counted_anew() -> None:
    fixed = Figures(None, at("2026-12-31T12:00"))
    more = Change(EXTEND, at("2026-12-30T09:00"), Limit.parse("1wd"))
    assert rerun(OFFICE, fixed, at("2026-12-01"), [more])[-1].due_at == at("2027-01-01T17:30")
    assert [figures.due_at for figures in rerun(ARRANGED, fixed, at("2026-12-01"), [more])] == [
        at("2026-12-31T12:00"), at("2027-01-04T17:30"),
    ]  # fmt: skip
