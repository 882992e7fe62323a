"""Clocks that go no further by themselves: parked with the reason, until an administrator lets them go on.

A clock that stops, or is changed by whatever people do in the case, is parked no longer: it has another moment then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, select, update
from sqlmodel import Session

from cases import audit
from cases.errors import NotFound
from cases.record.clock import Clock, Parked
from cases.record.columns import table_of
from cases.record.people import User
from cases.record.statements import Prepared
from workflow.definition import SYSTEM

#: Why a clock was parked: its rung failed, or there was nobody left to climb to.
FAILED, NOBODY = "failed", "nobody"

_CLOCKS, _PARKED = table_of(Clock), table_of(Parked)
#: The condition that a clock is still as the sweep has read it.
AS_SEEN = (
    _CLOCKS.c.id == bindparam("clock_id"),
    _CLOCKS.c.term == bindparam("seen_term"),
    _CLOCKS.c.rung == bindparam("seen_rung"),
    _CLOCKS.c.next_at == bindparam("seen_at"),
    _CLOCKS.c.stopped_at.is_(None),
)
_HALT = Prepared(update(_CLOCKS).where(*AS_SEEN).values(next_at=literal_column("NULL")))
_PARK = Prepared(insert(_PARKED).inline(), "case_id", "clock_id", "why", "detail", "next_at", "parked_at")
_GO_ON = Prepared(
    update(_CLOCKS).where(
        _CLOCKS.c.id == bindparam("clock_id"), _CLOCKS.c.stopped_at.is_(None), _CLOCKS.c.due_at.is_not(None)
    ),
    "next_at",
)
_HELD = (_PARKED.c.clock_id == bindparam("of_clock"), _PARKED.c.released_at.is_(None))
_HELD_UNTIL = Prepared(select(_PARKED.c.next_at).where(*_HELD))
_LET_GO = Prepared(update(_PARKED).where(*_HELD), "released_at")


def seen(clock: Any) -> dict[str, Any]:
    """Return what `AS_SEEN` compares with, from a row of `clocks`."""
    return {"clock_id": clock.id, "seen_term": clock.term, "seen_rung": clock.rung, "seen_at": clock.next_at}


def park(db: Session, clock: Any, why: str, detail: str, at: datetime) -> bool:
    """Take a clock out of the sweep; tell whether it was still as it was seen."""
    if _HALT.run(db, seen(clock)) != 1:
        return False
    row = {"case_id": clock.case_id, "clock_id": clock.id, "next_at": clock.next_at, "parked_at": at}
    _PARK.run(db, {**row, "why": why, "detail": detail})
    return True


def unpark(db: Session, clock: Any, at: datetime) -> datetime | None:
    """Forget that a clock was parked, if it was, and return when it would have fired next."""
    if clock.next_at is not None or clock.due_at is None:
        return None  # it runs, or stands still: nothing that is parked
    rows = _HELD_UNTIL.rows(db, {"of_clock": clock.id})
    if rows:
        _LET_GO.run(db, {"of_clock": clock.id, "released_at": at})
    return rows[0].next_at if rows else None


def release(db: Session, parked_id: int, *, by: User | None, at: datetime) -> None:
    """Let a parked clock go on where it stopped; an act of administration.

    Raises NotFound for a number that is not parked.
    """
    found = db.get(Parked, parked_id) if 0 < parked_id < 2**63 else None
    if found is None or found.released_at is not None:
        raise NotFound("没有这一项搁置记录，或已放行。", "Nothing of that number is parked, or it has been released.")
    found.released_at, found.released_by = at, by.id if by else None
    db.add(found)
    db.flush()
    _GO_ON.run(db, {"clock_id": found.clock_id, "next_at": found.next_at})
    data = {"parked": parked_id, "clock": found.clock_id, "of_case": found.case_id}
    role = "administrator" if by else SYSTEM
    audit.append(db, [audit.Entry(at, "release_clock", role, data, actor_id=found.released_by)])
