"""What is arranged for one year: its days off and its make-up days, checked before a calendar takes them.

The State Council announces them every autumn (国务院办公厅关于部分节假日安排的通知). All of them lie in their year
but for New Year's Day, whose days off and make-up days may lie in the December before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workflow.errors import Refusal
from workflow.office_hours import WEEKDAYS_ZH, OfficeHours, YearPlan

FIRST_YEAR, LAST_YEAR = 1950, 2199
DECEMBER = 12

#: Days that are off in every year (全国年节及纪念日放假办法): where one is missing, part of the notice is.
ALWAYS_OFF = ((1, 1), (5, 1), (10, 1))


class ArrangementError(Refusal):
    """Says what is wrong in an arrangement, and on which line."""


@dataclass(frozen=True, slots=True)
class ArrangedDay:
    """One day as it was written: off, or a make-up day; `line` is where it stands in the text."""

    date: date
    name: str
    is_off: bool
    line: int


@dataclass(frozen=True)
class Arrangement:
    """The days of one year that are not what their weekday says, in their order."""

    year: int
    days: tuple[ArrangedDay, ...]

    @property
    def off(self) -> frozenset[date]:
        """Return the days off, weekend days of a holiday included."""
        return frozenset(day.date for day in self.days if day.is_off)

    @property
    def work(self) -> frozenset[date]:
        """Return the make-up days."""
        return frozenset(day.date for day in self.days if not day.is_off)

    def taken_by(self, hours: OfficeHours) -> OfficeHours:
        """Return office hours with this arrangement in them, in place of what they had for the year.

        Days of a December belong to the arrangement of the year after it, once that is published: they stay when their
        own year is arranged anew, and go when the year after is. Raises ArrangementError where a make-up day would have
        no hours.
        """
        if self.work and not hours.makeup:
            raise ArrangementError(
                f"日历 {hours.name} 没有补班时段：请在 [week] 中写明 makeup。",
                f"The calendar {hours.name} has no hours for make-up days: write makeup in its [week].",
            )
        own, before = hours.plan(self.year), hours.plan(self.year - 1)
        years = dict(hours.years)
        years[self.year] = self._merged(_december(own) if hours.plan(self.year + 1).is_published else (), self.year)
        kept = _days(before) if not own.is_published else set(_days(before)) - set(_december(before))
        earlier = replace(self._merged(kept, self.year - 1), is_published=before.is_published)
        if earlier != before:
            years[self.year - 1] = earlier
        return replace(hours, years=years)

    def _merged(self, kept: Iterable[tuple[date, bool]], year: int) -> YearPlan:
        """Return the days of one calendar year: those kept, unless this arrangement says otherwise, and its own."""
        days = dict(kept) | {day.date: day.is_off for day in self.days if day.date.year == year}
        off = frozenset(day for day, is_off in days.items() if is_off)
        return YearPlan(is_published=True, off=off, work=frozenset(days) - off)


def checked(year: int, days: Sequence[ArrangedDay], where: str = "") -> Arrangement:
    """Return the arrangement of a year. Raises ArrangementError with the first thing that cannot be, and its line."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise fault(where, None, f"“{year}”不是 {FIRST_YEAR} 到 {LAST_YEAR} 之间的年份", f'"{year}" is no year')
    if not days:
        raise fault(
            where, None, f"{year} 年没有一个放假日，安排尚未公布", f"no day is off in {year}: not published yet"
        )
    known: dict[date, ArrangedDay] = {}
    for day in days:
        _refuse_another_year(year, day, where)
        before = known.setdefault(day.date, day)
        if before.is_off != day.is_off:
            zh, en = f"{day.date} 既放假又上班（另见第 {before.line} 行）", f"{day.date} is off and worked"
            raise fault(where, day.line, zh, f"{en} (see line {before.line})")
        if before is not day:
            zh, en = f"{day.date} 写了两次（另见第 {before.line} 行）", f"{day.date} stands twice"
            raise fault(where, day.line, zh, f"{en} (see line {before.line})")
        if not day.is_off and day.date.weekday() < 5:
            raise fault(
                where,
                day.line,
                f"补班日 {day.date} 是{weekday_zh(day.date)}，补班只能在周六、周日",
                f"the make-up day {day.date} is a {day.date:%A}; only Saturdays and Sundays are made up",
            )
    for month, number in ALWAYS_OFF:
        fixed = known.get(date(year, month, number))
        if fixed is None or not fixed.is_off:
            missing = date(year, month, number)
            raise fault(where, None, f"安排不完整：{missing} 没有放假", f"it is not complete: {missing} is not off")
    return Arrangement(year, tuple(sorted(days, key=lambda day: day.date)))


def fault(where: str, line: int | None, zh: str, en: str) -> ArrangementError:
    """Return an error that names its place: `where` is a file or nothing, as in a text that was pasted."""
    place_zh = " ".join(part for part in (where, f"第 {line} 行" if line else "") if part)
    place_en = ", ".join(part for part in (where, f"line {line}" if line else "") if part)
    return ArrangementError(
        f"{place_zh}：{zh}。" if place_zh else f"{zh}。",
        f"{place_en}: {en}." if place_en else f"{en}.",
    )


def weekday_zh(day: date) -> str:
    """Return the weekday of a date, as in 周六."""
    return "周" + WEEKDAYS_ZH[day.weekday()]


def _refuse_another_year(year: int, day: ArrangedDay, where: str) -> None:
    if day.date.year == year or (day.date.year, day.date.month) == (year - 1, DECEMBER):
        return
    raise fault(where, day.line, f"{day.date} 不在 {year} 年内", f"{day.date} lies outside {year}")


def _days(plan: YearPlan) -> list[tuple[date, bool]]:
    return [*((day, True) for day in plan.off), *((day, False) for day in plan.work)]


def _december(plan: YearPlan) -> list[tuple[date, bool]]:
    return [(day, is_off) for day, is_off in _days(plan) if day.month == DECEMBER]
