"""What the ladder's events tell, with names: which rung of which clock, whom it told, whom it climbed past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cases.record.people import User
from cases.units import units_by_id


@dataclass(frozen=True)
class Told:
    """A desk that was told, or that was empty: the submitter's has no unit, and who sits there is for staff to know."""

    role: str
    unit: str | None
    people: Sequence[str] = ()


@dataclass(frozen=True)
class RungFired:
    """A rung as its event tells of it; `due_at` is when it was to come."""

    do: str
    kind: str
    state: str | None
    at: str
    due_at: datetime
    told: Sequence[Told]
    skipped: Sequence[Told]
    is_stranded: bool
    is_climbing: bool


def minutes_of(
    db: Session, events: Iterable[Mapping[str, Any]], *, is_named: bool
) -> Callable[[Mapping[str, Any]], RungFired | None]:
    """Return who reads the data of one of these events as a rung, or as none."""
    kept = [data for data in events if "rung" in data]
    told = [row for data in kept for row in data.get("told", [])]
    skipped = [row for data in kept for row in data.get("skipped", [])]
    units = units_by_id(db, {unit_id for _, unit_id, *_ in (*told, *skipped) if unit_id})
    ids = sorted({user_id for _, _, people in told for user_id in people}) if is_named else []
    names = dict(db.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all()) if ids else {}

    def read(data: Mapping[str, Any]) -> RungFired | None:
        if "rung" not in data:
            return None
        do, kind, state, at, due_at = data["rung"]
        return RungFired(
            do,
            kind,
            state,
            at,
            datetime.fromisoformat(due_at),
            [
                Told(role, units[unit_id].name if unit_id else None, [names[one] for one in people if one in names])
                for role, unit_id, people in data.get("told", [])
            ],
            [Told(role, units[unit_id].name) for role, unit_id in data.get("skipped", [])],
            data.get("stranded", False),
            "climbing" in data,
        )

    return read
