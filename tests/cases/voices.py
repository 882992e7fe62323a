"""Workers who can endorse a case, and a case that seeks their voices."""

from __future__ import annotations

from cases.record.database import transaction
from cases.record.people import Duty, User
from tests.cases.world import Story, World
from tests.cast import MONDAY


def neighbours(world: World, count: int, *, unit: str = "E", role: str = "worker") -> list[str]:
    """Give a unit some more workers, and return their logins."""
    logins = [f"lin{number}" for number in range(count)]
    with transaction(world.db) as db:
        for number, login in enumerate(logins, 100):
            db.add(User(id=number, login=login, name=login, created_at=MONDAY))
            db.flush()
            db.add(Duty(user_id=number, unit_id=world.units[unit], role=role))
            world.people[login] = number
    return logins


def gathering(world: World) -> Story:
    """Begin a case for which its submitter seeks endorsement."""
    story = Story(world)
    story.then("seek_endorsement", "zhang")
    return story
