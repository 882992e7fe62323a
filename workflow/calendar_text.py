"""Writing office hours as the text of a calendar file: what a calendar with a new arrangement is kept as."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from workflow.calendar_file import WEEKDAYS
from workflow.office_hours import Intervals, OfficeHours

_A_LINE = 9  # dates


def written(hours: OfficeHours) -> str:
    """Gives the text of a calendar file that reads as these office hours; years in order, dates by month."""
    return "\n".join(_lines(hours)) + "\n"


def _lines(hours: OfficeHours) -> Iterator[str]:
    yield f"name = {_text(hours.name)}"
    yield f"timezone = {_text(str(hours.zone))}"
    if hours.holidays:
        yield f"holidays = {_text(hours.holidays)}"
    yield "\n[week]"
    for name, intervals in zip(WEEKDAYS, hours.week, strict=True):
        if intervals:
            yield f"{name} = {_hours(intervals)}"
    if hours.makeup != hours.week[0]:
        yield f"makeup = {_hours(hours.makeup)}"
    for year, plan in sorted(hours.years.items()):
        yield f"\n[years.{year}]"
        yield f"published = {str(plan.is_published).lower()}"
        for key, days in (("off", plan.off), ("work", plan.work)):
            if days:
                yield f"{key} = ["
                yield from _dates(sorted(days))
                yield "]"


def _dates(days: Iterable[date]) -> Iterator[str]:
    for _, month in groupby(days, key=lambda day: day.month):
        quoted = [f'"{day}"' for day in month]
        for first in range(0, len(quoted), _A_LINE):
            yield f"    {', '.join(quoted[first : first + _A_LINE])},"


def _hours(intervals: Intervals) -> str:
    return json.dumps([f"{_clock(opens)}-{_clock(closes)}" for opens, closes in intervals])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _text(words: str) -> str:
    """Quotes a text: TOML knows JSON's escapes, and forbids one sign more."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
