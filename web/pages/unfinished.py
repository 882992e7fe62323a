"""What somebody was writing when their sign-in ended: it goes through the sign-in page and back into its form.

It lies in that page alone, as one hidden field. Nothing is stored, and nothing is sent again by itself.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote_plus

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from cases.access import Caller
from cases.record.database import reading
from config import clock
from web import problems
from web.access import known
from web.errors import answer_to
from web.guards import FORM_LIMIT
from web.pages import case, submit
from web.pages.attempts import Attempt
from web.pages.forms import MOST_FIELDS, TOKEN, filled_in
from web.visits import Visit
from workflow.errors import Refusal

#: The forms that somebody may have written long in.
KEPT = ("/cases/", "/submit")
MEDIA_TYPE = "application/x-www-form-urlencoded"
#: What the sign-in form may carry, encoded, so that login and password still fit into its body.
MOST_KEPT = FORM_LIMIT - 32 * 1024
SENTENCE = (
    "页面已过期，没有提交。您填写的内容还在，请核对后再次提交。",
    "The page was out of date and nothing was submitted. What you typed is still here; check it and submit it again.",
)


class Unfinished(BaseModel):
    """A form that was not taken: an action on a case, or without a number a new case, and what was typed."""

    number: str = ""
    action: str = ""
    typed: dict[str, str | list[str]]


async def left_by(request: Request) -> Unfinished | None:
    """Return what a request was to submit; None if nothing was typed, or more than the sign-in page can carry."""
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if problems.is_wanted(request) or request.method != "POST" or media_type != MEDIA_TYPE:
        return None
    if not request.url.path.startswith(KEPT):
        return None
    async with request.form(max_fields=MOST_FIELDS) as form:
        if TOKEN not in form:
            return None  # no form of a page that one signs in for: least of all the one that asks for the password
        typed = {name: value for name, value in filled_in(form).items() if not name.startswith("_")}
    left = Unfinished(typed=typed, **request.path_params)
    return left if typed and len(quote_plus(left.model_dump_json())) <= MOST_KEPT else None


def given_back(request: Request, caller: Caller, left: Unfinished, *, at: datetime, status: int = 200) -> Response:
    """Return the page of a form, filled in as it was. Raises NotFound for a case that the person may not see."""
    with reading(request.app.state.engine) as db:
        visit = Visit(request, db, at, caller)
        sentence = visit.say(*SENTENCE)
        if left.number:
            return case.page_of(visit, left.number, Attempt(left.action, left.typed, sentence), status)
        return submit.page_of(visit, left.typed, notice=sentence, status=status)


async def show_again(request: Request, error: Exception) -> Response:
    """Answer a form that another sign-in had been given: the same page once more, with a fresh form."""
    left, caller = await left_by(request), known(request)
    if left is None or caller is None:
        return await run_in_threadpool(answer_to, request, error)
    try:
        return await run_in_threadpool(given_back, request, caller, left, at=clock.now(), status=403)
    except Refusal as refusal:
        return await run_in_threadpool(answer_to, request, refusal)
