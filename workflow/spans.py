"""Prefix sums of office time, so that a due moment is found by bisection and not by walking days.

All moments in this file are whole microseconds since 1970 in UTC, all amounts are microseconds of office time.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from math import ceil

from workflow.errors import Refusal
from workflow.office_hours import OfficeHours

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_GROWTH = 8  # years added when a walk leaves the span: a few milliseconds


def instant(moment: datetime) -> int:
    """Turns an aware moment into microseconds; raises Refusal for a naive one and outside 1900-2200."""
    if moment.utcoffset() is None:
        raise Refusal(f"时刻 {moment} 没有时区。", f"The moment {moment} has no time zone.")
    passed = moment - _EPOCH
    at = (passed.days * 86_400 + passed.seconds) * SECOND + passed.microseconds
    if not _FIRST <= at < _END:
        raise _out_of_range()
    return at


def moment_of(at: int) -> datetime:
    """Turns microseconds into a moment in UTC; raises Refusal outside 1900-2200."""
    if not _FIRST <= at < _END:
        raise _out_of_range()
    return _EPOCH + timedelta(microseconds=at)


class Span:
    """Is the office time of some whole local years."""

    def __init__(self, first_year: int, years: "list[_Year]") -> None:
        self.first_year = first_year
        self.last_year = first_year + len(years) - 1
        self.first_ordinal = date(first_year, 1, 1).toordinal()
        self.midnights = [midnight for year in years for midnight in year.midnights]
        self.begins, self.ends = self.midnights[0], years[-1].ends
        self.opens = [opening for year in years for opening in year.opens]
        self.worked_before = [0, *accumulate(length for year in years for length in year.lengths)]
        self.closings = [closing for year in years for closing in year.closings]
        self.day_totals = [0, *accumulate(total for year in years for total in year.totals)]
        self.working_before = [0, *accumulate(flag for year in years for flag in year.flags)]
        self.unpublished_before = [0, *accumulate(n for y in years for n in [not y.is_published] * len(y.midnights))]
        self.total = self.worked_before[-1]

    def day_of(self, at: int) -> int:
        """Gives the number, within the span, of the local day that a moment falls on."""
        return bisect_right(self.midnights, at) - 1

    def office_day_of(self, at: int) -> int:
        """Gives the day that a due moment belongs to: a midnight that closes an office day is that day's end."""
        day = self.day_of(at)
        working = self.working_before[day]
        closes_yesterday = at == self.midnights[day] and working > 0 and self.closings[working - 1] == at
        return day - 1 if closes_yesterday else day

    def date_of(self, day: int) -> date:
        """Gives the local date of a day's number."""
        return date.fromordinal(self.first_ordinal + day)

    def worked(self, at: int) -> int:
        """Measures the office time from the beginning of the span to a moment."""
        nth = bisect_right(self.opens, at) - 1
        if nth < 0:
            return 0
        return min(self.worked_before[nth] + at - self.opens[nth], self.worked_before[nth + 1])

    def reached(self, amount: int) -> int:
        """Finds the first moment at which so much office time has passed; a closing stays that closing."""
        nth = bisect_left(self.worked_before, amount) - 1
        return self.opens[nth] + amount - self.worked_before[nth]

    def left(self, amount: int) -> int:
        """Finds the last moment at which no more than so much office time has passed; an opening stays that opening."""
        nth = bisect_right(self.worked_before, amount) - 1
        return self.opens[nth] + amount - self.worked_before[nth]

    def position(self, at: int) -> Fraction:
        """Measures working days from the beginning of the span, part of a day as the part of its office hours."""
        worked = self.worked(at)
        nth = max(bisect_left(self.day_totals, worked) - 1, 0)
        return nth + Fraction(worked - self.day_totals[nth], self.day_totals[nth + 1] - self.day_totals[nth])

    def at_position(self, position: Fraction) -> int:
        """Finds the moment of a position; whole numbers are closings."""
        nth = ceil(position) - 1
        return self.reached(
            self.day_totals[nth] + round((position - nth) * (self.day_totals[nth + 1] - self.day_totals[nth]))
        )

    def is_provisional(self, first_day: int, last_day: int) -> bool:
        """Tells whether any of these days lies in a year whose arrangement is not published."""
        return self.unpublished_before[last_day + 1] != self.unpublished_before[first_day]


class Spans:
    """Keeps the widest span built so far and widens it on demand.

    Threads may share it: a span is never changed once built, so the worst that a race costs is building a year twice.
    """

    def __init__(self, hours: OfficeHours) -> None:
        self._hours = hours
        self._years: dict[int, _Year] = {}
        self._widest: Span | None = None

    def holding(self, low: int, high: int) -> Span:
        """Gives a span that holds both moments; raises Refusal outside 1900-2200."""
        span = self._widest
        if span is not None and span.begins <= low and high < span.ends:
            return span
        return self._built(moment_of(low).year - 1, moment_of(high).year + 2)

    def further(self, span: Span, *, forward: bool) -> Span:
        """Gives a span that reaches further; raises Refusal where 1900-2200 ends."""
        first = span.first_year if forward else span.first_year - _GROWTH
        last = span.last_year + _GROWTH if forward else span.last_year
        wider = self._built(first, last)
        if (wider.first_year, wider.last_year) == (span.first_year, span.last_year):
            raise _out_of_range()
        return wider

    def _built(self, first: int, last: int) -> Span:
        if self._widest is not None:
            first, last = min(first, self._widest.first_year), max(last, self._widest.last_year)
        first, last = max(first, _FIRST_YEAR - 1), min(last, _LAST_YEAR + 1)  # local years reach over the UTC ones
        for year in range(first, last + 1):
            if year not in self._years:
                self._years[year] = _year(self._hours, year)
        self._widest = span = Span(first, [self._years[year] for year in range(first, last + 1)])
        return span


@dataclass(frozen=True, slots=True)
class _Year:
    is_published: bool
    midnights: list[int]  # of each day
    flags: list[int]  # of each day: 1 when it has office hours
    ends: int  # the midnight after the last day
    opens: list[int]  # of each stretch of office hours
    lengths: list[int]
    closings: list[int]  # of each working day
    totals: list[int]


def _year(hours: OfficeHours, year: int) -> _Year:
    ordinals = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal() + 1)
    midnights = [_wall(hours, ordinal, 0) for ordinal in ordinals]
    built = _Year(hours.plan(year).is_published, midnights[:-1], [], midnights[-1], [], [], [], [])
    for ordinal, midnight, tomorrow in zip(ordinals, midnights, midnights[1:], strict=False):
        total, closing = 0, midnight
        for opens, closes in hours.on(date.fromordinal(ordinal)):
            if tomorrow - midnight == DAY:
                opening, end = midnight + opens * MINUTE, midnight + closes * MINUTE
            else:  # the clocks change today; an hour that does not exist must not turn a stretch around
                opening = min(max(_wall(hours, ordinal, opens), closing), tomorrow)
                end = min(max(_wall(hours, ordinal, closes), opening), tomorrow)
            if end > opening:
                built.opens.append(opening)
                built.lengths.append(end - opening)
                total, closing = total + end - opening, end
        built.flags.append(1 if total else 0)
        if total:
            built.closings.append(closing)
            built.totals.append(total)
    return built


def _wall(hours: OfficeHours, ordinal: int, minute: int) -> int:
    """Turns a local wall clock time into an instant, with the zone's offset of that very time."""
    wall = datetime.fromordinal(ordinal) + timedelta(minutes=minute)
    offset = wall.replace(tzinfo=hours.zone).utcoffset() or timedelta(0)
    return (ordinal - _EPOCH_ORDINAL) * DAY + minute * MINUTE - (offset.days * 86_400 + offset.seconds) * SECOND


def _out_of_range() -> Refusal:
    return Refusal(
        f"时刻超出可计算的范围（{_FIRST_YEAR} 年至 {_LAST_YEAR} 年）。",
        f"The moment lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}.",
    )


_FIRST = (date(_FIRST_YEAR, 1, 1).toordinal() - _EPOCH_ORDINAL) * DAY
_END = (date(_LAST_YEAR + 1, 1, 1).toordinal() - _EPOCH_ORDINAL) * DAY
