"""Working time: when a limit falls due, how much of it is left, and why.

Every method takes aware moments of any zone and gives moments in UTC; moments outside 1900-2200 raise Refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workflow.calendar_file import CalendarError, read_office_hours
from workflow.errors import Refusal
from workflow.explanation import Day, days
from workflow.limits import Limit, LimitError, Offset, Remaining, left_unit
from workflow.office_hours import OfficeHours
from workflow.spans import HOUR, MINUTE, SECOND, Span, Spans, instant, moment_of

__all__ = [
    "Calendar", "CalendarError", "Day", "Due", "Limit", "LimitError", "Offset", "Refusal", "Remaining",
    "load_calendar", "parse_calendar",
]  # fmt: skip


class Due(NamedTuple):
    """Is a due moment in UTC; provisional when it rests on a year whose arrangement is not published."""

    at: datetime
    provisional: bool


def load_calendar(path: Path) -> "Calendar":
    """Reads a calendar file; raises CalendarError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise CalendarError(f"无法读取日历文件 {path}。", f"The calendar file {path} cannot be read.") from None
    except UnicodeDecodeError:
        raise CalendarError(f"日历文件 {path} 不是 UTF-8。", f"The calendar file {path} is not UTF-8.") from None
    return parse_calendar(text, path.name)


def parse_calendar(text: str, where: str) -> "Calendar":
    """Reads the text of a calendar file, called `where` in messages; raises CalendarError."""
    return Calendar(read_office_hours(text, where))


@dataclass(frozen=True)
class Calendar:
    """Answers every question about working time; built once, shared freely between threads."""

    hours: OfficeHours
    _spans: Spans = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_spans", Spans(self.hours))

    @property
    def name(self) -> str:
        return self.hours.name

    @property
    def zone(self) -> ZoneInfo:
        return self.hours.zone

    def following(self, other: "Calendar") -> "Calendar":
        """Gives this calendar with the holidays of another one, in the years that it does not name itself."""
        return Calendar(self.hours.following(other.hours))

    def due(self, start: datetime, limit: Limit) -> Due:
        """Finds when a limit that begins at `start` falls due."""
        at = instant(start)
        if limit.unit == "wd":
            return self._at_closing(at, limit.count, Span.day_of)
        if limit.unit == "wh":
            return self._after_working(at, limit.count * HOUR)
        return self._between(at, self._later(start, at, limit.count, limit.unit))

    def shift(self, moment: datetime, offset: Offset) -> datetime:
        """Moves a due moment by a rung's offset.

        `+2wd` and `-2wd` are ends of office hours, counted from the due moment's day; `-4wh` walks backwards inside
        office hours; `+3d` keeps the wall clock time, h and m are elapsed time. A midnight that closes an office day
        (24:00) belongs to that day.
        """
        at = instant(moment)
        if offset.count == 0:
            return moment_of(at)
        if offset.unit == "wd":
            return self._at_closing(at, offset.count, Span.office_day_of).at
        if offset.unit == "wh":
            return self._worked_to(at, offset.count * HOUR)
        return moment_of(self._later(moment, at, offset.count, offset.unit))

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Counts the whole minutes of office time between two moments, negative when `end` comes first."""
        low, high = instant(start), instant(end)
        if high < low:
            return -self.working_minutes(end, start)
        span = self._spans.holding(low, high)
        return (span.worked(high) - span.worked(low)) // MINUTE

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """Walks so many office minutes forwards, or backwards when negative; zero leaves the moment where it is.

        Forwards, a walk that ends exactly at a closing stays there; backwards, one that ends at an opening stays there.
        """
        return self._worked_to(instant(start), minutes * MINUTE)

    def remaining(self, at: datetime, due: datetime, limit: Limit) -> Remaining:
        """Measures what a clock that pauses at `at` has left, negative when it is late already.

        The rule. Limits in working days keep working days: full days between, and of a day begun the part of its office
        hours still to come; so a pause of whole working days moves the due moment by as many, even where Fridays are
        short. Limits in working hours keep office time, calendar limits elapsed time, both exact. A due moment outside
        office hours counts as the closing before it.
        """
        low, high = instant(at), instant(due)
        if limit.unit in ("d", "h", "m"):
            return Remaining(Fraction(high - low, SECOND), "s")
        span = self._spans.holding(min(low, high), max(low, high))
        if limit.unit == "wd":
            return Remaining(span.position(high) - span.position(low), "wd")
        return Remaining(Fraction(span.worked(high) - span.worked(low), SECOND), "ws")

    def resume(self, at: datetime, remaining: Remaining, limit: Limit) -> Due:
        """Finds the new due moment of a clock that goes on at `at`; late clocks stay late by as much as they were."""
        if remaining.unit != left_unit(limit.unit):
            raise LimitError(
                f"剩余时间 {remaining} 与时限 {limit} 的单位不合。",
                f"The remaining time {remaining} does not fit the limit {limit}.",
            )
        start = instant(at)
        if remaining.unit == "wd":
            return self._at_position(start, remaining.amount)
        amount = round(remaining.amount * SECOND)
        return self._after_working(start, amount) if remaining.unit == "ws" else self._between(start, start + amount)

    def explain(self, start: datetime, limit: Limit) -> list[Day]:
        """Names each day from the start to the due moment, counted or not, and why."""
        return self.explain_until(start, self.due(start, limit).at, limit)

    def explain_until(self, start: datetime, end: datetime, limit: Limit) -> list[Day]:
        """Names each day between two moments, in the unit of the limit; none when `end` comes first."""
        at, to = instant(start), instant(end)
        return days(self.hours, self._spans.holding(at, to), at, to, limit) if at <= to else []

    def is_published(self, year: int) -> bool:
        """Tells whether the arrangement of a year is known."""
        return self.hours.plan(year).is_published

    def provisional(self, start: datetime, end: datetime) -> bool:
        """Tells whether any local year that the two moments touch is not published."""
        return self._between(instant(start), instant(end)).provisional

    def _at_closing(self, at: int, count: int, day_of: Callable[[Span, int], int]) -> Due:
        """Goes to the end of office hours of the count-th working day after, or before, the day of a moment."""
        span = self._spans.holding(at, at)
        while True:
            day = day_of(span, at)
            nth = span.working_before[day + 1] + count - 1 if count > 0 else span.working_before[day] + count
            if 0 <= nth < len(span.closings):
                return self._found(span, at, span.closings[nth])
            span = self._spans.further(span, forward=count > 0)

    def _after_working(self, at: int, amount: int) -> Due:
        """Goes to the first moment by which so much office time has passed, which may be negative."""
        span = self._spans.holding(at, at)
        while not 0 < (target := span.worked(at) + amount) <= span.total:
            span = self._spans.further(span, forward=target > 0)
        return self._found(span, at, span.reached(target))

    def _worked_to(self, at: int, amount: int) -> datetime:
        if amount > 0:
            return self._after_working(at, amount).at
        if amount == 0:
            return moment_of(at)
        span = self._spans.holding(at, at)
        while (target := span.worked(at) + amount) < 0:
            span = self._spans.further(span, forward=False)
        return moment_of(span.left(target))

    def _at_position(self, at: int, amount: Fraction) -> Due:
        span = self._spans.holding(at, at)
        while not 0 < (target := span.position(at) + amount) <= len(span.closings):
            span = self._spans.further(span, forward=target > 0)
        return self._found(span, at, span.at_position(target))

    def _later(self, start: datetime, at: int, count: int, unit: str) -> int:
        if unit != "d":
            return at + count * (HOUR if unit == "h" else MINUTE)
        wall = start.astimezone(self.zone) + timedelta(days=count)
        return instant(wall.astimezone(UTC))

    def _between(self, at: int, due: int) -> Due:
        return self._found(self._spans.holding(min(at, due), max(at, due)), at, due)

    def _found(self, span: Span, at: int, due: int) -> Due:
        first, last = span.day_of(at), span.office_day_of(due)
        return Due(moment_of(due), span.is_provisional(min(first, last), max(first, last)))
