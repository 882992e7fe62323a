"""The list of questions (质询清单): promises that were overdue or broken in a quarter, unit by unit."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from cases.errors import NotFound
from cases.questions import MOST, Question, asked_by, grouped, quarter_of, questions
from web import words
from web.render import page
from web.visits import Reading, Visit

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Line:
    """One promise in words; its number leads to the case, and its text is shown, where the reader may see them."""

    number: str
    is_linked: bool
    promise: int
    text: str | None
    is_hidden: bool
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
    found = questions(visit.db, chosen, visit.at, visible=visible, most=MOST, by=visit.by)
    units = [(name, [_line(visit, one) for one in mine]) for (_, name), mine in grouped(found).items()]
    return page(
        visit.request, "questions.html", visitor=visit.caller, quarter=chosen, units=units, has_more=len(found) == MOST
    )


def _line(visit: Visit, one: Question) -> Line:
    return Line(
        number=one.number,
        is_linked=one.may_open,
        promise=one.promise,
        text=one.text,
        is_hidden=one.is_hidden,
        day=one.promised_on.isoformat(),
        days_late=one.days_late,
        outcome=words.pick(words.PROMISE_OUTCOMES[one.outcome], visit.language),
        is_open=one.outcome == "open",
    )
