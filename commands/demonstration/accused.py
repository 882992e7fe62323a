"""Whoever reviews a case looks at the units that its text names before it is given to anybody."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from cases.accused import proposed
from cases.act import act
from cases.apart import passed_over
from cases.capabilities.accusations import CLEAR, GIVING, NAME
from cases.laws import law_of
from cases.record.case import Case
from cases.record.people import Unit
from cases.seats import people_at, posts
from workflow.definition import Step

EMPLOYER = "enterprise"
ONLY_MENTIONED = "只是提到，并非被反映单位。"


def look(db: Session, case: Case, step: Step, moment: datetime) -> None:
    """Confirm employers that a text names and clear departments, where the step that comes next gives the case away."""
    if GIVING.isdisjoint(step.does):
        return
    here = law_of(db, case.law_id).definition.steps_from(case.state)
    for row in proposed(db, case):
        is_employer = db.get_one(Unit, row.unit_id).kind == EMPLOYER
        deed = next((one for one in here if (NAME if is_employer else CLEAR) in one.does), None)
        if deed is None:
            continue
        form = {"accused": row.code} | ({} if is_employer else {"reason": ONLY_MENTIONED})
        for post in posts(db, case, deed.by[0]):
            people = people_at(db, post, moment, besides=passed_over(db, case, deed.by[0]))[1]
            if people:
                act(db, case, deed.action, by=people[0], at=moment, form=form)
                break
