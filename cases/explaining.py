"""Why the clocks of a case stand where they stand, stretch by stretch and day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sqlmodel import Session, col, select

from cases.calendars import calendar
from cases.laws import law_of
from cases.outlook import Standing, standings
from cases.record.case import Case, Extension
from cases.record.clock import Clock, ClockSpan, FiredRung
from cases.sheet import spans_of
from workflow.calendar import Calendar, Day
from workflow.clocks import FIXED
from workflow.explanation import Reason
from workflow.limits import Limit

#: What begins a stretch of a clock.
WHY = {
    "start": ("起算", "started"),
    "pause": ("暂停", "stood still"),
    "resume": ("恢复", "went on"),
    "extend": ("延期", "extended"),
}
#: Clocks that belong to no state.
NAMES = {"case": ("全案时限", "limit of the whole case"), "climb": ("升级处置时限", "time of a level it climbed to")}
SHOWN_DAYS = 400

#: How the part of a limit that a pause cuts is measured: what is left of working days is left in office time.
PARTS = {"wd": Limit(1, "wh"), "wh": Limit(1, "wh"), "d": FIXED, "h": FIXED, "m": FIXED}


@dataclass(frozen=True)
class Stretch:
    """A time during which one due moment was in force, with its days; without a due moment the clock stood still."""

    why: str
    zh: str
    en: str
    from_at: datetime
    until_at: datetime | None
    due_at: datetime | None
    days: list[Day]


@dataclass(frozen=True)
class Explanation:
    """One clock of a case with its rule and its stretches; the last day that they name is that of its due moment."""

    clock: Clock
    zh: str
    en: str
    law: str
    stretches: list[Stretch]
    rungs: list[Standing]

    @property
    def days(self) -> list[Day]:
        """Return every day in order, with totals that run through; of very many, the first and the last ones."""
        minutes = days = 0
        told = []
        for day in chain.from_iterable(stretch.days for stretch in self.stretches):
            minutes, days = minutes + day.minutes, days + day.is_counted
            told.append(replace(day, total_minutes=minutes, total_days=days))
        half = SHOWN_DAYS // 2
        return told if len(told) <= SHOWN_DAYS else [*told[:half], *told[-half:]]


def explain(db: Session, case: Case) -> list[Explanation]:
    """Explain every clock that a case has had, in the order they began."""
    definition = law_of(db, case.law_id).definition
    clocks = db.exec(select(Clock).where(Clock.case_id == case.id).order_by(col(Clock.started_at), col(Clock.id))).all()
    spans = spans_of(db, clocks)
    granted = select(Extension).where(Extension.case_id == case.id, col(Extension.is_granted).is_(True))
    extras = {row.decided_at: Limit.parse(row.extra) for row in db.exec(granted)}
    fired = db.exec(select(FiredRung).where(FiredRung.case_id == case.id).order_by(col(FiredRung.id))).all()
    explained = []
    for clock in clocks:
        state = definition.states.get(clock.state or "")
        explained.append(
            Explanation(
                clock=clock,
                zh=f"「{state.label}」时限" if state else NAMES[clock.kind][0],
                en=f"limit of {state.label_en}" if state else NAMES[clock.kind][1],
                law=definition.where,
                stretches=list(stretches_of(clock, spans.get(clock.id or 0, []), extras)),
                rungs=standings(definition, clock, [row for row in fired if row.clock_id == clock.id]),
            )
        )
    return explained


def stretches_of(clock: Clock, kept: Sequence[ClockSpan], extras: Mapping[datetime | None, Limit]) -> Iterator[Stretch]:
    """Return the stretches of a clock; one that was neither paused nor extended is its own only stretch."""
    limit = Limit.parse(clock.limit) if clock.limit else None
    spans = kept or [
        ClockSpan(
            clock_id=clock.id or 0,
            why="start",
            from_at=clock.started_at,
            until_at=clock.stopped_at,
            due_at=clock.due_at,
        )
    ]
    office, stood_at = calendar(clock.calendar), clock.started_at
    for place, span in enumerate(spans):
        cut_at = next((later.from_at for later in spans[place + 1 :] if later.due_at is None), None)
        if span.due_at is None:
            days = _paused(office, span) if clock.first_due_at else []
        elif span.why == "extend":  # more time is counted from the due moment that stood
            days = _run(office, stood_at, span.due_at, cut_at, extras.get(span.from_at, limit or FIXED))
        elif span.why == "resume":
            days = _rest(office, span.from_at, span.due_at, cut_at, limit or FIXED)
        else:
            days = _run(office, span.from_at, span.due_at, cut_at, limit) if limit else []
        yield Stretch(span.why, *WHY[span.why], span.from_at, span.until_at, span.due_at, days)
        stood_at = span.due_at or stood_at


def _run(office: Calendar, start: datetime, due_at: datetime, cut_at: datetime | None, limit: Limit) -> list[Day]:
    """Name the days from the beginning of a limit to its due moment, or to the pause before it."""
    if cut_at is None or due_at <= cut_at:
        return office.explain_until(start, due_at, limit)
    days = office.explain_until(start, cut_at, PARTS[limit.unit])
    if days and limit.unit == "wd":  # what is left of the first day counts for nothing
        days[0] = replace(days[0], is_counted=False, minutes=0, why=Reason.START)
    return days


def _rest(office: Calendar, start: datetime, due_at: datetime, cut_at: datetime | None, limit: Limit) -> list[Day]:
    """Name the days of what was left when the clock went on; one that was late then shows only its due day."""
    if due_at < start:
        days = office.explain_until(due_at, due_at, PARTS[limit.unit])
        return [replace(day, is_counted=False, minutes=0, why=Reason.LATE, is_provisional=False) for day in days]
    return office.explain_until(start, due_at if cut_at is None else min(due_at, cut_at), PARTS[limit.unit])


def _paused(office: Calendar, span: ClockSpan) -> list[Day]:
    """Name the days on which a clock stood still; of a pause that goes on, the day it began."""
    days = office.explain_until(span.from_at, span.until_at or span.from_at, FIXED)
    return [replace(day, is_counted=False, minutes=0, why=Reason.PAUSED, is_provisional=False) for day in days]
