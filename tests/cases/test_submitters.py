"""Whoever raised a case is its submitter and nothing else in it, and no event names them or quotes them."""

from __future__ import annotations

import pytest
from sqlmodel import select

from cases.errors import InvalidFields
from cases.queries import overdue
from cases.raising import Draft, raise_case
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import Duty, User
from cases.timeline import differences, events_of, replay
from cases.verifying import verify_database
from tests.cases.world import DAY, HOUR, World
from tests.cast import MONDAY
from workflow.machine import NotByYou


def test_a_supervisor_who_raised_a_case_may_not_verify_it_and_the_seat_above_answers(world: World) -> None:
    number = world.raises("zhao", MONDAY)
    world.does(number, "submit", "zhao", MONDAY + HOUR)
    world.does(number, "accept", "li", MONDAY + 2 * HOUR, category="工资报酬", tier="A", lead="D")
    world.does(number, "sign_for", "wang", MONDAY + 3 * HOUR)
    world.does(number, "report", "wang", MONDAY + 4 * HOUR, answer="已补发")
    with pytest.raises(NotByYou):
        world.does(number, "verify", "zhao", MONDAY + 5 * HOUR)
    with transaction(world.db) as db:  # zhao was not the only one at the city
        for duty in db.exec(select(Duty).where(Duty.role == "supervisor", Duty.unit_id == world.units["C"])):
            if duty.user_id != world.people["zhao"]:
                db.delete(duty)
    world.does(number, "verify", "chen", MONDAY + 5 * HOUR)
    assert world.case(number).stage == "feedback"


def test_what_a_submitter_does_is_never_written_under_their_name(world: World) -> None:
    number = world.raises("shuang", MONDAY)
    world.does(number, "submit", "shuang", MONDAY + HOUR)
    world.does(number, "note", "shuang", MONDAY + 2 * HOUR, note="请尽快")
    with reading(world.db) as db:
        events = db.exec(select(Event).where(Event.case_id == world.case(number).id)).all()
    assert {(event.role, event.actor_id) for event in events} == {("submitter", None)}


def test_a_category_that_a_submitter_wrote_is_in_no_event_and_is_still_counted(world: World) -> None:
    with transaction(world.db) as db:
        draft = Draft("proposal", "C", "拖欠工资", "三个月未发。", category="张三举报")
        number = raise_case(db, draft, by=db.get_one(User, world.people["zhang"]), at=MONDAY).number
    world.does(number, "submit", "zhang", MONDAY + HOUR)
    case = world.case(number)
    with reading(world.db) as db:
        assert not any("张三举报" in event.data for event in events_of(db, case.id or 0))
        assert differences(case, replay(events_of(db, case.id or 0))) == {}
        assert [row.category for row in overdue(db, MONDAY + 10 * DAY)] == ["张三举报"]
    world.does(number, "accept", "li", MONDAY + 2 * HOUR, category="工资报酬", tier="A", lead="D")
    with reading(world.db) as db:
        assert [row.category for row in overdue(db, MONDAY + 10 * DAY)] == ["工资报酬"]
        assert verify_database(db) > 0


def test_a_submitter_speaks_to_everyone(world: World) -> None:
    number = world.raises("zhang", MONDAY)
    with pytest.raises(InvalidFields, match="各方"):
        world.does(number, "note", "zhang", MONDAY + HOUR, note="内部", audience="staff")


def test_the_history_of_a_case_never_runs_backwards(world: World) -> None:
    number = world.raises("zhang", MONDAY)
    world.does(number, "submit", "zhang", MONDAY + HOUR)
    world.does(number, "note", "zhang", MONDAY + 5 * HOUR, note="请尽快")
    world.does(number, "ask_submitter", "li", MONDAY + 2 * HOUR, reason="请补充人数")
    with reading(world.db) as db:
        moments = [event.at for event in events_of(db, world.case(number).id or 0)]
    assert moments == sorted(moments)
    assert world.case(number).entered_at == MONDAY + 5 * HOUR
