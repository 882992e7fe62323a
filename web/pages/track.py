"""Following with a receipt: no account, no number in the address, nothing that stays in the browser."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Form as Field
from starlette.responses import FileResponse, RedirectResponse, Response

from cases import access, erasing, own_data
from cases.act import act
from cases.errors import FieldError, InvalidFields, NotFound, Stale
from cases.receipts import NoSuchReceipt, case_of, guessed, known, like, proves
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.throttling import TooManyGuesses
from web import receipts
from web.api.attachments import added, fetched
from web.errors import MissingCondition
from web.language import language_of
from web.pages.attempts import Attempt, refused
from web.pages.case_view import view_of
from web.pages.done import led_to_track, told_on_track, version_done
from web.pages.forms import Posted, posted_by
from web.receipts import UNTOLD, Adding, Following, Held
from web.render import page
from web.visits import Moment, Visit, WritingAt
from workflow.errors import Refusal
from workflow.machine import NotByYou, UnknownAction

FILE = "file"
PLACE, JSON = "/track", "application/json"
NOT_SURE = ("请勾选确认后再删除。", "Tick that you are sure, then erase.")

router = APIRouter(prefix=PLACE, include_in_schema=False)


@router.get("")
def show(request: Request, at: Moment) -> Response:
    """Show what the receipt is for, or ask for one."""
    caller = receipts.holder(request, at)
    if caller is None:
        return _asking(request)
    with reading(request.app.state.engine) as db:
        visit = Visit(request, db, at, caller)
        return told_on_track(visit, page_of(visit, done=version_done(visit)))


@router.post("")
def enter(request: Request, at: Moment, code: Annotated[str, Field(max_length=100)] = "") -> Response:
    """Take a receipt; whatever is wrong with one is answered alike, after the same time."""
    engine, network = request.app.state.engine, receipts.network_of(request)
    try:
        with transaction(engine) as db:
            receipt, verifier = like(db, code, network, at)
    except TooManyGuesses as refusal:
        with transaction(engine) as db:
            guessed(db, at)
        return _asking(request, refusal, 429)
    # Weighed while no transaction is open, for it takes long on purpose.
    if not proves(receipt, verifier, request.app.state.password_cost) or receipt is None:
        with transaction(engine) as db:
            guessed(db, at)
        return _asking(request, NoSuchReceipt(), 401)
    with transaction(engine) as db:
        known(db, code, network, at)
        secret = access.sign_in(db, receipt.veil_id, at)
    answer = RedirectResponse(PLACE, 303, UNTOLD)
    receipts.give(request, answer, secret)
    return answer


@router.post("/leave")
def leave(request: Request, caller: Held, form: Annotated[Posted, posted_by(receipts.held)]) -> Response:
    """Forget the visit, here and in the browser."""
    with transaction(request.app.state.engine) as db:
        access.sign_out(db, request.cookies[receipts.cookie_of(request)])
    answer = RedirectResponse(PLACE, 303, UNTOLD)
    receipts.take(request, answer)
    return answer


@router.get("/files/{digest}")
def download(visit: Following, digest: str) -> FileResponse:
    """Hand out a file of the case."""
    return fetched(visit, own(visit).number, digest)


@router.post("/files")
def upload(visit: Adding, form: Annotated[Posted, posted_by(receipts.held)]) -> Response:
    """Add a file to the case."""
    try:
        if FILE not in form.files:
            raise InvalidFields([FieldError(FILE, "请选择文件", "Choose a file")])
        version = added(visit, own(visit).number, form.files[FILE], form.seen, None).version
    except (InvalidFields, Stale) as refusal:
        return _again(visit, FILE, form, refusal)
    return led_to_track(visit, version)


@router.post("/do/{action}")
def take(visit: Adding, action: str, form: Annotated[Posted, posted_by(receipts.held)]) -> Response:
    """Take an action of the submitter: supplement, rate, reopen, withdraw, whatever the law gives them now."""
    if form.seen is None:
        raise MissingCondition("页面不完整，请返回刷新后重试。", "The page is incomplete; go back and reload it.")
    try:
        case = own(visit)
        act(visit.db, case, action, by=visit.by, at=visit.at, form=form.values, seen=form.seen)
    except (NotByYou, UnknownAction, NotFound):
        raise
    except Refusal as refusal:
        return _again(visit, action, form, refusal)
    return led_to_track(visit, case.version)


@router.post("/export")
def export(
    request: Request, at: WritingAt, caller: Held, form: Annotated[Posted, posted_by(receipts.held)]
) -> Response:
    """Hand out everything that is kept of the case and of whoever raised it, as JSON; first that is written down."""
    engine = request.app.state.engine
    with transaction(engine) as db:
        visit = Visit(request, db, at, caller)
        own_data.announce(db, own(visit), by=visit.by, at=at)
    with reading(engine) as db:
        visit = Visit(request, db, at, caller)
        told = own_data.own_data(db, own(visit), by=visit.by, at=at)
    headers = {"Content-Disposition": 'attachment; filename="my-case.json"', **UNTOLD}
    return Response(json.dumps(told, ensure_ascii=False, indent=1, default=str), media_type=JSON, headers=headers)


@router.post("/erase")
def erase(request: Request, at: WritingAt, caller: Held, form: Annotated[Posted, posted_by(receipts.held)]) -> Response:
    """Forget who raised the case, and what they wrote where that is asked for; the case itself stays."""
    engine = request.app.state.engine
    if form.text("sure") != "yes":
        with reading(engine) as db:
            visit = Visit(request, db, at, caller)
            return page_of(visit, Attempt("erase", {}, visit.say(*NOT_SURE)), 422)
    try:
        with transaction(engine) as db:
            visit = Visit(request, db, at, caller)
            case = own(visit)
            gone = erasing.by_holder(db, case, by=visit.by, at=at, with_texts=form.text("with_texts") == "yes")
            answer = led_to_track(visit, case.version)
    except erasing.NotErased as refusal:
        with reading(engine) as db:
            visit = Visit(request, db, at, caller)
            return page_of(visit, Attempt("erase", {}, visit.say(refusal.zh, refusal.en)), 409)
    erasing.remove(request.app.state.settings.files, gone)
    erasing.scrub(engine)
    return answer


def page_of(visit: Visit, attempt: Attempt | None = None, status: int = 200, done: int | None = None) -> Response:
    """Return the page of what a receipt is for."""
    view = view_of(visit, own(visit), attempt, done)
    return page(
        visit.request,
        "track.html",
        status=status,
        headers=UNTOLD,
        path_and_query=PLACE,
        v=view,
        attempt=attempt,
        form_token=visit.caller.form_token,
    )


def own(visit: Visit) -> Case:
    """Return the case that the receipt is for. Raises NotFound."""
    case = case_of(visit.db, visit.caller.user_id)
    if case is None:
        raise NotFound("没有找到。", "There is nothing here.")
    return case


def _again(visit: Visit, action: str, form: Posted, refusal: Refusal) -> Response:
    """Show the page again as it stands in the record; nothing of what was tried stays."""
    return page_of(visit, *refused(visit, action, form, refusal))


def _asking(request: Request, refusal: Refusal | None = None, status: int = 200) -> Response:
    said = (refusal.zh if language_of(request) == "zh" else refusal.en) if refusal else ""
    return page(request, "track_enter.html", status=status, headers=UNTOLD, refusal=said)


def ask_again(request: Request, error: Exception) -> Response:
    """Answer whoever's visit with a receipt has ended."""
    return RedirectResponse(PLACE, 303, UNTOLD)
