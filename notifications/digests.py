"""What was held goes out: one message for each person and channel, however much has come together.

News is held through quiet hours, for the digest of the morning, for a robot (which may be spoken to a few times a
minute), and while the ladder catches up after an outage: then nothing is gathered until no clock is behind any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, func, insert, select, update
from sqlmodel import Session

from cases.record.clock import Clock
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.news import GATHERED, INBOX, IS_HELD, SENT, WAITING, NewsCursor, Notification
from notifications.audience import LATE
from notifications.kinds import DIGEST

#: Nobody waits longer than this for a ladder that does not catch up.
PATIENCE = timedelta(minutes=15)

_NEWS, _CLOCKS, _CURSOR = table_of(Notification), table_of(Clock), table_of(NewsCursor)


def gather(engine: Engine, at: datetime) -> int:
    """Send on what has been held long enough, several as one digest; return how many messages that made."""
    with reading(engine) as db:
        first = db.connection().execute(select(func.min(_NEWS.c.next_at)).where(IS_HELD)).scalar()
        if first is None or first > at or (_is_catching_up(db, at) and at - first < PATIENCE):
            return 0
    with transaction(engine) as db:
        if not db.connection().execute(select(_CURSOR.c.id).with_for_update(skip_locked=True)).all():
            return 0  # another node is at it
        groups = db.connection().execute(
            select(_NEWS.c.user_id, _NEWS.c.outlet_id, _NEWS.c.channel, func.count().label("held"))
            .where(IS_HELD, _NEWS.c.next_at <= at)
            .group_by(_NEWS.c.user_id, _NEWS.c.outlet_id, _NEWS.c.channel)
        )
        made = groups.all()
        for group in made:
            _send_on(db, group, at)
    return len(made)


def _send_on(db: Session, group: Row[Any], at: datetime) -> None:
    """Let one message go as itself, and put several into a digest."""
    held = update(_NEWS).where(
        IS_HELD,
        _NEWS.c.next_at <= at,
        _NEWS.c.user_id.is_not_distinct_from(group.user_id),
        _NEWS.c.outlet_id.is_not_distinct_from(group.outlet_id),
        _NEWS.c.channel == group.channel,
    )
    is_inbox = group.channel == INBOX
    goes = {"state": SENT, "sent_at": at, "next_at": None} if is_inbox else {"state": WAITING, "next_at": at}
    if group.held == 1:
        db.connection().execute(held.values(**goes))
        return
    to = {"user_id": group.user_id, "outlet_id": group.outlet_id, "channel": group.channel}
    digest = insert(_NEWS).values(kind=DIGEST.word, attempts=0, made_at=at, **to, **goes).returning(_NEWS.c.id)
    digest_id = db.connection().execute(digest).scalar_one()
    db.connection().execute(held.values(state=GATHERED, next_at=None, digest_id=digest_id))


def _is_catching_up(db: Session, at: datetime) -> bool:
    """Tell whether a rung is still to fire that should have fired long ago."""
    behind = select(_CLOCKS.c.id).where(_CLOCKS.c.stopped_at.is_(None), _CLOCKS.c.next_at <= at - LATE)
    return db.connection().execute(behind.limit(1)).first() is not None
