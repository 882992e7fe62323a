"""My account: where I am signed in, my password, my second step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cases import access, passwords, second_factor
from cases.access import Caller
from cases.errors import NotFound
from cases.personnel import find_person
from cases.policy import duties_of
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.throttling import TooManyGuesses
from web import step_up
from web.access import NotAllowed
from web.pages.forms import Form
from web.render import page
from web.visits import Moment, Reading, SignedIn, Visit, Writing
from workflow.errors import Refusal

PATH = "/account"
SECURITY = "security_admin"
ZONE = ZoneInfo("Asia/Shanghai")

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
def show(visit: Reading, saved: bool = False) -> Response:
    """Show it."""
    return _page(visit, saved=saved)


@router.post("/sign-ins/end")
def end(request: Request, at: Moment, caller: SignedIn, form: Form) -> Response:
    """End one of my other sign-ins, or all of them, once I have proved who I am (ASVS 5.0 7.5.2)."""
    if refusal := step_up.prove(request, caller, form.text("password"), form.text("code"), at):
        return _refused(request, at, caller, refusal)
    with transaction(request.app.state.engine) as db:
        if wanted := form.text("sign_in"):
            access.end_sign_in(db, caller.user_id, wanted)
        else:
            access.end_sign_ins(db, caller.user_id, besides=caller.sign_in)
    return _led()


@router.post("/password")
def change(request: Request, at: Moment, caller: SignedIn, form: Form) -> Response:
    """Change my password; the old one has to be given, whenever it was given last."""
    engine, state = request.app.state.engine, request.app.state
    profile, word = state.settings.password_profile, form.text("new")
    if refusal := step_up.prove(request, _unproven(caller), form.text("password"), form.text("code"), at):
        return _refused(request, at, caller, refusal)
    with reading(engine) as db:
        user = db.get_one(User, caller.user_id)
        kept, old = user.password_hash, passwords.former(db, user, profile)
        try:
            passwords.check(db, user, word, profile, leaked=state.settings.leaked_passwords)
            passwords.require_same(word, form.text("again"))
        except passwords.WeakPassword as refusal:
            return _refused(request, at, caller, refusal)
    try:
        passwords.refuse_again(word, old, state.password_cost)
    except passwords.WeakPassword as refusal:
        return _refused(request, at, caller, refusal)
    hashed = access.hash_password(word, state.password_cost)
    with transaction(engine) as db:
        changing = access.still_has(db, caller.user_id, kept)
        if changing is not None:
            passwords.keep(db, changing, hashed, at, by=changing, besides=caller.sign_in)
    return _led() if changing is not None else _refused(request, at, caller, step_up.NotProven())


@router.post("/second-factor")
def begin(request: Request, at: Moment, caller: SignedIn, form: Form) -> Response:
    """Begin to set up my second step, once I have proved who I am."""
    if refusal := step_up.prove(request, caller, form.text("password"), "", at):
        return _refused(request, at, caller, refusal)
    with transaction(request.app.state.engine) as db:
        second_factor.begin(db, db.get_one(User, caller.user_id))
    return _led()


@router.post("/second-factor/confirm")
def confirm(visit: Writing, form: Form) -> Response:
    """Confirm my second step by a code, and show the recovery codes."""
    codes = second_factor.confirm(visit.db, visit.by, form.text("code"), visit.at)
    if codes is None:
        return _page(visit, second_factor.WrongCode(), 422)
    return _page(visit, codes=codes)


@router.post("/second-factor/remove")
def remove(request: Request, at: Moment, caller: SignedIn, form: Form) -> Response:
    """Remove my second step, which takes the password and a code, whenever they were given last (ASVS 5.0 7.5.1)."""
    if refusal := step_up.prove(request, _unproven(caller), form.text("password"), form.text("code"), at):
        return _refused(request, at, caller, refusal)
    try:
        with transaction(request.app.state.engine) as db:
            me = db.get_one(User, caller.user_id, with_for_update=True)
            second_factor.remove(db, me, at, by=me)
    except Refusal as refusal:
        return _refused(request, at, caller, refusal)
    return _led()


@router.post("/second-factor/of-another")
def remove_of(request: Request, at: Moment, caller: SignedIn, form: Form) -> Response:
    """Remove the second step of somebody who has lost it; only the security administrator may, and proves to be one."""
    with reading(request.app.state.engine) as db:
        if not _is_security(Visit(request, db, at, caller)):
            raise NotAllowed("只有安全管理员可以。", "Only the security administrator may.")
    if refusal := step_up.prove(request, caller, form.text("password"), form.text("code"), at):
        return _refused(request, at, caller, refusal)
    try:
        with transaction(request.app.state.engine) as db:
            visit = Visit(request, db, at, caller)
            second_factor.remove(db, find_person(db, form.text("login")), at, by=visit.by, role=SECURITY)
    except (NotFound, Refusal) as refusal:
        return _refused(request, at, caller, refusal)
    return _led()


def _unproven(caller: Caller) -> Caller:
    """Return somebody as if they had not proved themselves yet."""
    return Caller(caller.user_id, caller.login, caller.name, caller.language, sign_in=caller.sign_in)


def _is_security(visit: Visit) -> bool:
    return any(duty.role == SECURITY for duty in duties_of(visit.db, visit.by, visit.at))


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def _led() -> Response:
    return RedirectResponse(f"{PATH}?saved=true", 303)


def _refused(request: Request, at: Moment, caller: Caller, refusal: Refusal) -> Response:
    with reading(request.app.state.engine) as db:
        return _page(Visit(request, db, at, caller), refusal, 429 if isinstance(refusal, TooManyGuesses) else 422)


def _page(
    visit: Visit, refusal: Refusal | None = None, status: int = 200, codes: Sequence[str] = (), saved: bool = False
) -> Response:
    db, me = visit.db, visit.caller.user_id
    rows = access.sign_ins_of(db, me, visit.at)
    return page(
        visit.request,
        "account.html",
        status=status,
        visitor=visit.caller,
        path_and_query=PATH,
        refusal=visit.say(refusal.zh, refusal.en) if refusal else "",
        saved=saved,
        sign_ins=[
            {"id": row.digest, "since": _local(row.created_at), "seen": _local(row.seen_at),
             "is_this": row.digest == visit.caller.sign_in}
            for row in rows
        ],
        asked=visit.say(*passwords.asked(visit.settings.password_profile)),
        is_enrolled=second_factor.is_enrolled(db, me),
        enrolment=second_factor.unconfirmed(db, visit.by),
        codes=codes,
        is_fresh=step_up.is_fresh(visit.caller, visit.at),
        is_security=_is_security(visit),
    )  # fmt: skip
