"""One case, every channel, from the event to a real receiver that checks what it gets as its vendor documents it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from cases.record.clock import Clock, FiredRung
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import NewsChoice, Notification, Outlet
from cases.sweep import sweep
from notifications.channels import Message
from notifications.channels.webhook import new_secret
from notifications.letters import compose
from tests.cases.world import HOUR, Story, Turn
from tests.cast import MONDAY
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import Newsroom
from tests.notifications.receivers import Got, Receiver, Reply, dingtalk, feishu, standard_webhook, wecom
from tests.notifications.test_choosing import at

NOW = MONDAY.timestamp() + 2 * 3600
SECRET = "SEC0f1e2d3c"
#: What was said in the case, who raised it, where it stands: nothing of it may leave the house.
CANARIES = (
    "驿站金丝雀",
    "正文金丝雀",
    "理由金丝雀",
    "答复金丝雀",
    "类别金丝雀",
    "张代表",
    "待签收",
    "办理中",
    "提案办理",
)


def gateway(got: Got) -> Reply:
    return 200, {"code": 0}


@dataclass
class Town:
    """The newsroom with a mail server, a gateway for short messages, three robots and another system."""

    newsroom: Newsroom
    box: Mailbox
    receivers: dict[str, Receiver]

    def said(self) -> dict[str, list[str]]:
        """Return everything that has left the house, by channel."""
        heard = {name: [got.body.decode() for got in one.got] for name, one in self.receivers.items()}
        letters = [f"{kept.message['Subject']}\n{kept.body()}\n{kept.body('html')}" for kept in self.box.kept]
        return heard | {"mail": letters}


@pytest.fixture
def town(newsroom: Newsroom) -> Iterator[Town]:
    """Gives a town in which every channel is set up."""
    secret = new_secret()
    checks = {
        "dingtalk": dingtalk(SECRET, NOW), "wecom": wecom, "feishu": feishu(SECRET, NOW),
        "webhook": standard_webhook(secret, NOW), "sms": gateway,
    }  # fmt: skip
    with ExitStack() as open_, Mailbox() as box:
        receivers = {name: open_.enter_context(Receiver(check)) for name, check in checks.items()}
        for channel, unit, path, key in (
            ("dingtalk", "D", "/robot/send?access_token=TOKEN", SECRET),
            ("wecom", "C", "/cgi-bin/webhook/send?key=KEY", None),
            ("feishu", "C", "/open-apis/bot/v2/hook/x", SECRET),
            ("webhook", "P", "/hook", secret),
        ):
            newsroom.opens(unit, channel, receivers[channel].url(path), MONDAY, key)
        newsroom.settings = replace(
            newsroom.settings, **box.settings, private_addresses=True, sms_url=receivers["sms"].url("/send"),
            sms_success="code=0",
        )  # fmt: skip
        with transaction(newsroom.db) as db:
            for kind in ("task", "answer", "question"):
                db.add(NewsChoice(user_id=newsroom.people["zhang"], kind=kind, channel="sms", how="now"))
                db.add(NewsChoice(user_id=newsroom.people["wang"], kind=kind, channel="sms", how="now"))
        yield Town(newsroom, box, receivers)


def walked(town: Town, identity: str) -> Story:
    story = Story(town.newsroom)
    with transaction(town.newsroom.db) as db:
        case = db.merge(town.newsroom.case(story.number))
        case.identity, case.title = identity, "驿站金丝雀"
    road: tuple[Turn, ...] = (
        ("submit", "zhang", {}),
        ("accept", "li", {"category": "类别金丝雀", "tier": "A", "lead": "D", "reason": "理由金丝雀"}),
        ("sign_for", "wang", {}),
        ("note", "zhang", {"note": "正文金丝雀"}),
        ("report", "wang", {"answer": "答复金丝雀"}),
        ("verify", "zhao", {}),
    )
    for turn, (action, by, form) in enumerate(road):
        story.then(action, by, **form)
        # Robots rest for 15 seconds, and the receivers check that what is signed was sent within the hour.
        town.newsroom.sends(MONDAY + 2 * HOUR + turn * timedelta(seconds=20))
    return story


def test_a_confidential_case_reaches_everybody_and_betrays_nothing(town: Town) -> None:
    story = walked(town, "confidential")
    said = town.said()
    assert {channel: len(words) for channel, words in said.items()} == {
        "dingtalk": 2, "wecom": 2, "feishu": 2, "webhook": 4, "sms": 3, "mail": 12,
    }  # fmt: skip
    assert {row.state for row in town.newsroom.rows() if row.channel != "inbox"} == {"sent"}
    for channel, words in said.items():
        for text in words:
            assert story.number in text, channel
            found = [
                canary for canary in CANARIES if canary in text and not (canary == "张代表" and "张代表，您好" in text)
            ]
            assert found == [], channel


def test_a_case_whose_submitter_is_named_is_called_by_its_title(town: Town) -> None:
    walked(town, "named")
    said = town.said()
    assert all("驿站金丝雀" in text for words in said.values() for text in words)
    for canary in ("正文金丝雀", "理由金丝雀", "答复金丝雀", "类别金丝雀"):
        assert not any(canary in text for words in said.values() for text in words)


def test_whoever_nobody_has_confirmed_is_told_numbers_only(town: Town) -> None:
    with transaction(town.newsroom.db) as db:
        for outlet in db.exec(select(Outlet)):
            outlet.confirmed_at = None
    story = walked(town, "named")
    for channel, words in town.said().items():
        is_outlet = channel in ("dingtalk", "wecom", "feishu", "webhook")
        assert words, channel
        for text in words:
            assert story.number in text
            assert ("驿站金丝雀" in text) is not is_outlet, channel
            assert not is_outlet or not [canary for canary in CANARIES if canary in text], channel


def test_a_rung_speaks_of_the_limit_of_its_own_clock(town: Town) -> None:
    story = Story(town.newsroom).up_to("accept")
    with transaction(town.newsroom.db) as db:
        db.merge(town.newsroom.case(story.number)).identity = "named"
    town.newsroom.tells(story.at)
    now = story.at
    while now < at("11-20 18:00"):
        now += HOUR
        list(sweep(town.newsroom.db, now))
    with transaction(town.newsroom.db) as db:
        limits = {
            rung.version: clock.due_at
            for rung, clock in db.exec(
                select(FiredRung, Clock).join(Clock, col(Clock.id) == FiredRung.clock_id).where(Clock.kind != "case")
            )
        }
        case = db.merge(town.newsroom.case(story.number))
        case.due_at = at("12-31 12:00")  # the limit of the case as it is today is none of theirs
    town.newsroom.tells(now)
    with reading(town.newsroom.db) as db:
        told = db.exec(
            select(Notification, Event.version)
            .join(Event, col(Event.seq) == Notification.seq)
            .where(Notification.kind == "overdue", Notification.channel == "mail")
        ).all()
        rows = [(row, limits[version or 0]) for row, version in told if version in limits]
        made = compose(db, [row for row, _ in rows], town.newsroom.settings, now)
    assert rows
    for row, limit in rows:
        message = made[row.id or 0]
        assert isinstance(message, Message)
        assert limit is not None
        assert limit.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M") in message.text


def test_cards_and_climbs_go_out_too(town: Town) -> None:
    story = Story(town.newsroom).up_to("accept")
    town.newsroom.sends(story.at)
    before = len(town.box.kept)
    now = story.at
    while now < at("11-23 09:00"):
        now += HOUR
        list(sweep(town.newsroom.db, now))
        town.newsroom.tells(now)
    town.newsroom.sends(at("11-23 09:30"))
    heard = {kept.to.split("@")[0] for kept in town.box.kept[before:]}
    assert {"wang", "wu", "zhao", "chen"} <= heard
