"""The clocks of a case as it moves: which stop, which start, which stand still. The arithmetic is the law's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from cases.calendars import calendar
from cases.record.clock import Clock, ClockSpan
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.words import Deed
from workflow import clocks as law_of_clocks
from workflow.calendar import Calendar
from workflow.clocks import Figures
from workflow.definition import CaseClock, State
from workflow.limits import Limit, Remaining

CASE, STATE = "case", "state"

_CLOCKS = table_of(Clock)
_SPANS = table_of(ClockSpan)
_RUNNING = Prepared(select(_CLOCKS).where(_CLOCKS.c.case_id == bindparam("case_id"), _CLOCKS.c.stopped_at.is_(None)))
_START = Prepared(insert(_CLOCKS).inline(), *(c.name for c in _CLOCKS.c if c.name not in ("id", "stopped_at")))
_STOP = Prepared(update(_CLOCKS).where(_CLOCKS.c.id == bindparam("clock_id")), "stopped_at")
_CHANGE = Prepared(
    update(_CLOCKS).where(_CLOCKS.c.id == bindparam("clock_id")), "due_at", "remaining", "is_provisional", "spans"
)
_END_SPAN = Prepared(
    update(_SPANS).where(_SPANS.c.clock_id == bindparam("clock"), _SPANS.c.until_at.is_(None)), "until_at"
)
_BEGIN_SPAN = Prepared(insert(_SPANS).inline(), "clock_id", "why", "from_at", "until_at", "due_at")


def move(deed: Deed, old: State, new: State) -> None:
    """Stop, start and pause clocks for a case that goes from one state to another, and note it in the event.

    The desk's clock always ends and a new one begins. The clock of the whole case begins when the case leaves its first
    state, stands still in states that pause, and ends with the case; one that comes back from a final state gets a new
    one.
    """
    running = running_clocks(deed.db, deed.case_id)
    noted: list[list[Any]] = deed.facts.setdefault("clocks", [])
    dues: list[datetime] = []
    for clock in running:
        if clock.kind == STATE or new.final:
            _stop(deed.db, clock, deed.at)
            noted.append(["stop", clock.kind, clock.state])
    if not new.final:
        if limit := deed.law.definition.limit_of(new, _chosen(deed)):
            due = start(deed, STATE, new.name, limit, noted)
            dues += [due] if due else []
        whole = next((clock for clock in running if clock.kind == CASE), None)
        due = _whole_case(deed, whole, old, new, noted)
        dues += [due] if due else []
    deed.sets["due_at"] = min(dues, default=None)


def start(
    deed: Deed, kind: str, state: str | None, limit: Limit, noted: list[list[Any]], paused: bool = False
) -> datetime | None:
    """Start a clock, running or standing still, note it, and return when it is due."""
    figures = law_of_clocks.start(deed.calendar, limit, deed.at)
    first_due_at = figures.due_at
    if paused:
        figures = law_of_clocks.pause(deed.calendar, figures, deed.at)
    row = {
        "case_id": deed.case_id,
        "kind": kind,
        "state": state,
        "round": deed.now("round"),
        "limit": str(limit),
        "calendar": deed.calendar.name,
        "is_provisional": figures.is_provisional,
        "started_at": deed.at,
        "first_due_at": first_due_at,
        "due_at": figures.due_at,
        "remaining": str(figures.remaining) if figures.remaining else None,
        "spans": 0,
    }
    _START.run(deed.db, row)
    noted.append(started_note(kind, state, row["limit"], first_due_at, row["remaining"]))
    if kind == CASE and deed.now("first_due_at") is None:
        deed.sets["first_due_at"] = first_due_at
    return figures.due_at


def started_note(
    kind: str, state: str | None, limit: str | None, first_due_at: datetime | None, remaining: str | None
) -> list[Any]:
    """Return what an event says of a clock that began; one that stands still from the outset has no due moment yet."""
    if remaining is None:
        return ["start", kind, state, limit, first_due_at]
    return ["start", kind, state, limit, None, first_due_at, remaining]


def extend(deed: Deed, extra: Limit) -> None:
    """Give every running clock of the case more time; those that stand still keep what they have."""
    noted: list[list[Any]] = deed.facts.setdefault("clocks", [])
    dues: list[datetime] = []
    for clock in running_clocks(deed.db, deed.case_id):
        if clock.due_at is None:
            continue
        figures = law_of_clocks.extend(calendar(clock.calendar), figures_of(clock), extra)
        change(deed.db, clock, figures, deed.at, "extend")
        assert figures.due_at is not None
        dues.append(figures.due_at)
        noted.append(["extend", clock.kind, clock.state, str(extra), figures.due_at])
    deed.sets["due_at"] = min(dues, default=None)


def change(db: Session, clock: Any, figures: Figures, at: datetime, why: str) -> None:
    """Give a clock new figures and keep the stretch that ends; the first change also keeps how the clock began."""
    if clock.spans == 0:
        first = {
            "clock_id": clock.id,
            "why": "start",
            "from_at": clock.started_at,
            "until_at": at,
            "due_at": clock.due_at,
        }
        _BEGIN_SPAN.run(db, first)
    else:
        _END_SPAN.run(db, {"clock": clock.id, "until_at": at})
    _BEGIN_SPAN.run(db, {"clock_id": clock.id, "why": why, "from_at": at, "until_at": None, "due_at": figures.due_at})
    _CHANGE.run(
        db,
        {
            "clock_id": clock.id,
            "due_at": figures.due_at,
            "remaining": str(figures.remaining) if figures.remaining else None,
            "is_provisional": figures.is_provisional,
            "spans": clock.spans + (2 if clock.spans == 0 else 1),
        },
    )


def running_clocks(db: Session, case_id: int) -> Sequence[Any]:
    """Return the clocks of a case that have not stopped."""
    return _RUNNING.rows(db, {"case_id": case_id})


def figures_of(clock: Any | Clock) -> Figures:
    """Return the figures of a clock row, as the law's arithmetic wants them."""
    return Figures(
        Limit.parse(clock.limit) if clock.limit else None,
        clock.due_at,
        Remaining.parse(clock.remaining) if clock.remaining else None,
        clock.is_provisional,
    )


def _whole_case(deed: Deed, clock: Any | None, old: State, new: State, noted: list[list[Any]]) -> datetime | None:
    """Start, pause or resume the clock of the whole case; return its due moment if it runs."""
    law: CaseClock | None = deed.law.definition.case_clock
    if clock is None:
        first = deed.law.definition.initial.name
        leaves = old.final or (old.name == first and new.name != first)
        limit = deed.law.definition.limit_of(law, _chosen(deed)) if law and leaves else None
        if limit is None:
            return None
        return start(deed, CASE, None, limit, noted, paused=new.pauses)
    figures = figures_of(clock)
    if new.pauses and not figures.is_paused and figures.due_at is not None:
        figures, why = law_of_clocks.pause(calendar(clock.calendar), figures, deed.at), "pause"
    elif not new.pauses and figures.is_paused:
        figures, why = law_of_clocks.resume(calendar(clock.calendar), figures, deed.at), "resume"
    else:
        return clock.due_at  # type: ignore[no-any-return]  # a Row has no column types
    change(deed.db, clock, figures, deed.at, why)
    noted.append([why, CASE, None, str(figures.remaining) if figures.remaining else figures.due_at])
    return figures.due_at


def _stop(db: Session, clock: Any, at: datetime) -> None:
    _STOP.run(db, {"clock_id": clock.id, "stopped_at": at})
    if clock.spans:
        _END_SPAN.run(db, {"clock": clock.id, "until_at": at})


def _chosen(deed: Deed) -> dict[str, str | None]:
    return {name: deed.now(name) for name in deed.law.definition.choices}


__all__ = [
    "CASE", "STATE", "Calendar", "change", "extend", "figures_of", "move", "running_clocks", "start", "started_note",
]  # fmt: skip
