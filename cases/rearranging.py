"""What a version of a calendar does to the clocks that it reaches: where each would stand.

A version counts for the past as well: each clock is run again from its own beginning (see `cases.rerunning`), and moves
to where it would stand had the version been known all along. Nothing is written here (see `cases.settling`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from cases.clocks import OF_THE_CASE, figures_of, ladder_of
from cases.failing import told
from cases.laws import law_of
from cases.reach import Reach, reached
from cases.record.case import Case
from cases.record.clock import Clock, ClockSpan
from cases.record.columns import table_of
from cases.rerunning import REARRANGE, Grants, grants_of, rerun
from workflow import ladders
from workflow.calendar import Calendar
from workflow.clocks import Figures
from workflow.definition import Rung

#: A clock that rests on a year that is not published, or does not any more.
PROVISIONAL, FIRM = "provisional", "firm"

log = logging.getLogger(__name__)

_CASES, _CLOCKS, _SPANS = (table_of(model) for model in (Case, Clock, ClockSpan))


class Moved(NamedTuple):
    """A running clock as a version leaves it: the due moments, or what is left where it stands still."""

    number: str
    law_id: int
    kind: str
    state: str | None
    before: datetime | str | None
    after: datetime | str | None
    was_provisional: bool
    is_provisional: bool

    @property
    def is_moved(self) -> bool:
        """Tell whether it is due at another moment, or has something else left."""
        return self.before != self.after

    @property
    def is_firm_now(self) -> bool:
        """Tell whether it rested on a year that was not published, and does not any more."""
        return self.was_provisional and not self.is_provisional


@dataclass(slots=True)
class Shown:
    """A running clock, a row of `clocks`, what a calendar shows it to be, and when the rung that comes next would."""

    row: Any
    figures: Figures
    rung_at: datetime | None

    @property
    def next_at(self) -> datetime | None:
        """Return when it fires next: one that waits for nothing, or was taken out of the sweep, goes on so."""
        return self.rung_at if self.row.next_at else None

    @property
    def left(self) -> str | None:
        """Return what is left of it if it stands still."""
        return str(self.figures.remaining) if self.figures.remaining else None

    @property
    def is_moved(self) -> bool:
        """Tell whether it is due at another moment, or has something else left."""
        return (self.row.due_at, self.row.remaining) != (self.figures.due_at, self.left)

    @property
    def is_told(self) -> bool:
        """Tell whether its case has something to tell."""
        return self.is_moved or bool(self.row.is_provisional != self.figures.is_provisional)

    def notes(self) -> Iterator[list[Any]]:
        """Yield what an event says of it (see `cases.replaying`)."""
        what = [self.row.kind, self.row.state]
        if self.is_moved:
            yield [REARRANGE, *what, self.figures.due_at, *([self.left] if self.left else [])]
        if self.row.is_provisional != self.figures.is_provisional:
            yield [PROVISIONAL if self.figures.is_provisional else FIRM, *what]


class Failed(NamedTuple):
    """A running clock, a row of `clocks`, that cannot be counted and stays as it is, with the traceback."""

    row: Any
    detail: str


@dataclass(slots=True)
class Affected:
    """A case, a row of `cases`, with its running clocks."""

    row: Any
    clocks: list[Shown]
    failed: list[Failed]

    @property
    def due_at(self) -> datetime | None:
        """Return when it is due."""
        dues = [clock.figures.due_at for clock in self.clocks if clock.row.kind in OF_THE_CASE]
        dues += [clock.row.due_at for clock in self.failed if clock.row.kind in OF_THE_CASE]
        return min((due_at for due_at in dues if due_at), default=None)


def foreseen(db: Session, offices: Mapping[str, Calendar], reach: Reach) -> Iterator[Moved]:
    """Yield what calendars would do to the clocks that run, in the order of their cases."""
    after = 0
    while ids := reached(db, reach, after):
        after = ids[-1]
        for case in affected(db, ids, offices):
            for clock in case.clocks:
                if clock.is_told:
                    yield _moved(case, clock)


def affected(
    db: Session, ids: Sequence[int], offices: Mapping[str, Calendar], *, is_held: bool = False
) -> Iterator[Affected]:
    """Yield cases with their running clocks as calendars show them; if they are to be held, once nobody acts on them.

    The clocks are read after that, so that they are as whoever acted last has left them.
    """
    columns = (_CASES.c[name] for name in ("id", "number", "law_id", "version", "state", "due_at"))
    wanted = select(*columns).where(_CASES.c.id.in_(ids)).order_by(_CASES.c.id)
    rows = db.connection().execute(wanted.with_for_update(key_share=True) if is_held else wanted).all()
    running = select(_CLOCKS).where(_CLOCKS.c.case_id.in_(ids), _CLOCKS.c.stopped_at.is_(None)).order_by(_CLOCKS.c.id)
    clocks = _grouped(db.connection().execute(running), "case_id")
    changed = [clock.id for mine in clocks.values() for clock in mine if clock.spans]
    kept = select(_SPANS).where(_SPANS.c.clock_id.in_(changed)).order_by(_SPANS.c.id)
    spans = _grouped(db.connection().execute(kept), "clock_id") if changed else {}
    grants = grants_of(db, ids) if changed else {}
    for row in rows:
        case = Affected(row, [], [])
        for clock in clocks.get(row.id, []):
            try:
                ladder = ladder_of(law_of(db, row.law_id).definition, clock.kind, clock.state)
                office = offices.get(clock.calendar)
                case.clocks.append(_shown(office, ladder, clock, spans.get(clock.id, []), grants.get(row.id, [])))
            except DBAPIError:
                raise
            except Exception as error:  # whatever is wrong with one case keeps no other from being put right
                log.exception("clock %s of case %s is left as it was", clock.id, clock.case_id)
                case.failed.append(Failed(clock, told(error)))
        yield case


def _shown(office: Calendar | None, ladder: Sequence[Rung], clock: Any, spans: Sequence[Any], grants: Grants) -> Shown:
    """Return a clock as its calendar shows it; one that no calendar moves is as it was.

    A date that was fixed elsewhere stays, while the rungs before and after it follow the calendar.
    """
    if office is None or (clock.due_at is None and clock.remaining is None):
        return Shown(clock, figures_of(clock), clock.next_at)
    is_fixed = clock.limit is None and not spans
    figures = figures_of(clock) if is_fixed else rerun(office, clock, spans, grants)[-1]
    return Shown(clock, figures, ladders.moment(office, ladder, clock.rung, figures.due_at))


def _moved(case: Affected, clock: Shown) -> Moved:
    row, figures = clock.row, clock.figures
    return Moved(
        number=case.row.number,
        law_id=case.row.law_id,
        kind=row.kind,
        state=row.state,
        before=row.due_at or row.remaining,
        after=figures.due_at or clock.left,
        was_provisional=row.is_provisional,
        is_provisional=figures.is_provisional,
    )


def _grouped(rows: Iterable[Any], column: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found
