"""Raising a case without an account: first who may know my name, then what it is about, then the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from secrets import token_urlsafe
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from cases.errors import InvalidFields
from cases.idempotency import Answer, claim, keep
from cases.open_raising import TooManySubmissions, laws_for_all, raised_openly, unions
from cases.raising import LONGEST_CATEGORY, LONGEST_TEXT, LONGEST_TITLE, Draft
from cases.record.case import ANONYMOUS, IDENTITIES
from cases.record.database import reading, transaction
from cases.vault import FIELDS
from cases.veil import ring
from cases.work import WITHOUT, is_done, task
from config.settings import Settings
from web.errors import field_errors
from web.language import language_of
from web.pages.forms import MOST_FIELDS, filled_in
from web.pages.receipt import receipt_page, sent_already
from web.receipts import UNTOLD, network_of
from web.render import page
from web.visits import Moment, WritingAt
from workflow.errors import Refusal

PLACE = "/submit/open"
ONCE = "_once"
#: What the browser computes for a moment where the settings ask for it.
TASK, WORK = "_task", "_work"
LONGEST = {"title": LONGEST_TITLE, "text": LONGEST_TEXT, "category": LONGEST_CATEGORY}
ASKED = ("identity", "workflow", "unit", "title", "text", "category")

router = APIRouter(prefix=PLACE, include_in_schema=False)


@dataclass(frozen=True)
class Sent:
    """What a form held, each name once."""

    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a value, or an empty text."""
        return self.values.get(name, "")


@router.get("")
def ask(request: Request, at: Moment, identity: str = "", unit: str = "") -> Response:
    """Ask who may know my name; once that is said, show the form that belongs to it."""
    if identity not in IDENTITIES:
        return page(request, "open_identity.html", unit=unit[:64])
    return _form(request, at, {"identity": identity, "unit": unit[:64]})


async def sent(request: Request) -> Sent:
    """Read a form that nobody has to be known for."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        given = filled_in(form).items()
    return Sent({name: value if isinstance(value, str) else value[-1] for name, value in given})


@router.post("")
def submit(request: Request, at: WritingAt, form: Annotated[Sent, Depends(sent)]) -> Response:
    """Submit, and show the receipt; or show the form again with what is wrong."""
    settings: Settings = request.app.state.settings
    mode, bits = form.text("identity"), settings.submission_work
    draft = Draft(
        workflow=form.text("workflow")[:64],
        unit=form.text("unit")[:64],
        title=form.text("title"),
        text=form.text("text"),
        category=form.text("category") or None,
        identity=mode,
    )
    about = {name: form.text(name) for name in FIELDS if form.text(name)}
    try:
        with transaction(request.app.state.engine) as db:
            if _is_sent_again(db, form, at):
                return sent_already(request)
            case, code = raised_openly(
                db,
                draft,
                about,
                network=network_of(request),
                most=settings.submissions_an_hour,
                has_worked=not bits or is_done(db, form.text(TASK), form.text(WORK), bits, at),
                at=at,
                cost=request.app.state.password_cost,
                officer=settings.vault_officer,
                language=language_of(request),
            )
            return receipt_page(request, case, code)
    except InvalidFields as refusal:
        errors = {error["field"]: error["detail"] for error in field_errors(refusal.errors, language_of(request))}
        return _form(request, at, form.values, errors, status=422)
    except TooManySubmissions as refusal:
        return _form(request, at, form.values, notice=refusal, status=429)


def _is_sent_again(db: Session, form: Sent, at: datetime) -> bool:
    """Tell whether the very same form was sent before: a double click raises one case."""
    key = form.text(ONCE)
    scope = f"open:{ring(db, for_writing=True).tag('kept answers', key)}"
    body = dumps([form.text(name) for name in (*ASKED, *FIELDS)]).encode()
    try:
        if claim(db, scope, key, body, at):
            return True
    except InvalidFields:  # it was changed since, or has no key: another form
        return False
    keep(db, scope, key, Answer(200, PLACE))
    return False


def _form(
    request: Request,
    at: datetime,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    notice: Refusal | None = None,
    status: int = 200,
) -> Response:
    """Return the form of a mode, as it was filled in."""
    settings: Settings = request.app.state.settings
    with reading(request.app.state.engine) as db:
        laws, units = laws_for_all(db), unions(db)
    mode = typed.get("identity", "")
    return page(
        request,
        "open_submit.html",
        status=status,
        headers=UNTOLD,
        laws=laws,
        chosen_law=typed.get("workflow") or (laws[0].name if laws else settings.workflow),
        units=units,
        mode=mode if mode in IDENTITIES else ANONYMOUS,
        fields={} if mode == ANONYMOUS else FIELDS,
        typed=typed,
        errors=errors or {},
        notice=(notice.zh if language_of(request) == "zh" else notice.en) if notice else "",
        longest=LONGEST,
        once=token_urlsafe(16),
        work=settings.submission_work,
        task=task(at) if settings.submission_work else "",
        without_work=WITHOUT,
    )
