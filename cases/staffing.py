"""Which duties are filled where: what a law's proof asks about the people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases.record.people import Duty, Unit, User, in_force
from workflow.proof import UnitStaff

REVIEWER = "reviewer"


def staff(db: Session, at: datetime) -> Iterator[UnitStaff]:
    """Yield every active unit with the duties that someone active, or their deputy, fills there at a moment."""
    filled: defaultdict[int, set[str]] = defaultdict(set)
    reviewers: defaultdict[int, set[int]] = defaultdict(set)
    absent = aliased(Duty)
    duties = (
        select(Duty.unit_id, Duty.role, func.coalesce(absent.user_id, Duty.user_id))
        .join(User, col(User.id) == Duty.user_id)
        .outerjoin(absent, col(Duty.deputy_of) == absent.id)
        .where(User.is_active, in_force(at))
    )
    for place, role, person in db.exec(duties):
        filled[place].add(role)
        if role == REVIEWER:
            reviewers[place].add(person)
    units = db.exec(select(Unit.id, Unit.code, Unit.name, Unit.parent_id).where(Unit.is_active)).all()
    codes: dict[int | None, str] = {unit_id: code for unit_id, code, _, _ in units}
    for unit_id, code, name, parent_id in units:
        place = unit_id or 0
        yield UnitStaff(code, name, codes.get(parent_id), frozenset(filled[place]), len(reviewers[place]))
