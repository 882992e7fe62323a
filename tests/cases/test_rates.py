"""Each rate has its denominator, and nobody drops out of one without being counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.rates import rates
from cases.record.database import reading
from tests.cases.world import DAY, HOUR, World
from tests.cast import MONDAY

SINCE, UNTIL = MONDAY - DAY, MONDAY + timedelta(days=365)


def closes(world: World, rating: str, *, answered: timedelta = 5 * HOUR) -> str:
    """Walk a proposal to a rating and return its number."""
    number = world.raises("zhang", MONDAY)
    world.does(number, "submit", "zhang", MONDAY + HOUR)
    world.does(number, "accept", "li", MONDAY + 2 * HOUR, category="工资报酬", tier="A", lead="D")
    world.does(number, "sign_for", "wang", MONDAY + 3 * HOUR)
    world.does(number, "report", "wang", MONDAY + answered, answer="已补发")
    world.does(number, "verify", "zhao", MONDAY + answered + HOUR)
    form: dict[str, Any] = {"reason": "仍未到账"} if rating == "unsatisfied" else {}
    world.does(number, rating, "zhang", MONDAY + answered + 2 * HOUR, **form)
    return number


def test_every_closed_case_is_counted_once_and_the_unrated_are_shown(world: World) -> None:
    closes(world, "satisfied")
    closes(world, "satisfied")
    closes(world, "partly_satisfied")
    closes(world, "unsatisfied")  # goes round again and is still open
    silent = world.raises("zhang", MONDAY)
    world.does(silent, "submit", "zhang", MONDAY + HOUR)
    world.does(silent, "accept", "li", MONDAY + 2 * HOUR, category="工资报酬", tier="A", lead="D")
    world.does(silent, "sign_for", "wang", MONDAY + 3 * HOUR)
    world.does(silent, "report", "wang", MONDAY + 4 * HOUR, answer="已补发")
    world.does(silent, "verify", "zhao", MONDAY + 5 * HOUR)
    world.does(silent, "close_unanswered", None, MONDAY + 30 * DAY)
    with reading(world.db) as db:
        (row,) = rates(db, SINCE, UNTIL)
        (city,) = rates(db, SINCE, UNTIL, "unit")
    assert (row["ended"], row["completed"], row["in_time"], row["late"]) == (4, 4, 4, 0)
    assert (row["rated"], row["satisfied"], row["partly_satisfied"], row["unrated"]) == (3, 2, 1, 1)
    assert (row["satisfaction_rate"], row["resolution_rate"]) == (0.6667, 1.0)
    assert (row["due"], row["answered_in_time"]) == (5, 5)
    assert (city["key"], city["ended"]) == ("D", 4)


def test_an_answer_after_the_limit_is_late_and_one_within_a_granted_extension_stands_apart(world: World) -> None:
    closes(world, "satisfied", answered=100 * DAY)
    number = world.raises("zhang", MONDAY)
    world.does(number, "submit", "zhang", MONDAY + HOUR)
    world.does(number, "accept", "li", MONDAY + 2 * HOUR, category="工资报酬", tier="A", lead="D")
    world.does(number, "sign_for", "wang", MONDAY + 3 * HOUR)
    world.does(number, "request_extension", "wang", MONDAY + 4 * HOUR, reason="需专家论证", extra="30d")
    world.does(number, "decide_extension", "zhao", MONDAY + 5 * HOUR, approve="yes")
    world.does(number, "report", "wang", MONDAY + 100 * DAY, answer="已建成")
    world.does(number, "verify", "zhao", MONDAY + 101 * DAY)
    world.does(number, "satisfied", "zhang", MONDAY + 102 * DAY)
    with reading(world.db) as db:
        (row,) = rates(db, SINCE, UNTIL)
    assert (row["in_time"], row["after_extension"], row["late"]) == (0, 1, 1)


def test_an_empty_period_has_zeros_and_no_rates(world: World) -> None:
    with reading(world.db) as db:
        (row,) = rates(db, SINCE - 800 * DAY, SINCE - 700 * DAY)
    assert row["ended"] == 0
    assert row["satisfaction_rate"] is None
