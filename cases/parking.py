"""Clocks that go no further by themselves: parked with the reason, until an administrator lets them go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, update
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
        _CLOCKS.c.id == bindparam("clock_id"), _CLOCKS.c.stopped_at.is_(None), _CLOCKS.c.next_at.is_(None)
    ),
    "next_at",
)


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


def release(db: Session, parked_id: int, *, by: User | None, at: datetime) -> None:
    """Let a parked clock go on where it stopped, unless it has moved since; an act of administration.

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
