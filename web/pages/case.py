"""One case: where it lies, what happened, what I may do with it now."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cases.act import act
from cases.errors import FieldError, InvalidFields, NotFound, Stale
from cases.policy import may_see
from web.api.attachments import added, fetched
from web.errors import MissingCondition
from web.pages.attempts import Attempt, refused
from web.pages.case_view import view_of
from web.pages.done import led_home, led_to, told, version_done
from web.pages.forms import Form, Posted
from web.render import page
from web.visits import Reading, Visit, Writing
from workflow.errors import Refusal
from workflow.machine import NotByYou, UnknownAction

FILE = "file"

router = APIRouter(prefix="/cases/{number}", include_in_schema=False)


@router.get("")
def show(visit: Reading, number: str) -> Response:
    """Show the case, and once what was done with it here."""
    return told(visit, number, page_of(visit, number, done=version_done(visit)))


@router.get("/attachments/{digest}")
def download(visit: Reading, number: str, digest: str) -> Response:
    """Hand out a file of the case."""
    return fetched(visit, number, digest)


@router.post("/attachments")
def upload(visit: Writing, number: str, form: Form) -> Response:
    """Add a file to the case."""
    try:
        if FILE not in form.files:
            raise InvalidFields([FieldError(FILE, "请选择文件", "Choose a file")])
        version = added(visit, number, form.files[FILE], form.seen, form.text("part") or None).version
    except (InvalidFields, Stale) as refusal:
        return _again(visit, number, FILE, form, refusal)
    return led_to(visit, number, version)


@router.post("/{action}")
def take(visit: Writing, number: str, action: str, form: Form) -> Response:
    """Take an action and show the case as it is then, or as it is now with what is wrong and what was typed.

    Whoever may not see the case any more because of it, such as a member who withdraws, is led to their desk.
    """
    case = visit.case(number)
    if form.seen is None:
        raise MissingCondition("页面不完整，请返回刷新后重试。", "The page is incomplete; go back and reload it.")
    try:
        act(visit.db, case, action, by=visit.by, at=visit.at, form=form.values, seen=form.seen)
    except (NotByYou, UnknownAction, NotFound):
        raise
    except Refusal as refusal:
        return _again(visit, number, action, form, refusal)
    if not may_see(visit.db, case, visit.by, visit.at):
        return led_home(visit, number, case.version)
    return led_to(visit, number, case.version)


def page_of(
    visit: Visit, number: str, attempt: Attempt | None = None, status: int = 200, done: int | None = None
) -> Response:
    """Return the page of a case, with what was tried in vain or with the event that was just written."""
    view = view_of(visit, visit.case(number), attempt, done)
    place = f"/cases/{number}"
    return page(
        visit.request, "case.html", status=status, visitor=visit.caller, path_and_query=place, v=view, attempt=attempt
    )


def _again(visit: Visit, number: str, action: str, form: Posted, refusal: Refusal) -> Response:
    """Show the page again as it stands in the record; nothing of what was tried stays."""
    return page_of(visit, number, *refused(visit, action, form, refusal))
