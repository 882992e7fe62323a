"""What comes next by itself: for each clock its rungs, fired and to come; for each open case the next one, and to whom.

`bihuan doctor --escalations` prints the latter: there is no open case for which it has neither somebody nor a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cases import climbing
from cases.audience import Addressee, addressees
from cases.calendars import calendar
from cases.clock_names import clock_code
from cases.clocks import BESIDE, CLIMB, ladder_of, outlives_case
from cases.laws import law_of
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung, Parked
from cases.seats import answering_at
from cases.side_clocks import desk_of
from cases.sides import Side
from cases.veil import raiser
from workflow import ladders
from workflow.definition import SYSTEM, Definition

#: Why no rung is to come.
REASONS: Mapping[str, tuple[str, str]] = {
    "failed": ("升级时出错，已搁置，待管理员放行", "its rung failed; it is parked until an administrator releases it"),
    "nobody": (
        "已无上级可升，已搁置，待管理员处理",
        "there is nobody left to climb to; an administrator has to see to it",
    ),
    "imported": ("各级时点均在导入之前", "every rung lay before its import"),
    "told": ("各级均已告知", "everyone on its ladder has been told"),
    "unlimited": ("来源未定时限", "its source fixed no limit"),
}


@dataclass(frozen=True)
class Standing:
    """One rung of a clock: when it is due and when it fired; `is_passed` if its moment lay before the clock or import.

    A rung of a clock that stands still, or has stopped before it came, has no moment.
    """

    do: str
    at: str
    tell: tuple[str, ...]
    due_at: datetime | None
    fired_at: datetime | None
    is_passed: bool


@dataclass(frozen=True)
class Outlook:
    """What comes next for an open case; `to` is empty where only `why` is known, and something `is_wrong` with some."""

    number: str
    clock: str
    rung: str
    next_at: datetime | None
    to: Sequence[Addressee]
    why: tuple[str, str]
    is_wrong: bool = False


def standings(db: Session, definition: Definition, clock: Clock, fired: Sequence[FiredRung]) -> list[Standing]:
    """Return every rung of a clock's ladder, those of earlier terms that fired first."""
    ladder, office = ladder_of(definition, clock.kind, clock.state), calendar(db, clock.calendar)
    past = [
        Standing(row.do, row.at, (), row.due_at, row.fired_at, is_passed=False)
        for row in fired
        if row.term < clock.term
    ]
    done = {row.rung: row for row in fired if row.term == clock.term}
    is_running = clock.stopped_at is None
    for place, rung in enumerate(ladder):
        row = done.get(place)
        to_come = ladders.moment(office, ladder, place, clock.due_at) if is_running and place >= clock.rung else None
        is_passed = row is None and place < clock.rung
        due_at, fired_at = (row.due_at, row.fired_at) if row else (to_come, None)
        past.append(Standing(rung.do, str(rung.at), rung.tell, due_at, fired_at, is_passed))
    return past


def outlooks(db: Session, at: datetime) -> Iterator[Outlook]:
    """Return, for every open case in order, what is parked, and the rung that comes next and whom it will tell.

    Desks are taken as they are filled now. What was promised in a case outlives it and brings it no further.
    """
    parked = {
        row.clock_id: row.why for row in db.exec(select(Parked).where(col(Parked.released_at).is_(None)))
    }  # few, or something is badly wrong
    for case in db.exec(select(Case).where(col(Case.closed_at).is_(None)).order_by(col(Case.id))):
        running = db.exec(select(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))).all()
        yield from (_held(db, case, clock, parked[clock.id or 0]) for clock in running if clock.id in parked)
        definition = law_of(db, case.law_id).definition
        running = [clock for clock in running if not outlives_case(definition, clock)]
        if any(clock.next_at for clock in running) or not any(clock.id in parked for clock in running):
            yield _outlook(db, case, running, at)


def _held(db: Session, case: Case, clock: Clock, why: str) -> Outlook:
    return Outlook(case.number, clock_code(db, clock.kind, clock.state), "", None, (), REASONS[why], is_wrong=True)


def _outlook(db: Session, case: Case, running: Sequence[Clock], at: datetime) -> Outlook:
    waiting = [clock for clock in running if clock.next_at is not None]
    if not waiting:
        is_limited = any(clock.due_at or clock.remaining for clock in running)
        has_fired = is_limited and _has_fired(db, running)
        cause = "unlimited" if not is_limited else "told" if has_fired or not case.source else "imported"
        return Outlook(case.number, "", "", None, (), REASONS[cause], is_wrong=cause == "told")
    clock = min(waiting, key=lambda clock: (clock.next_at, clock.id))
    definition = law_of(db, case.law_id).definition
    rung = ladder_of(definition, clock.kind, clock.state)[clock.rung]
    if rung.action is not None:
        to: list[Addressee] = [Addressee(SYSTEM, None, ())]
    elif rung.do == CLIMB:
        to = list(_next_level(db, case, definition, clock, rung.tell, at))
    else:
        side = desk_of(db, definition, Side.parse(clock.state)) if clock.kind == BESIDE else None
        to = list(addressees(db, case, rung.tell, at, side))
    nobody = ("各级均无人在岗", "nobody is there, up to the root")
    why = ("", "") if any(one.people or one.unit_id is None for one in to) else nobody
    name, is_wrong = clock_code(db, clock.kind, clock.state), why == nobody
    return Outlook(case.number, name, f"{rung.do} {rung.at}", clock.next_at, to, why, is_wrong)


def _has_fired(db: Session, running: Sequence[Clock]) -> bool:
    ids = [clock.id for clock in running]
    return db.exec(select(FiredRung.id).where(col(FiredRung.clock_id).in_(ids)).limit(1)).first() is not None


def _next_level(
    db: Session, case: Case, definition: Definition, clock: Clock, words: tuple[str, ...], at: datetime
) -> Iterator[Addressee]:
    """Return the level that a case would climb to."""
    assert definition.climb is not None  # reading a law refuses a rung that climbs without it
    level: Any = climbing.level_of(db, case)
    if level is not None and clock.kind != CLIMB and not climbing.is_above(db, case, definition.climb, words, level):
        post = climbing.post_of(level)  # it stays with whom it has climbed to already
        yield Addressee(level.role, post.unit_id, tuple(answering_at(db, post, at, besides=raiser(db, case))[1]))
        return
    for rank in climbing.still_above(db, case, definition.climb, words if clock.kind != CLIMB else (), level):
        unit_id, people = answering_at(db, rank.post, at, besides=raiser(db, case))
        if people and unit_id == rank.post.unit_id:
            yield Addressee(rank.role, unit_id, tuple(people))
            return
