"""The list of questions: what was promised and was overdue or broken in a quarter, by unit, as it stood at a moment."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import update

from cases.errors import BadRequest
from cases.questions import asked_by, counted, quarter_of, questions
from cases.record.case import Passage
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.people import Unit, User
from tests.cases.test_ladders import moment
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY

NEW_YEAR = moment("12-31 12:00")


def promised(world: World, day: str, unit: str = "D", by: str = "wang", at: str = "C") -> Story:
    """Close a case with a promise of a department in its answer."""
    story = Story(world, unit=at)
    story.then("submit", "zhang")
    story.then("accept", "li" if at == "C" else "tang", category="其他", tier="A", lead=unit)
    story.then("sign_for", by)
    story.then("report", by, answer="先办一半", promise=f"余下 {day} 前办完", promised_on=day)
    story.then("verify", "zhao" if at == "C" else "du")
    story.then("satisfied", "zhang")
    return story


def asked(world: World, quarter: str, at: datetime, unit: str | None = None) -> list[tuple[str, str, int, str]]:
    """Return unit, number, days late and outcome of what is asked about a quarter."""
    with reading(world.db) as db:
        place = db.get_one(Unit, world.units[unit]) if unit else None
        found = questions(db, quarter_of(db, quarter, at), at, unit=place)
    return [(one.unit, one.number, one.days_late, one.outcome) for one in found]


def test_promises_overdue_or_broken_are_asked_about_in_their_quarter_and_until_they_are_settled(world: World) -> None:
    kept, late, broken, still = (promised(world, "2026-12-18") for _ in range(4))
    other = promised(world, "2026-12-24", unit="A", by="zhou")
    kept.at = moment("12-18 10:00")
    kept.then("keep_promise_done", "wang", result="办完")
    late.at = moment("12-22 10:00")
    late.then("keep_promise_done", "wang", result="晚了，办完")
    broken.at = moment("12-28 10:00")
    broken.then("break_promise", "zhao", reason="没办")
    spring = NEW_YEAR + 60 * DAY
    assert asked(world, "2026Q4", NEW_YEAR) == [
        ("D", late.number, 4, "kept"),
        ("D", broken.number, 10, "broken"),
        ("D", still.number, 13, "open"),
        ("A", other.number, 7, "open"),
    ]
    assert asked(world, "2026Q4", moment("12-25 12:00"))[1:] == [  # as it stood then
        ("D", broken.number, 7, "open"),
        ("D", still.number, 7, "open"),
        ("A", other.number, 1, "open"),
    ]
    assert [row[1] for row in asked(world, "2027Q1", spring)] == [still.number, other.number]
    assert asked(world, "2026Q3", spring) == []
    assert asked(world, "2026Q4", moment("12-18 17:00")) == []
    assert [row[0] for row in asked(world, "2026Q4", NEW_YEAR, unit="A")] == ["A"]
    with reading(world.db) as db:
        rows = questions(db, quarter_of(db, "2026Q4", NEW_YEAR), NEW_YEAR)
    assert counted(rows) == [("D", "权益保障部", 3, 1, 1, 1), ("A", "人社局", 1, 1, 0, 0)]
    assert rows[0].text == "余下 2026-12-18 前办完"


def test_a_text_that_was_erased_is_asked_about_without_it(world: World) -> None:
    story = promised(world, "2026-12-18")
    passages = table_of(Passage)
    with transaction(world.db) as db:
        db.connection().execute(
            update(passages)
            .where(passages.c.case_id == story.case.id, passages.c.field == "promise")
            .values(body=None, salt=None)
        )
    with reading(world.db) as db:
        (one,) = questions(db, quarter_of(db, None, NEW_YEAR), NEW_YEAR)
    assert (one.number, one.text) == (story.number, None)


def test_representatives_supervisors_and_leaders_ask_about_the_cases_of_their_own_union_and_below(world: World) -> None:
    of_city, of_town = promised(world, "2026-12-18"), promised(world, "2026-12-18", unit="G", by="guo", at="T")
    expected = {
        "zhang": {of_city.number, of_town.number},  # a representative of the city
        "chen": {of_city.number, of_town.number},  # the supervisor of the province
        "hai": {of_town.number},  # the leader of the town
        "wang": None,
        "qian": None,
        "zheng": None,
    }
    with reading(world.db) as db:
        for login, numbers in expected.items():
            visible = asked_by(db, db.get_one(User, world.people[login]), NEW_YEAR)
            if numbers is None:
                assert visible is None, login
                continue
            found = questions(db, quarter_of(db, "2026Q4", NEW_YEAR), NEW_YEAR, visible=visible)
            assert {one.number for one in found} == numbers, login


@pytest.mark.parametrize("name", ["2026Q5", "2026", "Q4", "0001Q1", "９９９９Q1", "2026q4", ""])
def test_what_is_no_quarter_is_refused(world: World, name: str) -> None:
    with reading(world.db) as db, pytest.raises(BadRequest):
        quarter_of(db, name, MONDAY)


def test_a_quarter_begins_and_ends_at_midnight_of_the_calendar_s_zone(world: World) -> None:
    with reading(world.db) as db:
        quarter = quarter_of(db, None, MONDAY)
    assert (quarter.name, quarter.before, quarter.after) == ("2026Q4", "2026Q3", "2027Q1")
    assert quarter.since == moment("10-01 00:00")
    assert quarter.until == moment("12-31 00:00") + DAY
