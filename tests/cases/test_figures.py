"""What a union publishes of a quarter: nobody is recognised in it, and what was told once is not told otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from cases.errors import BadRequest
from cases.figures import BREAKDOWNS, COLUMNS, PUBLISH, figures, publish, published
from cases.questions import quarter_of
from cases.record.database import reading, transaction
from cases.record.event import Event
from tests.cases.test_rates import closes
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY

QUARTER, AFTER = "2026Q4", MONDAY + timedelta(days=60)


def told(world: World, by: str = "all", quarter: str = QUARTER) -> list[dict[str, Any]]:
    with reading(world.db) as db:
        return figures(db, quarter_of(db, quarter, AFTER), by, AFTER)


def test_a_quarter_is_told_once_it_is_over(world: World) -> None:
    with pytest.raises(BadRequest, match="2026Q4 尚未结束"), reading(world.db) as db:
        figures(db, quarter_of(db, QUARTER, MONDAY), "all", MONDAY)
    assert [list(row) for row in told(world)] == [list(COLUMNS)]


def test_what_is_small_is_told_with_others_or_not_at_all(world: World) -> None:
    for _ in range(8):
        closes(world, "satisfied")
    closes(world, "satisfied", category="劳动保护")
    (whole,) = told(world)
    assert (whole["completed_in_time"], whole["satisfied"], whole["unsatisfied"]) == (9, 9, 0)
    assert [(row["key"], row["satisfied"]) for row in told(world, "category")] == [("…", 9), ("*", 9)]
    assert [(row["key"], row["satisfied"]) for row in told(world, "unit")] == [("D", 9), ("*", 9)]


def test_one_who_is_not_satisfied_keeps_the_whole_from_being_told(world: World) -> None:
    for _ in range(6):
        closes(world, "satisfied")
    closes(world, "partly_satisfied")
    for by in BREAKDOWNS:
        whole = told(world, by)[-1]
        assert whole["completed_in_time"] == 7 and whole["satisfied"] is whole["partly_satisfied"] is None


def test_who_gave_no_rating_is_not_the_difference_of_two_numbers(world: World) -> None:
    """Closed: seven; satisfied: six. The one who is left would be somebody."""
    for _ in range(6):
        closes(world, "satisfied")
    silent = Story(world).up_to("verify")
    world.does(silent.number, "close_unanswered", None, MONDAY + 30 * DAY)
    (whole,) = told(world)
    assert whole["completed_in_time"] == 7 and whole["satisfied"] is None


def test_what_was_told_stays_whatever_happens_later_and_stands_in_the_chain(world: World) -> None:
    for _ in range(5):
        last = closes(world, "satisfied")
    before = [told(world, by) for by in BREAKDOWNS]
    for _ in range(2):
        with transaction(world.db) as db:
            publish(db, quarter_of(db, QUARTER, AFTER), AFTER)
    world.does(last, "reopen", "zhang", MONDAY + DAY, reason="仍未到账")
    assert [told(world, by) for by in BREAKDOWNS] == before
    assert told(world, quarter="2026Q3") != before[0]
    with reading(world.db) as db:
        assert [published(db, quarter_of(db, name, AFTER)) for name in (QUARTER, "2026Q3")] == [True, False]
    world.check()
    with reading(world.db) as db:
        assert len(db.exec(select(Event.seq).where(Event.action == PUBLISH)).all()) == 1
