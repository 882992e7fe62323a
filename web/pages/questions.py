"""The list of questions (质询清单): promises that were overdue or broken in a quarter, unit by unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session, col, select
from starlette.responses import Response

from cases.errors import NotFound
from cases.policy import visible_to
from cases.questions import MOST, Question, asked_by, grouped, quarter_of, questions
from cases.record.case import Case
from web import words
from web.render import page
from web.visits import Reading, Visit

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Line:
    """One promise in words; its number leads to the case where the reader may see it."""

    number: str
    is_linked: bool
    promise: int
    text: str | None
    day: str
    days_late: int
    outcome: str
    is_open: bool


@router.get("/questions")
def show(visit: Reading, quarter: str | None = None) -> Response:
    """Show what is asked about a quarter."""
    visible = asked_by(visit.db, visit.by, visit.at)
    if visible is None:
        raise NotFound(
            "质询清单供会员代表、督查人员和分管领导查阅。",
            "The list of questions is for representatives, supervisors and leaders.",
        )
    chosen = quarter_of(visit.db, quarter, visit.at)
    found = questions(visit.db, chosen, visit.at, visible=visible, most=MOST)
    links = _seen(visit.db, visit, {one.case_id for one in found})
    units = [(name, [_line(visit, one, links) for one in mine]) for (_, name), mine in grouped(found).items()]
    return page(
        visit.request, "questions.html", visitor=visit.caller, quarter=chosen, units=units, has_more=len(found) == MOST
    )


def _seen(db: Session, visit: Visit, ids: Iterable[int]) -> set[int]:
    """Return which cases the reader may see."""
    wanted = select(Case.id).where(col(Case.id).in_(sorted(ids)), visible_to(db, visit.by, visit.at))
    return {case_id for case_id in db.exec(wanted) if case_id is not None}


def _line(visit: Visit, one: Question, links: set[int]) -> Line:
    return Line(
        number=one.number,
        is_linked=one.case_id in links,
        promise=one.promise,
        text=one.text,
        day=one.promised_on.isoformat(),
        days_late=one.days_late,
        outcome=words.pick(words.PROMISE_OUTCOMES[one.outcome], visit.language),
        is_open=one.outcome == "open",
    )
