"""What comes together is told together: after quiet hours, in the morning, and after an outage."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from cases.firing import fire
from cases.record.clock import Clock
from cases.record.database import reading, transaction
from cases.record.news import NewsChoice
from cases.sweep import due_clocks, sweep
from notifications import digests
from notifications.digests import LONGEST_HELD, gather
from tests.cases.world import HOUR, Story
from tests.cast import MONDAY
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import Newsroom
from tests.notifications.test_choosing import at


def test_what_came_in_the_night_is_one_mail_in_the_morning(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    story = Story(newsroom)
    story.at = at("11-16 22:00")
    story.then("submit", "zhang", after=timedelta())
    newsroom.sends(at("11-16 22:01"))
    other = Story(newsroom)
    other.at = at("11-17 02:00")
    other.then("submit", "zhang", after=timedelta())
    newsroom.sends(at("11-17 02:01"))
    newsroom.sends(at("11-17 08:29"))
    assert box.kept == []
    newsroom.sends(at("11-17 08:30"))
    (letter,) = box.to("li")
    assert letter.message["Subject"] == "您有 2 条消息"
    for number in (story.number, other.number):
        assert f"https://news.example/cases/{number}" in letter.body()
    assert "驿站" not in letter.body()
    assert {row.state for row in newsroom.rows(channel="mail")} == {"gathered", "sent"}


def test_a_single_one_goes_as_itself(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    story = Story(newsroom)
    story.at = at("11-16 22:00")
    story.then("submit", "zhang", after=timedelta())
    newsroom.sends(at("11-16 22:01"))
    newsroom.sends(at("11-17 08:30"))
    (letter,) = box.to("li")
    assert letter.message["Subject"] == "您有一件待办"
    assert {row.state for row in newsroom.rows(channel="mail")} == {"sent"}


def test_whoever_wants_a_digest_gets_it_on_the_next_working_morning(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    with transaction(newsroom.db) as db:
        db.add(NewsChoice(user_id=newsroom.people["li"], kind="task", channel="mail", how="digest"))
    stories = [Story(newsroom, at=at("11-20 10:00")) for _ in range(3)]
    for story in stories:
        with transaction(newsroom.db) as db:
            db.merge(story.case).identity = "named"
        story.then("submit", "zhang")
    newsroom.sends(at("11-20 11:30"))
    newsroom.sends(at("11-22 12:00"))
    assert box.to("li") == []
    assert len(box.to("shuang")) == 3
    newsroom.sends(at("11-23 08:31"))
    (letter,) = box.to("li")
    assert letter.body().count("交您办理 ") == 3
    assert "希望建驿站" in letter.body()


def test_after_three_days_off_everybody_gets_one_digest_on_each_channel(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    stories = [Story(newsroom).up_to("accept") for _ in range(30)]
    newsroom.sends(stories[-1].at)
    before, entries = len(box.kept), len(newsroom.rows(channel="inbox", state="sent"))
    now = at("11-23 10:00")
    fired = list(sweep(newsroom.db, now))
    assert len(fired) >= 120
    tally = newsroom.sends(now + timedelta(seconds=5))
    letters = box.kept[before:]
    people = {letter.to for letter in letters}
    assert len(letters) == len(people) == tally["sent"]
    assert {letter.message["Subject"] for letter in letters} <= {
        f"您有 {count} 条消息" for count in (30, 60, 90, 120)
    }  # fmt: skip
    (to_wu,) = [letter for letter in letters if letter.to == "wu@example.org"]
    assert "另有 60 条" in to_wu.body()
    assert len(newsroom.rows(channel="inbox", state="sent")) - entries == len(people)
    assert newsroom.sends(now + HOUR) == {}


def test_nothing_is_gathered_while_the_ladder_still_catches_up(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    for _ in range(6):
        Story(newsroom).up_to("accept")
    newsroom.sends(MONDAY + 3 * HOUR)
    before, now = len(box.kept), at("11-23 10:00")
    with transaction(newsroom.db) as db:
        for clock in due_clocks(db, now, most=2):
            fire(db, clock, now)
    newsroom.sends(now)
    assert newsroom.rows(state="held")
    assert len(box.kept) == before
    list(sweep(newsroom.db, now))
    newsroom.sends(now + timedelta(seconds=30))
    assert len({letter.to for letter in box.kept[before:]}) == len(box.kept[before:])


def test_a_ladder_that_never_catches_up_keeps_nobody_waiting_for_ever(mailed: tuple[Newsroom, Mailbox]) -> None:
    newsroom, box = mailed
    for _ in range(2):
        Story(newsroom).up_to("accept")
    newsroom.sends(MONDAY + 3 * HOUR)
    before, now = len(box.kept), at("11-23 10:00")
    next(sweep(newsroom.db, now))
    with transaction(newsroom.db) as db:
        clock = db.exec(select(Clock).where(Clock.kind == "case")).first()
        assert clock is not None
        clock.next_at = now - 5 * HOUR
    newsroom.sends(now)
    assert len(box.kept) == before
    newsroom.sends(now + LONGEST_HELD)
    assert len(box.kept) > before


def test_a_robot_says_what_comes_together_in_one_message(newsroom: Newsroom) -> None:
    newsroom.opens("C", "dingtalk", "https://x.example", MONDAY)
    newsroom.opens("D", "feishu", "https://x.example", MONDAY)
    now = [Story(newsroom).up_to("accept").at for _ in range(3)][-1]
    newsroom.tells(now)
    assert gather(newsroom.db, now) == 2
    assert [(row.channel, row.kind, row.state) for row in newsroom.rows() if row.outlet_id and row.seq is None] == [
        ("dingtalk", "digest", "waiting"), ("feishu", "digest", "waiting"),
    ]  # fmt: skip


def test_many_groups_are_gathered_a_few_at_a_time(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        Story(newsroom).up_to("satisfied")
    newsroom.tells(MONDAY + timedelta(days=9))
    people = {row.user_id for row in newsroom.rows(state="held")}
    monkeypatch.setattr(digests, "BATCH", 2)
    turns = iter([False, True])
    assert gather(newsroom.db, MONDAY + timedelta(days=9), lambda: next(turns)) == 2
    assert gather(newsroom.db, MONDAY + timedelta(days=9)) == len(people) - 2
    assert {row.user_id for row in newsroom.rows(kind="digest")} == people
    assert newsroom.rows(state="held") == []


def test_a_group_is_found_by_an_index(newsroom: Newsroom) -> None:
    group = (
        "SELECT count(*) FROM notifications WHERE state = 'held' AND user_id = 1 AND outlet_id IS NULL "
        "AND channel = 'mail' AND next_at <= '2026-11-16'"
    )
    with reading(newsroom.db) as db:
        if newsroom.db.dialect.name == "sqlite":
            plan = str(db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {group}").all())
            assert "ix_notifications_group (user_id=? AND outlet_id=? AND channel=? AND next_at<?)" in plan
        else:
            db.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # the table is empty
            plan = str(db.connection().exec_driver_sql(f"EXPLAIN {group}").all())
            assert "ix_notifications_group" in plan or "ix_notifications_held" in plan


def test_a_robot_rests_between_two_messages(newsroom: Newsroom) -> None:
    newsroom.opens("C", "dingtalk", "https://x.example", MONDAY)

    def said(seconds: int) -> int:
        Story(newsroom).up_to("submit")
        newsroom.tells(MONDAY + timedelta(seconds=seconds))
        return gather(newsroom.db, MONDAY + timedelta(seconds=seconds))

    assert [said(seconds) for seconds in (0, 3, 14, 15, 29, 30)] == [1, 0, 0, 1, 0, 1]
    assert said(-3600) == 1  # the clock was set back


def test_another_system_hears_of_the_whole_subtree_and_one_by_one(newsroom: Newsroom) -> None:
    newsroom.opens("P", "webhook", "https://x.example", MONDAY)
    newsroom.opens("P", "wecom", "https://x.example", MONDAY)
    Story(newsroom).up_to("accept")
    newsroom.tells(MONDAY + 3 * HOUR)
    assert [(row.channel, row.kind) for row in newsroom.rows() if row.outlet_id] == [
        ("webhook", "task"), ("webhook", "task"),
    ]  # fmt: skip
