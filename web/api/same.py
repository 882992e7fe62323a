"""Cases that tell of the same, and cases that have to do with each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import select

from cases.access import is_storable
from cases.capabilities.links import links_of
from cases.errors import NotFound, shown
from cases.laws import law_of
from cases.merged import merged_into, read_lead
from cases.raising import LONGEST_TEXT, LONGEST_TITLE
from cases.record.case import Case
from cases.record.people import Unit
from cases.similar import Found, similar_to
from cases.units import may_raise_at
from web import words
from web.api import same_shapes
from web.visits import Reading, Visit

router = APIRouter(tags=["cases"])


@router.get("/similar", summary="Open and lately closed cases that tell of the same as a text")
def read_similar(
    visit: Reading,
    text: Annotated[str, Query(max_length=LONGEST_TITLE + LONGEST_TEXT + 1)],
    unit: Annotated[str | None, Query(max_length=64, description="code; its subtree")] = None,
) -> same_shapes.SimilarCases:
    """Return what is like a text; of a case that the person may not see, that there is one."""
    found = similar_for(visit, text, unit)
    items = [
        same_shapes.SimilarCase(
            number=one.case.number,
            title=one.case.title,
            state=one.case.state,
            state_label=words.label(law_of(visit.db, one.case.law_id).state(one.case.state), visit.language),
            score=one.score,
            phrases=list(one.phrases),
            submitted_at=one.case.submitted_at,
            closed_at=one.case.closed_at,
        )
        for one in found.cases
    ]
    return same_shapes.SimilarCases(items=items, others=found.hidden, others_phrases=list(found.hidden_phrases))


def similar_for(visit: Visit, text: str, code: str | None) -> Found:
    """Return what is like a text; others' cases are counted only where the person could raise one. Raises NotFound."""
    unit = _unit(visit, code) if code else None
    found = similar_to(visit.db, text, visit.at, by=visit.by, unit=unit)
    if unit is None or not may_raise_at(visit.db, visit.by, unit, visit.at):
        return Found(found.cases)
    return found


def related(visit: Visit, case: Case) -> same_shapes.Related:
    """Return what a case has to do with."""
    lead = read_lead(visit.db, case, visit.by, visit.at)
    return same_shapes.Related(
        links=[
            same_shapes.LinkedCase(
                number=one.case.number,
                title=one.case.title,
                kind=one.kind,
                label=words.pick(one.labels, visit.language),
            )
            for one in links_of(visit.db, case, visit.by, visit.at)
        ],
        lead_case=same_shapes.LeadCase(
            number=lead.number,
            state_label=words.label(lead.state, visit.language),
            answered_at=lead.answered_at,
            closed_at=lead.closed_at,
            answers=[same_shapes.LeadAnswer(text=answer.body) for answer in lead.answers],
        )
        if lead
        else None,
        merged=[
            same_shapes.MergedCase(number=one.number, title=one.title, rating=one.rating)
            for one in merged_into(visit.db, case, visit.by, visit.at)
        ],
    )


def _unit(visit: Visit, code: str) -> Unit:
    found = visit.db.exec(select(Unit).where(Unit.code == code)).first() if is_storable(code) else None
    if found is None:
        raise NotFound(f"没有代码为 {shown(code, 64)} 的单位。", f"There is no unit {shown(code, 64)}.")
    return found
