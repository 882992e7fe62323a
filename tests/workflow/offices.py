"""The offices that the tests of working time live in."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from workflow.calendar import Calendar, Limit, load_calendar, parse_calendar

OFFICE_FILE = Path(__file__).resolve().parents[2] / "config" / "calendars" / "cn-office.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")

OFFICE = load_calendar(OFFICE_FILE)
UNEVEN = parse_calendar(
    """
name = "uneven"
timezone = "America/Chicago"
[week]
mon = ["09:00-17:00"]
tue = ["09:00-12:00", "12:00-17:00"]
wed = ["07:15-19:45"]
fri = ["09:00-12:00"]
makeup = ["10:00-11:00"]
[years.2026]
published = true
off = ["2026-07-03", "2026-11-25"]
work = ["2026-07-04"]
""",
    "uneven.toml",
)
ROUND_THE_CLOCK = parse_calendar(
    'name = "always"\ntimezone = "America/Chicago"\n[week]\n'
    + "\n".join(f'{day} = ["00:00-24:00"]' for day in ("mon", "tue", "wed", "thu", "fri")),
    "always.toml",
)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Reads a wall clock time of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: str, limit: str, calendar: Calendar = OFFICE) -> str:
    """Gives the local due moment of a local start, and checks that the calendar answers in UTC."""
    found = calendar.due(at(start, calendar.zone), Limit.parse(limit)).at
    assert found.utcoffset() == timedelta(0)
    return found.astimezone(calendar.zone).isoformat(timespec="minutes")
