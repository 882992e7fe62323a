"""A person's inbox: what they were told inside the application, newest first, and how much of it is unread.

Outside, an entry is known by its shuffled id: from ids in a row anybody could count what others are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, bindparam, func, literal_column, union_all, update
from sqlmodel import Session, col, select

from cases.errors import NotFound
from cases.lists import bad_cursor
from cases.policy import visible_to
from cases.record.at_once import Question
from cases.record.case import Case
from cases.record.columns import Id, table_of
from cases.record.event import Event
from cases.record.news import IN_INBOX, INBOX, IS_UNREAD, SENT, Notification
from cases.record.number import meant_by, shown_for
from cases.record.people import User
from cases.record.statements import Prepared
from cases.veil import faces, tag_of, veil_by_tag

MOST = 50
PURPOSE = b"inbox"
#: Nobody counts further; a page shows `99+`.
MOST_COUNTED = 100

_NEWS = table_of(Notification)
_UNREAD = Prepared(
    select(_NEWS.c.id)
    .where(_NEWS.c.user_id.in_(union_all(select(bindparam("reader", type_=Id)), veil_by_tag("tag"))), IS_UNREAD)
    .limit(literal_column(str(MOST_COUNTED)))
)


@dataclass(frozen=True)
class Entry:
    """One entry: a piece of news, or a digest of several; the case is left out if the reader may not see it now."""

    id: int
    kind: str
    at: datetime
    read_at: datetime | None
    case: Case | None
    action: str | None
    count: int


@dataclass(frozen=True)
class Page:
    """One page of an inbox and the cursor of the next; the last page has none."""

    entries: Sequence[Entry]
    next: str | None


def unread(db: Session, user_id: int) -> int:
    """Return how many entries a person has not read, up to MOST_COUNTED."""
    prepared, values = about_unread(user_id)
    return len(prepared.rows(db, values))


def about_unread(user_id: int) -> Question:
    """Return what is asked to know what a person has not read."""
    return _UNREAD, {"reader": user_id, "tag": tag_of(user_id)}


def entries(db: Session, by: User, at: datetime, cursor: str | None = None, limit: int = MOST) -> Page:
    """Return a page of a person's inbox, newest first. Raises BadRequest for a cursor that is none."""
    return _page(db, by, at, select(Notification).where(_is_theirs(db, by), IN_INBOX), cursor, limit)


def gathered(db: Session, by: User, at: datetime, digest_id: int, cursor: str | None = None) -> Page:
    """Return a page of what a digest in a person's inbox holds. Raises NotFound for one that is not theirs."""
    found = find(db, by, digest_id)
    return _page(db, by, at, select(Notification).where(Notification.digest_id == found.id), cursor, MOST)


def find(db: Session, by: User, entry_id: int) -> Notification:
    """Return an entry of a person's own inbox. Raises NotFound."""
    row = db.get(Notification, meant_by(db, entry_id, PURPOSE))
    if row is None or (row.channel, row.state) != (INBOX, SENT) or row.user_id not in faces(db, by.id or 0):
        raise NotFound("没有这条消息。", "There is no such message.")
    return row


def number_of(db: Session, by: User, at: datetime, row: Notification) -> str | None:
    """Return the number of the case that an entry is about, if the person may see it now."""
    return next((case.number for case in _visible(db, by, at, {row.case_id or 0}).values()), None)


def mark_read(db: Session, by: User, at: datetime, entry_id: int | None = None) -> int:
    """Note that a person has read one entry, or all of them, and return how many they had not."""
    of_mine = update(_NEWS).where(_NEWS.c.user_id.in_(faces(db, by.id or 0)), IS_UNREAD)
    one = of_mine if entry_id is None else of_mine.where(_NEWS.c.id == find(db, by, entry_id).id)
    return cast("CursorResult[Any]", db.connection().execute(one.values(read_at=at))).rowcount


def _is_theirs(db: Session, by: User) -> ColumnElement[bool]:
    """Return the condition that news is a person's own, under their name or a veil."""
    return col(Notification.user_id).in_(faces(db, by.id or 0))


def _page(db: Session, by: User, at: datetime, wanted: Any, cursor: str | None, limit: int) -> Page:
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise bad_cursor()
        wanted = wanted.where(col(Notification.id) < meant_by(db, int(cursor), PURPOSE))
    rows = db.exec(wanted.order_by(col(Notification.id).desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    cases = _visible(db, by, at, {row.case_id for row in shown if row.case_id is not None})
    actions = _actions(db, [row.seq for row in shown if row.seq is not None])
    counts = _counts(db, [row.id for row in shown if row.seq is None])
    found = [
        Entry(
            id=shown_for(db, row.id, PURPOSE),
            kind=row.kind,
            at=actions[row.seq][1] if row.seq in actions else row.made_at,
            read_at=row.read_at,
            case=cases.get(row.case_id),
            action=actions[row.seq][0] if row.seq in actions and actions[row.seq][2] == row.case_id else None,
            count=counts.get(row.id, 1),
        )
        for row in shown
    ]
    return Page(found, str(found[-1].id) if len(rows) > limit else None)


def _visible(db: Session, by: User, at: datetime, ids: set[int]) -> dict[int | None, Case]:
    cases = db.exec(select(Case).where(col(Case.id).in_(sorted(ids)), visible_to(db, by, at)))
    return {case.id: case for case in cases}


def _actions(db: Session, seqs: Sequence[int]) -> dict[int, tuple[str, datetime, int | None]]:
    """Return what was done, when and in which case: what others did in a lead case is not named to those merged."""
    rows = db.exec(select(Event.seq, Event.action, Event.at, Event.case_id).where(col(Event.seq).in_(seqs)))
    return {seq: (action, at, case_id) for seq, action, at, case_id in rows}


def _counts(db: Session, digests: Sequence[int]) -> dict[int | None, int]:
    counted = select(Notification.digest_id, func.count()).where(col(Notification.digest_id).in_(digests))
    return dict(db.exec(counted.group_by(col(Notification.digest_id))).all())
