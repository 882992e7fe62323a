"""Which working calendar counts at a unit: its own, else the nearest one above it, else the office calendar."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlmodel import Session, col, select

from cases.record.people import Unit, ancestors
from workflow.calendar import Calendar, load_calendar
from workflow.errors import Refusal

OFFICE = "cn-office"
FOLDER = Path(__file__).resolve().parent.parent / "config" / "calendars"


@cache
def calendar(name: str = OFFICE) -> Calendar:
    """Return a calendar of config/calendars by its name. Raises Refusal for one that is not there."""
    path = FOLDER / f"{name}.toml"
    if not name.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        raise Refusal(f"没有名为 {name[:40]} 的日历。", f"There is no calendar named {name[:40]}.")
    return load_calendar(path)


def calendar_of(db: Session, unit_path: str) -> Calendar:
    """Return the calendar that counts at a unit, given its path."""
    line = ancestors(unit_path)
    named = {
        unit_id: name
        for unit_id, name in db.exec(
            select(Unit.id, Unit.calendar).where(col(Unit.id).in_(line), col(Unit.calendar).is_not(None))
        )
    }
    return calendar(next((named[unit_id] for unit_id in line if unit_id in named), None) or OFFICE)
