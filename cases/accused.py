"""The accused never receive what is said of them: their people see, find, count and hear nothing of the case.

A person is of the accused if they hold any duty at a unit that a case complains of, or below it; so is whoever stands
in for them. Whoever raised the case is not kept from it. What the text names is treated like what is confirmed until
somebody has cleared it (信访工作条例 arts. 28, 30, 46).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, true
from sqlmodel import Session, col

from cases.record.accusations import CLEARED, PROPOSED, Accusation
from cases.record.at_once import Question
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.people import Duty, Unit, ancestors, subtree
from cases.record.statements import Prepared

_ROWS, _UNITS = table_of(Accusation), table_of(Unit)
_OF_CASE = Prepared(
    select(_ROWS.c.id, _ROWS.c.unit_id, _ROWS.c.status, _UNITS.c.path, _UNITS.c.name, _UNITS.c.code)
    .join(_UNITS, _UNITS.c.id == _ROWS.c.unit_id)
    .where(_ROWS.c.case_id == bindparam("of_case"))
    .order_by(_ROWS.c.id),
    of_case="of_case",
)


class Placed(Protocol):
    """A duty, as far as it says where."""

    @property
    def path(self) -> str:
        """Return the path of its unit."""


def accusations_of(db: Session, case: Case) -> Sequence[Any]:
    """Return the units that a case names or complains of, cleared ones too, in order."""
    return _OF_CASE.rows(db, {"of_case": case.id}) if case.id is not None else []


def about_the_accused(case: Case) -> Question:
    """Return what is asked to know whom a case complains of."""
    return _OF_CASE, {"of_case": case.id}


def accused_units(db: Session, case: Case) -> list[Any]:
    """Return the units that a case complains of, for all that is known."""
    return [row for row in accusations_of(db, case) if row.status != CLEARED]


def proposed(db: Session, case: Case) -> list[Any]:
    """Return the units that the text names and nobody has looked at yet."""
    return [row for row in accusations_of(db, case) if row.status == PROPOSED]


def is_of_the_accused(db: Session, case: Case, duties: Iterable[Placed]) -> bool:
    """Tell whether one of these duties is held at a unit that a case complains of, or below it."""
    held = [duty.path for duty in duties]
    return bool(held) and any(path.startswith(row.path) for row in accused_units(db, case) for path in held)


def accuses_none_of(duties: Iterable[Placed]) -> ColumnElement[bool]:
    """Return the condition that a case complains of none of the units where these duties are held, nor of one above."""
    units = sorted({unit_id for duty in duties for unit_id in ancestors(duty.path)})
    if not units:
        return true()
    named = select(_ROWS.c.id).where(_ROWS.c.case_id == Case.id, _ROWS.c.status != CLEARED)
    return ~exists(named.where(_ROWS.c.unit_id.in_(units)).correlate(Case))


def cases_against(duties: Iterable[Placed]) -> Select[tuple[int]]:
    """Return the query for the ids of the cases that complain of a unit of these duties, or of one above."""
    units = sorted({unit_id for duty in duties for unit_id in ancestors(duty.path)})
    return select(_ROWS.c.case_id).where(_ROWS.c.unit_id.in_(units), _ROWS.c.status != CLEARED)


def accuses_somebody() -> ColumnElement[bool]:
    """Return the condition that a case complains of some unit, or may."""
    return exists(select(_ROWS.c.id).where(_ROWS.c.case_id == Case.id, _ROWS.c.status != CLEARED).correlate(Case))


def people_of_the_accused(db: Session, case: Case) -> frozenset[int]:
    """Return the ids of everyone with a duty at a unit that a case complains of, or below it."""
    found: set[int] = set()
    for row in accused_units(db, case):
        first, end = subtree(row.path)
        there = select(col(Duty.user_id)).join(Unit, col(Unit.id) == Duty.unit_id)
        found |= set(db.connection().execute(there.where(col(Unit.path) >= first, col(Unit.path) < end)).scalars())
    return frozenset(found)


def units_of_the_accused(db: Session, case: Case) -> frozenset[int]:
    """Return the ids of the units where anybody of the accused has a duty, at whichever unit."""
    if not accused_units(db, case):
        return frozenset()
    people = sorted(people_of_the_accused(db, case))
    return frozenset(db.connection().execute(select(col(Duty.unit_id)).where(col(Duty.user_id).in_(people))).scalars())


def accused_among(db: Session, case: Case, units: Collection[int]) -> list[str]:
    """Return the names of those among some units that a case complains of, or that lie below one."""
    rows = accused_units(db, case)
    if not rows or not units:
        return []
    wanted = select(_UNITS.c.name, _UNITS.c.path).where(_UNITS.c.id.in_(sorted(units)))
    found = db.connection().execute(wanted).all()
    return [one.name for one in found if any(one.path.startswith(row.path) for row in rows)]
