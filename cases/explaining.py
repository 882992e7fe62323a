"""Why the clocks of a case stand where they stand, stretch by stretch and day by day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain

from sqlalchemy import or_
from sqlmodel import Session, col, select

from cases.calendars import calendar, calendar_since
from cases.clock_names import clock_name
from cases.clocks import BESIDE, STATE
from cases.laws import law_of
from cases.outlook import Standing, standings
from cases.record.case import Case
from cases.record.clock import Clock, ClockSpan, FiredRung
from cases.record.event import Event
from cases.record.promises import Promise
from cases.rerunning import REARRANGE, Grants, extras_of, grants_of, rerun
from cases.sheet import spans_of
from cases.sides import Side
from workflow.calendar import Calendar, Day
from workflow.clocks import AWAY, BACK, EXTEND, FIXED, GRACE, RESUME, SHORTEN
from workflow.definition import Definition
from workflow.errors import Refusal
from workflow.explanation import Reason
from workflow.limits import Limit

#: What begins a stretch of a clock.
WHY = {
    "start": ("起算", "started"),
    "pause": ("暂停", "stood still"),
    "resume": ("恢复", "went on"),
    "extend": ("延期", "extended"),
    "shorten": ("缩短", "shortened"),
    AWAY: ("已转出", "lay elsewhere"),
    BACK: ("撤回，继续计时", "taken back, ran on"),
    REARRANGE: ("放假安排公布", "holidays published"),
}
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
    ended_on: date | None = None

    @property
    def lived(self) -> list[Day]:
        """Return the days up to the one on which the clock stopped: of those after it nothing came."""
        return [day for day in self.days if self.ended_on is None or day.date <= self.ended_on]

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
    """Explain every clock that a case has had, in the order they began.

    Each is explained with the law that began it and with the version of its calendar that it was last counted with.
    """
    assert case.id is not None
    laws = _laws_of(db, case)
    clocks = db.exec(select(Clock).where(Clock.case_id == case.id).order_by(col(Clock.started_at), col(Clock.id))).all()
    spans = spans_of(db, clocks)
    grants = grants_of(db, [case.id]).get(case.id, [])
    fired = db.exec(select(FiredRung).where(FiredRung.case_id == case.id).order_by(col(FiredRung.id))).all()
    explained = []
    for clock in clocks:
        law = _in_force(laws, clock.started_at)[-1]
        zh, en = clock_name(db, law, clock.kind, clock.state)
        mine = spans.get(clock.id or 0, [])
        office = _counted_with(db, clock, mine, grants)
        stretches = list(stretches_of(office, clock, mine, grants))
        if clock.kind == BESIDE and clock.limit is None:
            stretches[-1] = replace(stretches[-1], days=_from_the_day(db, office, clock))
        explained.append(
            Explanation(
                clock=clock,
                zh=f"「{zh}」",
                en=en,
                law=law.where,
                stretches=stretches,
                rungs=_rungs(db, laws, clock, [row for row in fired if row.clock_id == clock.id]),
                ended_on=clock.stopped_at.astimezone(office.zone).date() if clock.stopped_at else None,
            )
        )
    return explained


def stretches_of(office: Calendar, clock: Clock, kept: Sequence[ClockSpan], grants: Grants) -> Iterator[Stretch]:
    """Return the stretches of a clock; one that never changed is its own only stretch.

    A new version of the calendar counts from the beginning, not from its publication: the days are told once, in the
    stretch whose due moment they lead to, as that version counts them.
    """
    spans = kept or [
        ClockSpan(
            clock_id=clock.id or 0,
            why="start",
            from_at=clock.started_at,
            until_at=clock.stopped_at,
            due_at=clock.due_at,
        )
    ]
    days = iter(_days(office, clock, spans, grants))
    for place, span in enumerate(spans):
        is_replaced = place + 1 < len(spans) and spans[place + 1].why == REARRANGE
        told = [] if is_replaced else next(days)
        yield Stretch(span.why, *WHY[span.why], span.from_at, span.until_at, span.due_at, told)


def _laws_of(db: Session, case: Case) -> list[tuple[datetime, Definition]]:
    """Return the versions of its law that a case has had, each with when it came into force."""
    events = select(Event.at, Event.data).where(Event.case_id == case.id).order_by(col(Event.version))
    sets = [
        (at, json.loads(data)["set"])
        for at, data in db.exec(events.where(or_(col(Event.version) == 1, col(Event.action) == "migrate_law")))
    ]
    return [(at, law_of(db, row["law_id"]).definition) for at, row in sets]


def _in_force(laws: Sequence[tuple[datetime, Definition]], at: datetime) -> list[Definition]:
    """Return the versions that were in force up to a moment, and the first one at any rate."""
    return [law for since, law in laws if since <= at] or [laws[0][1]]


def _rungs(
    db: Session, laws: Sequence[tuple[datetime, Definition]], clock: Clock, fired: Sequence[FiredRung]
) -> list[Standing]:
    """Return the rungs of a clock: of the last version that it ran under and that knows its state; else none."""
    had = _in_force(laws, clock.stopped_at) if clock.stopped_at else [law for _, law in laws]
    knows = [law for law in had if _knows(law, clock)]
    return standings(db, knows[-1], clock, fired) if knows else []


def _counted_with(db: Session, clock: Clock, spans: Sequence[ClockSpan], grants: Grants) -> Calendar:
    """Return the newest version of its calendar under which a clock shows what it showed last.

    One that stopped before a version was published was not counted with it; one that was imported after that was,
    although it stopped long before.
    """
    for office in calendar_since(db, clock.calendar):
        try:
            last = rerun(office, clock, spans, grants)[-1]
        except Refusal:  # the arithmetic ends in 2200
            continue
        if (last.due_at, last.remaining and str(last.remaining)) == (clock.due_at, clock.remaining):
            return office
    return calendar(db, clock.calendar)


def _days(office: Calendar, clock: Clock, spans: Sequence[ClockSpan], grants: Grants) -> Iterator[list[Day]]:
    """Yield the days of each stretch that began with something people did."""
    limit = Limit.parse(clock.limit) if clock.limit else None
    acts = [span for span in spans if span.why != REARRANGE]
    dues = [span.due_at for span in acts]
    if len(acts) < len(spans):
        dues = [figures.due_at for figures in rerun(office, clock, spans, grants)]
    extras, stood_at = extras_of(clock, acts, grants), clock.started_at
    # A limit that was made shorter counts from the beginning: what came before it is told in its stretch.
    told_from = max((place for place, span in enumerate(acts) if span.why == SHORTEN), default=0)
    for place, (span, due_at, extra) in enumerate(zip(acts, dues, extras, strict=True)):
        if place < told_from:
            yield []
            continue
        later = acts[place + 1 :]
        cut_at = next((other.from_at for other in later if other.due_at is None and other.why != AWAY), None)
        if span.why in (AWAY, BACK):  # it ran on: its days were told when it began to
            yield []
        elif due_at is None:
            until_at = later[0].from_at if later else spans[-1].until_at
            yield _paused(office, span.from_at, until_at or span.from_at) if clock.first_due_at else []
        elif span.why == EXTEND:  # more time is counted from the due moment that stood
            assert extra is not None  # `extras_of` raises where nobody granted it
            yield _run(office, stood_at, due_at, cut_at, extra)
        elif span.why == SHORTEN:
            assert extra is not None  # whoever makes a limit shorter says which it is then
            is_grace = office.due(clock.started_at, extra).at < due_at  # it would have been over, or nearly
            start, rule = (span.from_at, GRACE) if is_grace else (clock.started_at, extra)
            yield _run(office, start, due_at, cut_at, rule)
        elif span.why == RESUME:
            yield _rest(office, span.from_at, due_at, cut_at, limit or FIXED)
        else:
            yield _run(office, span.from_at, due_at, cut_at, limit) if limit else []
        stood_at = due_at or stood_at


def _from_the_day(db: Session, office: Calendar, clock: Clock) -> list[Day]:
    """Name the day that was promised, and those after it up to the working day with which the promise is due."""
    promise = db.get(Promise, Side.parse(clock.state).row_id)
    if promise is None or clock.due_at is None:
        return []
    eve = datetime.combine(promise.promised_on, time(), office.zone) - timedelta(minutes=1)
    return [day for day in office.explain_until(eve, clock.due_at, GRACE) if day.date >= promise.promised_on]


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


def _paused(office: Calendar, from_at: datetime, until_at: datetime) -> list[Day]:
    """Name the days on which a clock stood still; of a pause that goes on, the day it began."""
    days = office.explain_until(from_at, until_at, FIXED)
    return [replace(day, is_counted=False, minutes=0, why=Reason.PAUSED, is_provisional=False) for day in days]


def _knows(law: Definition, clock: Clock) -> bool:
    """Tell whether a version has what a clock times: the case, a level, one of its states, a department's part."""
    if clock.kind == BESIDE:
        return Side.parse(clock.state).name in law.besides
    return clock.kind != STATE or clock.state in law.states
