"""Support departments in a demonstration: they sign for their parts, say how far they are, and finish, or are late."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cases.act import act, find
from cases.apart import passed_over
from cases.capabilities.assignments import LEAD, OFFERED, SIGNED, current
from cases.laws import law_of
from cases.record.case import Case
from cases.record.people import Unit
from cases.seats import people_at
from cases.veil import raiser
from cases.words import HANDLERS, Post
from commands.demonstration.matters import Matter
from workflow.calendar import Calendar
from workflow.definition import Step
from workflow.vocabulary import DELEGATE, SUPPORT

SIGN, SAY, FINISH, ADD = "sign_part", "report_progress", "report_part", "add_support"
#: Kinds of units that a department delegates to.
BESIDE = ("department", "agency")
ADDING = "本案涉及面广，请协助核实。"
DELEGATING, INSTRUCTIONS = "本部门人手不足，请协助办理。", "请联系当事职工核实情况，一周内报回。"
#: How often a department signs in time, and minutes of office time that signing and finishing take.
SIGNS = 0.85
TO_SIGN, TO_FINISH = (30, 400), (480, 2_400)

#: When, on which case, what, by which department.
Errand = tuple[datetime, str, str, int]


def errands(db: Session, case: Case, calendar: Calendar, moment: datetime, seed: int) -> Iterator[Errand]:
    """Return what the departments will do that were given a part of a case at a moment."""
    dice = random.Random(f"{seed}:{case.number}:parts")
    for row in _open(db, case):
        if row.assigned_at != moment or dice.random() > SIGNS:
            continue
        signs = calendar.add_working_minutes(moment, dice.randrange(*TO_SIGN))
        yield signs, case.number, SIGN, row.unit_id
        needed = dice.randrange(*TO_FINISH)
        yield calendar.add_working_minutes(signs, needed // 2), case.number, SAY, row.unit_id
        yield calendar.add_working_minutes(signs, needed), case.number, FINISH, row.unit_id


def run(db: Session, errand: Errand, matter: Matter) -> None:
    """Let a department do what it was going to do, if that is still to be done."""
    moment, number, effect, unit_id = errand
    case = find(db, number)
    row = next((row for row in _open(db, case) if row.unit_id == unit_id), None)
    if row is not None and (row.status == OFFERED) is (effect == SIGN):
        _act(db, case, effect, unit_id, moment, matter)


def finish(db: Session, case: Case, moment: datetime, matter: Matter) -> None:
    """Let every department finish what it still has, before the lead reports the case done."""
    for row in _open(db, case):
        for effect in (SIGN, FINISH) if row.status == OFFERED else (FINISH,):
            _act(db, case, effect, row.unit_id, moment, matter)


def show(db: Session, moment: datetime, matters: Mapping[str, Matter]) -> None:
    """Leave one case in many hands: one department at work, one silent, and a unit that the lead delegates to."""
    wanted = select(Case).where(col(Case.number).in_(matters), col(Case.closed_at).is_(None)).order_by(col(Case.id))
    for case in db.exec(wanted).all():
        lead = next((row for row in current(db, case) if row.kind == LEAD and row.status == SIGNED), None)
        if lead is None or any(_step(db, case, effect) is None for effect in (DELEGATE, ADD)):
            continue
        matter, free = matters[case.number], _free_beside(db, case, lead.unit_id, moment)
        silent = sum(1 for row in _open(db, case) if row.status == OFFERED)
        needed = max(0 if silent else 1, 2 - len(_open(db, case)))
        if len(free) <= needed:
            continue
        if added := [unit.code for unit in free[1 : 1 + needed]]:
            _act(db, case, ADD, lead.unit_id, moment, matter, {"support": added, "reason": ADDING})
        working = min(_open(db, case), key=lambda row: (row.status == OFFERED, row.id))
        for effect in (SIGN, SAY) if working.status == OFFERED else (SAY,):
            _act(db, case, effect, working.unit_id, moment, matter)
        _act(db, case, SAY, lead.unit_id, moment, matter)
        form = {"delegate": free[0].code, "reason": DELEGATING, "instructions": INSTRUCTIONS}
        _act(db, case, DELEGATE, lead.unit_id, moment, matter, form)
        _act(db, case, "sign_delegated", free[0].id or 0, moment, matter)
        return


def _free_beside(db: Session, case: Case, unit_id: int, moment: datetime) -> list[Unit]:
    """Return the departments beside a unit that have people of their own and no part of a case."""
    parent_id = select(Unit.parent_id).where(Unit.id == unit_id).scalar_subquery()
    busy = {row.unit_id for row in current(db, case)}
    beside = select(Unit).where(Unit.parent_id == parent_id, Unit.is_active, col(Unit.kind).in_(BESIDE))
    units = [unit for unit in db.exec(beside.order_by(col(Unit.id))) if unit.id not in busy]
    found = [(unit, people_at(db, Post(HANDLERS, unit.id or 0), moment, besides=raiser(db, case))) for unit in units]
    return [unit for unit, (at, people) in found if at == unit.id and people]


def _act(
    db: Session,
    case: Case,
    effect: str,
    unit_id: int,
    moment: datetime,
    matter: Matter,
    form: Mapping[str, Any] | None = None,
) -> None:
    step = _step(db, case, effect)
    _, people = people_at(db, Post(HANDLERS, unit_id), moment, besides=passed_over(db, case, SUPPORT))
    if step is not None and people:
        filled: dict[str, Any] = dict(form or {})
        if "result" in step.needs:
            filled["result"] = matter.support_answer
        if "percent" in step.needs:
            filled["percent"] = random.Random(f"{case.number}:{unit_id}").randrange(20, 95, 5)
        act(db, case, step.action, by=people[0], at=moment, form=filled)


def _step(db: Session, case: Case, effect: str) -> Step | None:
    steps = law_of(db, case.law_id).definition.steps_from(case.state)
    return next((step for step in steps if effect in step.does), None)


def _open(db: Session, case: Case) -> list[Any]:
    if not law_of(db, case.law_id).definition.parts:
        return []
    return [row for row in current(db, case) if row.kind == SUPPORT]
