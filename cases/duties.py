"""What people may be: give a duty at a unit, tell when it ends, end it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cases.access import is_storable
from cases.errors import BadRequest, NotFound
from cases.record.people import DUTIES, Duty, Unit, User, lasts

#: Who watches whom must be different people, so nobody holds two of these.
ADMINISTRATIONS = frozenset({"system_admin", "security_admin", "audit_admin"})


def give(
    db: Session, user: User, word: str, *, at: datetime, since: datetime | None, until: datetime | None = None
) -> dict[str, Any]:
    """Give a duty such as reviewer@330482, or change when it ends, and return what the event says of it.

    Raises BadRequest for a wrong word or a second administration, NotFound for the unit.
    """
    role, unit = duty_word(db, word)
    if role in ADMINISTRATIONS:
        one_administration(db, user, role, at)
    held = _held(db, user, role, unit, at)
    for row in held:
        row.until_at = until
        db.add(row)
    if not held:
        db.add(Duty(user_id=user.id or 0, unit_id=unit.id or 0, role=role, from_at=since, until_at=until))
    db.flush()
    return {"role": role, "unit": unit.code, "until": until}


def end(db: Session, user: User, word: str, *, at: datetime) -> dict[str, Any]:
    """End a duty and return what the event says of it. Raises NotFound for one that the person does not have."""
    role, unit = duty_word(db, word)
    held = _held(db, user, role, unit, at)
    if not held:
        raise NotFound(f"{user.login} 没有职责 {word[:80]}。", f"{user.login} does not have the duty {word[:80]}.")
    for row in held:
        row.until_at = at
        db.add(row)
    db.flush()
    return {"role": role, "unit": unit.code, "until": at}


def duty_word(db: Session, word: str) -> tuple[str, Unit]:
    """Return role and unit of a word such as reviewer@330482. Raises BadRequest, or NotFound for the unit."""
    role, _, code = word.partition("@")
    if role not in DUTIES or not code:
        known = ", ".join(DUTIES)
        raise _wrong(f"「{word[:80]}」不是 职责@单位，职责有：{known}", f"{word[:80]} is not role@unit; roles: {known}")
    unit = db.exec(select(Unit).where(Unit.code == code, Unit.is_active)).first() if is_storable(code) else None
    if unit is None:
        raise NotFound(f"没有代码为 {code[:64]} 的单位。", f"There is no unit {code[:64]}.")
    return role, unit


def _held(db: Session, user: User, role: str, unit: Unit, at: datetime) -> list[Duty]:
    """Return a person's own duties of a kind at a unit that have not ended; where they stand in is another matter."""
    wanted = select(Duty).where(Duty.user_id == user.id, Duty.role == role, Duty.unit_id == unit.id, lasts(at))
    return list(db.exec(wanted.where(col(Duty.deputy_of).is_(None))))


def one_administration(db: Session, user: User, role: str, at: datetime) -> None:
    """Refuse a second of the three administrations: who watches whom must be different people."""
    others = select(Duty.role).where(Duty.user_id == user.id, col(Duty.role).in_(ADMINISTRATIONS - {role}), lasts(at))
    if other := db.exec(others).first():
        raise _wrong(
            f"{user.login} 已是 {other}，系统、安全、审计三种管理员须由不同的人担任",
            f"{user.login} is {other} already; system, security and audit administration are three people's",
        )


def _wrong(zh: str, en: str) -> BadRequest:
    return BadRequest(f"{zh}。", f"{en}.")
