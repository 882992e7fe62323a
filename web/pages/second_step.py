"""The rest of a sign-in: a code, the first code of whoever has to have one, a new password where the old is outdated.

Whoever is here has given the right password and is signed in nowhere: their cookie leads to these pages alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Json
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cases import access, passwords, second_factor, second_step
from cases.record.database import is_for_reading, reading, transaction
from cases.second_step import CODE, ENROL, PASSWORD, Waiter
from cases.throttling import TooManyGuesses
from web.access import NotSignedIn, cookie_name, give_cookie
from web.language import language_of
from web.pages.entering import come_in, landed
from web.pages.forms import local_path
from web.pages.unfinished import Unfinished
from web.render import page
from web.visits import Moment
from workflow.errors import Refusal

PATH = "/sign-in/step"

router = APIRouter(prefix=PATH, include_in_schema=False)


class TooLate(NotSignedIn):
    """Nobody waits here, or too long; whoever reads this begins again."""


@dataclass(frozen=True)
class Given:
    """What a form of these pages holds."""

    token: str
    code: str
    password: str
    again: str
    wanted: str
    left: Unfinished | None


def given(
    token: Annotated[str, Form(alias="_form_token", max_length=100)] = "",
    code: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=2_000)] = "",
    again: Annotated[str, Form(max_length=2_000)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "/",
    left: Annotated[Json[Unfinished] | None, Form()] = None,
) -> Given:
    """Read a form."""
    return Given(token, code, password, again, local_path(next), left)


Step = Annotated[Given, Depends(given)]


def begin(request: Request, secret: str, wanted: str, left: Unfinished | None, at: datetime) -> Response:
    """Return the first page that is still to come, with the cookie that leads to it."""
    with reading(request.app.state.engine) as db:
        waiter = second_step.find(db, secret, request.app.state.settings, at)
        assert waiter is not None  # it has just begun
        enrolment = second_factor.unconfirmed(db, waiter.user) if waiter.step == ENROL else None
        answer = _page(request, waiter, Given("", "", "", "", wanted, left), enrolment=enrolment)
    secure = request.app.state.settings.secure_cookies
    lasts = int(second_step.LASTS.total_seconds())
    answer.set_cookie(_cookie(request), secret, lasts, path="/", secure=secure, httponly=True, samesite="strict")
    return answer


@router.get("/{step}")
def start_again(step: str) -> Response:
    """Lead whoever reloads such a page to the beginning."""
    return RedirectResponse("/sign-in", 303)


@router.post("/code")
def give_code(request: Request, at: Moment, form: Step) -> Response:
    """Take a one-time code or a recovery code."""
    with transaction(request.app.state.engine) as db:
        waiter = _waiter(request, db, form, at)
        if waiter.step != CODE:
            return _page(request, waiter, form)
        try:
            fits = second_factor.passes(db, waiter.user, form.code, at)
        except TooManyGuesses as refusal:
            return _page(request, waiter, form, refusal, 429)
        if not fits:
            return _page(request, waiter, form, second_factor.WrongCode(), 401)
        went = _on(request, db, waiter, form, at)
    return _done(request, went, form, at)


@router.post("/enrol")
def enrol(request: Request, at: Moment, form: Step) -> Response:
    """Take the first code of whoever has to have a second step, and show the recovery codes."""
    with transaction(request.app.state.engine) as db:
        waiter = _waiter(request, db, form, at)
        if waiter.step != ENROL:
            return _page(request, waiter, form)
        codes = second_factor.confirm(db, waiter.user, form.code, at)
        if codes is None:
            enrolment = second_factor.unconfirmed(db, waiter.user)
            return _page(request, waiter, form, second_factor.WrongCode(), 401, enrolment=enrolment)
        went = _on(request, db, waiter, form, at, codes)
    return _done(request, went, form, at, codes)


@router.post("/password")
def change(request: Request, at: Moment, form: Step) -> Response:
    """Take a new password in the place of one that is outdated."""
    engine, state = request.app.state.engine, request.app.state
    profile = state.settings.password_profile
    with reading(engine) as db:
        waiter = _waiter(request, db, form, at)
        if waiter.step != PASSWORD:
            return _page(request, waiter, form)
        try:
            passwords.check(db, waiter.user, form.password, profile, leaked=state.settings.leaked_passwords)
            passwords.require_same(form.password, form.again)
            passwords.refuse_again(form.password, passwords.former(db, waiter.user, profile), state.password_cost)
        except passwords.WeakPassword as refusal:
            return _page(request, waiter, form, refusal, 422)
    hashed = access.hash_password(form.password, state.password_cost)
    with transaction(engine) as db:
        waiter = _waiter(request, db, form, at)
        if waiter.step != PASSWORD:
            return _page(request, waiter, form)
        has_given_code = waiter.row.has_given_code
        secret = come_in(request, db, waiter.user, at, has_given_code=has_given_code)
        passwords.keep(db, waiter.user, hashed, at, by=waiter.user, besides=access.digest(secret))
    return _done(request, secret, form, at)


def _on(
    request: Request, db: Session, waiter: Waiter, form: Given, at: datetime, codes: Sequence[str] = ()
) -> Response | str:
    """Return the page of what is still to come, or the secret of the sign-in."""
    waiter.row.has_given_code = True
    db.flush()
    step = second_step.next_step(db, waiter.user, request.app.state.settings, at, has_given_code=True)
    if step is not None:
        return _page(request, Waiter(waiter.user, waiter.row, step), form, codes=codes)
    secret = come_in(request, db, waiter.user, at, has_given_code=True)
    second_step.end(db, waiter.row)
    return secret


def _done(request: Request, went: Response | str, form: Given, at: datetime, codes: Sequence[str] = ()) -> Response:
    """Return a page as it is, and for a sign-in, once it is committed, the way in."""
    if isinstance(went, Response):
        return went
    if codes:
        answer: Response = page(request, "recovery_codes.html", codes=codes, wanted=form.wanted)
        give_cookie(request, answer, went)
    else:
        answer = landed(request, went, form.wanted, form.left, at)
    secure = request.app.state.settings.secure_cookies
    answer.delete_cookie(_cookie(request), path="/", secure=secure, httponly=True, samesite="strict")
    return answer


def _page(
    request: Request,
    waiter: Waiter,
    form: Given,
    refusal: Refusal | None = None,
    status: int = 200,
    codes: Sequence[str] = (),
    enrolment: tuple[str, str] | None = None,
) -> Response:
    said = (refusal.zh if language_of(request) == "zh" else refusal.en) if refusal else ""
    profile = request.app.state.settings.password_profile
    return page(
        request,
        "second_step.html",
        status=status,
        step=waiter.step,
        form_token=waiter.row.form_token,
        next=form.wanted,
        left=form.left,
        refusal=said,
        codes=codes,
        enrolment=enrolment,
        asked=passwords.asked(profile)[0 if language_of(request) == "zh" else 1],
    )


def _waiter(request: Request, db: Session, form: Given, at: datetime) -> Waiter:
    """Return who waits in this browser. Raises TooLate, also for a form that is not this browser's."""
    secret, is_held = request.cookies.get(_cookie(request), ""), not is_for_reading(db)
    found = second_step.find(db, secret, request.app.state.settings, at, for_writing=is_held) if secret else None
    if found is None or not hmac.compare_digest(form.token.encode(), found.row.form_token.encode()):
        raise TooLate
    return found


def _cookie(request: Request) -> str:
    return f"{cookie_name(request)}-waiting"
