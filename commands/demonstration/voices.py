"""Voices and promises in a demonstration: a colleague endorses what is gathering support, and one promise is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from cases.act import act, find
from cases.capabilities.promises import open_promises
from cases.laws import law_of
from cases.record.case import Case
from cases.record.people import User
from cases.seats import people_at, posts
from cases.veil import raiser
from cases.words import SUBMITTER
from commands.demonstration import sentences
from commands.demonstration.departments import Errand
from commands.demonstration.people import CAST
from commands.options import ZONE
from workflow.calendar import Calendar
from workflow.definition import Definition, Step
from workflow.machine import ActionNotAllowed

ENDORSE, BREAK, PROMISES = "endorse", "break_promise", "promise_in_answer"
#: Office minutes until a colleague reads of it, and from a promised day until the supervisor looks.
TO_ENDORSE, TO_LOOK = 200, 900
PROMISED_FOR = timedelta(days=14)
#: Office minutes: a promise is broken in a case that ended so long ago, so that its day has passed.
LONG_AGO = 18 * 450


def errands(db: Session, case: Case, calendar: Calendar, moment: datetime) -> Iterator[Errand]:
    """Return what others will do: endorse what seeks endorsement, and look after a promise."""
    definition = law_of(db, case.law_id).definition
    state, is_new = definition.states[case.state], case.entered_at == moment
    if case.endorsable_by and is_new and (state.owner, state.stage) == (SUBMITTER, definition.initial.stage):
        yield calendar.add_working_minutes(moment, TO_ENDORSE), case.number, ENDORSE, 0
    for row in open_promises(db, case):
        if row.made_at == moment and row.kind == "answer":
            yield calendar.add_working_minutes(row.due_at, TO_LOOK), case.number, BREAK, row.unit_id


def promised(step: Step, moment: datetime, ends: int) -> Mapping[str, Any]:
    """Return the promise that an answer carries, in a case that ends long enough ago for it to be broken."""
    if PROMISES not in step.does or ends < LONG_AGO:
        return {}
    day = (moment + PROMISED_FOR).astimezone(ZONE).date().isoformat()
    return {"promise": sentences.PROMISED, "promised_on": day}


def run(db: Session, errand: Errand, people: Mapping[str, User]) -> None:
    """Let somebody do what they were going to do, if that is still to be done."""
    moment, number, effect, _ = errand
    case = find(db, number)
    step = _step(law_of(db, case.law_id).definition, case.state, effect)
    if step is None:
        return
    form = {"reason": sentences.BROKEN} if "reason" in step.needs else {}
    who = [people[CAST["seconder"]]] if effect == ENDORSE else _desk(db, case, step, moment)
    for person in who[:1]:
        try:
            act(db, case, step.action, by=person, at=moment, form=form)
        except ActionNotAllowed:  # it is their own case, or was settled meanwhile
            return


def _step(definition: Definition, state: str, effect: str) -> Step | None:
    return next((step for step in definition.steps_from(state) if effect in step.does), None)


def _desk(db: Session, case: Case, step: Step, moment: datetime) -> list[User]:
    for word in step.by:
        for post in posts(db, case, word):
            return people_at(db, post, moment, besides=raiser(db, case))[1]
    return []
