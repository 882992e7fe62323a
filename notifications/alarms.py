"""What only an administrator can mend is told to the administrators, once: they are not to find it by chance.

A clock or an event or a message that is parked is no event of the chain, nor is a year whose holidays nobody has
imported; so they are looked for here. What is told is written down, so that no pass and no node tells it again. Many
that come together make one message, and there is one in an hour at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, insert, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.calendars import ending
from cases.policy import SYSTEM_ADMIN
from cases.record.clock import HELD as IS_KEPT
from cases.record.clock import Parked
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.news import IS_PARKED, IS_UNTOLD, SENT, Alarm, NewsCursor, Notification, Untellable
from cases.record.people import Duty, User, in_force
from cases.throttling import is_attacked
from config.settings import Settings
from notifications import choosing
from notifications.kinds import EXCEPTION

CLOCK, EVENT, MESSAGE, CALENDAR, GUESSING = "clock", "event", "message", "calendar", "guessing"
#: Between two messages to the administrators.
PAUSE = timedelta(hours=1)
#: So many are noted at once; the rest belongs to the next message.
MOST = 1_000

_ALARMS, _CURSOR, _NEWS = table_of(Alarm), table_of(NewsCursor), table_of(Notification)
_PARKED, _UNTELLABLE = table_of(Parked), table_of(Untellable)


def raise_alarms(engine: Engine, settings: Settings, at: datetime) -> int:
    """Tell the administrators of what they do not know yet, and return how many notifications that made."""
    with reading(engine) as db:
        if not _is_time(db, at) or next(_unknown(db, at), None) is None:
            return 0
    with transaction(engine) as db:
        if not db.connection().execute(select(_CURSOR.c.id).with_for_update(skip_locked=True)).all():
            return 0  # another node is at it
        found = list(_unknown(db, at)) if _is_time(db, at) else []
        rows = list(_rows(db, settings, at)) if found else []
        if not rows:
            return 0  # there is nobody to tell yet
        db.connection().execute(insert(_NEWS), rows)
        noted = [{"what": what, "number": number, "told_at": at} for what, number in found]
        db.connection().execute(insert(_ALARMS), noted)
        return len(rows)


def _is_time(db: Session, at: datetime) -> bool:
    """Tell whether the administrators may be told now: once an hour, but of an attack at once."""
    return not _was_told_lately(db, at) or next(_attacks(db, at), None) is not None


def _attacks(db: Session, at: datetime) -> Iterator[tuple[str, int]]:
    """Yield the hour in which somebody tries receipts or passwords one after the other, if nobody was told of it."""
    hour = int(at.timestamp()) // 3_600
    if is_attacked(db, at) and all(db.get(Alarm, (GUESSING, one)) is None for one in (hour, hour - 1)):
        yield GUESSING, hour


def _was_told_lately(db: Session, at: datetime) -> bool:
    lately = select(_ALARMS.c.told_at).where(_ALARMS.c.told_at > at - PAUSE, _ALARMS.c.told_at <= at)
    return db.connection().execute(lately.limit(1)).first() is not None


def _unknown(db: Session, at: datetime) -> Iterator[tuple[str, int]]:
    """Yield what no administrator has been told of: its word and its number."""
    not_of_alarms = _NEWS.c.kind != EXCEPTION.word  # or a mail server that is away would be told of for ever
    for what, number, conditions in (
        (CLOCK, _PARKED.c.id, (IS_KEPT,)),
        (EVENT, _UNTELLABLE.c.seq, (IS_UNTOLD,)),
        (MESSAGE, _NEWS.c.id, (IS_PARKED, not_of_alarms)),
    ):
        unknown = select(number).where(*conditions, ~_is_known(what, number)).order_by(number).limit(MOST)
        yield from ((what, found) for found in db.connection().execute(unknown).scalars())
    yield from _attacks(db, at)
    for year in sorted({one.missing for one in ending(db, at)}):
        if db.get(Alarm, (CALENDAR, year)) is None:
            yield CALENDAR, year


def _is_known(what: str, number: Any) -> ColumnElement[bool]:
    return select(_ALARMS.c.number).where(_ALARMS.c.what == what, _ALARMS.c.number == number).exists()


def _rows(db: Session, settings: Settings, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield a notification for each administrator and each of their channels."""
    administrators = select_rows(Duty.user_id).where(Duty.role == SYSTEM_ADMIN, in_force(at))
    active = administrators.join(User, col(User.id) == Duty.user_id).where(User.is_active).distinct()
    for user_id, to in choosing.people(db, set(db.exec(active)), settings, at).items():
        for channel in to.channels:
            if found := choosing.way(to, EXCEPTION.word, channel, at, settings):
                state, next_at = found
                is_told = state == SENT
                yield {
                    "kind": EXCEPTION.word, "user_id": user_id, "channel": channel, "state": state, "attempts": 0,
                    "next_at": None if is_told else next_at, "made_at": at, "sent_at": at if is_told else None,
                }  # fmt: skip
