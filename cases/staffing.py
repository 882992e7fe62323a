"""Which duties are filled where, and who could endorse: what a law's proof asks about the people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases.record.people import Duty, Unit, User, in_force
from cases.units import RAISED_AT
from workflow.definition import Definition
from workflow.endorsement_rules import UnitVoices
from workflow.proof import UnitStaff

REVIEWER = "reviewer"


def staff(db: Session, at: datetime) -> Iterator[UnitStaff]:
    """Yield every active unit with the duties that someone active, or their deputy, fills there at a moment."""
    holders: defaultdict[int, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    reviewers: defaultdict[int, set[int]] = defaultdict(set)
    absent = aliased(Duty)
    duties = (
        select(Duty.unit_id, Duty.role, Duty.user_id, func.coalesce(absent.user_id, Duty.user_id))
        .join(User, col(User.id) == Duty.user_id)
        .outerjoin(absent, col(Duty.deputy_of) == absent.id)
        .where(User.is_active, in_force(at))
    )
    for place, role, user_id, person in db.exec(duties):
        holders[place][role].add(user_id)
        if role == REVIEWER:
            reviewers[place].add(person)
    units = db.exec(select(Unit.id, Unit.code, Unit.name, Unit.parent_id).where(Unit.is_active)).all()
    codes: dict[int | None, str] = {unit_id: code for unit_id, code, _, _ in units}
    for unit_id, code, name, parent_id in units:
        place = unit_id or 0
        here = {role: frozenset(people) for role, people in holders[place].items()}
        yield UnitStaff(code, name, codes.get(parent_id), frozenset(here), len(reviewers[place]), here)


def voices(db: Session, definition: Definition, at: datetime) -> Iterator[UnitVoices]:
    """Yield every active unit with those in it who could endorse a case; none for a law without."""
    law = definition.endorsement
    if law is None:
        return
    people: defaultdict[int, set[int]] = defaultdict(set)
    duties = (
        select(Duty.unit_id, Duty.user_id)
        .join(User, col(User.id) == Duty.user_id)
        .where(User.is_active, in_force(at), col(Duty.role).in_(law.by))
    )
    for place, user_id in db.exec(duties):
        people[place].add(user_id)
    units = db.exec(select(Unit).where(Unit.is_active)).all()
    codes = {unit.id: unit.code for unit in units}
    for unit in units:
        mine, takes_cases = frozenset(people[unit.id or 0]), unit.kind in RAISED_AT
        yield UnitVoices(unit.code, unit.name, codes.get(unit.parent_id), mine, takes_cases)
