"""Letting more be known of who one is than one chose at first: whoever raised the case may, nobody else."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from cases.errors import InvalidFields
from cases.opening_up import OPEN_UP, open_up
from cases.record.case import Case
from cases.vault import FIELDS
from web import receipts
from web.pages import case as case_page
from web.pages import track
from web.pages.attempts import refused
from web.pages.done import led_to, led_to_track
from web.pages.forms import Form, Posted, posted_by
from web.receipts import Adding
from web.visits import Visit, Writing

router = APIRouter(include_in_schema=False)


@router.post("/track/open-up")
def with_receipt(visit: Adding, form: Annotated[Posted, posted_by(receipts.held)]) -> Response:
    """Let more be known of who raised the case that a receipt is for."""
    case = track.own(visit)
    try:
        _open(visit, case, form)
    except InvalidFields as refusal:
        return track.page_of(visit, *refused(visit, OPEN_UP, form, refusal))
    return led_to_track(visit, case.version)


@router.post("/cases/{number}/open-up")
def with_account(visit: Writing, number: str, form: Form) -> Response:
    """Let more be known of who raised a case. Raises NotFound for anybody else."""
    case = visit.case(number)
    try:
        _open(visit, case, form)
    except InvalidFields as refusal:
        return case_page.page_of(visit, number, *refused(visit, OPEN_UP, form, refusal))
    return led_to(visit, case.number, case.version)


def _open(visit: Visit, case: Case, form: Posted) -> None:
    about = {name: form.text(name) for name in FIELDS if form.text(name)}
    officer = visit.settings.vault_officer
    open_up(visit.db, case, form.text("identity"), about, by=visit.by, at=visit.at, officer=officer)
