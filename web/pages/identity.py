"""Seeing who raised a case: asked for here, agreed to by a second person, shown to whoever proves who they are."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cases import officer, revealing, second_factor
from cases.errors import InvalidFields, NotFound
from cases.keyring import SealBroken
from cases.policy import reads_as_staff
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.number import meant_by
from cases.record.vault import Reveal
from cases.throttling import TooManyGuesses
from cases.vault import FIELDS, NeedsOfficer, needs_officer
from web import moments, step_up
from web.pages.case_identity import asked, left_today
from web.pages.forms import Form, Posted
from web.receipts import UNTOLD
from web.render import page
from web.visits import Reading, SignedIn, Visit, Writing, WritingAt
from workflow.errors import Refusal

#: Where the form of the sealed mode has the officer's file; one is smaller than this.
KEY_FILE, LARGEST = "officer_key", 10_000

#: What stands for the id of a request in addresses is for this alone.
PURPOSE = b"reveal"

router = APIRouter(prefix="/cases/{number}/identity", include_in_schema=False)


@router.get("")
def show(visit: Reading, number: str) -> Response:
    """Show what was asked for and agreed to, and the form to ask."""
    return page_of(visit, number)


@router.post("")
def ask(visit: Writing, number: str, form: Form) -> Response:
    """Ask to see who raised the case."""
    case = _case(visit, number)
    try:
        revealing.ask(visit.db, case, form.text("reason"), by=visit.by, at=visit.at)
    except (InvalidFields, revealing.NotRevealed) as refusal:
        return _again(visit, number, refusal, form.text("reason"))
    return RedirectResponse(f"/cases/{number}/identity", 303)


@router.post("/{row_id}/agree")
def agree(visit: Writing, number: str, row_id: int, form: Form) -> Response:
    """Agree to a request of somebody else, or decline it."""
    case = _case(visit, number)
    try:
        is_allowed = form.text("approve") == "yes"
        revealing.agree(
            visit.db, case, meant_by(visit.db, row_id, PURPOSE), by=visit.by, at=visit.at, is_allowed=is_allowed
        )
    except revealing.NotRevealed as refusal:
        return _again(visit, number, refusal)
    return RedirectResponse(f"/cases/{number}/identity", 303)


@router.post("/{row_id}/show")
def reveal(request: Request, at: WritingAt, caller: SignedIn, number: str, row_id: int, form: Form) -> Response:
    """Show who raised the case to whoever has proved themselves again; that it is shown is committed before."""
    engine = request.app.state.engine
    if refusal := step_up.prove(request, caller, form.text("password"), form.text("code"), at):
        status = 429 if isinstance(refusal, TooManyGuesses) else 401
        with reading(engine) as db:
            return page_of(Visit(request, db, at, caller), number, refusal, status=status)
    try:
        key = _officer_key(form)  # opened while no transaction is: it takes long on purpose
        with transaction(engine) as db:
            visit = Visit(request, db, at, caller)
            case = _case(visit, number)
            if key is None and needs_officer(db, case.id or 0):
                raise NeedsOfficer
            row_id = meant_by(db, row_id, PURPOSE)
            row = revealing.announce(db, case, row_id, by=visit.by, at=at)
        with reading(engine) as db:
            return _identity_page(Visit(request, db, at, caller), number, row, key)
    except (revealing.NotRevealed, officer.BadOfficerKey, NeedsOfficer, SealBroken) as refusal:
        with reading(engine) as db:
            return page_of(Visit(request, db, at, caller), number, refusal, status=409)


def _identity_page(visit: Visit, number: str, row: Reveal, key: X25519PrivateKey | None) -> Response:
    """Return the page with who raised the case, marked with who sees it."""
    case = _case(visit, number)
    identity = revealing.shown(visit.db, case, row, key)
    return page(
        visit.request,
        "identity_shown.html",
        headers=UNTOLD,
        visitor=visit.caller,
        case=case,
        fields=[(FIELDS[name][:2], value) for name, value in identity.items()],
        viewer=f"{visit.by.name} {visit.by.login}",
        moment=moments.exact(visit.at, visit.office(case.unit_id)),
        unread=visit.unread,
        is_administrator=visit.is_administrator,
    )


def _officer_key(form: Posted) -> X25519PrivateKey | None:
    """Return the officer's key where its file was sent along. Raises BadOfficerKey."""
    if KEY_FILE not in form.files:
        return None
    text = form.files[KEY_FILE].file.read(LARGEST).decode("utf-8", "replace")
    return officer.opened_key(text, form.text("passphrase"))


def page_of(visit: Visit, number: str, refusal: Refusal | None = None, reason: str = "", status: int = 200) -> Response:
    """Return the page of requests, with what was refused and the reason that was typed."""
    case = _case(visit, number)
    return page(
        visit.request,
        "identity.html",
        status=status,
        headers=UNTOLD,
        visitor=visit.caller,
        path_and_query=f"/cases/{number}/identity",
        case=case,
        asked=[asked(visit, case, row, PURPOSE) for row in revealing.waiting(visit.db, case, visit.at)],
        left=left_today(visit),
        refusal=visit.sentence(refusal),
        reason=reason,
        longest=revealing.LONGEST_REASON,
        needs_officer=needs_officer(visit.db, case.id or 0),
        is_fresh=step_up.is_fresh(visit.caller, visit.at),
        asks_for_code=second_factor.is_enrolled(visit.db, visit.caller.user_id),
    )


def _case(visit: Visit, number: str) -> Case:
    """Return a case whose identity the person may ask for. Raises NotFound."""
    case = visit.case(number)
    if not reads_as_staff(visit.db, case, visit.by, visit.at) or not revealing.is_sealed(visit.db, case):
        raise NotFound("本案没有可以查看的身份。", "There is nobody to be shown in this case.")
    return case


def _again(visit: Visit, number: str, refusal: Refusal, reason: str = "") -> Response:
    """Show the page again as it stands in the record."""
    visit.start_over()
    return page_of(visit, number, refusal, reason, 422 if isinstance(refusal, InvalidFields) else 409)
