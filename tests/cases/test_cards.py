"""Cards by hand, counted together with those that the ladders give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.cards import cards_of, cards_of_case
from cases.errors import InvalidFields
from cases.record.database import reading
from tests.cases.departments import of_parts, status, three_departments
from tests.cases.test_ladders import moment, swept
from tests.cases.world import Story, World
from tests.cast import MONDAY
from workflow.machine import NotByYou

YEAR = timedelta(days=365)


def tally(world: World, unit: str) -> tuple[int, int, int, int]:
    """Return a unit's cards: yellow and red, of which by hand."""
    with reading(world.db) as db:
        found = cards_of(db, world.units[unit], MONDAY, MONDAY + YEAR)
    return found.yellow, found.red, found.yellow_by_hand, found.red_by_hand


def test_a_card_is_for_the_lead_unless_another_unit_of_the_case_is_named(world: World) -> None:
    story = three_departments(world)
    parts, clocks = status(world, story), of_parts(world, story)
    story.then("card", "zhao", colour="yellow", reason="拖延")
    story.then("card", "sun", colour="red", reason="拒不配合", at_unit="A")
    assert (tally(world, "D"), tally(world, "A"), tally(world, "B")) == ((1, 0, 1, 0), (0, 1, 0, 1), (0, 0, 0, 0))
    assert (status(world, story), of_parts(world, story)) == (parts, clocks)
    world.check()


def test_cards_by_hand_and_by_ladder_are_counted_together(world: World) -> None:
    story = three_departments(world)
    story.then("card", "zhao", colour="yellow", reason="拖延")
    swept(world, moment("12-11 18:00"), since=story.at, step=timedelta(hours=6))
    assert tally(world, "D") == (2, 1, 1, 0)  # yellow and red of its own limit
    assert tally(world, "A") == (2, 0, 0, 0)  # it neither signed for its part nor finished it
    assert tally(world, "B") == (1, 0, 0, 0)
    with reading(world.db) as db:
        rows = cards_of_case(db, story.case.id or 0)
        assert [(one.colour, one.unit_id == world.units["D"], one.is_by_hand) for one in rows][:1] == [
            ("yellow", True, True)
        ]
        assert len(rows) == 6
        early = cards_of(db, world.units["D"], MONDAY, moment("11-17 09:00"))
        assert (early.yellow, early.red) == (1, 0)


def test_a_card_wants_a_colour_and_a_reason_and_a_unit_of_the_case(world: World) -> None:
    story = Story(world).up_to("sign_for")
    before = world.everything()
    wrong: tuple[dict[str, Any], ...] = (
        {"colour": "green", "reason": "拖延"},
        {"colour": "red"},
        {"reason": "拖延"},
        {"colour": "red", "reason": "拖延", "at_unit": "A"},
    )
    for form in wrong:
        with pytest.raises(InvalidFields):
            story.then("card", "zhao", **form)
    with pytest.raises(NotByYou):
        story.then("card", "wang", colour="red", reason="拖延")
    assert world.everything() == before
