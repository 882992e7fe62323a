"""My inbox: what I was told, newest first; to open an entry is to read it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import JSONResponse, RedirectResponse, Response

from cases.calendars import calendar
from cases.laws import law_of
from notifications import confirming, inbox
from notifications.kinds import EXCEPTION, KINDS
from web import moments, words
from web.pages.forms import Form
from web.render import page
from web.visits import Reading, Visit, Writing

router = APIRouter(prefix="/inbox", include_in_schema=False)


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    id: int
    kind: str
    tone: str
    number: str
    title: str
    did: str
    at: str
    is_unread: bool


@router.get("")
def my_inbox(visit: Reading, cursor: str | None = None) -> Response:
    """Show a page of the inbox."""
    return _page(visit, inbox.entries(visit.db, visit.by, visit.at, cursor), is_first=cursor is None)


@router.get("/unread")
def unread(visit: Reading) -> JSONResponse:
    """Tell how many entries are unread, for the number in the header of a page that stays open."""
    return JSONResponse({"unread": visit.unread})


@router.post("/read")
def read_all(visit: Writing, form: Form) -> Response:
    """Mark everything as read."""
    inbox.mark_read(visit.db, visit.by, visit.at)
    return RedirectResponse("/inbox", 303)


@router.get("/{entry}")
def digest(visit: Reading, entry: int, cursor: str | None = None) -> Response:
    """Show a page of what a digest holds."""
    found = inbox.gathered(visit.db, visit.by, visit.at, entry, cursor)
    return _page(visit, found, is_first=cursor is None, of=entry)


@router.post("/{entry}")
def open_entry(visit: Writing, entry: int, form: Form) -> Response:
    """Mark an entry as read and lead to its case, or to what the digest holds."""
    row = inbox.find(visit.db, visit.by, entry)
    inbox.mark_read(visit.db, visit.by, visit.at, entry)
    if row.kind == EXCEPTION.word:
        return RedirectResponse("/admin", 303)
    if row.seq is None:
        return RedirectResponse(f"/inbox/{entry}", 303)
    number = inbox.number_of(visit.db, visit.by, visit.at, row)
    return RedirectResponse(f"/cases/{number}" if number else "/inbox", 303)


def _page(visit: Visit, found: inbox.Page, *, is_first: bool, of: int | None = None) -> Response:
    return page(
        visit.request,
        "inbox.html",
        visitor=visit.caller,
        lines=[_line(visit, entry) for entry in found.entries],
        next=found.next,
        is_first=is_first,
        of=of,
        awaiting=0 if of else len(confirming.awaiting(visit.db, visit.by, visit.at)),
    )


def _line(visit: Visit, entry: inbox.Entry) -> Line:
    kind, case = KINDS[entry.kind], entry.case
    did = ""
    if case is not None and entry.action not in (None, entry.kind):  # a rung is called what it is
        did = words.action(law_of(visit.db, case.law_id).definition, entry.action or "", visit.language)
    return Line(
        id=entry.id,
        kind=visit.say(kind.zh, kind.en),
        tone="late" if kind.is_urgent else "plain",
        number=case.number if case else "",
        title=case.title if case else _untitled(visit, entry),
        did=did,
        at=moments.exact(entry.at, calendar(visit.db)),
        is_unread=entry.read_at is None,
    )


def _untitled(visit: Visit, entry: inbox.Entry) -> str:
    if entry.kind == EXCEPTION.word:
        return visit.say("系统有异常，需要您处理", "Something needs an administrator")
    if entry.case is None and entry.action is None:
        return visit.say(f"共 {entry.count} 条消息", f"{entry.count} messages")
    return visit.say("此案已不由您查看", "This case is no longer yours to see")
