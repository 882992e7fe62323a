"""How many disputes ended in a period, and how long each took: booked to whoever turned out to be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from cases.calendars import calendar_of
from cases.capabilities.disputes import LAPSED
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.disputes import Dispute
from cases.record.lines import line

_CASES, _DISPUTES = table_of(Case), table_of(Dispute)


class Ended(NamedTuple):
    """A dispute that ended: of which case (its columns), booked to which unit, if to one, and its time in minutes."""

    case: Any
    booked_to_unit_id: int | None
    working_minutes: int
    minutes: int

    def counts(self) -> dict[str, int]:
        """Return what it adds to the columns of the rates; the time of one that lapsed is nobody's."""
        if self.booked_to_unit_id is None:
            return {"disputes_lapsed": 1}
        return {"disputes": 1, "dispute_working_minutes": self.working_minutes, "dispute_minutes": self.minutes}


def ended_disputes(db: Session, is_counted: ColumnElement[bool], seen: ColumnElement[bool]) -> Iterator[Ended]:
    """Yield the disputes whose end `is_counted` holds, of the cases that `seen` selects.

    Office time is that of the union that gave the case out, by the calendar as it is known today.
    """
    columns = (_CASES.c[name].label(name) for name in ("unit_id", "lead_id", "category"))
    names = ("opened_at", "decided_at", "decision", "booked_to_unit_id", "dispatched_by_unit_id")
    rows = db.connection().execute(
        select(*columns, *(_DISPUTES.c[name] for name in names))
        .join(_CASES, _CASES.c.id == _DISPUTES.c.case_id)
        .where(is_counted, seen)
        .order_by(_DISPUTES.c.id)
    )
    for row in rows.all():
        office = calendar_of(db, line(db, row.dispatched_by_unit_id))
        yield Ended(
            case=row,
            booked_to_unit_id=None if row.decision == LAPSED else row.booked_to_unit_id,
            working_minutes=office.working_minutes(row.opened_at, row.decided_at),
            minutes=int((row.decided_at - row.opened_at).total_seconds()) // 60,
        )
