"""The sweep among crashes, rivals and faults: each rung once, in due order, and nobody waits for what is broken."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from cases.errors import NotFound
from cases.parking import release
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung, Parked
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.sweep import BATCH, sweep
from tests.cases.world import Story, World


def moment(text: str) -> datetime:
    """Return a moment of the office's wall clock, in UTC."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)


def poison(db: Session, story: Story) -> None:
    """Give the clock of a case's desk a calendar that does not exist."""
    running = select(Clock).where(Clock.case_id == story.case.id, Clock.kind == "state")
    clock = db.exec(running.where(col(Clock.stopped_at).is_(None))).one()
    clock.calendar = "no-such-calendar"
    db.add(clock)


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
