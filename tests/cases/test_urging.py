"""To ask for haste: once for each desk and day by each person, told to the desk that is meant, and counted."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cases.act import find
from cases.capabilities.urging import urges_of
from cases.errors import InvalidFields
from cases.record.database import reading
from tests.cases.departments import of_parts, status, three_departments
from tests.cases.world import DAY, HOUR, MINUTE, Story, World
from tests.cast import MONDAY
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotNow


def counted(world: World, story: Story) -> list[tuple[str, str | None, int, str]]:
    """Return each urged desk with its unit, how often, and in which role the last time."""
    codes: dict[int | None, str] = {unit_id: code for code, unit_id in world.units.items()}
    with reading(world.db) as db:
        urges = urges_of(db, find(db, story.number))
    return [(one.desk.role, codes.get(one.desk.unit_id), one.times, one.as_role) for one in urges]


@pytest.mark.parametrize("law", ["proposal", "grievance"])
def test_a_desk_is_urged_once_a_day_by_each_person(world: World, law: str) -> None:
    story = Story(world, law=law).up_to("submit")
    story.then("urge", "zhang", reason="请抓紧")
    before = world.everything()
    with pytest.raises(Refusal, match="每人每天只能催办一次"):
        story.then("urge", "zhang")
    assert world.everything() == before
    story.then("urge", "zhao")
    story.then("urge", "sun")
    assert counted(world, story) == [("reviewer", "C", 3, "leader")]
    story.then("urge", "zhang", after=DAY)
    assert counted(world, story) == [("reviewer", "C", 4, "submitter")]
    world.check()


def test_a_day_is_a_day_of_the_calendar_where_the_case_lies(world: World) -> None:
    story = Story(world).up_to("submit")
    story.at = MONDAY + timedelta(hours=14, minutes=58)  # 23:58 in Shanghai
    story.then("urge", "zhang", after=MINUTE)
    with pytest.raises(NotNow):
        story.then("urge", "zhang", after=MINUTE / 2)
    story.then("urge", "zhang", after=MINUTE)
    assert counted(world, story) == [("reviewer", "C", 2, "submitter")]


def test_another_desk_may_be_urged_on_the_same_day(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("urge", "zhang", after=MINUTE)
    story.then("accept", "li", after=MINUTE, category="其他", tier="A", lead="D")
    story.then("urge", "zhang", after=MINUTE)
    assert counted(world, story) == [("reviewer", "C", 1, "submitter"), ("lead", "D", 1, "submitter")]


def test_who_has_urged_today_is_not_offered_it_again(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("urge", "zhao")
    assert "urge" not in story.offers("zhao")
    assert "urge" in story.offers("sun")


def test_a_department_s_part_is_urged_by_its_name_and_nothing_else_is_touched(world: World) -> None:
    story = three_departments(world)
    parts, clocks = status(world, story), of_parts(world, story)
    story.then("urge", "zhao", part="A", after=MINUTE)
    with pytest.raises(InvalidFields, match="您今天已催办过这个承办方"):
        story.then("urge", "zhao", part="A", after=MINUTE)
    with pytest.raises(InvalidFields, match="没有未了结的协办"):
        story.then("urge", "zhao", part="D", after=MINUTE)
    with pytest.raises(InvalidFields, match="没有代码为"):
        story.then("urge", "zhao", part="?", after=MINUTE)
    story.then("urge", "zhao", part="B", after=MINUTE)
    story.then("urge", "zhao", after=MINUTE)
    with pytest.raises(NotNow):  # nobody is left to urge today
        story.then("urge", "zhao", after=MINUTE)
    assert [row[:3] for row in counted(world, story)] == [("support", "A", 1), ("support", "B", 1), ("lead", "D", 1)]
    assert (status(world, story), of_parts(world, story)) == (parts, clocks)
    world.check()


def test_nobody_urges_themselves_and_others_may_urge_them(world: World) -> None:
    story = Story(world)
    assert "urge" not in story.offers("zhang")  # a draft
    story.up_to("submit")
    assert "urge" in story.offers("zhang")
    story.then("ask_submitter", "li", reason="缺材料")
    with pytest.raises(NotNow, match="在您本人手上"):
        story.then("urge", "zhang", after=MINUTE)
    assert "urge" in story.offers("zhao")


def test_a_handler_cannot_urge(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with pytest.raises(NotByYou):
        story.then("urge", "wang", after=HOUR)


def test_the_events_of_an_urge_do_not_say_who_raised_the_case(world: World) -> None:
    story = Story(world).up_to("submit")
    event = world.does(story.number, "urge", "zhang", story.at + HOUR)
    assert event["actor_id"] is None
    ((_, table, _, values),) = json.loads(event["data"])["rows"]
    assert (table, "by_id" in values, values["as_role"]) == ("urges", False, "submitter")
