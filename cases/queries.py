"""Questions that pages, the API and the command line share, each with a name.

What was overdue is read from the clocks: a clock has run from `started_at` to `stopped_at`, and one that was paused or
extended keeps each stretch with the due moment then in force, so that the answer is true for any past moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlmodel import Session

from cases.clocks import BESIDE, OF_THE_CASE
from cases.record.case import Case, Passage
from cases.record.clock import Clock, ClockSpan
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.people import Unit, ancestors
from cases.timeline import replay
from workflow.vocabulary import KEEP

_CLOCKS = table_of(Clock)
_SPANS = table_of(ClockSpan)
_CASES = table_of(Case)
_EVENTS = table_of(Event)
_UNITS = table_of(Unit)
_PASSAGES = table_of(Passage)

Grouping = Literal["unit", "category", "none"]


@dataclass(frozen=True)
class Overdue:
    """A case that was overdue at a moment, as it stood then; units are codes."""

    case_id: int
    number: str
    external_id: str | None
    unit: str
    lead: str | None
    category: str | None
    stage: str
    state: str
    due_at: datetime
    late_by: timedelta
    level: int

    @property
    def responsible(self) -> str:
        """Return the unit that has to act: the lead department, or the case's own unit where none is named."""
        return self.lead or self.unit


def overdue(
    db: Session, at: datetime, *, unit: str | None = None, visible: ColumnElement[bool] | None = None
) -> list[Overdue]:
    """Return what was overdue at a moment, most overdue first.

    `unit` narrows to a unit and everything below it, `visible` to what a person may see (see `cases.policy`).
    """
    late = _late(at).subquery()
    wanted = select(late.c.case_id, late.c.due_at, _CASES.c.number, _CASES.c.external_id).join(
        _CASES, _CASES.c.id == late.c.case_id
    )
    if visible is not None:
        wanted = wanted.where(visible)
    found = {row.case_id: row for row in db.connection().execute(wanted)}
    units = {row.id: row for row in db.connection().execute(select(_UNITS.c.id, _UNITS.c.code, _UNITS.c.path))}
    inside = next((row.id for row in units.values() if row.code == unit), None) if unit else None
    suggested = _suggested(db, late)
    rows = []
    for case_id, row in _as_of(db, found, late, at):
        case = found[case_id]
        own, lead = units[row["unit_id"]], units.get(row.get("lead_id") or 0)
        if unit and not any(inside in ancestors(place.path) for place in (own, lead) if place):
            continue
        rows.append(
            Overdue(
                case_id=case_id,
                number=case.number,
                external_id=case.external_id,
                unit=own.code,
                lead=lead.code if lead else None,
                category=row.get("category") or suggested.get(case_id),
                stage=row["stage"],
                state=row["state"],
                due_at=case.due_at,
                late_by=at - case.due_at,
                level=row.get("level", 0),
            )
        )
    return sorted(rows, key=lambda row: (row.due_at, row.number))


def counted(rows: Iterable[Overdue], by: Grouping) -> list[tuple[str, int]]:
    """Return how many cases there are for each responsible unit, each category, or in all; most first."""
    if by == "none":
        return [("", sum(1 for _ in rows))]
    counts = Counter((row.responsible if by == "unit" else row.category or "") for row in rows)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def length(late: timedelta) -> str:
    """Return a length of time such as `3d 4h 15m`."""
    minutes = int(late.total_seconds() // 60)
    return f"{minutes // 1440}d {minutes // 60 % 24}h {minutes % 60}m"


def exceptions(db: Session) -> Iterator[tuple[str, str | None]]:
    """Yield the open cases that no clock watches: number, and the source that fixed no limit where there is one.

    What was promised in a case, which outlives it, does not watch over the case.
    """
    watched = select(_CLOCKS.c.case_id).where(
        _CLOCKS.c.stopped_at.is_(None),
        or_(_CLOCKS.c.due_at.is_not(None), _CLOCKS.c.remaining.is_not(None)),
        or_(_CLOCKS.c.kind != BESIDE, _CLOCKS.c.state.not_like(f"{KEEP}@%")),
    )
    unwatched = (
        select(_CASES.c.number, _CASES.c.source)
        .where(_CASES.c.closed_at.is_(None), _CASES.c.id.not_in(watched))
        .order_by(_CASES.c.id)
    )
    yield from ((number, source) for number, source in db.connection().execute(unwatched))


def _late(at: datetime) -> Select[Any]:
    """Select the cases that were late at a moment with the earliest due moment that had passed."""
    plain = select(_CLOCKS.c.case_id, _CLOCKS.c.due_at).where(
        _CLOCKS.c.kind.in_(OF_THE_CASE),
        _CLOCKS.c.spans == 0,
        _CLOCKS.c.started_at <= at,
        _CLOCKS.c.due_at < at,
        _still(_CLOCKS.c.stopped_at, at),
    )
    changed = (
        select(_CLOCKS.c.case_id, _SPANS.c.due_at)
        .join(_SPANS, _SPANS.c.clock_id == _CLOCKS.c.id)
        .where(
            _CLOCKS.c.kind.in_(OF_THE_CASE),
            _CLOCKS.c.spans > 0,
            _SPANS.c.from_at <= at,
            _SPANS.c.due_at < at,
            _still(_SPANS.c.until_at, at),
            _still(_CLOCKS.c.stopped_at, at),
        )
    )
    both = union_all(plain, changed).subquery()
    return select(both.c.case_id, func.min(both.c.due_at).label("due_at")).group_by(both.c.case_id)


def _suggested(db: Session, late: Any) -> dict[int, str | None]:
    """Return the categories that submitters wrote, for cases on which nobody had decided by then."""
    words = select(_PASSAGES.c.case_id, _PASSAGES.c.body).where(_PASSAGES.c.field == "category")
    return {
        row.case_id: row.body
        for row in db.connection().execute(words.join(late, late.c.case_id == _PASSAGES.c.case_id))
    }


def _still(end: ColumnElement[Any], at: datetime) -> ColumnElement[bool]:
    return or_(end.is_(None), end > at)


def _as_of(db: Session, found: dict[int, Any], late: Any, at: datetime) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each case's row as it stood at the moment, replayed from its events."""
    events = (
        select(_EVENTS.c.case_id, _EVENTS.c.version, _EVENTS.c.data)
        .join(late, and_(late.c.case_id == _EVENTS.c.case_id, _EVENTS.c.at <= at))
        .order_by(_EVENTS.c.case_id, _EVENTS.c.version)
    )
    rows = db.connection().execute(events)
    for case_id, of_case in groupby(rows, key=lambda row: row.case_id):
        if case_id in found:
            yield case_id, replay(of_case)
