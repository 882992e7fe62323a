"""One order and one card in a demonstration: the leader and the supervisor look at what has waited longest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from cases.act import act
from cases.laws import law_of
from cases.record.case import Case
from cases.seats import people_at, posts
from cases.veil import raiser
from workflow.definition import Step

#: What is done by which effect of the law, and with what; each in a case of its own.
DEEDS = (
    ("order", {"order_text": "本案已逾期，请主办单位说明原因和下一步安排，限期书面答复。"}),
    ("card", {"colour": "yellow", "reason": "多次提醒仍无进展。"}),
)


def oversee(db: Session, at: datetime) -> None:
    """Issue an order in the case that has been late for longest, and give a card in the next one."""
    late = iter(_late(db, at))
    for effect, form in DEEDS:
        for case in late:
            steps = law_of(db, case.law_id).definition.steps_from(case.state)
            if any(effect in step.does and _take(db, case, step, at, form) for step in steps):
                break


def _late(db: Session, at: datetime) -> Sequence[Case]:
    """Return the late cases that a department leads, the latest first."""
    rows = select(Case).where(col(Case.closed_at).is_(None), col(Case.lead_id).is_not(None), col(Case.due_at) < at)
    return db.exec(rows.order_by(col(Case.due_at), col(Case.id))).all()


def _take(db: Session, case: Case, step: Step, at: datetime, form: dict[str, str]) -> bool:
    """Let the first who may do it; tell whether there was anybody."""
    for word in step.by:
        for post in posts(db, case, word):
            _, people = people_at(db, post, at, besides=raiser(db, case))
            if people:
                act(db, case, step.action, by=people[0], at=at, form=form)
                return True
    return False
