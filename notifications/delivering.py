"""Notifications go out: claimed in a short transaction, sent outside of any, recorded in a short transaction.

Whoever dies while sending has recorded nothing, so the message comes due again (`notifications.claims`) and goes out
under the same id: at least once, and a repeat is known for one. Each channel has
lines of its own, so that a mail server that hangs holds up no robot.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import Engine

from cases.record.database import DatabaseError, reading, transaction
from cases.record.news import Notification
from config.settings import Settings
from notifications.channels import Answer, Channel, Message, later
from notifications.claims import LEASE, Claim, claim, claim_due, drop_what_is_stale, due, record
from notifications.letters import Dropped, compose

#: Messages under way at once over one channel.
LINES = 4
#: Seconds between the beginnings of two messages, and between the first answer and recording it with those that came
#: meanwhile: each record is a transaction that pages wait for.
BREATH, GATHER = 0.02, 0.25
#: Seconds between two attempts to record answers, and for how long that is tried when this is to stop.
PAUSE, LAST_CALL = 1.0, 10.0

log = logging.getLogger(__name__)


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


_Ended = tuple[Claim, Answer | Dropped]


def deliver(engine: Engine, post: Post) -> Counter[str]:
    """Send whatever is due until nothing is, and return how many were sent, tried in vain, parked and dropped.

    Raises DatabaseError if answers cannot be recorded for as long as a claim lasts; those messages go out again.
    """
    tally: Counter[str] = Counter()
    drop_what_is_stale(engine, post.now())
    if due(engine, post.channels, post.now()):
        with ThreadPoolExecutor(LINES * max(1, len(post.channels)), thread_name_prefix="news") as threads:
            _Delivery(engine, post, threads, tally).run()
    return tally


def deliver_one(engine: Engine, post: Post, notification_id: int) -> None:
    """Send one message now, and nothing else. Raises DatabaseError."""
    with transaction(engine) as db:
        claimed = claim(db, [db.get_one(Notification, notification_id)], _until(post))
    for ours, message in _composed(engine, claimed, post):
        answer = (
            _send(post.channels[ours.channel], message, post.signed_at()) if isinstance(message, Message) else message
        )
        with transaction(engine) as db:
            record(db, ours, answer, post.now(), _until(post), post.dice)


class _Delivery:
    """What is claimed, under way and answered, until nothing is: kept through whatever befalls the database."""

    def __init__(self, engine: Engine, post: Post, threads: ThreadPoolExecutor, tally: Counter[str]) -> None:
        self.engine, self.post, self.threads, self.tally = engine, post, threads, tally
        self.claimed: list[Notification] = []
        self.under_way: dict[Future[Answer], Claim] = {}
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
            if wait(self.under_way, timeout=1, return_when=FIRST_COMPLETED).done:
                for sent in wait(self.under_way, timeout=GATHER).done:
                    self.ended.append((self.under_way.pop(sent), sent.result()))

    def _settle(self) -> None:
        """Record what has ended and claim what there is room for, in one transaction."""
        ours = [mine.id for mine in self.under_way.values()]
        room = self._room(ours)
        if not (self.ended or room):
            return
        at, until = self.post.now(), _until(self.post)
        with transaction(self.engine) as db:
            counted = Counter(record(db, mine, answer, at, until, self.post.dice) for mine, answer in self.ended)
            claimed = [row for channel, free in room.items() for row in claim_due(db, channel, free, ours, at, until)]
        self.tally.update(counted)
        self.ended, self.claimed = [], self.claimed + claimed

    def _room(self, ours: Collection[int]) -> dict[str, int]:
        """Return how many messages each channel may take that has some; none while the database fails or at the end."""
        if self.post.is_stopping() or self.failing_since is not None or self.claimed:
            return {}
        busy = Counter(mine.channel for mine in self.under_way.values())
        free = [channel for channel in self.post.channels if busy[channel] < LINES]
        return {channel: LINES - busy[channel] for channel in due(self.engine, free, self.post.now(), ours)}

    def _begin(self) -> None:
        """Put into words what was claimed, and send it."""
        made = _composed(self.engine, self.claimed, self.post)
        self.claimed = []
        for mine, message in made:
            if isinstance(message, Message):
                channel = self.post.channels[mine.channel]
                sending = self.threads.submit(_send, channel, message, self.post.signed_at())
                self.under_way[sending] = mine
                time.sleep(BREATH)
            else:
                self.ended.append((mine, message))

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


def _send(channel: Channel, message: Message, at: datetime) -> Answer:
    """Send one message; an error that nobody foresaw is an answer too, and holds up no other message."""
    try:
        return channel.send(message, at)
    except Exception as error:
        log.exception("a message could not be sent")
        return later("unforeseen", type(error).__name__)


def _composed(engine: Engine, rows: list[Notification], post: Post) -> list[tuple[Claim, Message | Answer | Dropped]]:
    """Return claimed notifications as messages; one that breaks while it is composed breaks no other."""
    if not rows:
        return []
    claims = {row.id or 0: Claim(row.id or 0, row.channel, row.attempts) for row in rows}
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
