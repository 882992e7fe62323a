"""Who has an interest in a case that the record itself shows (信访工作条例 art. 28: staff with an interest withdraw).

A person has one whose own unit, beside the union that judges and those above it, is where the submitter has a duty, or
belongs to the unit complained of. Nobody is told which of the two it was: it would say who raised the case.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from cases.accused import accused_units
from cases.record.case import Case
from cases.record.endorsements import Endorsement
from cases.record.lines import line
from cases.record.people import Duty, Unit, in_force
from cases.veil import raiser


def with_an_interest(db: Session, case: Case, people: Collection[int], union_id: int, at: datetime) -> set[int]:
    """Return the ids of those among people who must not judge a case at a union."""
    held = select(Duty.user_id, Duty.unit_id, Unit.path).join(Unit, col(Unit.id) == Duty.unit_id)
    duties = db.exec(held.where(col(Duty.user_id).in_(sorted(people)), in_force(at))).all()
    judging = {place.id for place in line(db, union_id)}
    raised_at = _units_of(db, raiser(db, case), at) - judging
    accused = [row.path for row in accused_units(db, case)]
    return {
        user_id
        for user_id, unit_id, path in duties
        if unit_id in raised_at or any(path.startswith(one) for one in accused)
    }


def _units_of(db: Session, user_id: int | None, at: datetime) -> set[int]:
    return set(db.exec(select(Duty.unit_id).where(Duty.user_id == user_id, in_force(at)))) if user_id else set()


def endorsed_by(db: Session, case_id: int) -> frozenset[int]:
    """Return the ids of those who endorse a case."""
    rows = select(Endorsement.user_id).where(Endorsement.case_id == case_id, col(Endorsement.withdrawn_at).is_(None))
    return frozenset(db.exec(rows))
