"""Units by id and by code, and those that somebody may choose from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, literal_column
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, or_, select

from cases.access import is_storable
from cases.policy import Held, duties_of
from cases.record.at_once import Question
from cases.record.columns import Path
from cases.record.lines import know_lines
from cases.record.people import Unit, User, ancestors, subtree
from cases.record.statements import Prepared, is_remembering, know, remembered

MOST = 300
#: Under which the names of units are remembered by code.
NAMES = "names of units"
#: In which order kinds are offered to someone who looks for who should handle a case.
KINDS = ("department", "agency", "union", "enterprise")
#: The kinds that people turn to, in the order in which they are offered; the others are given cases by these.
RAISED_AT = ("union", "enterprise")
#: Duties by which nobody works for a union.
WITHOUT_AN_OFFICE = ("worker", "representative")


def units_by_id(db: Session, ids: Iterable[int | None]) -> dict[int, Unit]:
    """Return units by their ids; a session that only reads comes to know those above them as well."""

    def find(some: list[int]) -> dict[int, Unit]:
        if not is_remembering(db):
            return {unit.id or 0: unit for unit in db.exec(select(Unit).where(col(Unit.id).in_(some)))}
        up = select(col(Unit.id), col(Unit.parent_id)).where(col(Unit.id).in_(some)).cte("up", recursive=True)
        up = up.union(select(col(Unit.id), col(Unit.parent_id)).join(up, col(Unit.id) == up.c.parent_id))
        found = {unit.id or 0: unit for unit in db.exec(select(Unit).where(col(Unit.id).in_(select(up.c.id))))}
        know_lines(db, found)
        know(db, NAMES, {unit.code: unit.name for unit in found.values()})
        return found

    return remembered(db, Unit, {unit_id for unit_id in ids if unit_id is not None}, find)


def names_by_code(db: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of units by their codes."""
    names = select(Unit.code, Unit.name)
    return remembered(db, NAMES, set(codes), lambda some: dict(db.exec(names.where(col(Unit.code).in_(some))).all()))


def units_around(db: Session, path: str) -> Sequence[Any]:
    """Return the units, as `code` and `name`, that a case of a unit may be given to: first those below it, departments
    before the others.
    """
    prepared, values = about_units_around(path)
    return prepared.rows(db, values)


def about_units_around(path: str) -> Question:
    """Return what is asked to know the units around one."""
    (first, end), (root, last) = subtree(path), subtree(f"/{ancestors(path)[-1]}/")
    return _around(), {"first": first, "end": end, "root": root, "last": last}


@cache
def _around() -> Prepared:
    is_below = and_(col(Unit.path) >= bindparam("first", type_=Path), col(Unit.path) < bindparam("end", type_=Path))
    kind = case({name: place for place, name in enumerate(KINDS)}, value=col(Unit.kind), else_=len(KINDS))
    is_reachable = and_(col(Unit.path) >= bindparam("root", type_=Path), col(Unit.path) < bindparam("last", type_=Path))
    found = select_columns(col(Unit.code), col(Unit.name)).where(is_reachable, col(Unit.is_active))
    return Prepared(found.order_by(case((is_below, 0), else_=1), kind, col(Unit.path)).limit(literal_column(str(MOST))))


def works_for_a_union(duties: Iterable[Held]) -> bool:
    """Tell whether somebody has a duty at a union or a department, beyond being a worker or a representative."""
    return any(held.role not in WITHOUT_AN_OFFICE for held in duties)


def unions_below(db: Session, duties: Sequence[Held], named: str = "", code: str | None = None) -> Sequence[Unit]:
    """Return the active unions at which somebody has a duty as staff, and those below; with a name or a code, those."""
    ranges = [subtree(held.path) for held in duties if held.role not in WITHOUT_AN_OFFICE]
    below = [and_(col(Unit.path) >= first, col(Unit.path) < end) for first, end in ranges]
    if not below or not all(map(is_storable, (named, code or ""))):
        return []
    wanted = select(Unit).where(or_(*below), Unit.is_active, col(Unit.kind).in_(RAISED_AT))
    if named:
        wanted = wanted.where(col(Unit.name).contains(named, autoescape=True))
    if code is not None:
        wanted = wanted.where(Unit.code == code)
    return db.exec(wanted.order_by(col(Unit.path)).limit(MOST)).all()


def may_raise_at(db: Session, user: User, unit: Unit, at: datetime) -> bool:
    """Tell whether a person may raise a case at a unit: exactly where `units_to_raise_at` offers it to them.

    That is a union or an enterprise union which is active, and where they hold a duty, of whatever kind, or which
    stands above or below a unit where they do. Who holds no duty anywhere raises nothing.
    """
    if not unit.is_active or unit.kind not in RAISED_AT:
        return False
    return any(
        unit.id in ancestors(held.path) or held.unit_id in ancestors(unit.path) for held in duties_of(db, user, at)
    )


def units_to_raise_at(db: Session, duties: Sequence[Held], most: int = MOST) -> Sequence[Unit]:
    """Return the unions that someone may turn to, nearest first: those above them and those below."""
    if not duties:
        return []
    line = list(dict.fromkeys(unit_id for held in duties for unit_id in ancestors(held.path)))
    below = [and_(col(Unit.path) >= start, col(Unit.path) < end) for start, end in (subtree(d.path) for d in duties)]
    kind = case({name: place for place, name in enumerate(RAISED_AT)}, value=col(Unit.kind))
    unions = select(Unit).where(Unit.is_active, col(Unit.kind).in_(RAISED_AT), or_(col(Unit.id).in_(line), *below))
    found = db.exec(unions.order_by(col(Unit.id).not_in(line), kind, col(Unit.path)).limit(most)).all()
    return sorted(found, key=lambda unit: (unit.id not in line, line.index(unit.id) if unit.id in line else 0))
