"""Coming in: the sign-in of a browser, its event, and the way to the page that was wanted."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cases import access, personnel
from cases.deputies import PERSONAL
from cases.policy import duties_of
from cases.record.database import reading
from cases.record.people import User
from web.access import cookie_name, give_cookie
from web.pages.unfinished import Unfinished, given_back
from workflow.errors import Refusal


def come_in(request: Request, db: Session, user: User, at: datetime, *, has_given_code: bool = False) -> str:
    """Sign a person in, in the place of the browser's old sign-in, and return the secret.

    Staff leave an event. Workers and representatives do not: whoever reads the chain beside the cases would tell from
    it who was there when a confidential case was raised.
    """
    if old := request.cookies.get(cookie_name(request)):
        access.sign_out(db, old)
    secret = access.sign_in(db, user.id or 0, at)
    if {duty.role for duty in duties_of(db, user, at)} - PERSONAL:
        personnel.note(db, "sign_in", user, at, {"second_factor": has_given_code}, by=user, role="own")
    return secret


def landed(request: Request, secret: str, wanted: str, left: Unfinished | None, at: datetime) -> Response:
    """Return the page that was wanted, or that with what was being written, with the sign-in for the browser."""
    answer = _given_back(request, secret, left, at) or RedirectResponse(wanted, 303)
    give_cookie(request, answer, secret)
    return answer


def _given_back(request: Request, secret: str, left: Unfinished | None, at: datetime) -> Response | None:
    """Return the page with what was being written, for whoever may see it."""
    with reading(request.app.state.engine) as db:
        caller = access.browser(db, secret, at) if left else None
    if left is None or caller is None:
        return None
    try:
        return given_back(request, caller, left, at=at)
    except Refusal:  # it was somebody else's, who signed in here first
        return None
