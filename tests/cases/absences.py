"""How a test names deputies and hands duties over, and a case of three departments of which one is done."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from cases.deputies import end_deputy, name_deputy
from cases.desks import desk_of
from cases.handing_over import hand_over, plan
from cases.leaving import disable
from cases.personnel import find_person, note
from cases.record.database import reading, transaction
from cases.record.people import Duty, User
from cases.timeline import events_of
from tests.cases.departments import three_departments
from tests.cases.world import Story, World
from tests.cast import MONDAY

#: Deputies are named on the Monday of the tests, from the next day to the Friday.
TUESDAY, FRIDAY = date(2026, 11, 17), date(2026, 11, 20)


def one_is_done(world: World) -> Story:
    """Begin a case in which the lead D works, A has still to sign for its part, and B has finished its own."""
    story = three_departments(world)
    story.then("report_part", "bai", result="已查明")
    return story


def named(
    world: World,
    deputy: str,
    word: str,
    absent: str,
    first: date = TUESDAY,
    last: date = FRIDAY,
    at: datetime = MONDAY,
) -> dict[str, Any]:
    """Name a deputy and return what the event says."""
    with transaction(world.db) as db:
        one, other = find_person(db, deputy), find_person(db, absent)
        told = name_deputy(db, one, word, other, first, last, at=at)
        note(db, "name_deputy", one, at, told)
        return told


def ended(world: World, deputy: str, word: str, absent: str, at: datetime) -> None:
    """End what a deputy does."""
    with transaction(world.db) as db:
        end_deputy(db, find_person(db, deputy), word, find_person(db, absent), at=at)


def handed(world: World, leaver: str, successor: str, at: datetime) -> dict[str, Any]:
    """Hand everything over and return what the event says."""
    with transaction(world.db) as db:
        one = find_person(db, leaver)
        told = hand_over(db, plan(db, one, find_person(db, successor), at), at)
        note(db, "hand_over", one, at, told)
        return told


def disabled(world: World, login: str, at: datetime = MONDAY) -> None:
    """Disable a person."""
    with transaction(world.db) as db:
        disable(db, find_person(db, login), at)


def on_desk(world: World, login: str, at: datetime) -> dict[str, str | None]:
    """Return the numbers of the cases on a person's desk, each with the login of whom they stand in for."""
    logins = {number: login for login, number in world.people.items()}
    with reading(world.db) as db:
        desk = desk_of(db, db.get_one(User, world.people[login]), at)
        return {case.number: logins.get(desk.stands_for.get(case.id or 0, 0)) for case in desk.cases}


def told_for(world: World, number: str) -> list[tuple[str, str | None, str | None]]:
    """Return the events of a case as action, who did it, and in whose place."""
    logins = {number: login for login, number in world.people.items()}
    with reading(world.db) as db:
        events = events_of(db, world.case(number).id or 0)
        return [
            (event.action, logins.get(event.actor_id or 0), logins.get(json.loads(event.data).get("for") or 0))
            for event in events
        ]


def duties(world: World, login: str) -> list[Duty]:
    """Return every duty that a person has or had."""
    with reading(world.db) as db:
        return list(db.exec(select(Duty).where(Duty.user_id == world.people[login]).order_by(col(Duty.id))))
