"""What a case's page shows of other cases: those like it, the one that goes on for it, those it is linked with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.capabilities.links import links_of
from cases.laws import law_of
from cases.merged import FEEDBACK, LeadCase, merged_into, read_lead
from cases.record.case import Case
from cases.sheet import Sheet, desks_of
from cases.similar import Similar, similar_cases
from cases.words import SUBMITTER
from web import moments, words
from web.visits import Visit

REVIEW, RATING = "review", "rating"


@dataclass(frozen=True)
class SimilarRow:
    """A case that tells of the same, in words."""

    number: str
    title: str
    state: str
    share: str
    phrases: Sequence[str]
    is_closed: bool


@dataclass(frozen=True)
class LeadRow:
    """The lead case in words; its number leads there only for those who may see it.

    `stage` is the word of the law for where it stands, `owner` with whom it lies, by role and unit and never by name.
    """

    number: str
    state: str
    stage: str
    owner: str
    is_open: bool
    is_answered: bool
    is_visible: bool
    answered: str
    closed: str
    answers: Sequence[str | None]


@dataclass(frozen=True)
class LinkedRow:
    """A case that this one is linked with: how, its number, its title."""

    label: str
    number: str
    title: str


@dataclass(frozen=True)
class Same:
    """Everything of other cases that a case's page shows."""

    similar: Sequence[SimilarRow]
    is_looked_up: bool
    lead: LeadRow | None
    merged: Sequence[LinkedRow]
    links: Sequence[LinkedRow]

    @property
    def near(self) -> list[tuple[str, str]]:
        """Return number and title of the cases that somebody who merges or links is likely to mean."""
        near = {row.number: row.title for row in self.similar}
        near |= {row.number: row.title for row in (*self.merged, *self.links)}
        return list(near.items())


def same_of(visit: Visit, sheet: Sheet) -> Same:
    """Return what the page of a case shows of others; similar ones only to staff, and while the case is reviewed."""
    case, db = sheet.case, visit.db
    is_looked_up = sheet.is_staff and case.stage == REVIEW and case.closed_at is None and case.submitted_at is not None
    found = similar_cases(db, case, visit.at, by=visit.by).cases if is_looked_up else []
    lead = read_lead(db, case, visit.by, visit.at)
    return Same(
        similar=similar_rows(visit, found),
        is_looked_up=is_looked_up,
        lead=_lead(visit, case, lead) if lead else None,
        merged=[
            LinkedRow(
                words.value(sheet.definition, RATING, one.rating, {}, visit.language) if one.rating else "",
                one.number,
                one.title,
            )
            for one in merged_into(db, case, visit.by, visit.at)
        ],
        links=[
            LinkedRow(words.pick(one.labels, visit.language), one.case.number, one.case.title)
            for one in links_of(db, case, visit.by, visit.at)
        ],
    )


def similar_rows(visit: Visit, found: Sequence[Similar]) -> list[SimilarRow]:
    """Return similar cases in words."""
    return [
        SimilarRow(
            number=one.case.number,
            title=one.case.title,
            state=words.label(law_of(visit.db, one.case.law_id).state(one.case.state), visit.language),
            share=f"{one.score:.0%}",
            phrases=one.phrases,
            is_closed=one.case.closed_at is not None,
        )
        for one in sorted(found, key=lambda one: -one.score)
    ]


def _lead(visit: Visit, case: Case, lead: LeadCase) -> LeadRow:
    local = visit.office(case.unit_id)
    return LeadRow(
        number=lead.number,
        state=words.label(lead.state, visit.language),
        stage=lead.state.stage,
        owner=_owner(visit, lead),
        is_open=lead.closed_at is None,
        is_answered=lead.state.stage == FEEDBACK,
        is_visible=lead.is_visible,
        answered=moments.exact(lead.answered_at, local),
        closed=moments.exact(lead.closed_at, local),
        answers=[answer.body for answer in lead.answers],
    )


def _owner(visit: Visit, lead: LeadCase) -> str:
    """Say with whom the lead case lies."""
    if lead.state.owner is None:
        return ""
    if lead.state.owner == SUBMITTER:
        return visit.say("主案申请人", "its own applicant")
    units = [desk.unit for desk in desks_of(visit.db, lead.case, visit.at)]
    role = words.role(lead.state.owner, visit.language)
    return f"{role} · {words.listed(units, visit.language)}" if units else role
