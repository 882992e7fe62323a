"""The days between a start and its due moment, each with the reason why it counts or does not."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from workflow.limits import Limit
from workflow.office_hours import WEEKDAYS_ZH, Kind, OfficeHours
from workflow.spans import MINUTE, Span


class Reason(Enum):
    """Tells why a day counts or not where its kind alone does not say it."""

    START = ("起始日不计", "the starting day does not count")
    CLOSED = ("当日办公时间已过", "office hours are over")
    CALENDAR = ("自然日", "calendar time")
    PAUSED = ("暂停", "paused")
    LATE = ("恢复时已逾期", "past already when the clock went on")


_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Day:
    """Is one day of an explanation; `minutes` are those that count, `total_minutes` and `total_days` run along."""

    date: date
    is_counted: bool
    why: Kind | Reason
    is_provisional: bool
    minutes: int
    total_minutes: int
    total_days: int

    @property
    def weekday_zh(self) -> str:
        return "周" + WEEKDAYS_ZH[self.date.weekday()]

    @property
    def weekday_en(self) -> str:
        return _WEEKDAYS_EN[self.date.weekday()]

    @property
    def zh(self) -> str:
        return str(self.why.value[0]) + ("（该年安排未公布，按平常周计）" if self.is_provisional else "")

    @property
    def en(self) -> str:
        return str(self.why.value[1]) + (
            " (year not published, counted as an ordinary week)" if self.is_provisional else ""
        )


def days(hours: OfficeHours, span: Span, start: int, due: int, limit: Limit) -> list[Day]:
    """Names every day from the start's to the due moment's, both in microseconds and inside the span."""
    first = span.day_of(start)
    last = span.day_of(due) if limit.unit in ("d", "h", "m") else max(span.office_day_of(due), first)
    told: list[Day] = []
    total_minutes = total_days = 0
    for number in range(first, last + 1):
        day = span.date_of(number)
        minutes = _minutes(span, number, start, due, limit)
        is_counted = minutes > 0 and not (limit.unit in ("wd", "d") and number == first)
        minutes = minutes if is_counted else 0
        total_minutes += minutes
        total_days += is_counted
        why = _why(hours.kind(day), is_counted, is_start=number == first, limit=limit)
        is_provisional = not hours.plan(day.year).is_published
        told.append(Day(day, is_counted, why, is_provisional, minutes, total_minutes, total_days))
    return told


def _minutes(span: Span, number: int, start: int, due: int, limit: Limit) -> int:
    """Counts whole minutes from the start, so that seconds of single days add up and are not dropped day by day."""
    begins = span.midnights[number]
    ends = span.midnights[number + 1] if number + 1 < len(span.midnights) else span.ends
    if limit.unit == "d":
        return (ends - begins) // MINUTE  # civil days count whole, by their number
    if limit.unit == "wd":
        return (span.worked(ends) - span.worked(begins)) // MINUTE
    begins, ends = max(begins, start), min(ends, due)
    if limit.unit == "wh":
        origin = span.worked(start)
        return (span.worked(ends) - origin) // MINUTE - (span.worked(begins) - origin) // MINUTE
    return (ends - start) // MINUTE - (begins - start) // MINUTE


def _why(kind: Kind, is_counted: bool, *, is_start: bool, limit: Limit) -> Kind | Reason:
    if limit.unit in ("wd", "d") and is_start:
        return Reason.START
    if limit.unit in ("d", "h", "m"):
        return Reason.CALENDAR
    if not is_counted and kind in (Kind.WORKING, Kind.MAKEUP):
        return Reason.CLOSED
    return kind
