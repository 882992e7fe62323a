"""Which running clocks the difference between two versions of a calendar can reach; only their cases are read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session

from cases.record.clock import Clock
from cases.record.columns import table_of
from workflow.calendar import Calendar
from workflow.office_hours import difference

#: Cases that are looked at together: enough to share the cost, few enough that nobody waits long for one of them.
BATCH = 200
#: So much more than the days that differ is reached: days begin at other moments in other zones.
LEEWAY = timedelta(days=2)

_CLOCKS = table_of(Clock)


@dataclass(frozen=True)
class Reach:
    """Which clocks a difference between two versions can reach: those of some calendars, from one moment to another.

    Without moments it reaches only those that are provisional, although they need not be any more.
    """

    names: Collection[str]
    begins: datetime | None
    ends: datetime | None

    @classmethod
    def between(cls, names: Collection[str], old: Calendar, new: Calendar) -> Reach:
        """Return what the difference reaches between two versions, each with the holidays that it takes."""
        days = difference(old.hours, new.hours)
        return cls(names, _midnight(days[0]) - LEEWAY, _midnight(days[1]) + LEEWAY) if days else cls(names, None, None)

    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a clock is reached.

        A clock that has never changed is reached by what lies between its start and its due moment; one that has may
        have been due before it went on. Its next rung may lie in the difference though its due moment does not, also
        where that is a date fixed elsewhere.
        """
        clock = _CLOCKS.c
        is_counted = and_(
            clock.stopped_at.is_(None),
            clock.calendar.in_(sorted(self.names)),
            or_(clock.due_at.is_not(None), clock.remaining.is_not(None)),
        )
        if self.begins is None:
            return and_(is_counted, clock.is_provisional)
        later = (clock.due_at >= self.begins, clock.due_at.is_(None), clock.spans > 0, clock.next_at >= self.begins)
        return and_(is_counted, or_(clock.is_provisional, and_(clock.started_at < self.ends, or_(*later))))


def reached(db: Session, reach: Reach, after: int) -> Sequence[int]:
    """Return the ids of the next cases, in order, that a difference reaches."""
    cases = select(_CLOCKS.c.case_id).where(reach.condition(), _CLOCKS.c.case_id > after)
    return db.connection().execute(cases.distinct().order_by(_CLOCKS.c.case_id).limit(BATCH)).scalars().all()


def outdated(db: Session, name: str, office: Calendar) -> int:
    """Count the running clocks of a calendar that are provisional though all that they rest on is published by now.

    A newer program came with a calendar that knows another year; clocks move only by an act of their own.
    """
    published = sorted(year for year, plan in office.hours.years.items() if plan.is_published)
    if not published:
        return 0
    first = next(year for year in reversed(published) if year - 1 not in published)
    begins, ends = (datetime(year, 1, 1, tzinfo=office.zone) for year in (first, published[-1] + 1))
    clock = _CLOCKS.c
    wanted = select(func.count()).where(clock.stopped_at.is_(None), clock.is_provisional, clock.calendar == name)
    found = db.connection().execute(wanted.where(clock.started_at >= begins, clock.due_at < ends)).scalar_one()
    return int(found)


def _midnight(day: date) -> datetime:
    """Return the beginning of a day, inside the years that can be counted."""
    within = min(max(day, date(1900, 1, 10)), date(2200, 12, 20))
    return datetime.combine(within, time(), UTC)
