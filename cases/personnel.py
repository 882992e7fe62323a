"""Whom an act of administration means, and the event that it leaves; an event names people by their id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from cases import audit
from cases.access import is_storable
from cases.errors import NotFound, shown
from cases.record.database import is_for_reading
from cases.record.people import User


def find_person(db: Session, login: str) -> User:
    """Return the person with a login, held until the transaction ends. Raises NotFound."""
    wanted = select(User).where(User.login == login)
    if not is_for_reading(db):  # two changes of one person at once would not see each other's duties
        wanted = wanted.with_for_update()
    user = db.exec(wanted).first() if is_storable(login) else None
    if user is None:
        raise NotFound(f"没有登录名为 {shown(login)} 的人员。", f"There is nobody with the login {shown(login)}.")
    return user


def find_two(db: Session, login: str, other: str) -> tuple[User, User]:
    """Return two people, held in one order whoever asks, so that nobody waits for another in a ring."""
    found = {word: find_person(db, word) for word in sorted({login, other})}
    return found[login], found[other]


def note(
    db: Session,
    action: str,
    user: User,
    at: datetime,
    data: Mapping[str, Any],
    *,
    by: User | None = None,
    role: str = "system",
) -> None:
    """Write the event of what was done to a person: by somebody in a role, or on the command line by the system."""
    told = {"user": user.id, **data}
    audit.append(db, [audit.Entry(at=at, action=action, role=role, data=told, actor_id=by.id if by else None)])
