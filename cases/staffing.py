"""Which duties are filled where: what a law's proof asks about the people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from cases.record.people import Duty, Unit, User, in_force
from workflow.proof import UnitStaff


def staff(db: Session, at: datetime) -> Iterator[UnitStaff]:
    """Yield every active unit with the duties that someone active, or their deputy, fills there at a moment."""
    holders: defaultdict[int, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    duties = (
        select(Duty.unit_id, Duty.role, Duty.user_id)
        .join(User, col(User.id) == Duty.user_id)
        .where(User.is_active, in_force(at))
    )
    for place, role, user_id in db.exec(duties):
        holders[place][role].add(user_id)
    units = db.exec(select(Unit.id, Unit.code, Unit.name, Unit.parent_id).where(Unit.is_active)).all()
    codes: dict[int | None, str] = {unit_id: code for unit_id, code, _, _ in units}
    for unit_id, code, name, parent_id in units:
        here = {role: frozenset(people) for role, people in holders[unit_id or 0].items()}
        yield UnitStaff(code, name, codes.get(parent_id), frozenset(here), here)
