"""Erasing who raised a case, and what they wrote: asked for here by one of the staff, and agreed to by another."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cases import erasing
from cases.errors import InvalidFields, NotFound
from cases.policy import reads_as_staff
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.number import meant_by
from cases.revealing import LONGEST_REASON, is_sealed
from cases.veil import is_own
from web.pages.action_forms import Typed
from web.pages.case_identity import asked
from web.pages.forms import Form
from web.receipts import UNTOLD
from web.render import page
from web.visits import Reading, SignedIn, Visit, Writing, WritingAt
from workflow.errors import Refusal

#: What stands for the id of a request in addresses is for this alone.
PURPOSE = b"erasure"
NOT_SURE = ("请输入案件编号以确认：删除后无法恢复。", "Type the number of the case to confirm: what is erased is gone.")
OTHER_NUMBER = ("输入的编号与本案不一致，没有删除。", "The number is not that of this case; nothing was erased.")

router = APIRouter(prefix="/cases/{number}/erasure", include_in_schema=False)


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
        return page_of(visit, number, refusal, form.values, 422 if isinstance(refusal, InvalidFields) else 409)
    return RedirectResponse(f"/cases/{number}/erasure", 303)


@router.post("/{row_id}/agree")
def agree(request: Request, at: WritingAt, caller: SignedIn, number: str, row_id: int, form: Form) -> Response:
    """Agree to a request of somebody else, which is then carried out at once, or decline it."""
    engine, is_allowed = request.app.state.engine, form.text("approve") == "yes"
    try:
        with transaction(engine) as db:
            visit = Visit(request, db, at, caller)
            case = _case(visit, number)
            if is_allowed and form.text("sure").strip().upper() != case.number:
                raise erasing.NotErased(*(OTHER_NUMBER if form.text("sure").strip() else NOT_SURE))
            row_id = meant_by(db, row_id, PURPOSE)
            gone = erasing.agree(db, case, row_id, by=visit.by, at=at, is_allowed=is_allowed)
    except erasing.NotErased as refusal:
        with reading(engine) as db:
            return page_of(Visit(request, db, at, caller), number, refusal, status=409)
    erasing.remove(request.app.state.settings.files, gone)
    erasing.scrub(engine)
    return RedirectResponse(f"/cases/{number}", 303)


def page_of(
    visit: Visit, number: str, refusal: Refusal | None = None, typed: Typed | None = None, status: int = 200
) -> Response:
    """Return the page of requests, with what was refused and what was typed."""
    case = _case(visit, number)
    waiting = erasing.waiting(visit.db, case, visit.at)
    return page(
        visit.request,
        "erasure.html",
        status=status,
        headers=UNTOLD,
        visitor=visit.caller,
        path_and_query=f"/cases/{number}/erasure",
        case=case,
        asked=[(asked(visit, case, row, PURPOSE), row.with_texts) for row in waiting],
        has_identity=is_sealed(visit.db, case),
        refusal=visit.sentence(refusal),
        typed=typed or {},
        longest=LONGEST_REASON,
    )


def _case(visit: Visit, number: str) -> Case:
    """Return a case that the person is staff in. Raises NotFound."""
    case = visit.case(number)
    if not reads_as_staff(visit.db, case, visit.by, visit.at) or is_own(visit.db, case, visit.by):
        raise NotFound("没有找到这件案件。", "There is no such case.")
    return case
