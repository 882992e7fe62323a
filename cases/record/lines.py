"""The line of a unit: it and everything above it, up to the root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CTE, bindparam, literal_column, select
from sqlmodel import Session

from cases.record.columns import table_of
from cases.record.people import Unit, ancestors
from cases.record.statements import Prepared, know


@dataclass(frozen=True, slots=True)
class Place:
    """A unit on the line from a unit up to the root."""

    id: int
    parent_id: int | None
    path: str
    calendar: str | None


def line(db: Session, unit_id: int) -> list[Place]:
    """Return a unit and everything above it, nearest first."""
    return [Place(row.id, row.parent_id, row.path, row.calendar) for row in _line().rows(db, {"unit_id": unit_id})]


def line_of(unit_id: int) -> tuple[Prepared, dict[str, Any]]:
    """Return what is asked to know the line of a unit."""
    return _line(), {"unit_id": unit_id}


def know_lines(db: Session, units: Mapping[int, Unit]) -> None:
    """Remember the lines of units that were read with all that are above them."""
    lines = {
        (("unit_id", unit_id),): [
            Place(place, units[place].parent_id, units[place].path, units[place].calendar)
            for place in ancestors(unit.path)
        ]
        for unit_id, unit in units.items()
    }
    know(db, _line(), lines)


def line_up() -> CTE:
    """Return the line from the unit `unit_id` up to the root as a table, with the `height` of each above it."""
    units = table_of(Unit)
    columns = (units.c.id, units.c.parent_id, units.c.path, units.c.calendar)
    up = (
        select(*columns, literal_column("0").label("height"))
        .where(units.c.id == bindparam("unit_id"))
        .cte("up", recursive=True)
    )
    return up.union_all(select(*columns, up.c.height + literal_column("1")).join(up, units.c.id == up.c.parent_id))


@cache
def _line() -> Prepared:
    up = line_up()
    return Prepared(select(up.c.id, up.c.parent_id, up.c.path, up.c.calendar).order_by(up.c.height))
