"""Support departments in a demonstration: they sign for their parts and finish them, each in its own time, or late."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cases.act import act, find
from cases.apart import passed_over
from cases.capabilities.assignments import current
from cases.laws import law_of
from cases.policy import people_at
from cases.record.case import Case
from cases.words import HANDLERS, Post
from commands.demonstration.matters import Matter
from workflow.calendar import Calendar
from workflow.definition import Step
from workflow.vocabulary import SUPPORT

SIGN, FINISH = "sign_part", "report_part"
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
        yield calendar.add_working_minutes(signs, dice.randrange(*TO_FINISH)), case.number, FINISH, row.unit_id


def run(db: Session, errand: Errand, matter: Matter) -> None:
    """Let a department do what it was going to do, if that is still to be done."""
    moment, number, effect, unit_id = errand
    case = find(db, number)
    row = next((row for row in _open(db, case) if row.unit_id == unit_id), None)
    if row is not None and (row.status == "offered") is (effect == SIGN):
        _act(db, case, effect, unit_id, moment, matter)


def finish(db: Session, case: Case, moment: datetime, matter: Matter) -> None:
    """Let every department finish what it still has, before the lead reports the case done."""
    for row in _open(db, case):
        for effect in (SIGN, FINISH) if row.status == "offered" else (FINISH,):
            _act(db, case, effect, row.unit_id, moment, matter)


def _act(db: Session, case: Case, effect: str, unit_id: int, moment: datetime, matter: Matter) -> None:
    step = _step(db, case, effect)
    _, people = people_at(db, Post(HANDLERS, unit_id), moment, besides=passed_over(db, case, SUPPORT))
    if step is not None and people:
        form = {"result": matter.support_answer} if "result" in step.needs else {}
        act(db, case, step.action, by=people[0], at=moment, form=form)


def _step(db: Session, case: Case, effect: str) -> Step | None:
    steps = law_of(db, case.law_id).definition.steps_from(case.state)
    return next((step for step in steps if effect in step.does), None)


def _open(db: Session, case: Case) -> list[Any]:
    if not law_of(db, case.law_id).definition.parts:
        return []
    return [row for row in current(db, case) if row.kind == SUPPORT]
