"""Which working calendar counts at a unit: its own, else the nearest one above it, else the office calendar."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cases.record.people import Place
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


def calendar_of(places: Iterable[Place]) -> Calendar:
    """Return the calendar that counts at a unit, given the line from it up to the root."""
    return calendar(next((place.calendar for place in places if place.calendar), OFFICE))
