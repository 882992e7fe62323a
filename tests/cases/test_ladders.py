"""What happens by itself to a case that nobody moves: rung by rung, once each, up the tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from cases.errors import Stale
from cases.firing import Fired
from cases.queries import overdue
from cases.record.clock import FiredRung, Level, Parked
from cases.record.database import reading, transaction
from cases.record.people import Duty
from cases.sweep import sweep
from cases.timeline import events_of
from tests.cases.attacks import run
from tests.cases.tampering import tampering
from tests.cases.test_verifying import finding
from tests.cases.world import DAY, HOUR, Story, World


def moment(text: str) -> datetime:
    """Return a moment of the office's wall clock, in UTC."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)


def swept(world: World, until: datetime, *, since: datetime, step: timedelta = HOUR) -> list[Fired]:
    """Sweep every hour up to a moment and return what fired."""
    fired: list[Fired] = []
    at = since
    while at <= until:
        fired += sweep(world.db, at)
        at += step
    return fired


def short(fired: list[Fired], world: World) -> list[tuple[str, str, str]]:
    office = timedelta(hours=8)
    return [(one.clock, one.rung, (one.due_at + office).strftime("%m-%d %H:%M")) for one in fired]


def test_a_case_left_alone_is_reminded_overdue_yellow_red_and_climbs_to_the_parent_union(world: World) -> None:
    story = Story(world).up_to("accept")  # the lead has a working day to sign for it
    fired = swept(world, moment("12-04 18:00"), since=story.at)
    assert short(fired, world) == [
        ("assigned", "remind -4wh", "11-17 13:30"),
        ("assigned", "overdue 0", "11-17 17:30"),
        ("assigned", "yellow +1wd", "11-18 17:30"),
        ("assigned", "climb +3wd", "11-20 17:30"),
        ("climb", "climb 0", "11-23 17:30"),
    ]
    world.check()


def test_a_climb_goes_to_the_root_and_is_then_an_exception_until_somebody_is_there(world: World) -> None:
    story = Story(world).up_to("accept")
    swept(world, moment("11-24 18:31"), since=story.at)
    with reading(world.db) as db:
        levels = db.exec(select(Level).order_by(col(Level.id))).all()
        assert [(row.number, row.role, row.unit_id) for row in levels] == [
            (4, "supervisor", world.units["P"]),
            (5, "leader", world.units["P"]),
        ]
        (parked,) = db.exec(select(Parked)).all()
        assert (parked.why, parked.next_at) == ("nobody", moment("11-24 17:30"))
        last = events_of(db, parked.case_id)[-1]
        assert (last.action, last.role, last.actor_id) == ("climb", "system", None)
    assert story.case.level == 5
    assert list(sweep(world.db, moment("12-04 18:00"))) == []
    world.check()


def test_a_desk_that_nobody_fills_is_climbed_over_and_the_event_says_so(world: World) -> None:
    with transaction(world.db) as db:
        for duty in db.exec(select(Duty).where(Duty.unit_id == world.units["P"], Duty.role == "supervisor")):
            db.delete(duty)
    story = Story(world).up_to("accept")
    swept(world, moment("11-20 18:00"), since=story.at)
    with reading(world.db) as db:
        (level,) = db.exec(select(Level)).all()
        assert (level.number, level.role, level.unit_id) == (5, "leader", world.units["P"])
        assert '"skipped":[["supervisor",1]]' in events_of(db, level.case_id)[-1].data
    world.check()


@pytest.mark.parametrize("measure", ["urge", "order"])
def test_once_acknowledged_a_case_has_time_to_move_and_then_climbs_on(world: World, measure: str) -> None:
    story = Story(world).up_to("accept")
    swept(world, moment("11-20 18:00"), since=story.at)
    story.at = moment("11-23 09:00")
    story.then("acknowledge", "chen", after=timedelta(), measure=measure, reason="请抓紧")
    fired = short(swept(world, moment("11-26 18:00"), since=story.at), world)
    assert [one for one in fired if not one[0].startswith("answer@")] == [("climb", "climb 0", "11-26 17:30")]
    # An order is real: it has a clock of its own, which is due at the same moment.
    assert ("answer@D", "overdue 0", "11-26 17:30") in fired or measure == "urge"
    assert story.case.level == 5
    world.check()


def test_what_moves_comes_down_and_its_climb_is_over(world: World) -> None:
    story = Story(world).up_to("accept")
    swept(world, moment("11-20 18:00"), since=story.at)
    assert story.case.level == 4
    story.at = moment("11-23 09:00")
    story.then("sign_for", "wang", after=timedelta())
    assert story.case.level == 0
    assert [clock.kind for clock in world.clocks(story.number, running=True)] == ["case", "state"]
    with reading(world.db) as db:
        (level,) = db.exec(select(Level)).all()
        assert level.left_at == story.at
    assert swept(world, moment("12-01 09:00"), since=story.at) == []
    world.check()


def test_more_time_from_above_ends_the_climb_and_begins_the_ladder_anew(world: World) -> None:
    story = Story(world).up_to("accept")
    swept(world, moment("11-20 18:00"), since=story.at)
    story.at = moment("11-23 09:00")
    case = story.then("acknowledge", "chen", after=timedelta(), measure="extend", extra="8wd", reason="情况复杂")
    assert (case.level, case.due_at) == (0, moment("11-27 17:30"))
    assert short(swept(world, moment("12-02 18:00"), since=story.at), world) == [
        ("assigned", "remind -4wh", "11-27 13:30"),
        ("assigned", "overdue 0", "11-27 17:30"),
        ("assigned", "yellow +1wd", "11-30 17:30"),
        ("assigned", "climb +3wd", "12-02 17:30"),
    ]
    world.check()


def test_two_sweeps_of_one_moment_fire_nothing_twice(world: World) -> None:
    for _ in range(3):
        Story(world).up_to("accept")
    first, second = list(sweep(world.db, moment("11-19 09:00"))), list(sweep(world.db, moment("11-19 09:00")))
    assert [one.rung for one in first] == ["remind -4wh"] * 3 + ["overdue 0"] * 3 + ["yellow +1wd"] * 3
    assert second == []
    assert [one.due_at for one in first] == sorted(one.due_at for one in first)
    with reading(world.db) as db:
        assert len(db.exec(select(FiredRung)).all()) == 9
    world.check()


def test_the_system_acts_where_the_law_says_so(world: World) -> None:
    story = Story(world).up_to("verify")
    fired = swept(world, story.at + 20 * DAY, since=story.at)
    assert [one.rung for one in fired] == ["remind -2wd", "act 0"]
    assert story.case.state == "closed"
    world.check()
    with reading(world.db) as db:
        assert overdue(db, story.at + 20 * DAY) == []


def test_a_reminder_between_reading_and_acting_refuses_nobody_and_an_act_still_does(world: World) -> None:
    story = Story(world).up_to("accept")
    seen = story.case.version
    swept(world, moment("11-18 18:00"), since=story.at)
    assert story.case.version == seen + 3
    world.does(story.number, "note", "zhang", moment("11-19 09:00"), seen=seen, note="请问进展如何")
    with pytest.raises(Stale):
        world.does(story.number, "sign_for", "wang", moment("11-19 09:01"), seen=seen)
    with pytest.raises(Stale):
        world.does(story.number, "sign_for", "wang", moment("11-19 09:01"), seen=seen + 9)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM fired_rungs WHERE rung = 1",
        "UPDATE fired_rungs SET \"do\" = 'red' WHERE rung = 1",
        "UPDATE fired_rungs SET at = '+1wd' WHERE rung = 1",
        "UPDATE fired_rungs SET due_at = fired_at WHERE rung = 1",
        "UPDATE fired_rungs SET version = 1 WHERE rung = 1",
    ],
)
def test_a_rung_that_did_not_fire_as_the_record_has_it_is_found(world: World, change: str) -> None:
    story = Story(world).up_to("accept")
    swept(world, moment("11-18 18:00"), since=story.at)
    with tampering(world) as db:
        run(db, change)
        assert finding(db).case == story.number
