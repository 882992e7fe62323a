"""Going round again: whose rating a case shows, and who has a part in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cases.errors import InvalidFields
from cases.record.database import reading
from cases.timeline import events_of
from tests.cases.world import DAY, HOUR, Story, World


def again(story: Story, rating: str | None) -> Story:
    """Answer another time; None means that nobody rates it."""
    story.then("report", "wang", answer="再次办理")
    story.then("verify", "zhao")
    if rating is None:
        story.then("close_unanswered", None, after=30 * DAY)
    else:
        story.then(rating, "zhang")
    return story


def test_a_case_that_is_reopened_is_not_yet_rated_and_the_event_keeps_what_it_was(world: World) -> None:
    story = Story(world).up_to("satisfied")
    assert story.then("reopen", "zhang", reason="问题又出现了").rating is None
    assert again(story, None).case.rating is None
    with reading(world.db) as db:
        given = [json.loads(event.data)["set"].get("rating") for event in events_of(db, story.case.id or 0)]
    assert given.count("satisfied") == 1
    world.check()


def test_an_unsatisfied_rating_stays_in_sight_until_the_next_one(world: World) -> None:
    story = Story(world).up_to("verify")
    assert story.then("unsatisfied", "zhang", reason="仍未到账").rating == "unsatisfied"
    assert again(story, "partly_satisfied").case.rating == "partly_satisfied"
    world.check()


@pytest.mark.parametrize("law", ["proposal", "grievance"])
def test_a_case_is_not_transferred_to_the_department_that_leads_it(world: World, law: str) -> None:
    story = Story(world, law=law).up_to("sign_for" if law == "proposal" else "accept")
    clocks, version = [repr(clock) for clock in world.clocks(story.number)], story.case.version
    with pytest.raises(InvalidFields) as refused:
        story.then("transfer", "zhao", lead="D", reason="重新计时")
    assert [error.field for error in refused.value.errors] == ["lead"]
    assert [repr(clock) for clock in world.clocks(story.number)] == clocks
    assert story.case.version == version


def test_the_adjudicator_may_name_the_department_that_gave_the_case_back(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", reason="不归我部", rule="三定方案第五条")
    story.then("uphold", "zhao", reason="确属权益部")
    story.then("dispute", "wang", reason="不归我部", rule="三定方案第五条")
    assert story.then("adjudicate", "zhao", lead="D", reason="确属权益部").lead_id == world.units["D"]
    with pytest.raises(InvalidFields):
        story.then("transfer", "zhao", lead="D", reason="再转")
    world.check()


@pytest.mark.parametrize("ending", ["satisfied", "partly_satisfied", "close_unanswered"])
@pytest.mark.parametrize("law", ["proposal", "grievance"])
def test_nobody_has_a_part_in_a_case_that_is_closed_and_its_lead_takes_it_up_again(
    world: World, law: str, ending: str
) -> None:
    story = Story(world, law=law).up_to("submit")
    urgency: dict[str, Any] = {"urgency": "15d"} if law == "grievance" else {}
    story.then("accept", "li", category="工资报酬", tier="B", lead="D", support="A", **urgency)
    if law == "proposal":
        story.then("sign_for", "wang")
        story.then("waive_part", "zhao", part="A", reason="不需要协办")
    again(story, None if ending == "close_unanswered" else ending)
    assert [is_current for *_, is_current in world.parts(story.number)] == [False, False]
    story.then("reopen", "zhang", after=HOUR, reason="问题又出现了")
    assert world.parts(story.number)[2:] == [("D", "lead", "signed", True)]
    world.check()


def test_a_support_department_that_has_not_signed_does_not_hold_up_the_report(world: World) -> None:
    story = Story(world, law="grievance").up_to("submit")
    story.then("accept", "li", category="工资报酬", tier="B", urgency="7d", lead="D", support="A")
    assert ("A", "support", "offered", True) in world.parts(story.number)
    assert story.then("report", "wang", answer="已办").state == "verifying"
