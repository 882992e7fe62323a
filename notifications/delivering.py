"""Notifications go out: claimed in a short transaction, sent outside of any, recorded in a short transaction.

A claim moves `next_at` ahead by more than any attempt may take. Whoever dies while sending has recorded nothing, so the
message comes due again and goes out under the same id: at least once, and a repeat is known for one. Each channel has
lines of its own, so that a mail server that hangs holds up no robot.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from cases.record.columns import table_of
from cases.record.database import DatabaseError, reading, transaction
from cases.record.news import DROPPED, IS_DUE, PARKED, SENT, WAITING, Notification
from config.settings import Settings
from notifications.channels import Answer, Channel, Message, Verdict, later
from notifications.letters import Dropped, compose
from notifications.retrying import MOST_ATTEMPTS, next_attempt

#: Messages under way at once over one channel.
LINES = 4
#: A claim that nobody has answered for so long is anybody's again.
LEASE = timedelta(minutes=10)
#: Seconds after which answers that could not be recorded are recorded anew, and how often.
PAUSE, TRIES = 1.0, 5

log = logging.getLogger(__name__)

_NEWS = table_of(Notification)


@dataclass(frozen=True)
class Post:
    """All that sending needs: the channels there are, the settings, the time, the moment that is signed, and chance.

    `now` says what is due, `signed_at` when a message truly leaves; they differ only where somebody plays with time.
    """

    channels: Mapping[str, Channel]
    settings: Settings
    now: Callable[[], datetime]
    signed_at: Callable[[], datetime]
    dice: Random = field(default_factory=Random)
    is_stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class _Claim:
    """A notification that is ours to send for a while."""

    id: int
    channel: str
    attempts: int


_Ended = tuple[_Claim, Answer | Dropped]


def deliver(engine: Engine, post: Post) -> Counter[str]:
    """Send whatever is due until nothing is, and return how many were sent, tried in vain, parked and dropped.

    Raises DatabaseError if answers cannot be recorded; those messages go out again.
    """
    tally: Counter[str] = Counter()
    if not _is_anything_due(engine, post.now()):
        return tally
    under_way: dict[Future[Answer], _Claim] = {}
    ended: list[_Ended] = []
    with ThreadPoolExecutor(LINES * max(1, len(post.channels)), thread_name_prefix="news") as threads:
        while True:
            busy = Counter(claim.channel for claim in under_way.values())
            room = {} if post.is_stopping() else {channel: LINES - busy[channel] for channel in post.channels}
            rows = _settle(engine, ended, room, post, tally)
            ended = []
            for claim, message in _composed(engine, rows, post):
                if isinstance(message, Message):
                    sending = threads.submit(_send, post.channels[claim.channel], message, post.signed_at())
                    under_way[sending] = claim
                else:
                    ended.append((claim, message))
            if ended:
                continue
            if not under_way:
                return tally
            # No longer than a moment: while one channel hangs, others may have something to send.
            for sent in wait(under_way, timeout=1, return_when=FIRST_COMPLETED).done:
                ended.append((under_way.pop(sent), sent.result()))


def _is_anything_due(engine: Engine, at: datetime) -> bool:
    """Look without waiting for a writer, for most of the time there is nothing."""
    with reading(engine) as db:
        return (
            db.exec(select(Notification.id).where(IS_DUE, col(Notification.next_at) <= at).limit(1)).first() is not None
        )


def _send(channel: Channel, message: Message, at: datetime) -> Answer:
    """Send one message; an error that nobody foresaw is an answer too, and holds up no other message."""
    try:
        return channel.send(message, at)
    except Exception as error:
        log.exception("a message could not be sent")
        return later("unforeseen", type(error).__name__)


def _settle(
    engine: Engine, ended: list[_Ended], room: Mapping[str, int], post: Post, tally: Counter[str]
) -> list[Notification]:
    """Record what has ended and claim what there is room for, in one transaction."""
    for turn in range(TRIES):
        at = post.now()
        try:
            with transaction(engine) as db:
                counted = Counter(_record(db, claim, answer, at, post.dice) for claim, answer in ended)
                rows = [row for channel, free in room.items() if free > 0 for row in _claim(db, channel, free, at)]
            tally.update(counted)
            return rows
        except DatabaseError:
            # What was sent must be remembered, or it is sent again; a busy database is free a moment later.
            if turn == TRIES - 1:
                raise
            time.sleep(PAUSE)
    return []


def _claim(db: Session, channel: str, most: int, at: datetime) -> list[Notification]:
    """Take the messages of a channel that are due, longest due first; another node passes over them."""
    due = (
        select(Notification)
        .where(IS_DUE, Notification.channel == channel, col(Notification.next_at) <= at)
        .order_by(col(Notification.next_at), col(Notification.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = list(db.exec(due))
    for row in rows:
        if row.attempts >= MOST_ATTEMPTS:  # claimed that often and never answered: it takes its sender down with it
            row.state, row.next_at, row.why = PARKED, None, "lost"
        else:
            row.attempts, row.next_at = row.attempts + 1, at + LEASE
    db.flush()
    return [row for row in rows if row.state == WAITING]


def _record(db: Session, claim: _Claim, answer: Answer | Dropped, at: datetime, dice: Random) -> str:
    """Write down how an attempt ended, and return what became of the message.

    It is written if the claim is still ours. That it has arrived is written in any case.
    """
    mine = update(_NEWS).where(_NEWS.c.id == claim.id, _NEWS.c.state == WAITING)
    if isinstance(answer, Dropped):
        db.connection().execute(mine.values(state=DROPPED, why=answer.why, next_at=None))
        return DROPPED
    if answer.verdict is Verdict.DONE:
        db.connection().execute(mine.values(state=SENT, sent_at=at, next_at=None, why=None, answer=answer.said))
        return SENT
    next_at = next_attempt(claim.attempts, at, dice) if answer.verdict is Verdict.LATER else None
    state = WAITING if next_at else PARKED
    mine = mine.where(_NEWS.c.attempts == claim.attempts)
    db.connection().execute(mine.values(state=state, next_at=next_at, why=answer.why, answer=answer.said))
    return "again" if next_at else PARKED


def _composed(engine: Engine, rows: list[Notification], post: Post) -> list[tuple[_Claim, Message | Answer | Dropped]]:
    """Return claimed notifications as messages; one that breaks while it is composed breaks no other."""
    claims = {row.id or 0: _Claim(row.id or 0, row.channel, row.attempts) for row in rows}
    if not rows:
        return []
    with reading(engine) as db:
        try:
            made = compose(db, rows, post.settings, post.now())
        except DatabaseError:
            raise
        except Exception:
            made = {row.id or 0: _alone(db, row, post) for row in rows}
    return [(claims[row_id], message) for row_id, message in made.items()]


def _alone(db: Session, row: Notification, post: Post) -> Message | Answer | Dropped:
    try:
        return compose(db, [row], post.settings, post.now())[row.id or 0]
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("notification %s cannot be put into words", row.id)
        return later("unforeseen", type(error).__name__)
