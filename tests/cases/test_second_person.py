"""What one may not do alone is on the desks of those nearest who can agree to it; the asker hears the answer."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from cases import erasing, revealing
from cases.act import find
from cases.record.clock import Clock
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import User
from cases.second_person import is_second
from tests.cases.absences import named
from tests.cases.on_desks import having, matters
from tests.cases.test_revealing import BECAUSE, agreed, asked
from tests.cases.world import DAY, Story, World


def asked_to_erase(world: World, story: Story, by: str) -> int:
    with transaction(world.db) as db:
        case, user = find(db, story.number), db.get_one(User, world.people[by])
        return erasing.ask(db, case, BECAUSE, by=user, at=story.at).id or 0


def told(world: World, story: Story, action: str) -> dict[str, list[str]]:
    """Return whom the last such event told, by duty."""
    login = {user_id: name for name, user_id in world.people.items()}
    with reading(world.db) as db:
        rows = select(Event).where(Event.action == action, Event.case_id == story.case.id).order_by(col(Event.seq))
        data = json.loads(db.exec(rows).all()[-1].data)
    return {role: [login[one] for one in people] for role, _, people in data["told"]}


def test_a_request_is_on_the_desks_of_those_who_can_agree_until_it_is_answered(world: World) -> None:
    story = Story(world).up_to("sign_for")
    row_id = asked(world, story, "wang")
    assert having(world, "agree_reveal", story.at) == ["li", "zhao", "sun", "shuang"]
    assert matters(world, "zhao", story.at) == [(story.number, "agree_reveal", story.at + 3 * DAY)]
    assert told(world, story, "ask_reveal") == {
        "leader": ["sun"], "reviewer": ["li", "shuang"], "supervisor": ["zhao", "shuang"],
    }  # fmt: skip
    agreed(world, story, row_id, "zhao")
    assert having(world, "agree_reveal", story.at) == []
    assert list(told(world, story, "agree_reveal").values()) == [["wang"]]
    world.check()


def test_so_is_a_request_to_erase(world: World) -> None:
    story = Story(world).up_to("sign_for")
    asked_to_erase(world, story, "wang")
    assert having(world, "agree_erasure", story.at) == ["li", "zhao", "sun", "shuang"]
    assert told(world, story, "ask_erasure")["leader"] == ["sun"]


def test_a_request_lapses_after_three_days(world: World) -> None:
    story = Story(world).up_to("sign_for")
    asked(world, story, "wang")
    assert "zhao" in having(world, "agree_reveal", story.at + 3 * DAY)
    assert having(world, "agree_reveal", story.at + 3 * DAY + timedelta(seconds=1)) == []


@pytest.mark.parametrize("by", ["zhao", "sun"])
def test_where_the_nearest_overseer_is_who_asks_the_one_above_agrees_in_their_place(world: World, by: str) -> None:
    story = Story(world).up_to("sign_for")
    asked(world, story, by)
    above = {"zhao": ["li", "sun", "shuang"], "sun": ["li", "zhao", "wei", "shuang"]}
    assert sorted(having(world, "agree_reveal", story.at)) == sorted(above[by])


def test_a_deputy_finds_it_and_whoever_stands_in_for_who_asked_does_not(world: World) -> None:
    named(world, "hai", "leader@C", "sun")
    named(world, "shuang", "handler@D", "wang")
    story = Story(world).up_to("sign_for")
    story.at += DAY
    asked(world, story, "wang")
    assert having(world, "agree_reveal", story.at) == ["li", "zhao", "sun", "hai"]


def test_whoever_raised_it_or_is_accused_is_no_second_person(world: World) -> None:
    story = Story(world, by="sun").up_to("submit")
    story.then("name_accused", "li", accused="D")
    asked(world, story, "li")
    assert having(world, "agree_reveal", story.at) == ["zhao", "feng", "wei"]
    with reading(world.db) as db:
        case, li = find(db, story.number), world.people["li"]
        can = {name: is_second(db, case, li, db.get_one(User, of), story.at) for name, of in world.people.items()}
    assert not can["sun"] and not can["shuang"] and can["zhao"] and can["chen"] and can["wei"]


def test_nothing_of_it_is_a_clock_that_runs_or_an_urging_of_the_desk(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with reading(world.db) as db:
        before = len(db.exec(select(Clock)).all())
    revealed = asked(world, story, "wang")
    agreed(world, story, revealed, "zhao")
    with reading(world.db) as db:
        assert len(db.exec(select(Clock)).all()) == before
        assert revealing.waiting(db, find(db, story.number), story.at)
