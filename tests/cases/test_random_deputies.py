"""Deputies named at random: no circle, no chain too long, and nobody acts outside their dates."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from cases.policy import duties_of
from cases.record.database import reading
from cases.record.people import LINKS, Duty, User
from cases.standing_in import acts_for, stand_ins
from tests.cases.absences import TUESDAY, named
from tests.cases.test_ladders import moment
from tests.cases.world import DAY, World
from workflow.errors import Refusal


def test_whoever_names_deputies_at_random_makes_no_circle_and_no_one_acts_outside_their_dates(world: World) -> None:
    dice = random.Random(20)
    people = ("li", "shuang", "sun", "zhao", "feng", "tang", "du", "hai")
    accepted = 0
    for _ in range(120):
        deputy, absent = dice.sample(people, 2)
        first = TUESDAY + timedelta(days=dice.randrange(20))
        try:
            named(world, deputy, "reviewer@C", absent, first, first + timedelta(days=dice.randrange(12)))
        except Refusal:
            continue
        accepted += 1
    assert accepted > 15
    with reading(world.db) as db:
        rows = {row.id: row for row in db.exec(select(Duty).order_by(col(Duty.id)))}
        users = {login: db.get_one(User, world.people[login]) for login in people}
        for day in range(40):
            at = moment("11-16 12:00") + day * DAY
            for user in users.values():
                held = {(one.role, one.unit_id, one.stands_for) for one in duties_of(db, user, at)}
                assert held == {
                    (row.role, row.unit_id, whose)
                    for row in rows.values()
                    if row.user_id == user.id and (whose := owner_of(rows, row, at)) is not False
                }
                reached = acts_for(db, user, at)
                assert all(user.id in stand_ins(db, [whose], at) for whose in reached - {user.id or 0})
            links = [
                (row.user_id, rows[row.deputy_of].user_id)
                for row in rows.values()
                if row.deputy_of and owner_of(rows, row, at) is not False
            ]
            assert longest(links) <= LINKS, "no circle, and no chain that is too long"


def owner_of(rows: dict[int | None, Duty], row: Duty, at: Any) -> int | bool | None:
    """Return whose place a duty is at a moment, None for one's own, False for none: as plainly as can be said."""
    first = row
    while True:
        if (row.from_at and row.from_at > at) or (row.until_at and row.until_at <= at):
            return False
        if row.deputy_of is None:
            return None if row is first else row.user_id
        row = rows[row.deputy_of]


def longest(links: list[tuple[int, int]], so_far: tuple[int, ...] = ()) -> int:
    """Return the length of the longest chain; a circle counts as endless."""
    found = [len(so_far)]
    for deputy, absent in links:
        if so_far and deputy != so_far[-1]:
            continue
        if absent in so_far:
            return 99
        found.append(longest(links, (*so_far, absent)))
    return max(found)
