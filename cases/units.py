"""Units by id and by code, and those that somebody may choose from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, case
from sqlmodel import Session, col, or_, select

from cases.policy import Held, duties_of
from cases.record.people import Unit, User, ancestors, subtree

MOST = 300
#: In which order kinds are offered to someone who looks for who should handle a case.
KINDS = ("department", "agency", "union", "enterprise")
#: The kinds that people turn to, in the order in which they are offered; the others are given cases by these.
RAISED_AT = ("union", "enterprise")


def units_by_id(db: Session, ids: Iterable[int | None]) -> dict[int, Unit]:
    """Return units by their ids."""
    wanted = sorted({unit_id for unit_id in ids if unit_id is not None})
    return {unit.id or 0: unit for unit in db.exec(select(Unit).where(col(Unit.id).in_(wanted)))}


def names_by_code(db: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of units by their codes."""
    return dict(db.exec(select(Unit.code, Unit.name).where(col(Unit.code).in_(sorted(set(codes))))).all())


def units_around(db: Session, path: str, most: int = MOST) -> Sequence[Unit]:
    """Return the units that a case of a unit may be given to: first those below it, departments before the others."""
    first, end = subtree(path)
    root = f"/{ancestors(path)[-1]}/"
    is_below = and_(col(Unit.path) >= first, col(Unit.path) < end)
    kind = case({name: place for place, name in enumerate(KINDS)}, value=col(Unit.kind), else_=len(KINDS))
    reachable = and_(col(Unit.path) >= root, col(Unit.path) < subtree(root)[1], col(Unit.is_active))
    order = (case((is_below, 0), else_=1), kind, col(Unit.path))
    return db.exec(select(Unit).where(reachable).order_by(*order).limit(most)).all()


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
