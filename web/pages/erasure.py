"""Erasing who raised a case, and what they wrote: asked for here by one of the staff, and agreed to by another."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cases import erasing
from cases.calendars import calendar_of
from cases.errors import InvalidFields, NotFound
from cases.policy import reads_as_staff
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.erasures import Erasure
from cases.record.number import meant_by, shown_for
from cases.record.people import line
from cases.revealing import LONGEST_REASON, is_sealed
from cases.second_person import is_second
from cases.veil import is_own
from web import moments
from web.pages.case_identity import named
from web.pages.forms import Form
from web.receipts import UNTOLD
from web.render import page
from web.visits import Moment, Reading, SignedIn, Visit, Writing
from workflow.calendar import Calendar
from workflow.errors import Refusal

#: What stands for the id of a request in addresses is for this alone.
PURPOSE = b"erasure"
NOT_SURE = ("请输入案件编号以确认：删除后无法恢复。", "Type the number of the case to confirm: what is erased is gone.")

router = APIRouter(prefix="/cases/{number}/erasure", include_in_schema=False)


@dataclass(frozen=True)
class Asked:
    """One request in words, and whether the reader can answer it."""

    place: int
    who: str
    at: str
    reason: str
    with_texts: bool
    may_agree: bool


@router.get("")
def show(visit: Reading, number: str) -> Response:
    """Show what was asked for, and the form to ask."""
    return page_of(visit, number)


@router.post("")
def ask(visit: Writing, number: str, form: Form) -> Response:
    """Ask that who raised the case be forgotten."""
    case, with_texts = _case(visit, number), form.text("with_texts") == "yes"
    try:
        erasing.ask(visit.db, case, form.text("reason"), by=visit.by, at=visit.at, with_texts=with_texts)
    except (InvalidFields, erasing.NotErased) as refusal:
        visit.start_over()
        return page_of(visit, number, refusal, 422 if isinstance(refusal, InvalidFields) else 409)
    return RedirectResponse(f"/cases/{number}/erasure", 303)


@router.post("/{row_id}/agree")
def agree(request: Request, at: Moment, caller: SignedIn, number: str, row_id: int, form: Form) -> Response:
    """Agree to a request of somebody else, which is then carried out at once, or decline it."""
    engine, is_allowed = request.app.state.engine, form.text("approve") == "yes"
    try:
        with transaction(engine) as db:
            visit = Visit(request, db, at, caller)
            case = _case(visit, number)
            if is_allowed and form.text("sure").strip() != case.number:
                raise erasing.NotErased(*NOT_SURE)
            row_id = meant_by(db, row_id, PURPOSE)
            gone = erasing.agree(db, case, row_id, by=visit.by, at=at, is_allowed=is_allowed)
    except erasing.NotErased as refusal:
        with reading(engine) as db:
            return page_of(Visit(request, db, at, caller), number, refusal, 409)
    erasing.remove(request.app.state.settings.files, gone)
    erasing.scrub(engine)
    return RedirectResponse(f"/cases/{number}", 303)


def page_of(visit: Visit, number: str, refusal: Refusal | None = None, status: int = 200) -> Response:
    """Return the page of requests, with what was refused."""
    case = _case(visit, number)
    local = calendar_of(visit.db, line(visit.db, case.unit_id))
    said = refusal.errors[0] if isinstance(refusal, InvalidFields) else refusal
    return page(
        visit.request,
        "erasure.html",
        status=status,
        headers=UNTOLD,
        visitor=visit.caller,
        path_and_query=f"/cases/{number}/erasure",
        case=case,
        asked=[_asked(visit, case, row, local) for row in erasing.waiting(visit.db, case, visit.at)],
        has_identity=is_sealed(visit.db, case),
        refusal=visit.say(said.zh, said.en) if said is not None else "",
        longest=LONGEST_REASON,
    )


def _asked(visit: Visit, case: Case, row: Erasure, local: Calendar) -> Asked:
    return Asked(
        place=shown_for(visit.db, row.id or 0, PURPOSE),
        who=named(visit, row.asked_by),
        at=moments.exact(row.asked_at, local),
        reason=row.reason,
        with_texts=row.with_texts,
        may_agree=is_second(visit.db, case, row.asked_by, visit.by, visit.at),
    )


def _case(visit: Visit, number: str) -> Case:
    """Return a case that the person is staff in. Raises NotFound."""
    case = visit.case(number)
    if not reads_as_staff(visit.db, case, visit.by, visit.at) or is_own(visit.db, case, visit.by):
        raise NotFound("没有找到这件案件。", "There is no such case.")
    return case
