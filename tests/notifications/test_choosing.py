"""When news may reach somebody: at once, after quiet hours, with the digest of a working morning, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from cases.calendars import shipped
from cases.record.database import reading, transaction
from cases.record.news import NewsChoice, QuietHours
from cases.record.people import Duty, Unit
from config.settings import Settings
from notifications.choosing import Recipient, end_of_quiet, next_digest, people, way
from tests.cases.calendar_acts import published, west
from tests.notifications.newsroom import Newsroom

OFFICE = shipped()
NIGHT = (time(21), time(8))
PLAIN = Settings()
LOUD = Settings(urgent_ignores_quiet=True)


def at(text: str) -> datetime:
    """Return a moment of the office's wall clock in 2026, in UTC."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("11-16 20:59", None), ("11-16 21:00", "11-17 08:00"), ("11-17 07:59", "11-17 08:00"), ("11-17 08:00", None),
    ],
)  # fmt: skip
def test_quiet_hours_go_over_midnight(now: str, end: str | None) -> None:
    assert end_of_quiet(NIGHT, OFFICE, at(now)) == (at(end) if end else None)


def test_quiet_hours_can_lie_in_a_day_or_be_none() -> None:
    noon = (time(12), time(13, 30))
    assert end_of_quiet(noon, OFFICE, at("11-16 12:15")) == at("11-16 13:30")
    assert end_of_quiet(noon, OFFICE, at("11-16 13:30")) is None
    assert end_of_quiet(None, OFFICE, at("11-16 23:00")) is None
    assert end_of_quiet((time(8), time(8)), OFFICE, at("11-16 08:00")) is None


@pytest.mark.parametrize(
    ("now", "digest"),
    [
        ("11-16 08:29", "11-16 08:30"), ("11-16 08:30", "11-17 08:30"), ("11-20 12:00", "11-23 08:30"),
        ("09-30 12:00", "10-08 08:30"),  # National Day
        ("02-13 12:00", "02-14 08:30"),  # a Saturday that is worked
    ],
)  # fmt: skip
def test_a_digest_comes_on_working_mornings(now: str, digest: str) -> None:
    assert next_digest(OFFICE, "08:30", at(now)) == at(digest)


@pytest.mark.parametrize(
    ("kind", "channel", "now", "settings", "is_late", "expected"),
    [
        ("task", "mail", "11-16 10:00", PLAIN, False, ("waiting", "11-16 10:00")),
        ("task", "mail", "11-16 22:00", PLAIN, False, ("held", "11-17 08:30")),  # with the digest of the morning
        ("task", "mail", "11-20 22:00", PLAIN, False, ("held", "11-21 08:00")),  # on Saturday there is none
        ("overdue", "mail", "11-16 22:00", PLAIN, False, ("held", "11-17 08:30")),
        ("overdue", "mail", "11-16 22:00", LOUD, False, ("waiting", "11-16 22:00")),
        ("yellow", "mail", "11-16 22:00", LOUD, False, ("held", "11-17 08:30")),
        ("remind", "mail", "11-16 10:00", PLAIN, True, ("held", "11-16 10:00")),
        ("task", "inbox", "11-16 22:00", PLAIN, False, ("sent", "11-16 22:00")),
        ("red", "inbox", "11-16 22:00", PLAIN, True, ("held", "11-16 22:00")),
        ("task", "sms", "11-16 10:00", PLAIN, False, None),
        ("task", "dingtalk", "11-16 10:00", PLAIN, False, ("held", "11-16 10:00")),
        ("task", "feishu", "11-16 22:00", PLAIN, False, ("held", "11-17 08:30")),
        ("task", "webhook", "11-16 22:00", PLAIN, True, ("waiting", "11-16 22:00")),
    ],
)
def test_every_channel_has_its_way(
    kind: str, channel: str, now: str, settings: Settings, is_late: bool, expected: tuple[str, str] | None
) -> None:
    found = way(Recipient((channel,), OFFICE, NIGHT), kind, channel, at(now), settings, is_late=is_late)
    assert found == ((expected[0], at(expected[1])) if expected else None)


def test_what_somebody_chose_counts(newsroom: Newsroom) -> None:
    settings = Settings(smtp_host="x", smtp_from="a@b.cn", sms_url="https://sms.example")
    wang, wu = newsroom.people["wang"], newsroom.people["wu"]
    with transaction(newsroom.db) as db:
        db.add(NewsChoice(user_id=wang, kind="note", channel="mail", how="digest"))
        db.add(NewsChoice(user_id=wang, kind="task", channel="mail", how="never"))
        db.add(NewsChoice(user_id=wang, kind="red", channel="sms", how="now"))
        db.add(QuietHours(user_id=wang))
        db.flush()
        found = people(db, [wang, wu, newsroom.people["zheng"]], settings, at("11-16 10:00"))
    assert set(found) == {wang, wu}
    assert found[wang].channels == ("inbox", "mail", "sms")
    assert way(found[wang], "note", "mail", at("11-16 10:00"), settings) == ("held", at("11-17 08:30"))
    assert way(found[wang], "task", "mail", at("11-16 10:00"), settings) is None
    assert way(found[wang], "red", "sms", at("11-16 23:00"), settings) == ("waiting", at("11-16 23:00"))
    assert way(found[wu], "note", "mail", at("11-16 23:00"), settings) == ("held", at("11-17 08:30"))
    assert found[wu].quiet == NIGHT


def test_the_wall_clock_is_that_of_the_duty_taken_up_last_and_still_in_force(newsroom: Newsroom) -> None:
    now, li = at("11-16 10:00"), newsroom.people["li"]
    published(newsroom, west, at("11-01 09:00"))

    def zone() -> str:
        with reading(newsroom.db) as db:
            return str(people(db, [li], PLAIN, now)[li].calendar.zone)

    with transaction(newsroom.db) as db:
        db.get_one(Unit, newsroom.units["T"]).calendar = "west"
        duty = Duty(user_id=li, unit_id=newsroom.units["T"], role="reviewer", until_at=now)
        db.add(duty)
    assert zone() == "Asia/Shanghai"  # it has ended
    with transaction(newsroom.db) as db:
        db.merge(duty).until_at = None
    assert zone() == "Asia/Urumqi"


def test_without_an_address_or_a_server_there_is_only_the_inbox(newsroom: Newsroom) -> None:
    with transaction(newsroom.db) as db:
        found = people(db, [newsroom.people["li"]], PLAIN, at("11-16 10:00"))
    assert [one.channels for one in found.values()] == [("inbox",)]
