"""Units by id and by code, and those that somebody may choose from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, case
from sqlmodel import Session, col, or_, select

from cases.policy import Held
from cases.record.people import Unit, ancestors, subtree

MOST = 300
#: In which order kinds are offered to someone who looks for who should handle a case.
KINDS = ("department", "agency", "union", "enterprise")


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


def units_to_raise_at(db: Session, duties: Sequence[Held], most: int = MOST) -> Sequence[Unit]:
    """Return the unions that someone may turn to, nearest first: those above them and those below."""
    if not duties:
        return []
    line = list(dict.fromkeys(unit_id for held in duties for unit_id in ancestors(held.path)))
    below = [and_(col(Unit.path) >= start, col(Unit.path) < end) for start, end in (subtree(d.path) for d in duties)]
    unions = select(Unit).where(Unit.is_active, Unit.kind == "union", or_(col(Unit.id).in_(line), *below))
    found = db.exec(unions.order_by(col(Unit.path)).limit(most)).all()
    return sorted(found, key=lambda unit: (unit.id not in line, line.index(unit.id) if unit.id in line else 0))
