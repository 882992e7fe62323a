"""One rung of one ladder: it is claimed, it does what the law says, and the case tells of it, in one transaction.

A rung is claimed by compare-and-set on its clock, so that of many who sweep one fires it; the unique key of
`fired_rungs` stands behind that. What it did is an event of the case like any other, told by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from cases import climbing, parking
from cases.act import act
from cases.audience import addressees
from cases.calendars import calendar, calendar_of
from cases.climbing import Stranded
from cases.clock_names import clock_code
from cases.clocks import BESIDE, ladder_of
from cases.laws import law_of
from cases.parking import AS_SEEN, seen
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung
from cases.record.columns import table_of
from cases.record.lines import line
from cases.record.statements import Prepared
from cases.recording import hold, record
from cases.side_clocks import desk_of
from cases.sides import Side
from cases.words import Deed
from workflow import ladders
from workflow.definition import SYSTEM, Rung, Step
from workflow.machine import Law

_CASES, _CLOCKS, _RUNGS = table_of(Case), table_of(Clock), table_of(FiredRung)
_CASE = Prepared(select(_CASES).where(_CASES.c.id == bindparam("case_id")))
_CLAIM = Prepared(update(_CLOCKS).where(*AS_SEEN), "rung", "next_at")
_FIRED = Prepared(insert(_RUNGS).inline(), *(column.name for column in _RUNGS.c if column.name != "id"))


@dataclass(frozen=True)
class Fired:
    """A rung that fired: of which case and clock, when it was to come and when it came."""

    number: str
    clock: str
    rung: str
    due_at: datetime
    fired_at: datetime


def fire(db: Session, clock: Any, at: datetime) -> tuple[Fired | None, datetime | None]:
    """Fire the next rung of a clock, a row of `clocks`; return it, and when the rung after it comes.

    Nothing has fired where somebody else was faster or the clock has changed since it was read. Raises Stranded where
    there is nobody to climb to, and whatever an act of the system is refused with.
    """
    case = _CASE.objects(db, Case, {"case_id": clock.case_id})[0]
    moment = hold(db, case, at)
    law = law_of(db, case.law_id)
    ladder = ladder_of(law.definition, clock.kind, clock.state)
    rung, place = ladder[clock.rung], clock.rung + 1
    next_at = ladders.moment(calendar(db, clock.calendar), ladder, place, clock.due_at)
    if _CLAIM.run(db, {**seen(clock), "rung": place, "next_at": next_at}) != 1:
        return None, None
    if rung.action is not None:
        event = act(db, case, rung.action, by=None, at=moment, facts={"rung": _told(rung, clock)})
        next_at = None  # the system's act moves the case, and its clock has stopped
    else:
        deed = _deed(db, law, rung, case, clock, moment)
        _do(deed, rung, clock)
        event = record(deed)
    _FIRED.run(
        db,
        {
            "clock_id": clock.id,
            "term": clock.term,
            "rung": clock.rung,
            "case_id": clock.case_id,
            "version": event["version"],
            "do": rung.do,
            "at": str(rung.at),
            "due_at": clock.next_at,
            "fired_at": moment,
        },
    )
    name = clock_code(db, clock.kind, clock.state)
    return Fired(case.number, name, f"{rung.do} {rung.at}", clock.next_at, moment), next_at


def strand(db: Session, clock: Any, stranded: Stranded, at: datetime) -> None:
    """Park a clock that has nobody to climb to, and let the case tell of it."""
    case = _CASE.objects(db, Case, {"case_id": clock.case_id})[0]
    moment, law = hold(db, case, at), law_of(db, case.law_id)  # before its clock, as everyone who acts on it does
    if not parking.park(db, clock, parking.NOBODY, f"{stranded.zh} / {stranded.en}", at):
        return
    rung = ladder_of(law.definition, clock.kind, clock.state)[clock.rung]
    deed = _deed(db, law, rung, case, clock, moment)
    deed.facts |= {"stranded": True, "skipped": stranded.skipped}
    record(deed)


def _do(deed: Deed, rung: Rung, clock: Any) -> None:
    if rung.do == "climb":
        climbing.climb(deed, rung.tell)
    else:
        side = desk_of(deed.db, deed.law.definition, Side.parse(clock.state)) if clock.kind == BESIDE else None
        told = addressees(deed.db, deed.case, rung.tell, deed.at, side)
        deed.facts["told"] = [one.noted for one in told]


def _told(rung: Rung, clock: Any) -> list[Any]:
    """Return how an event tells of a rung: what it did, of which clock, how far from the limit, and when it was due."""
    return [rung.do, clock.kind, clock.state, str(rung.at), clock.next_at]


def _deed(db: Session, law: Law, rung: Rung, case: Case, clock: Any, at: datetime) -> Deed:
    """Return a rung as a deed of the system, with what its event says of where it came from."""
    step = Step(rung.do, rung.do, rung.do, (), (), (SYSTEM,), (), (), {}, (), (), None, rung.line)
    deed = Deed(db, law, step, case, None, SYSTEM, at, calendar_of(db, line(db, case.unit_id)))
    deed.facts["rung"] = _told(rung, clock)
    return deed
