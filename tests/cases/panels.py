"""A panel that votes on a case in a test, and what the record has of its seats and ballots."""

from __future__ import annotations

import json
from typing import Any

from sqlmodel import Session, select

from cases.ballots import ballots_of, seats_of
from cases.record.database import reading, transaction
from cases.record.people import Duty, User
from cases.timeline import events_of
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY

PANEL = ["li", "shuang", "feng"]

ACCEPTED: dict[str, Any] = {"category": "工资报酬", "tier": "A", "lead": "D"}


def in_vote(world: World, **form: Any) -> Story:
    """Begin a case that three reviewers vote on, with Li in the chair."""
    story = Story(world)
    story.then("submit", "zhang")
    story.then("convene", "li", **{"chair": "li", "panel": PANEL} | form)
    return story


def votes(story: Story, **choices: str) -> None:
    """Let members vote, each with a reason."""
    for login, choice in choices.items():
        story.then("vote", login, vote=choice, reason=f"{login}：{choice}")


def seats(story: Story, number: int = 1) -> dict[str, tuple[str | None, str | None, str | None]]:
    """Return the seats of a ballot: login -> choice, who cast it, why the member is recused."""
    names = {user_id: login for login, user_id in story.world.people.items()}
    with reading(story.world.db) as db:
        ballot = ballots_of(db, story.case)[number - 1]
        return {
            names[row.user_id]: (row.choice, names.get(row.cast_by), row.recused_why) for row in seats_of(db, ballot)
        }


def outcomes(story: Story) -> list[str | None]:
    """Return what became of each ballot of a case."""
    with reading(story.world.db) as db:
        return [ballot.outcome for ballot in ballots_of(db, story.case)]


def person(db: Session, world: World, login: str) -> User:
    """Return somebody's row."""
    return db.get_one(User, world.people[login])


def ids(world: World, *logins: str) -> list[int]:
    """Return people's ids."""
    return [world.people[login] for login in logins]


def told(world: World, story: Story, action: str) -> Any:
    """Return whom the last rung of a kind has told."""
    with reading(world.db) as db:
        found = [event for event in events_of(db, story.case.id or 0) if event.action == action]
        return json.loads(found[-1].data)["told"]


def stands_in(world: World, deputy: str, absent: str, unit: str = "C", *, days: int = 7) -> None:
    """Let somebody stand in for a reviewer for some days."""
    with transaction(world.db) as db:
        own = db.exec(select(Duty).where(Duty.user_id == world.people[absent], Duty.role == "reviewer")).one()
        db.add(
            Duty(
                user_id=world.people[deputy], unit_id=world.units[unit], role="reviewer", from_at=MONDAY,
                until_at=MONDAY + days * DAY, deputy_of=own.id,
            )
        )  # fmt: skip
