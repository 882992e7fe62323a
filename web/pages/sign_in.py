"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import Json
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from cases import access, knocks, second_step
from cases.record.database import reading, transaction
from web.access import cookie_name, take_cookie
from web.errors import answer_to
from web.language import language_of
from web.pages import second_step as steps
from web.pages.entering import come_in, landed
from web.pages.forms import Form as OwnForm
from web.pages.forms import local_path
from web.pages.unfinished import Unfinished, left_by
from web.receipts import network_of
from web.render import page
from web.visits import Moment

router = APIRouter(include_in_schema=False)


@router.get("/sign-in", name="sign_in")
def ask(request: Request) -> Response:
    """Show the form."""
    return _page(request, local_path(request.query_params.get("next", "/")))


@router.post("/sign-in")
def sign_in(
    request: Request,
    at: Moment,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=2_000)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "/",
    left: Annotated[Json[Unfinished] | None, Form()] = None,
) -> Response:
    """Sign in; someone unknown and a wrong password get the same answer after the same time.

    A try is counted first, and its password is weighed while no transaction is open, for that takes long on purpose.
    """
    engine, state = request.app.state.engine, request.app.state
    login, wanted, network = login.strip(), local_path(next), network_of(request)
    with transaction(engine) as db:
        wait = knocks.knock(db, login, network, state.settings.password_profile, at)
    if wait is not None:
        return _page(request, wanted, login, 429, wait.zh, wait.en, left, {"Retry-After": str(wait.seconds)})
    with reading(engine) as db:
        user_id, kept = access.password_of(db, login, at)
    fits = access.is_password(kept, password, state.password_cost)
    fresh = access.renewed(kept, password, state.password_cost) if fits else None
    with transaction(engine) as db:
        # The password may have been changed, or the person disabled, while it was weighed.
        user = access.still_has(db, user_id, kept) if fits and user_id is not None else None
        if user is None:
            knocks.failed(db, login, network, at)
            secret, step = "", None
        else:
            user.password_hash = fresh or user.password_hash
            knocks.opened(db, login, network, at)
            step = second_step.next_step(db, user, state.settings, at, has_given_code=False)
            secret = second_step.begin(db, user, step, at) if step else come_in(request, db, user, at)
    if not secret:
        zh, en = "账号或密码不正确。", "The login or the password is not right."
        return _page(request, wanted, login, 401, zh, en, left)
    if step is not None:
        return steps.begin(request, secret, wanted, left, at)
    return landed(request, secret, wanted, left, at)


@router.post("/sign-out")
def sign_out(request: Request, form: OwnForm) -> Response:
    """Forget the sign-in, here and in the browser."""
    secret = request.cookies.get(cookie_name(request))
    if secret:
        with transaction(request.app.state.engine) as db:
            access.sign_out(db, secret)
    answer = RedirectResponse("/sign-in", 303)
    take_cookie(request, answer)
    return answer


async def ask_again(request: Request, error: Exception) -> Response:
    """Answer someone who is not signed in, or no longer; the page keeps what they were writing."""
    left = await left_by(request)
    if left is None:
        return await run_in_threadpool(answer_to, request, error)
    zh = "登录已过期，没有提交。请重新登录，您填写的内容会还给您。"
    en = "Your sign-in has ended and nothing was submitted. Sign in again, and what you typed is given back to you."
    return _page(request, "/", status=401, zh=zh, en=en, left=left)


def _page(
    request: Request,
    next: str,
    login: str = "",
    status: int = 200,
    zh: str = "",
    en: str = "",
    left: Unfinished | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    refusal = zh if language_of(request) == "zh" else en
    return page(
        request, "sign_in.html", status=status, headers=headers, next=next, login=login, refusal=refusal, left=left
    )
