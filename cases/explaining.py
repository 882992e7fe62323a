"""Why the clocks of a case stand where they stand, stretch by stretch and day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cases.calendars import calendar
from cases.laws import law_of
from cases.record.case import Case
from cases.record.clock import Clock, ClockSpan
from workflow.calendar import Day
from workflow.limits import Limit

#: What begins a stretch of a clock.
WHY = {
    "start": ("起算", "started"),
    "pause": ("暂停", "stood still"),
    "resume": ("恢复", "went on"),
    "extend": ("延期", "extended"),
}
SHOWN_DAYS = 400


@dataclass(frozen=True)
class Stretch:
    """A time during which one due moment was in force; without one the clock stood still."""

    why: str
    zh: str
    en: str
    from_at: datetime
    until_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Explanation:
    """One clock of a case: its rule, its stretches, and each day that counted towards the first limit, or did not."""

    kind: str
    state: str | None
    zh: str
    en: str
    limit: str | None
    calendar: str
    law: str
    started_at: datetime
    first_due_at: datetime | None
    due_at: datetime | None
    remaining: str | None
    stopped_at: datetime | None
    is_provisional: bool
    stretches: list[Stretch]
    days: list[Day]


def explain(db: Session, case: Case) -> list[Explanation]:
    """Explain every clock that a case has had, in the order they began."""
    definition = law_of(db, case.law_id).definition
    clocks = db.exec(select(Clock).where(Clock.case_id == case.id).order_by(col(Clock.started_at), col(Clock.id)))
    explained = []
    for clock in clocks:
        state = definition.states.get(clock.state or "")
        explained.append(
            Explanation(
                kind=clock.kind,
                state=clock.state,
                zh=f"「{state.label}」时限" if state else "全案时限",
                en=f"limit of {state.label_en}" if state else "limit of the whole case",
                limit=clock.limit,
                calendar=clock.calendar,
                law=definition.where,
                started_at=clock.started_at,
                first_due_at=clock.first_due_at,
                due_at=clock.due_at,
                remaining=clock.remaining,
                stopped_at=clock.stopped_at,
                is_provisional=clock.is_provisional,
                stretches=_stretches(db, clock),
                days=_days(clock),
            )
        )
    return explained


def _stretches(db: Session, clock: Clock) -> list[Stretch]:
    spans = db.exec(select(ClockSpan).where(ClockSpan.clock_id == clock.id).order_by(col(ClockSpan.id))).all()
    if not spans:
        due_at = clock.first_due_at if clock.remaining is None else None
        return [Stretch("start", *WHY["start"], clock.started_at, clock.stopped_at, due_at)]
    return [Stretch(span.why, *WHY[span.why], span.from_at, span.until_at, span.due_at) for span in spans]


def _days(clock: Clock) -> list[Day]:
    """Name the days of the first limit; a date that was fixed elsewhere has none, and very long ones are cut."""
    if clock.limit is None:
        return []
    return calendar(clock.calendar).explain(clock.started_at, Limit.parse(clock.limit))[:SHOWN_DAYS]
