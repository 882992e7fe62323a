"""Notifications go out: claimed in a short transaction, sent outside of any, recorded in a short transaction.

A claim moves `next_at` ahead by more than any attempt may take. Whoever dies while sending has recorded nothing, so the
message comes due again and goes out under the same id: at least once, and a repeat is known for one. Each channel has
lines of its own, so that a mail server that hangs holds up no robot.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, literal, select, union_all, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

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
#: What is due for so long and taken by no channel is nobody's business any more.
STALE = timedelta(days=14)
#: Seconds between the beginnings of two messages, so that pages get the interpreter and the writer in between.
BREATH = 0.025
#: Seconds between two attempts to record answers, and for how long that is tried when this is to stop.
PAUSE, LAST_CALL = 1.0, 10.0

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

    Raises DatabaseError if answers cannot be recorded for as long as a claim lasts; those messages go out again.
    """
    tally: Counter[str] = Counter()
    _drop_what_is_stale(engine, post.now())
    if _due(engine, post.channels, post.now()):
        with ThreadPoolExecutor(LINES * max(1, len(post.channels)), thread_name_prefix="news") as threads:
            _Delivery(engine, post, threads, tally).run()
    return tally


class _Delivery:
    """What is claimed, under way and answered, until nothing is: kept through whatever befalls the database."""

    def __init__(self, engine: Engine, post: Post, threads: ThreadPoolExecutor, tally: Counter[str]) -> None:
        self.engine, self.post, self.threads, self.tally = engine, post, threads, tally
        self.claimed: list[Notification] = []
        self.under_way: dict[Future[Answer], _Claim] = {}
        self.ended: list[_Ended] = []
        self.failing_since: float | None = None

    def run(self) -> None:
        """Record, claim and send in turns."""
        while True:
            has_failed = self.failing_since is not None
            try:
                self._settle()
                self._begin()
                self.failing_since = None
            except DatabaseError as error:
                self._bear(error)
            else:
                if has_failed or self.ended:  # the database is back, or something could not be put into words
                    continue
            if not (self.under_way or self.ended or self.claimed):
                return
            # No longer than a moment: while one channel hangs, others may have something to send.
            for sent in wait(self.under_way, timeout=1, return_when=FIRST_COMPLETED).done:
                self.ended.append((self.under_way.pop(sent), sent.result()))

    def _settle(self) -> None:
        """Record what has ended and claim what there is room for, in one transaction."""
        ours = [claim.id for claim in self.under_way.values()]
        room = self._room(ours)
        if not (self.ended or room):
            return
        at, until = self.post.now(), _until(self.post)
        with transaction(self.engine) as db:
            counted = Counter(_record(db, claim, answer, at, until, self.post.dice) for claim, answer in self.ended)
            claimed = [row for channel, free in room.items() for row in _claim(db, channel, free, ours, at, until)]
        self.tally.update(counted)
        self.ended, self.claimed = [], self.claimed + claimed

    def _room(self, ours: Collection[int]) -> dict[str, int]:
        """Return how many messages each channel may take that has some; none while the database fails or at the end."""
        if self.post.is_stopping() or self.failing_since is not None or self.claimed:
            return {}
        busy = Counter(claim.channel for claim in self.under_way.values())
        free = [channel for channel in self.post.channels if busy[channel] < LINES]
        return {channel: LINES - busy[channel] for channel in _due(self.engine, free, self.post.now(), ours)}

    def _begin(self) -> None:
        """Put into words what was claimed, and send it."""
        made = _composed(self.engine, self.claimed, self.post)
        self.claimed = []
        for claim, message in made:
            if isinstance(message, Message):
                channel = self.post.channels[claim.channel]
                sending = self.threads.submit(_send, channel, message, self.post.signed_at())
                self.under_way[sending] = claim
                time.sleep(BREATH)
            else:
                self.ended.append((claim, message))

    def _bear(self, error: DatabaseError) -> None:
        """Wait for the database to come back: what was sent must be remembered, or it is sent again."""
        now = time.monotonic()
        if self.failing_since is None:
            self.failing_since = now
            log.error("answers wait to be recorded: %s", error.en)
        longest = LAST_CALL if self.post.is_stopping() else LEASE.total_seconds()
        if now - self.failing_since > longest:
            raise error
        time.sleep(PAUSE)


def _until(post: Post) -> datetime:
    """Return the moment that leases and delays are counted from: never one that lies in the past already."""
    return max(post.now(), post.signed_at())


def _drop_what_is_stale(engine: Engine, at: datetime) -> None:
    """Let go of what no channel has taken for long: the mails of months are not sent when mail is set up at last."""
    is_stale = (IS_DUE, _NEWS.c.next_at <= at - STALE)
    with reading(engine) as db:
        if db.connection().execute(select(_NEWS.c.id).where(*is_stale).limit(1)).first() is None:
            return
    with transaction(engine) as db:
        dropped = update(_NEWS).where(*is_stale).values(state=DROPPED, why="stale", next_at=None)
        count = cast("CursorResult[Any]", db.connection().execute(dropped)).rowcount
    log.warning("%s messages were due for %s and taken by no channel; they are dropped", count, STALE)


def _due(engine: Engine, channels: Collection[str], at: datetime, ours: Collection[int] = ()) -> list[str]:
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


def _send(channel: Channel, message: Message, at: datetime) -> Answer:
    """Send one message; an error that nobody foresaw is an answer too, and holds up no other message."""
    try:
        return channel.send(message, at)
    except Exception as error:
        log.exception("a message could not be sent")
        return later("unforeseen", type(error).__name__)


def _claim(
    db: Session, channel: str, most: int, ours: Collection[int], at: datetime, until: datetime
) -> list[Notification]:
    """Take the messages of a channel that are due, longest due first; another node passes over them.

    `ours` are under way here: a clock that is set ahead makes their claims look forsaken.
    """
    due = (
        select_rows(Notification)
        .where(IS_DUE, Notification.channel == channel, col(Notification.next_at) <= at)
        .where(col(Notification.id).not_in(ours))
        .order_by(col(Notification.next_at), col(Notification.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = list(db.exec(due))
    for row in rows:
        if row.attempts >= MOST_ATTEMPTS:  # claimed that often and never answered: it takes its sender down with it
            row.state, row.next_at, row.why = PARKED, None, "lost"
        else:
            row.attempts, row.next_at = row.attempts + 1, until + LEASE
    db.flush()
    return [row for row in rows if row.state == WAITING]


def _record(db: Session, claim: _Claim, answer: Answer | Dropped, at: datetime, until: datetime, dice: Random) -> str:
    """Write down how an attempt ended, and return what became of the message.

    A failure is written if the claim is still ours; that it has arrived, or is not to go out, as long as it waits.
    """
    mine = update(_NEWS).where(_NEWS.c.id == claim.id, _NEWS.c.state == WAITING)
    if isinstance(answer, Dropped):
        db.connection().execute(mine.values(state=DROPPED, why=answer.why, next_at=None))
        return DROPPED
    if answer.verdict is Verdict.DONE:
        db.connection().execute(mine.values(state=SENT, sent_at=at, next_at=None, why=None, answer=answer.said))
        return SENT
    next_at = next_attempt(claim.attempts, until, dice) if answer.verdict is Verdict.LATER else None
    state = WAITING if next_at else PARKED
    mine = mine.where(_NEWS.c.attempts == claim.attempts)
    db.connection().execute(mine.values(state=state, next_at=next_at, why=answer.why, answer=answer.said))
    return "again" if next_at else PARKED


def _composed(engine: Engine, rows: list[Notification], post: Post) -> list[tuple[_Claim, Message | Answer | Dropped]]:
    """Return claimed notifications as messages; one that breaks while it is composed breaks no other."""
    if not rows:
        return []
    claims = {row.id or 0: _Claim(row.id or 0, row.channel, row.attempts) for row in rows}
    try:
        with reading(engine) as db:
            made = compose(db, rows, post.settings, post.now())
    except DatabaseError:
        raise
    except Exception:
        made = {row.id or 0: _alone(engine, row, post) for row in rows}
    return [(claims[row_id], message) for row_id, message in made.items()]


def _alone(engine: Engine, row: Notification, post: Post) -> Message | Answer | Dropped:
    try:
        with reading(engine) as db:
            return compose(db, [row], post.settings, post.now())[row.id or 0]
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("notification %s cannot be put into words", row.id)
        return later("unforeseen", type(error).__name__)
