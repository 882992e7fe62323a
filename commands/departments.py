"""The departments of a case on the command line: whose part it is, how it stands, until when, how far."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from cases.hands import clock_of
from cases.progress import percent_of
from cases.record.case import Assignment, Case
from cases.sheet import clocks_of
from cases.units import units_by_id

PART_COLUMNS = ("unit", "kind", "status", "since", "due", "progress")

#: Unit, kind, status, since when, until when, per cent.
Part = tuple[str, str, str, datetime, datetime | None, str]


def parts_of(db: Session, case: Case) -> list[Part]:
    """Return every part that a case has had, in the order in which they were given."""
    rows = db.exec(select(Assignment).where(Assignment.case_id == case.id).order_by(col(Assignment.id))).all()
    clocks, units = clocks_of(db, case.id or 0), units_by_id(db, [row.unit_id for row in rows])
    found: list[Part] = []
    for row in rows:
        clock = clock_of(row, clocks)
        since = row.ended_at or row.signed_at or row.assigned_at
        due_at = clock.due_at if clock else None
        percent = f"{percent_of(row, rows)}%"
        found.append((units[row.unit_id].code, row.kind, row.status, since, due_at, percent))
    return found
