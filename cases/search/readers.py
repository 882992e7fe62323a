"""In which cases, and in what of them, a person searches: as staff, as the one who raised them, or reading along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, or_, union
from sqlmodel import Session, col, select

from cases.accused import accuses_none_of
from cases.hooks import sees
from cases.policy import HANDLING, OVERSIGHT, by_duty, duties_of, raised_by
from cases.record.case import Case
from cases.record.people import User
from cases.search.documents import handled, overseen, raised
from cases.veil import faces


@dataclass(frozen=True)
class Way:
    """One reason to read cases, as the condition that they meet.

    `is_staff` says whether what staff say among themselves is read with it. `scope` are tokens of which the words of
    such a case have one, `among` a query for their ids, which are few; one of the two narrows the search down.
    """

    condition: ColumnElement[bool]
    is_staff: bool
    scope: Sequence[str] = ()
    among: CompoundSelect[Any] | None = None


def ways_of(db: Session, by: User, at: datetime) -> list[Way]:
    """Return why a person reads cases; together they select what `visible_to` does."""
    if not by.is_active:
        return []
    duties = duties_of(db, by, at)
    own, is_not_against = raised_by(db, by), accuses_none_of(duties)
    ways = [Way(own, is_staff=False, scope=[raised(face) for face in faces(db, by.id or 0)])]
    if held := by_duty(duties):
        scope = [overseen(duty.unit_id) for duty in duties if duty.role in OVERSIGHT]
        scope += [handled(duty.unit_id) for duty in duties if duty.role in HANDLING]
        ways.append(Way(and_(~_true(own), or_(*held), is_not_against), is_staff=True, scope=scope))
    for is_staff in (True, False):
        if reasons := [reason(by.id or 0, at) for reason, makes_staff in sees() if makes_staff is is_staff]:
            few = union(*(select(col(Case.id)).where(reason) for reason in reasons))
            ways.append(Way(and_(~_true(own), or_(*reasons), is_not_against), is_staff=is_staff, among=few))
    return ways


def _true(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition that holds or does not: a case that was raised by nobody is not one's own."""
    return and_(col(Case.submitter_id).is_not(None), condition)
