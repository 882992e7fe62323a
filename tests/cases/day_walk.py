"""An oracle for due moments: walks day by day over the calendar's file and knows nothing of prefix sums."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

HOURS = (
    (timedelta(hours=8, minutes=30), timedelta(hours=12)),
    (timedelta(hours=13, minutes=30), timedelta(hours=17.5)),
)
SHANGHAI = ZoneInfo("Asia/Shanghai")
FILE = Path(__file__).resolve().parents[2] / "config" / "calendars" / "cn-office.toml"
YEARS = tomllib.loads(FILE.read_text(encoding="utf-8"))["years"]


def day(at: datetime) -> date:
    """Return the day of a moment where the offices are."""
    return at.astimezone(SHANGHAI).date()


def due(start: datetime, limit: str) -> datetime:
    """Walk from a moment to the end of a limit such as 3wd, 16wh, 10d or 48h."""
    unit = limit.lstrip("0123456789")
    count = int(limit.removesuffix(unit))
    if unit in ("d", "h"):
        return start + count * (timedelta(days=1) if unit == "d" else timedelta(hours=1))
    wall = start.astimezone(SHANGHAI).replace(tzinfo=None)
    midnight = datetime.combine(wall.date(), datetime.min.time())
    if unit == "wd":
        for _ in range(count):
            midnight += timedelta(days=1)
            while not is_worked(midnight.date()):
                midnight += timedelta(days=1)
        return (midnight + HOURS[-1][1]).replace(tzinfo=SHANGHAI)
    assert unit == "wh"
    left = timedelta(hours=count)
    while True:
        for opens, closes in HOURS if is_worked(midnight.date()) else ():
            begins = max(wall, midnight + opens)
            if begins < midnight + closes and left <= midnight + closes - begins:
                return (begins + left).replace(tzinfo=SHANGHAI)
            left -= max(midnight + closes - begins, timedelta(0))
        midnight += timedelta(days=1)


def is_provisional(start: datetime, end: datetime) -> bool:
    """Tell whether any year between two moments has no published arrangement."""
    first, last = (moment.astimezone(SHANGHAI).year for moment in sorted((start, end)))
    return any(not YEARS.get(str(year), {}).get("published") for year in range(first, last + 1))


@cache
def is_worked(day: date) -> bool:
    """Tell whether a day has office hours."""
    year = YEARS.get(str(day.year), {})
    return day.isoformat() not in year.get("off", []) and (day.weekday() < 5 or day.isoformat() in year.get("work", []))
