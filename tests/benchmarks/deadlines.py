"""How many deadlines a second: bisection against a plain day-walk. Run as `python -m tests.benchmarks.deadlines`."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

from workflow.calendar import Calendar, Limit, load_calendar

CALENDARS = Path(__file__).resolve().parents[2] / "config" / "calendars"
SAMPLE = 20_000
KINDS = {"1-10wd": ("wd", 10), "1-60wd": ("wd", 60), "1-40wh": ("wh", 40), "1-200wh": ("wh", 200), "1-90d": ("d", 90)}


def main() -> None:
    began = perf_counter()
    office = load_calendar(CALENDARS / "cn-office.toml")
    office.due(datetime(2007, 1, 1, tzinfo=UTC), Limit.parse("1wd"))
    office.due(datetime(2026, 12, 1, tzinfo=UTC), Limit.parse("1wd"))
    print(f"Loading the calendar and building 2006-2028: {(perf_counter() - began) * 1000:.0f} ms.\n")
    print("| limit | deadlines/s | day-walk/s | ratio | same answers |")
    print("|---|---:|---:|---:|---|")
    dice = random.Random(20261120)
    for name, (unit, most) in KINDS.items():
        limits = [Limit.parse(f"{count}{unit}") for count in range(1, most + 1)]
        first = datetime(2007, 1, 1, tzinfo=office.zone)
        cases = [(first + timedelta(minutes=dice.randrange(10_000_000)), dice.choice(limits)) for _ in range(SAMPLE)]
        fast, found = measure(cases, lambda start, limit: office.due(start, limit).at)
        slow, walked = measure(cases, lambda start, limit: walk(office, start, limit))
        print(f"| {name} | {fast:,.0f} | {slow:,.0f} | {fast / slow:.1f} | {'yes' if found == walked else 'NO'} |")


def measure(
    cases: list[tuple[datetime, Limit]], answer: Callable[[datetime, Limit], datetime]
) -> tuple[float, list[datetime]]:
    began = perf_counter()
    found = [answer(start, limit) for start, limit in cases]
    return len(cases) / (perf_counter() - began), found


def walk(office: Calendar, start: datetime, limit: Limit) -> datetime:
    """Walks day by day, as one would write it first."""
    wall = start.astimezone(office.zone).replace(tzinfo=None)
    if limit.unit == "d":
        return (wall + timedelta(days=limit.count)).replace(tzinfo=office.zone).astimezone(UTC)
    day, days, left = wall.date(), limit.count, timedelta(hours=limit.count)
    while True:
        hours = [(clock(day, opens), clock(day, closes)) for opens, closes in office.hours.on(day)]
        if limit.unit == "wd" and hours and day > wall.date():
            days -= 1
            if days == 0:
                return hours[-1][1].replace(tzinfo=office.zone).astimezone(UTC)
        for opens, closes in hours if limit.unit == "wh" else ():
            begins = max(wall, opens)
            if begins < closes and left <= closes - begins:
                return (begins + left).replace(tzinfo=office.zone).astimezone(UTC)
            left -= max(closes - begins, timedelta(0))
        day += timedelta(days=1)


def clock(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


if __name__ == "__main__":
    main()
