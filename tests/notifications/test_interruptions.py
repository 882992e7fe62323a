"""Whoever sends may die, lose the database or have its clock set: nothing is lost, and nothing is sent twice unseen."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from cases.record.database import DatabaseError, reading, transaction
from notifications import delivering
from notifications.channels import Answer, Message, done, later
from notifications.claims import LEASE
from notifications.delivering import deliver
from notifications.passing import channels_of
from notifications.retrying import MOST_ATTEMPTS
from tests.cases.world import Story
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import TEN, Newsroom


def test_whoever_dies_while_sending_leaves_it_to_the_next_under_the_same_id(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    Story(newsroom).up_to("submit")
    newsroom.tells(TEN)

    class Dies:
        """Sends, and takes the process down with it before anything is recorded."""

        def send(self, message: Message, at: datetime) -> Answer:
            newsroom_channels["mail"].send(message, at)
            raise KeyboardInterrupt

    newsroom_channels = channels_of(newsroom.settings)
    with pytest.raises(KeyboardInterrupt):
        deliver(newsroom.db, newsroom.post({"mail": Dies()}, TEN))
    assert newsroom.sends(TEN + LEASE - timedelta(seconds=1)) == {}
    assert newsroom.sends(TEN + LEASE) == {"sent": 2}
    assert sorted(Counter(kept.id for kept in box.kept).values()) == [2, 2]


def test_a_message_that_takes_its_sender_down_is_parked_in_the_end(newsroom: Newsroom) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    Story(newsroom).up_to("submit")
    newsroom.tells(TEN)
    at = TEN

    class Kills:
        def send(self, message: Message, at: datetime) -> Answer:
            raise KeyboardInterrupt

    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            deliver(newsroom.db, newsroom.post({"mail": Kills()}, at))
        at += LEASE
    deliver(newsroom.db, newsroom.post({"mail": Kills()}, at))
    assert {(row.state, row.why) for row in newsroom.rows(channel="mail")} == {("parked", "lost")}


def test_an_answer_is_remembered_though_the_database_is_busy(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    Story(newsroom).up_to("submit")
    newsroom.tells(TEN)
    sent: list[str] = []

    class Counts:
        def send(self, message: Message, at: datetime) -> Answer:
            sent.append(message.id)
            return done()

    calls = iter(range(100))

    def often_busy(engine: object) -> object:
        if next(calls) % 3:
            raise DatabaseError("占用", "locked")
        return transaction(newsroom.db)

    monkeypatch.setattr(delivering, "PAUSE", 0.0)
    monkeypatch.setattr(delivering, "transaction", often_busy)
    assert deliver(newsroom.db, newsroom.post({"mail": Counts()}, TEN)) == {"sent": 2}
    assert len(sent) == len(set(sent)) == 2


def test_no_answer_is_forgotten_while_the_database_is_away_and_nothing_new_is_begun(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    for _ in range(4):
        Story(newsroom).up_to("submit")
    newsroom.tells(TEN)
    sent: list[str] = []
    begun: list[int] = []  # how many had been sent at each attempt to reach the database in vain

    class Counts:
        def send(self, message: Message, at: datetime) -> Answer:
            sent.append(message.id)
            return done()

    def away(open_: Callable[[Engine], AbstractContextManager[Session]]) -> Any:
        def opened(engine: Engine) -> AbstractContextManager[Session]:
            if sent and len(begun) < 12:
                begun.append(len(sent))
                raise DatabaseError("断开", "away")
            return open_(engine)

        return opened

    monkeypatch.setattr(delivering, "PAUSE", 0.0)
    monkeypatch.setattr(delivering, "transaction", away(transaction))
    monkeypatch.setattr(delivering, "reading", away(reading))
    assert deliver(newsroom.db, newsroom.post({"mail": Counts()}, TEN)) == {"sent": 8}
    assert len(sent) == len(set(sent)) == 8
    assert max(begun) <= delivering.LINES


def test_a_database_that_stays_away_is_given_up_at_last(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    Story(newsroom).up_to("submit")
    newsroom.tells(TEN)
    sent: list[str] = []

    class Counts:
        def send(self, message: Message, at: datetime) -> Answer:
            sent.append(message.id)
            return done()

    def away(engine: Engine) -> AbstractContextManager[Session]:
        if sent:
            raise DatabaseError("断开", "away")
        return transaction(engine)

    monkeypatch.setattr(delivering, "PAUSE", 0.01)
    monkeypatch.setattr(delivering, "LAST_CALL", 0.1)
    monkeypatch.setattr(delivering, "transaction", away)
    with pytest.raises(DatabaseError):
        deliver(newsroom.db, newsroom.post({"mail": Counts()}, TEN, is_stopping=lambda: bool(sent)))
    assert len(sent) == 2


def test_a_clock_that_is_set_ahead_sends_nothing_twice(newsroom: Newsroom) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    Story(newsroom).up_to("submit")
    newsroom.tells(TEN)
    sent: list[str] = []

    class Slow:
        def send(self, message: Message, at: datetime) -> Answer:
            sent.append(message.id)
            time.sleep(1.5)
            return done()

    now = iter([TEN] * 4)
    post = replace(newsroom.post({"mail": Slow()}, TEN), now=lambda: next(now, TEN + timedelta(days=1)))
    assert deliver(newsroom.db, post) == {"sent": 2}
    assert len(sent) == len(set(sent)) == 2


def test_whoever_sends_at_a_past_moment_holds_a_claim_all_the_same(newsroom: Newsroom) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    Story(newsroom).up_to("submit")
    newsroom.tells(TEN)
    leases: list[datetime] = []

    class Looks:
        def send(self, message: Message, at: datetime) -> Answer:
            leases.extend(row.next_at for row in newsroom.rows(channel="mail") if row.next_at)
            return later("busy")

    post = replace(newsroom.post({"mail": Looks()}, TEN), signed_at=lambda: TEN + timedelta(days=30))
    assert deliver(newsroom.db, post) == {"again": 2}
    assert max(leases) == TEN + timedelta(days=30) + LEASE
    assert all(row.next_at and row.next_at > TEN + timedelta(days=30) for row in newsroom.rows(channel="mail"))
