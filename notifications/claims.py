"""Whose a message is for a while: claims, how they end, and what nobody claims.

A claim moves `next_at` ahead by more than any attempt may take, so that the message of whoever dies comes due again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, literal, select, union_all, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.news import DROPPED, IS_DUE, PARKED, SENT, WAITING, Notification
from notifications.channels import Answer, Verdict
from notifications.letters import Dropped
from notifications.retrying import MOST_ATTEMPTS, next_attempt

#: A claim that nobody has answered for so long is anybody's again.
LEASE = timedelta(minutes=10)
#: What is due for so long and taken by no channel is nobody's business any more.
STALE = timedelta(days=14)

log = logging.getLogger(__name__)

_NEWS = table_of(Notification)


@dataclass(frozen=True)
class Claim:
    """A notification that is ours to send for a while."""

    id: int
    channel: str
    attempts: int


def due(engine: Engine, channels: Collection[str], at: datetime, ours: Collection[int] = ()) -> list[str]:
    """Return which of some channels have something to send, without waiting for a writer: mostly none has."""
    if not channels:
        return []
    found = (
        select(literal(channel)).where(
            select(_NEWS.c.id)
            .where(IS_DUE, _NEWS.c.channel == channel, _NEWS.c.next_at <= at, _NEWS.c.id.not_in(ours))
            .exists()
        )
        for channel in sorted(channels)
    )
    with reading(engine) as db:
        return list(db.connection().execute(union_all(*found)).scalars())


def claim_due(
    db: Session, channel: str, most: int, ours: Collection[int], at: datetime, until: datetime
) -> list[Notification]:
    """Take the messages of a channel that are due, longest due first; another node passes over them.

    `ours` are under way here: a clock that is set ahead makes their claims look forsaken.
    """
    wanted = (
        select_rows(Notification)
        .where(IS_DUE, Notification.channel == channel, col(Notification.next_at) <= at)
        .where(col(Notification.id).not_in(ours))
        .order_by(col(Notification.next_at), col(Notification.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return claim(db, list(db.exec(wanted)), until)


def claim(db: Session, rows: Sequence[Notification], until: datetime) -> list[Notification]:
    """Make messages ours for a while, and return those that may be tried once more."""
    for row in rows:
        if row.attempts >= MOST_ATTEMPTS:  # claimed that often and never answered: it takes its sender down with it
            row.state, row.next_at, row.why = PARKED, None, "lost"
        else:
            row.attempts, row.next_at = row.attempts + 1, until + LEASE
    db.flush()
    return [row for row in rows if row.state == WAITING]


def record(db: Session, ours: Claim, answer: Answer | Dropped, at: datetime, until: datetime, dice: Random) -> str:
    """Write down how an attempt ended, and return what became of the message.

    A failure is written if the claim is still ours; that it has arrived, or is not to go out, as long as it waits.
    """
    mine = update(_NEWS).where(_NEWS.c.id == ours.id, _NEWS.c.state == WAITING)
    if isinstance(answer, Dropped):
        db.connection().execute(mine.values(state=DROPPED, why=answer.why, next_at=None))
        return DROPPED
    if answer.verdict is Verdict.DONE:
        db.connection().execute(mine.values(state=SENT, sent_at=at, next_at=None, why=None, answer=answer.said))
        return SENT
    next_at = next_attempt(ours.attempts, until, dice) if answer.verdict is Verdict.LATER else None
    state = WAITING if next_at else PARKED
    mine = mine.where(_NEWS.c.attempts == ours.attempts)
    db.connection().execute(mine.values(state=state, next_at=next_at, why=answer.why, answer=answer.said))
    return "again" if next_at else PARKED


def drop_what_is_stale(engine: Engine, at: datetime) -> None:
    """Let go of what no channel has taken for long: the mails of months are not sent when mail is set up at last."""
    is_stale = (IS_DUE, _NEWS.c.next_at <= at - STALE)
    with reading(engine) as db:
        if db.connection().execute(select(_NEWS.c.id).where(*is_stale).limit(1)).first() is None:
            return
    with transaction(engine) as db:
        dropped = update(_NEWS).where(*is_stale).values(state=DROPPED, why="stale", next_at=None)
        count = cast("CursorResult[Any]", db.connection().execute(dropped)).rowcount
    log.warning("%s messages were due for %s and taken by no channel; they are dropped", count, STALE)
