"""A department that gives a case, or its part of it, back: why, by which rule, and who is responsible meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.desks import desk_of
from cases.errors import InvalidFields
from cases.record.database import reading
from cases.record.people import User
from cases.sweep import sweep
from tests.cases.departments import BECAUSE, check_departments, disputes, sides, status, three_departments
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import DAY, HOUR, Story, World
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotFromHere, NotNow


def on_desk(world: World, story: Story, login: str) -> bool:
    with reading(world.db) as db:
        cases = desk_of(db, db.get_one(User, world.people[login]), story.at).cases
        return story.number in [case.number for case in cases]


def refused(world: World, how: type[Refusal], story: Story, action: str, by: str, **form: Any) -> Refusal:
    """Assert that an action is refused in one sentence of each language, and that nothing was written."""
    before = world.everything()
    with pytest.raises(how) as caught:
        world.does(story.number, action, by, story.at + HOUR, **form)
    assert world.everything() == before
    errors = getattr(caught.value, "errors", None)
    said = [(caught.value.zh, caught.value.en)] if errors is None else [(error.zh, error.en) for error in errors]
    assert len(said) == 1 and all(said[0])
    return caught.value


def test_whoever_receives_a_case_first_stays_its_lead_until_another_has_signed(world: World) -> None:
    story = Story(world).up_to("accept")
    whole = world.clock(story.number, "case").due_at
    case = story.then("return", "wang", **BECAUSE)
    assert (case.state, case.lead_id, case.offered_id) == ("redispatching", world.units["D"], None)
    assert world.parts(story.number) == [("D", "lead", "returned", True)]
    assert on_desk(world, story, "zhao")
    assert not on_desk(world, story, "wang")

    case = story.then("reassign", "zhao", lead="A", reason="归人社局")
    assert (case.state, case.lead_id, case.offered_id) == ("assigned", world.units["D"], world.units["A"])
    assert world.parts(story.number) == [("D", "lead", "returned", True), ("A", "lead", "offered", True)]
    assert on_desk(world, story, "zhou") and on_desk(world, story, "wang")
    check_departments(world)

    case = story.then("sign_for", "zhou")
    assert (case.state, case.lead_id, case.offered_id) == ("handling", world.units["A"], None)
    assert world.parts(story.number) == [("D", "lead", "returned", False), ("A", "lead", "signed", True)]
    assert not on_desk(world, story, "wang")
    assert world.clock(story.number, "case").due_at == whole  # it has run from dispatch and was never set back
    check_departments(world)


def test_who_gave_a_case_back_is_called_too_while_nobody_has_signed_and_may_take_it_after_all(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", **BECAUSE)
    story.then("reassign", "zhao", lead="A", reason="归人社局")
    fired = swept(world, moment("11-18 08:00"), since=story.at)
    assert short(fired, world) == [
        ("assigned", "remind -4wh", "11-17 13:30"),
        ("assigned", "overdue 0", "11-17 17:30"),
    ]
    story.at = moment("11-18 09:00")
    assert story.offers("wang")[:1] == ["sign_for"]
    case = story.then("sign_for", "wang")
    assert (case.state, case.lead_id, case.offered_id) == ("handling", world.units["D"], None)
    assert world.parts(story.number) == [
        ("D", "lead", "returned", False), ("A", "lead", "ended", False), ("D", "lead", "signed", True),
    ]  # fmt: skip
    with pytest.raises(NotByYou):
        story.then("report", "zhou", answer="已办")
    check_departments(world)


def test_a_return_is_answered_by_the_supervisor_who_upholds_the_dispatch_or_assigns_it_anew(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", **BECAUSE)
    assert story.offers("zhao")[:2] == ["reassign", "uphold"]
    case = story.then("uphold", "zhao", reason="属权益部职责")
    assert (case.state, case.lead_id) == ("assigned", world.units["D"])
    assert world.parts(story.number) == [("D", "lead", "returned", False), ("D", "lead", "offered", True)]
    assert "return" not in story.offers("wang") and "dispute" in story.offers("wang")
    assert story.then("sign_for", "wang").state == "handling"
    check_departments(world)


def test_a_return_that_nobody_answers_is_called_and_climbs(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", **BECAUSE)
    list(sweep(world.db, moment("11-20 18:00")))
    assert story.case.level == 4
    check_departments(world)


def test_a_return_needs_a_reason_and_the_rule_it_rests_on(world: World) -> None:
    story = Story(world).up_to("accept")
    refused(world, InvalidFields, story, "return", "wang", rule="三定方案第五条")
    refused(world, InvalidFields, story, "return", "wang", reason="不属本单位职责")
    refused(world, InvalidFields, story, "return", "wang", reason="不属本单位职责", rule="条" * 201)
    refused(world, NotFromHere, three_departments(world), "return", "wang", **BECAUSE)


def test_a_second_return_is_a_dispute_and_there_is_no_third_one(world: World) -> None:
    story = Story(world).up_to("accept")
    assert "退过单" in refused(world, NotNow, story, "dispute", "wang", **BECAUSE).zh  # nothing was returned
    story.then("return", "wang", **BECAUSE)
    story.then("reassign", "zhao", lead="A", reason="归人社局")
    refused(world, NotNow, story, "return", "zhou", **BECAUSE)
    refused(world, NotNow, story, "dispute", "wang", **BECAUSE)  # who has given it back already
    case = story.then("dispute", "zhou", **BECAUSE)
    assert (case.state, case.lead_id, case.offered_id) == ("adjudicating", world.units["D"], None)
    assert world.parts(story.number) == [("D", "lead", "returned", True), ("A", "lead", "returned", False)]
    story.then("adjudicate", "zhao", lead="D", reason="属权益部职责")
    for action in ("return", "dispute"):
        refused(world, NotNow, story, action, "wang", **BECAUSE)
    assert story.then("sign_for", "wang").lead_id == world.units["D"]
    check_departments(world)


def test_returns_are_counted_anew_in_each_round(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", **BECAUSE)
    story.then("uphold", "zhao", reason="属权益部职责")
    story.then("sign_for", "wang")
    story.then("report", "wang", answer="已办")
    story.then("verify", "zhao")
    story.then("unsatisfied", "zhang", reason="没有办好")
    story.then("transfer", "zhao", lead="A", reason="换人办理")
    assert story.then("return", "zhou", **BECAUSE).state == "redispatching"
    check_departments(world)


def test_a_case_that_is_withdrawn_while_it_is_given_back_leaves_nobody_responsible(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", **BECAUSE)
    story.then("reassign", "zhao", lead="A", reason="归人社局")
    case = story.then("withdraw", "zhang")
    assert (case.state, case.offered_id) == ("withdrawn", None)
    assert world.parts(story.number) == [("D", "lead", "returned", False), ("A", "lead", "ended", False)]
    check_departments(world)


def test_the_fast_lane_returns_straight_to_the_adjudicator_and_signs_for_whoever_is_named(world: World) -> None:
    story = Story(world, law="grievance").up_to("accept")
    case = story.then("return", "wang", reason="不归我部")
    assert (case.state, case.lead_id) == ("adjudicating", world.units["D"])
    case = story.then("adjudicate", "zhao", lead="A", reason="归人社局")
    assert (case.state, case.lead_id, case.offered_id) == ("handling", world.units["A"], None)
    assert world.parts(story.number) == [("D", "lead", "returned", False), ("A", "lead", "signed", True)]
    (dispute,) = disputes(world)
    assert (dispute.decision, dispute.booked_to_unit_id) == ("upheld", world.units["C"])
    check_departments(world)


# --- parts, in a case with three departments in three different states


def test_a_part_that_is_given_back_stays_open_and_its_clocks_run_on_until_the_lead_agrees(world: World) -> None:
    story = three_departments(world)
    before = {clock.state: clock.due_at for clock in world.clocks(story.number, running=True)}
    story.then("return_part", "zhou", **BECAUSE)
    assert status(world, story) == {"D": "signed", "A": "returned", "B": "signed"}
    assert {clock.state: clock.due_at for clock in world.clocks(story.number, running=True)} == before
    refused(world, NotNow, story, "report", "wang", answer="已办")
    check_departments(world)
    story.then("agree", "wang", part="A")
    assert ("A", "support", "returned", False) in world.parts(story.number)
    assert sides(world, story) == ["done@B"]
    check_departments(world)


def test_a_part_is_given_back_for_a_reason_by_a_rule_and_by_whom_it_was_given_to(world: World) -> None:
    story = three_departments(world)
    refused(world, InvalidFields, story, "return_part", "zhou", reason="不属本单位职责")
    refused(world, InvalidFields, story, "return_part", "zhou", rule="三定方案第五条")
    refused(world, NotByYou, story, "return_part", "wang", **BECAUSE)
    refused(world, NotNow, story, "agree", "wang", part="A")
    refused(world, NotNow, story, "dispute", "wang", **BECAUSE)
    story.then("return_part", "zhou", **BECAUSE)
    refused(world, NotNow, story, "return_part", "zhou", **BECAUSE)
    refused(world, InvalidFields, story, "agree", "wang", part="B")
    refused(world, InvalidFields, story, "agree", "wang", part="NONE")
    story.then("return_part", "bai", **BECAUSE)
    refused(world, InvalidFields, story, "dispute", "wang", **BECAUSE)  # which of the two is not said
    check_departments(world)


def test_a_part_that_is_given_back_and_left_without_an_answer_makes_the_department_late_and_climbs(
    world: World,
) -> None:
    story = three_departments(world)
    story.then("return_part", "zhou", **BECAUSE)
    story.at = moment("11-20 18:00")
    list(sweep(world.db, story.at))
    assert story.case.level == 4
    story.then("agree", "wang", after=timedelta(minutes=30), part="A")
    assert story.case.level == 0
    check_departments(world)


@pytest.mark.parametrize("waits", [HOUR, 3 * DAY])
def test_a_case_of_three_departments_is_given_back_and_the_others_go_on(world: World, waits: timedelta) -> None:
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "B"])
    story.then("sign_part", "bai")
    story.then("return", "wang", **BECAUSE)
    assert status(world, story) == {"D": "returned", "A": "offered", "B": "signed"}
    story.then("reassign", "zhao", after=waits, lead="A", reason="归人社局")  # who was to support
    assert status(world, story) == {"D": "returned", "A": "offered", "B": "signed"}
    assert sides(world, story) == ["done@B"]
    check_departments(world)
    story.then("sign_for", "zhou")
    assert status(world, story) == {"A": "signed", "B": "signed"}
    check_departments(world)


def test_who_takes_the_lead_after_all_helps_no_more(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", **BECAUSE)
    story.then("reassign", "zhao", lead="A", support=["D"], reason="由人社局牵头")
    story.then("sign_for", "wang")
    assert [row[:3] for row in world.parts(story.number) if row[3]] == [("D", "lead", "signed")]
    assert sides(world, story) == []
    check_departments(world)
