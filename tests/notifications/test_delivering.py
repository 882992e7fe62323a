"""At least once, seldom twice and then recognisably; what cannot be delivered is parked and holds nothing up."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from random import Random
from typing import cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from cases.record.database import transaction
from cases.record.people import User
from notifications import letters
from notifications.channels import Answer, Message, done, later
from notifications.delivering import deliver
from notifications.passing import channels_of
from notifications.retrying import MOST_ATTEMPTS, next_attempt
from tests.cases.world import HOUR, Story
from tests.cast import MONDAY
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import TEN, Newsroom


def named(newsroom: Newsroom, number: str) -> None:
    with transaction(newsroom.db) as db:
        db.merge(newsroom.case(number)).identity = "named"


def test_each_who_is_told_gets_one_mail_and_no_second(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    story = Story(newsroom).up_to("accept")
    named(newsroom, story.number)
    assert newsroom.sends(TEN) == {"told": 10, "sent": 5}
    assert newsroom.sends(TEN + HOUR) == {}
    assert Counter(kept.to.split("@")[0] for kept in box.kept) == {"li": 1, "shuang": 2, "wang": 1, "wu": 1}
    (letter,) = box.to("wang")
    assert letter.message["Subject"] == "交您办理：希望建驿站"
    assert f"https://news.example/cases/{story.number}" in letter.body()
    assert "王承办，您好" in letter.body()
    assert len({kept.id for kept in box.kept}) == 5
    assert {row.answer for row in newsroom.rows(channel="mail")} == {"250"}


def test_a_confidential_case_is_spoken_of_in_no_word(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    story = Story(newsroom).up_to("verify")
    newsroom.sends(TEN)
    assert len(box.kept) > 5
    for kept in box.kept:
        said = kept.message.as_string() + kept.body() + kept.body("html") + str(kept.message["Subject"])
        assert kept.message["Subject"] == "您有一件待办"
        assert kept.body().count(f"/cases/{story.number}") == 1
        for secret in ("驿站", "内容", "工资", "zhang", "张代表", "proposal", "提案", "待签收", "已补发"):
            if kept.to.split("@")[0] != "zhang" or secret not in ("zhang", "张代表"):
                assert secret not in said, secret


def test_a_reader_of_english_is_written_to_in_english(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    with transaction(newsroom.db) as db:
        db.get_one(User, newsroom.people["wang"]).language = "en"
    story = Story(newsroom).up_to("accept")
    named(newsroom, story.number)
    newsroom.sends(TEN)
    assert box.to("wang")[0].message["Subject"] == "Yours to handle: 希望建驿站"
    assert "It is in: Assigned." in box.to("wang")[0].body()


def test_what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_parked(newsroom: Newsroom) -> None:
    answers: dict[str, list[str | None]] = {
        "wang": ["451 busy", "451 busy", None], "shuang": [None, None], "li": [None], "xitong": [None],
    }  # fmt: skip

    async def whim(server: SMTP, envelope: Envelope, message: EmailMessage) -> str | None:
        return answers[envelope.rcpt_tos[0].split("@")[0]].pop(0)

    with Mailbox(whim) as box:
        box.unknown.add("wu@example.org")
        newsroom.settings = replace(newsroom.settings, **box.settings)
        Story(newsroom).up_to("accept")
        assert newsroom.sends(TEN) == {"told": 10, "sent": 3, "again": 1, "parked": 1}
        assert newsroom.sends(TEN + timedelta(seconds=44)) == {"sent": 1}  # to the administrator: something is parked
        assert newsroom.sends(TEN + timedelta(seconds=76)) == {"again": 1}
        assert newsroom.sends(TEN + timedelta(minutes=8)) == {"sent": 1}
    (parked,) = newsroom.rows(state="parked")
    assert (parked.attempts, parked.why, parked.answer) == (1, "refused", "550 no such user")
    (wang,) = [row for row in newsroom.rows(channel="mail") if row.user_id == newsroom.people["wang"]]
    assert (wang.state, wang.attempts) == ("sent", 3)


def test_after_eight_attempts_it_is_parked(newsroom: Newsroom) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="127.0.0.1", smtp_port=1, smtp_security="none",
                                smtp_from="a@b.cn")  # fmt: skip
    Story(newsroom).up_to("submit")
    at = TEN
    for _ in range(MOST_ATTEMPTS - 1):
        assert newsroom.sends(at)["again"] == 2
        at += timedelta(hours=16)
    assert newsroom.sends(at)["parked"] == 2
    assert {(row.attempts, row.why) for row in newsroom.rows(state="parked")} == {(8, "unreachable")}
    assert newsroom.sends(at + timedelta(days=9)) == {}


def test_the_delays_grow_and_are_never_alike() -> None:
    dice = Random(1)
    first = [next_attempt(1, TEN, dice) for _ in range(50)]
    assert len(set(first)) == 50
    bounds = [(next_attempt(n, TEN, LowDice()), next_attempt(n, TEN, HighDice())) for n in range(1, 8)]
    minutes = [(cast(datetime, high) - TEN).total_seconds() / 60 for _, high in bounds]
    assert minutes == [1.25, 5, 20, 80, 320, 900, 900]
    assert all(cast(datetime, low) > TEN for low, _ in bounds)
    assert next_attempt(8, TEN, dice) is None


class LowDice(Random):
    def uniform(self, a: float, b: float) -> float:
        return a


class HighDice(Random):
    def uniform(self, a: float, b: float) -> float:
        return b


def test_what_no_channel_takes_is_dropped_in_the_end(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    Story(newsroom).up_to("submit")
    newsroom.tells(TEN)
    without = newsroom.post({}, TEN + timedelta(days=13))
    assert deliver(newsroom.db, without) == {}
    assert len(newsroom.rows(channel="mail", state="waiting")) == 2
    assert newsroom.sends(TEN + timedelta(days=15)) == {}
    assert box.kept == []
    assert {(row.state, row.why) for row in newsroom.rows(channel="mail")} == {("dropped", "stale")}


def test_one_channel_that_hangs_holds_up_no_other(newsroom: Newsroom) -> None:
    async def whim(server: SMTP, envelope: Envelope, message: EmailMessage) -> None:
        await asyncio.sleep(10)

    order: list[str] = []

    class Robot:
        def send(self, message: Message, at: datetime) -> Answer:
            order.append("robot")
            return done()

    class Slow:
        def send(self, message: Message, at: datetime) -> Answer:
            answer = slow.send(message, at)
            order.append("mail")
            return answer

    with Mailbox(whim) as box:
        newsroom.settings = replace(newsroom.settings, **box.settings, patience=1)
        newsroom.opens("C", "webhook", "https://x.example", MONDAY)
        for _ in range(8):
            Story(newsroom).up_to("submit")
        newsroom.tells(TEN)
        slow = channels_of(newsroom.settings)["mail"]
        deliver(newsroom.db, newsroom.post({"mail": Slow(), "webhook": Robot()}, TEN))
    assert order[:8] == ["robot"] * 8
    assert order.count("mail") == 16


def test_another_system_is_told_when_it_happened_and_not_when_it_was_written_down(newsroom: Newsroom) -> None:
    newsroom.opens("C", "webhook", "https://x.example", MONDAY)
    story = Story(newsroom).up_to("submit")
    newsroom.tells(TEN + HOUR / 2)
    times: list[datetime] = []

    class Hears:
        def send(self, message: Message, at: datetime) -> Answer:
            times.append(message.event["time"])
            return done()

    deliver(newsroom.db, newsroom.post({"webhook": Hears()}, TEN + HOUR))
    assert times == [story.at]


def test_words_that_cannot_be_filled_in_and_errors_nobody_foresaw_hold_nothing_up(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    Story(newsroom).up_to("accept")
    newsroom.tells(TEN)
    first = min(row.id or 0 for row in newsroom.rows(channel="mail"))
    message = letters._message

    def breaks(db: object, row: object, *more: object) -> object:
        if getattr(row, "id", None) == first:
            raise RuntimeError("poison")
        return message(db, row, *more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(letters, "_message", breaks)

    class Counts:
        def send(self, message: Message, at: datetime) -> Answer:
            return later("busy") if not message.text else done()

    tally = deliver(newsroom.db, newsroom.post({"mail": Counts()}, TEN))
    assert tally == {"sent": 4, "again": 1}
    (poison,) = newsroom.rows(channel="mail", state="waiting")
    assert (poison.id, poison.why, poison.answer) == (first, "unforeseen", "RuntimeError")


def test_who_was_disabled_meanwhile_is_not_written_to(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    Story(newsroom).up_to("accept")
    newsroom.tells(TEN)
    with transaction(newsroom.db) as db:
        db.get_one(User, newsroom.people["wang"]).is_active = False
    assert newsroom.sends(TEN)["dropped"] == 1
    assert box.to("wang") == []


def test_nothing_new_is_begun_once_it_is_to_stop(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    Story(newsroom).up_to("accept")
    assert newsroom.sends(TEN, is_stopping=lambda: True) == {"told": 10}
    assert box.kept == []
