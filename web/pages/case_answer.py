"""The answer that somebody is asked to rate, so that it stands where they are asked."""

from __future__ import annotations

from dataclasses import dataclass

from cases.merged import ANSWER, FEEDBACK
from cases.sheet import Sheet
from cases.words import SUBMITTER
from web import moments, words
from web.pages.case_same import LeadRow
from web.visits import Visit
from workflow.calendar import Calendar

#: The effects by which a case is answered: the answer itself, and the result of what was on account.
ANSWERS = frozenset({"answer", "strike_off"})
RESULT = "result"


@dataclass(frozen=True)
class ToRate:
    """The latest answer; `body` is None once it has been erased, and of a lead case `unit` is its number."""

    label: str
    at: str
    unit: str
    body: str | None


def to_rate(visit: Visit, sheet: Sheet, lead: LeadRow | None, local: Calendar) -> ToRate | None:
    """Return the latest answer where the case waits for what its submitter thinks of it, for them to read."""
    if not sheet.is_submitter:
        return None
    label = words.field(sheet.definition, ANSWER, visit.language)
    if lead is not None:
        waits = lead.is_answered and sheet.case.rating is None
        return ToRate(label, "", lead.number, lead.answers[-1]) if waits and lead.answers else None
    state = sheet.definition.states[sheet.case.state]
    if state.owner != SUBMITTER or state.stage != FEEDBACK:
        return None
    answering = {step.action for step in sheet.definition.steps if not ANSWERS.isdisjoint(step.does)}
    given = [
        (happening, said)
        for happening, said in sheet.texts
        if happening.action in answering and said.field in (ANSWER, RESULT) and not said.is_for_staff
    ]
    if not given:
        return None
    happening, said = given[-1]
    unit = happening.actor.unit if happening.actor else None
    return ToRate(label, moments.exact(happening.at, local), unit or "", said.body)
