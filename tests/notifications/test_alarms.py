"""What only an administrator can mend reaches the administrators, once, and says nothing of any case."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases.receipts import AT_RECEIPT, FROM_NETWORK
from cases.record.clock import Parked
from cases.record.database import transaction
from cases.record.news import Notification, Untellable
from cases.record.people import User
from cases.throttling import MANY, failed
from notifications.alarms import PAUSE, raise_alarms
from notifications.digests import gather
from tests.cases.world import HOUR, Story
from tests.cast import MONDAY
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import Newsroom
from tests.notifications.test_choosing import at

NOW = MONDAY + HOUR


def parks_a_clock(newsroom: Newsroom, now: datetime = NOW) -> str:
    story = Story(newsroom).up_to("submit")
    clock = newsroom.clock(story.number, "state")
    with transaction(newsroom.db) as db:
        case_id = newsroom.case(story.number).id or 0
        db.add(Parked(case_id=case_id, clock_id=clock.id or 0, why="failed", detail="x", next_at=now, parked_at=now))
    return story.number


def alarms(newsroom: Newsroom) -> list[tuple[int | None, str]]:
    return [(row.user_id, row.channel) for row in newsroom.rows(kind="exception")]


def test_a_parked_clock_is_told_to_the_administrator_once_and_without_the_case(
    mailed: tuple[Newsroom, Mailbox],
) -> None:
    newsroom, box = mailed
    number = parks_a_clock(newsroom)
    newsroom.sends(NOW)
    newsroom.sends(NOW + timedelta(days=1) - HOUR)
    (letter,) = box.to("xitong")
    assert letter.message["Subject"] == "系统有异常，需要您处理"
    assert "https://news.example/admin\n" in letter.body().replace("\r", "")
    assert number not in letter.body()
    assert alarms(newsroom) == [(newsroom.people["xitong"], "inbox"), (newsroom.people["xitong"], "mail")]


def test_events_and_messages_that_are_parked_are_told_too_and_many_in_one(newsroom: Newsroom) -> None:
    Story(newsroom).up_to("submit")
    newsroom.tells(NOW)
    with transaction(newsroom.db) as db:
        db.add(Untellable(seq=1, detail="x", parked_at=NOW))
        for kind in ("task", "task", "digest", "exception"):
            db.add(Notification(kind=kind, user_id=newsroom.people["li"], channel="mail", state="parked", made_at=NOW))
    assert raise_alarms(newsroom.db, newsroom.settings, NOW) == 1
    assert raise_alarms(newsroom.db, newsroom.settings, NOW + PAUSE) == 0
    with transaction(newsroom.db) as db:
        db.add(Notification(kind="task", user_id=newsroom.people["li"], channel="mail", state="parked", made_at=NOW))
    assert raise_alarms(newsroom.db, newsroom.settings, NOW + PAUSE - timedelta(seconds=1)) == 0
    assert raise_alarms(newsroom.db, newsroom.settings, NOW + PAUSE) == 1


def test_a_year_that_nobody_has_imported_is_told_thirty_days_before(newsroom: Newsroom) -> None:
    found = [raise_alarms(newsroom.db, newsroom.settings, at(day)) for day in ("11-30 12:00", "12-03 12:00")]
    assert found == [0, 1]
    assert raise_alarms(newsroom.db, newsroom.settings, at("12-20 12:00")) == 0


def test_without_an_administrator_it_waits_for_one(newsroom: Newsroom) -> None:
    with transaction(newsroom.db) as db:
        db.get_one(User, newsroom.people["xitong"]).is_active = False
    parks_a_clock(newsroom)
    assert raise_alarms(newsroom.db, newsroom.settings, NOW) == 0
    with transaction(newsroom.db) as db:
        db.get_one(User, newsroom.people["xitong"]).is_active = True
    assert raise_alarms(newsroom.db, newsroom.settings, NOW) == 1


def test_what_comes_in_the_night_is_told_in_the_digest_of_the_morning(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    parks_a_clock(newsroom)
    newsroom.tells(NOW)
    raise_alarms(newsroom.db, newsroom.settings, at("11-16 22:00"))
    parks_a_clock(newsroom)
    raise_alarms(newsroom.db, newsroom.settings, at("11-16 23:30"))
    gather(newsroom.db, at("11-17 08:30"))
    newsroom.sends(at("11-17 08:30"))
    (letter,) = box.to("xitong")
    assert letter.message["Subject"] == "您有 2 条消息"
    assert letter.body().count("· 系统异常") == 2


def test_whoever_tries_receipts_one_after_the_other_is_told_of_within_the_minute(newsroom: Newsroom) -> None:
    parks_a_clock(newsroom)
    assert raise_alarms(newsroom.db, newsroom.settings, NOW) == 1
    soon = NOW + timedelta(seconds=20)
    with transaction(newsroom.db) as db:
        for number in range(MANY - 1):
            failed(db, AT_RECEIPT, f"{number:08d}", soon)
    assert raise_alarms(newsroom.db, newsroom.settings, soon) == 0
    with transaction(newsroom.db) as db:
        failed(db, FROM_NETWORK, "203.0.113.0/24", soon)
    assert raise_alarms(newsroom.db, newsroom.settings, soon + timedelta(seconds=20)) == 1  # though it told lately
    assert raise_alarms(newsroom.db, newsroom.settings, soon + timedelta(seconds=40)) == 0
