"""Who is asking, over HTTP: a browser by its cookie, a program by its token."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from cases import access
from cases.access import LONGEST_STAY, READ, Caller
from cases.record.database import DatabaseError, reading, transaction
from cases.veil import is_veil
from config.settings import Settings
from workflow.errors import Refusal

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
BEARER = "bearer "
#: What a page asks by itself: nobody is there because of it, so it keeps nobody signed in.
UNATTENDED = ("/inbox/unread",)


class NotSignedIn(Refusal):
    """Nobody has said who they are."""

    def __init__(self) -> None:
        super().__init__("请先登录。", "Sign in first.")

    def __reduce__(self) -> tuple[type[NotSignedIn], tuple[()]]:  # type: ignore[override]  # made without sentences
        return type(self), ()


class NotAllowed(Refusal):
    """The one who asks may not do that at all, whatever the case."""


def cookie_of(settings: Settings) -> str:
    """Return the name of an installation's session cookie; over HTTPS its prefix keeps other hosts from setting it."""
    return "__Host-bihuan" if settings.secure_cookies else "bihuan"


def cookie_name(request: Request) -> str:
    """Return the name of the session cookie that a request should have."""
    return cookie_of(request.app.state.settings)


def give_cookie(request: Request, response: Response, secret: str) -> None:
    """Hand a sign-in to the browser."""
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=int(LONGEST_STAY.total_seconds()),
        path="/",
        secure=request.app.state.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def take_cookie(request: Request, response: Response) -> None:
    """Take the sign-in from the browser, and what it has kept of pages (ASVS 5.0 14.3.1)."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.app.state.settings.secure_cookies, httponly=True, samesite="lax"
    )


def identify(request: Request, at: datetime) -> Caller:
    """Return who is asking. Raises NotSignedIn, and NotAllowed for a reading token that wants to write.

    A request with a token is never also a browser's: its cookie does not count.
    """
    engine: Engine = request.app.state.engine
    header = request.headers.get("authorization", "")
    if header:
        secret = header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
        with reading(engine) as db:
            caller = access.who(db, secret, at) if secret else None
        if caller is not None and caller.scope == READ and request.method not in SAFE_METHODS:
            raise NotAllowed("此令牌只能读取。", "This token may only read.")
    else:
        caller = _browser(request, engine, at)
    if caller is None:
        raise NotSignedIn
    request.state.caller = caller
    return caller


def known(request: Request) -> Caller | None:
    """Return who a request has been found to come from; None if nobody has asked or nobody was found."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller


def is_own_form(caller: Caller, token: object) -> bool:
    """Tell whether a form carries the token of the browser that sends it."""
    return isinstance(token, str) and hmac.compare_digest(token.encode(), (caller.form_token or "-").encode())


def _browser(request: Request, engine: Engine, at: datetime) -> Caller | None:
    secret = request.cookies.get(cookie_name(request))
    if not secret:
        return None
    with reading(engine) as db:
        caller = access.browser(db, secret, at)
    if caller is not None and is_veil(caller.user_id):
        return None  # what a receipt has opened is no account, whatever cookie it is put into
    if caller is not None and caller.needs_noting and request.url.path not in UNATTENDED:
        try:
            with transaction(engine) as db:
                access.note_seen(db, secret, at)
        except DatabaseError:
            pass  # a database that is busy must not keep anyone from reading; the next request notes it
    return caller
