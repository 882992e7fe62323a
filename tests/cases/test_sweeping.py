"""The sweep among crashes, rivals and faults: each rung once, in due order, and nobody waits for what is broken."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
from sqlmodel import Session, col, select

from cases.act import act, find
from cases.errors import NotFound
from cases.parking import release
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung, Parked
from cases.record.database import DatabaseError, reading, transaction
from cases.record.database import release as close
from cases.record.people import User
from cases.settling import is_settled
from cases.sweep import BATCH, sweep
from tests.cases.calendar_acts import announced, of_2027, waiting, without_2027
from tests.cases.world import Story, World

#: Long enough for another thread to come to the row that it has to wait for.
MEANWHILE = 0.5


def moment(text: str) -> datetime:
    """Return a moment of the office's wall clock, in UTC."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)


def poison(db: Session, story: Story) -> None:
    """Give the clock of a case's desk a calendar that does not exist."""
    running = select(Clock).where(Clock.case_id == story.case.id, Clock.kind == "state")
    clock = db.exec(running.where(col(Clock.stopped_at).is_(None))).one()
    clock.calendar = "no-such-calendar"
    db.add(clock)


def renamed(world: World, table: str, name: str) -> None:
    with transaction(world.db) as db:
        db.connection().exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


def later(text: str) -> datetime:
    """Return a moment of the office's wall clock in 2027, in UTC."""
    return datetime.fromisoformat(f"2027-{text}:00+08:00").astimezone(UTC)


def test_after_an_outage_everything_is_raised_in_due_order_with_its_true_moment(world: World) -> None:
    minute = timedelta(minutes=1)
    stories = [Story(world, at=moment("11-16 09:00") + minute * n).up_to("submit") for n in range(BATCH + 20)]
    for story in stories[::2]:
        story.then("accept", "li", category="工资报酬", tier="A", lead="D")
    fired = list(sweep(world.db, moment("11-20 09:00")))
    assert [one.due_at for one in fired] == sorted(one.due_at for one in fired)
    assert len(fired) == 3 * len(stories[::2]) + 2 * len(stories[1::2])  # three days off: overdue and yellow, reminded
    with reading(world.db) as db:
        rows = db.exec(select(FiredRung)).all()
        assert {row.fired_at for row in rows} == {moment("11-20 09:00")}
        assert max(Counter((row.clock_id, row.term, row.rung) for row in rows).values()) == 1
    world.check()


def test_a_case_whose_rung_fails_is_parked_with_its_reason_and_delays_no_other(world: World) -> None:
    poisoned, *others = [Story(world).up_to("accept") for _ in range(3)]
    with transaction(world.db) as db:
        poison(db, poisoned)
    fired = list(sweep(world.db, moment("11-17 18:00")))
    assert Counter(one.number for one in fired) == {story.number: 2 for story in others}
    with reading(world.db) as db:
        (parked,) = db.exec(select(Parked)).all()
        assert (parked.case_id, parked.why, parked.next_at) == (poisoned.case.id, "failed", moment("11-17 13:30"))
        assert "no-such-calendar" in parked.detail and "Traceback" in parked.detail
    assert list(sweep(world.db, moment("11-17 18:00"))) == []

    with transaction(world.db) as db:
        clock = db.get_one(Clock, parked.clock_id)
        clock.calendar = "cn-office"
        db.add(clock)
        release(db, parked.id or 0, by=db.get_one(User, world.people["xitong"]), at=moment("11-17 18:30"))
    assert [one.rung for one in sweep(world.db, moment("11-17 18:30"))] == ["remind -4wh", "overdue 0"]
    world.check()


def test_what_has_moved_is_parked_no_longer(world: World) -> None:
    story = Story(world).up_to("accept")
    with transaction(world.db) as db:
        poison(db, story)
    assert list(sweep(world.db, moment("11-17 18:00"))) == []
    story.at = moment("11-17 18:10")
    story.then("sign_for", "wang")
    with transaction(world.db) as db:
        (parked,) = db.exec(select(Parked)).all()
        assert (parked.released_at, parked.released_by) == (story.at, None)
    with transaction(world.db) as db, pytest.raises(NotFound):
        release(db, parked.id or 0, by=db.get_one(User, world.people["xitong"]), at=moment("11-17 20:00"))
    assert list(sweep(world.db, moment("11-18 09:00"))) == []
    with reading(world.db) as db:
        assert db.exec(select(Case)).one().state == "handling"


@pytest.mark.parametrize("number", [0, 2**63, 99])
def test_what_is_not_parked_cannot_be_released(world: World, number: int) -> None:
    with pytest.raises(NotFound), transaction(world.db) as db:
        release(db, number, by=db.get_one(User, world.people["xitong"]), at=moment("11-17 20:00"))


def test_what_a_calendar_abolishes_during_a_sweep_does_not_fire(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.sweep.BATCH", 1)
    stories = [waiting(world) for _ in range(3)]  # due 11 January, and 12 January once 2027 is published
    list(sweep(world.db, moment("12-31 20:00")))
    fired: list[tuple[str, str]] = []
    for one in sweep(world.db, later("01-11 17:45")):
        fired.append((one.number, one.rung))
        if one.rung == "act 0":
            announced(world, of_2027, later("01-11 17:40"))
    closed, *others = stories
    assert [pair for pair in fired if pair[1] == "act 0"] == [(closed.number, "act 0")]
    assert [story.case.state for story in stories] == ["closed", "awaiting_feedback", "awaiting_feedback"]
    assert [world.clock(story.number, "state").due_at for story in others] == [later("01-12 17:30")] * 2
    assert Counter(one.rung for one in sweep(world.db, later("01-12 17:31"))) == {"act 0": 2}
    world.check()


def test_what_a_calendar_abolishes_while_cases_are_fired_one_by_one_does_not_fire(world: World) -> None:
    poisoned, *stories = [waiting(world) for _ in range(4)]
    list(sweep(world.db, moment("12-31 20:00")))
    list(sweep(world.db, later("01-11 08:00")))
    with transaction(world.db) as db:
        poison(db, poisoned)
    fired = []
    for one in sweep(world.db, later("01-11 17:45")):
        fired.append((one.number, one.rung))
        if len(fired) == 1:
            announced(world, of_2027, later("01-11 17:40"))
    assert fired == [(stories[0].number, "act 0")]
    assert [story.case.state for story in stories] == ["closed", "awaiting_feedback", "awaiting_feedback"]
    with reading(world.db) as db:
        assert [row.case_id for row in db.exec(select(Parked))] == [poisoned.case.id]


def test_what_had_fired_when_the_database_went_away_is_told(world: World) -> None:
    poisoned, *stories = [Story(world).up_to("accept") for _ in range(3)]
    with transaction(world.db) as db:
        poison(db, poisoned)
    fired = []
    with pytest.raises(DatabaseError):
        for one in sweep(world.db, moment("11-17 14:00")):
            fired.append(one.number)
            renamed(world, "fired_rungs", "elsewhere")
    renamed(world, "elsewhere", "fired_rungs")
    assert fired == [stories[0].number]
    assert [one.number for one in sweep(world.db, moment("11-17 14:00"))] == [stories[1].number]
    world.check()


def test_a_case_on_which_somebody_acts_meanwhile_is_left_to_the_next_pass_which_is_said(
    migrated_postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(migrated_postgres_url)
    poisoned, story, held = [Story(world).up_to("accept") for _ in range(3)]
    with transaction(world.db) as db:
        poison(db, poisoned)
    sweeping = sweep(world.db, moment("11-17 14:00"))
    assert next(sweeping).number == story.number
    with ThreadPoolExecutor(1) as pool, caplog.at_level(logging.INFO, "cases.sweep"):
        with transaction(world.db) as db:
            by = db.get_one(User, world.people["zhang"])
            act(db, find(db, held.number), "note", by=by, at=moment("11-17 13:59"), form={"note": "请问进展如何"})
            rest = pool.submit(list, sweeping)
            sleep(MEANWHILE)
        assert rest.result() == []
    assert f"somebody acts on case {held.case.id}" in caplog.text
    assert [one.number for one in sweep(world.db, moment("11-17 14:00"))] == [held.number]
    world.check()
    close(migrated_postgres_url)


def test_a_case_that_cannot_be_put_right_is_parked_and_keeps_nobody_from_it(world: World) -> None:
    poisoned, story = waiting(world), waiting(world)
    with transaction(world.db) as db:
        clock = db.merge(world.clock(poisoned.number, "state"))
        clock.limit = "for ever"
    announced(world, of_2027, moment("12-30 09:00"))
    list(sweep(world.db, moment("12-30 09:05")))
    assert world.clock(story.number, "state").due_at == later("01-12 17:30")
    with reading(world.db) as db:
        (parked,) = db.exec(select(Parked)).all()
        assert is_settled(db)
    assert (parked.clock_id, parked.why) == (clock.id, "failed")
    assert "for ever" in parked.detail and "Traceback" in parked.detail
    assert (world.clock(poisoned.number, "state").due_at, poisoned.case.due_at) == (clock.due_at, clock.due_at)


def test_a_version_that_cannot_be_followed_keeps_nothing_from_firing(world: World) -> None:
    story = Story(world).up_to("accept")
    announced(world, of_2027, moment("11-17 09:00"))
    announced(world, without_2027, moment("11-17 09:05"))
    with transaction(world.db) as db:
        db.connection().exec_driver_sql(
            "UPDATE calendars SET source = 'broken', settled_at = published_at WHERE version = 1"
        )
    assert [one.number for one in sweep(world.db, moment("11-17 14:00"))] == [story.number]
