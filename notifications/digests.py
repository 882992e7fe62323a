"""What was held goes out: one message for each person and channel, however much has come together.

News is held through quiet hours, for the digest of the morning, for a robot (which may be spoken to a few times a
minute), and while the ladder catches up after an outage: then nothing is gathered until no clock is behind any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, func, insert, or_, select, update
from sqlmodel import Session

from cases.record.clock import Clock
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.news import GATHERED, INBOX, IS_HELD, SENT, WAITING, NewsCursor, Notification, Outlet
from notifications.happening import LATE
from notifications.kinds import DIGEST

#: Nobody waits longer than this for a ladder that does not catch up.
LONGEST_HELD = timedelta(minutes=15)
#: A robot that speaks more than twenty times a minute is silenced for ten; what is tried again counts too.
ROBOT_PAUSE = timedelta(seconds=15)
#: Groups sent on in one transaction, so that other writers get their turn.
BATCH = 100
#: Seconds between two of them; whoever waits for SQLite's writer looks ten times a second whether it is free.
BREATH = 0.1

_NEWS, _CLOCKS, _CURSOR, _OUTLETS = (table_of(model) for model in (Notification, Clock, NewsCursor, Outlet))


def gather(engine: Engine, at: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send on what has been held long enough, several as one digest; return how many messages that made."""
    with reading(engine) as db:
        first = db.connection().execute(select(func.min(_NEWS.c.next_at)).where(IS_HELD)).scalar()
        if first is None or first > at or (_is_catching_up(db, at) and at - first < LONGEST_HELD):
            return 0
        due = select(_NEWS.c.user_id, _NEWS.c.outlet_id, _NEWS.c.channel).where(IS_HELD, _NEWS.c.next_at <= at)
        groups = db.connection().execute(due.distinct().order_by("user_id", "outlet_id", "channel")).all()
    made = 0
    for start in range(0, len(groups), BATCH):
        if is_stopping():
            break
        with transaction(engine) as db:
            if not db.connection().execute(select(_CURSOR.c.id).with_for_update(skip_locked=True)).all():
                break  # another node is at it
            made += sum(_send_on(db, group, at) for group in groups[start : start + BATCH])
        if start + BATCH < len(groups):
            time.sleep(BREATH)
    return made


def _send_on(db: Session, group: Any, at: datetime) -> int:
    """Let one message go as itself, and put several into a digest; return how many messages that makes."""
    of_group = (
        IS_HELD,
        # Not `IS NOT DISTINCT FROM`, which no index answers.
        _NEWS.c.user_id.is_(None) if group.user_id is None else _NEWS.c.user_id == group.user_id,
        _NEWS.c.outlet_id.is_(None) if group.outlet_id is None else _NEWS.c.outlet_id == group.outlet_id,
        _NEWS.c.channel == group.channel,
        _NEWS.c.next_at <= at,
    )
    held = db.connection().execute(select(func.count()).select_from(_NEWS).where(*of_group)).scalar_one()
    if not held:
        return 0  # another node has sent them on meanwhile
    if group.outlet_id is not None and not _may_speak(db, group.outlet_id, at):
        return 0
    is_inbox = group.channel == INBOX
    goes = {"state": SENT, "sent_at": at, "next_at": None} if is_inbox else {"state": WAITING, "next_at": at}
    if held == 1:
        db.connection().execute(update(_NEWS).where(*of_group).values(**goes))
        return 1
    to = {"user_id": group.user_id, "outlet_id": group.outlet_id, "channel": group.channel}
    digest = insert(_NEWS).values(kind=DIGEST.word, attempts=0, made_at=at, **to, **goes).returning(_NEWS.c.id)
    gathered = {"state": GATHERED, "next_at": None, "digest_id": db.connection().execute(digest).scalar_one()}
    db.connection().execute(update(_NEWS).where(*of_group).values(**gathered))
    return 1


def _may_speak(db: Session, outlet_id: int, at: datetime) -> bool:
    """Tell whether a robot has been silent for long enough, and note that it speaks now."""
    last = _OUTLETS.c.spoken_at
    is_rested = or_(last.is_(None), last <= at - ROBOT_PAUSE, last > at)  # a clock that was set back mutes nobody
    speaks = update(_OUTLETS).where(_OUTLETS.c.id == outlet_id, is_rested).values(spoken_at=at)
    return cast("CursorResult[Any]", db.connection().execute(speaks)).rowcount == 1


def _is_catching_up(db: Session, at: datetime) -> bool:
    """Tell whether a rung is still to fire that should have fired long ago."""
    behind = select(_CLOCKS.c.id).where(_CLOCKS.c.stopped_at.is_(None), _CLOCKS.c.next_at <= at - LATE)
    return db.connection().execute(behind.limit(1)).first() is not None
