"""Office hours: what a calendar file says about an ordinary week and about single years."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from zoneinfo import ZoneInfo

Interval = tuple[int, int]  # opening and closing, in minutes after local midnight; 1440 is the end of the day
Intervals = tuple[Interval, ...]

WEEKDAYS_ZH = "一二三四五六日"


class Kind(Enum):
    """Tells why a day is worked or free, in Chinese and English."""

    WORKING = ("工作日", "working day")
    MAKEUP = ("调休补班", "make-up working day")
    HOLIDAY = ("法定假日", "statutory day off")
    WEEKEND = ("周末", "weekend")
    FREE = ("平常休息日", "free day of the week")


@dataclass(frozen=True)
class YearPlan:
    """Is the arrangement of one year: its days off and its make-up working days."""

    is_published: bool
    off: frozenset[date]
    work: frozenset[date]


NO_PLAN = YearPlan(is_published=False, off=frozenset(), work=frozenset())


@dataclass(frozen=True)
class OfficeHours:
    """Is one calendar file, checked and typed; `week` has seven entries, Monday first.

    `holidays` names another calendar, whose arrangements count in the years that this one does not name itself.
    """

    name: str
    zone: ZoneInfo
    week: tuple[Intervals, ...]
    makeup: Intervals
    years: Mapping[int, YearPlan] = field(hash=False)
    holidays: str | None = None

    def plan(self, year: int) -> YearPlan:
        """Gives a year's arrangement; a year that the file does not name is an ordinary, unpublished one."""
        return self.years.get(year, NO_PLAN)

    def following(self, other: "OfficeHours") -> "OfficeHours":
        """Gives these office hours with the arrangements of the calendar that they take their holidays from."""
        return replace(self, years={**other.years, **self.years})

    def kind(self, day: date) -> Kind:
        """Tells what sort of day it is."""
        plan = self.plan(day.year)
        if day in plan.work:
            return Kind.MAKEUP
        if day in plan.off:
            return Kind.HOLIDAY
        if self.week[day.weekday()]:
            return Kind.WORKING
        return Kind.WEEKEND if day.weekday() >= 5 else Kind.FREE

    def on(self, day: date) -> Intervals:
        """Gives the office hours of a day, empty when it is free."""
        kind = self.kind(day)
        if kind is Kind.MAKEUP:
            return self.makeup
        return self.week[day.weekday()] if kind is Kind.WORKING else ()


def difference(old: OfficeHours, new: OfficeHours) -> tuple[date, date] | None:
    """Finds the first and the last day that count differently, or rest on another publication; None if all is alike."""
    if (old.zone, old.week, old.holidays) != (new.zone, new.week, new.holidays):
        return date.min, date.max
    days: set[date] = set()
    for year in old.years.keys() | new.years.keys():
        one, other = old.plan(year), new.plan(year)
        if one.is_published != other.is_published:
            days |= {date(year, 1, 1), date(year, 12, 31)}
        days |= (one.off ^ other.off) | (one.work ^ other.work)
        if old.makeup != new.makeup:
            days |= one.work | other.work
    return (min(days), max(days)) if days else None
