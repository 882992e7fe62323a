"""My inbox: what I was told, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from notifications import inbox
from notifications.kinds import KINDS
from web.visits import Reading, Visit, Writing

router = APIRouter(prefix="/inbox", tags=["inbox"])


class InboxEntry(BaseModel):
    """A message; the case is left out of a digest, and where I may not see it any more."""

    id: int
    kind: str
    kind_label: str
    number: str | None
    title: str | None
    action: str | None
    count: int
    at: datetime
    read_at: datetime | None


class Inbox(BaseModel):
    """A page of the inbox; `unread` stops counting at 100."""

    items: list[InboxEntry]
    next: str | None
    unread: int


class InboxRead(BaseModel):
    """An entry that was read, and how many are still unread."""

    id: int
    unread: int


@router.get("", summary="What I was told, newest first")
def read(
    visit: Reading, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=inbox.MOST)] = inbox.MOST
) -> Inbox:
    """Return a page of the inbox."""
    found = inbox.entries(visit.db, visit.by, visit.at, cursor, limit)
    return Inbox(items=[_entry(visit, one) for one in found.entries], next=found.next, unread=visit.unread)


@router.post("/{entry}/read", summary="Mark an entry as read")
def mark_read(visit: Writing, entry: int) -> InboxRead:
    """Note that an entry was read, and return how many are left."""
    inbox.mark_read(visit.db, visit.by, visit.at, entry)
    return InboxRead(id=entry, unread=visit.unread)


def _entry(visit: Visit, one: inbox.Entry) -> InboxEntry:
    kind = KINDS[one.kind]
    return InboxEntry(
        id=one.id,
        kind=one.kind,
        kind_label=visit.say(kind.zh, kind.en),
        number=one.case.number if one.case else None,
        title=one.case.title if one.case else None,
        action=one.action,
        count=one.count,
        at=one.at,
        read_at=one.read_at,
    )
