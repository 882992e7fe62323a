"""Who may say who stands in for whom, and hand a leaver's duties over; one readable table.

| whoever is   | at a unit may do so for these duties there and below                              |
|--------------|-----------------------------------------------------------------------------------|
| head         | handler, head                                                                     |
| leader       | handler, head, reviewer, supervisor, leader                                       |
| system_admin | handler, head, reviewer, supervisor, leader, wherever                             |

Nobody does so in their own favour: whoever would be the deputy or the successor is named by somebody else. The three
administrations are changed on the command line only, where the machine's owner is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import Session, col, select

from cases.deputies import PERSONAL
from cases.errors import BadRequest
from cases.policy import SYSTEM_ADMIN, Held, duties_of
from cases.record.people import Duty, Unit, User, lasts, subtree

_OF_A_DEPARTMENT = frozenset({"handler", "head"})
_OF_A_UNION = _OF_A_DEPARTMENT | {"reviewer", "supervisor", "leader"}
TABLE = {"head": _OF_A_DEPARTMENT, "leader": _OF_A_UNION, SYSTEM_ADMIN: _OF_A_UNION}


def authority_of(db: Session, user: User, at: datetime) -> list[Held]:
    """Return the duties by which a person may name deputies; none for most people."""
    return [held for held in duties_of(db, user, at) if held.role in TABLE]


def covers(authority: Iterable[Held], role: str, path: str) -> Held | None:
    """Return by which of a person's duties they may change a duty at a unit, or None."""
    return next(
        (held for held in authority if role in TABLE[held.role] and _reaches(held, path)),
        None,
    )


def within(authority: Collection[Held]) -> ColumnElement[bool]:
    """Return the condition that a duty at a unit is one that a person may change, over `Duty` joined with `Unit`."""
    return or_(false(), *(and_(col(Duty.role).in_(sorted(TABLE[held.role])), _below(held)) for held in authority))


def uncovered(db: Session, authority: Collection[Held], user: User, at: datetime) -> list[str]:
    """Return the duties of a person that somebody may not change, but for what is personal."""
    rows = db.exec(
        select(Duty.role, Unit).join(Unit, col(Unit.id) == Duty.unit_id).where(Duty.user_id == user.id, lasts(at))
    )
    words = {(role, unit.code) for role, unit in rows if covers(authority, role, unit.path) is None}
    return sorted(f"{role}@{code}" for role, code in words if role not in PERSONAL)


def refuse_own_favour(by: User, favoured: User) -> None:
    """Refuse that somebody gives a duty to themselves. Raises BadRequest."""
    if by.id == favoured.id:
        raise BadRequest(
            "不能指定您本人代理或接任，请由他人办理。", "You cannot name yourself: let somebody else do so."
        )


def _reaches(held: Held, path: str) -> bool:
    return held.role == SYSTEM_ADMIN or path.startswith(held.path)


def _below(held: Held) -> ColumnElement[bool]:
    if held.role == SYSTEM_ADMIN:
        return true()
    first, end = subtree(held.path)
    return and_(col(Unit.path) >= first, col(Unit.path) < end)
