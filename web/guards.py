"""What every request passes before a route sees it: where it comes from, and its size."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from cases.attachments import LARGEST
from web.access import BEARER, SAFE_METHODS, NotAllowed
from web.errors import answer_to, too_large
from workflow.errors import Refusal

FORM_LIMIT = 1024 * 1024
FILE_LIMIT = LARGEST + 64 * 1024
#: Where a file is sent to: with an account, and with a receipt.
FILE_PLACES = ("/attachments", "/track/files")


class SameOrigin:
    """Refuses requests that change something and that another site's page has sent (as Go's CrossOriginProtection).

    A browser says `Sec-Fetch-Site`; an older one, or one on plain HTTP, says `Origin`; a program says neither. A
    request with a token needs no protection, for no browser adds one by itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and _is_foreign(Headers(scope=scope)):
            refusal = NotAllowed("此请求来自其他网站，已拒绝。", "The request comes from another site and was refused.")
            return await _refuse(refusal, scope, receive, send)
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses bodies that are too large, by what they declare and by what arrives: 1 MB, and 10 MB for a file."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.forms = RequestBodyLimitMiddleware(app, FORM_LIMIT)
        self.files = RequestBodyLimitMiddleware(app, FILE_LIMIT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        is_file = scope["path"].endswith(FILE_PLACES)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > (FILE_LIMIT if is_file else FORM_LIMIT):
            return await _refuse(too_large(is_file), scope, receive, send)
        await (self.files if is_file else self.forms)(scope, receive, send)


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that goes no further, in a thread: the page asks the database who is signed in."""
    answer = await run_in_threadpool(answer_to, Request(scope), refusal)
    await answer(scope, receive, send)


def _is_foreign(headers: Headers) -> bool:
    if headers.get("authorization", "").lower().startswith(BEARER):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
