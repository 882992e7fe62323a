"""A case goes back to a point that it has passed, and from before a review only through a new decision on again."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from cases.act import act, actions_for, find
from cases.capabilities.going_back import passed, points
from cases.errors import InvalidFields
from cases.laws import law_of
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.timeline import events_of
from tests.cases.departments import BECAUSE, of_parts, status, three_departments
from tests.cases.filled_in import SOUND
from tests.cases.world import HOUR, Story, World
from workflow.definition import Step
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotFromHere, NotNow

WALKS, STEPS = 8, 30
#: Who moves a case of the city on, and back.
WALKERS = ("zhang", "li", "wang", "zhao", "sun", "zhou", "bai", "guo", "chen")
REVIEW, BEFORE, BEYOND = "review", {"submit", "review"}, {"handle", "supervise", "feedback"}


def test_back_to_the_review_ends_every_part_and_a_new_decision_is_needed(world: World) -> None:
    story = three_departments(world)
    story.then("go_back", "zhao", point="in_review", reason="立案有误")
    assert (story.case.state, story.case.lead_id) == ("in_review", None)
    assert (status(world, story), of_parts(world, story)) == ({}, {})
    with pytest.raises(NotFromHere):
        story.then("go_back", "zhao", point="handling", reason="又往前")
    story.then("accept", "li", category="工资报酬", tier="B", lead="D", support=["A"])
    assert status(world, story) == {"D": "offered", "A": "offered"}
    world.check()


def test_back_to_be_signed_for_offers_the_lead_again_and_leaves_the_others(world: World) -> None:
    story = three_departments(world)
    clocks = of_parts(world, story)
    story.then("go_back", "zhao", point="assigned", reason="请重新签收")
    assert status(world, story) == {"D": "offered", "A": "offered", "B": "signed"}
    assert of_parts(world, story) == clocks
    story.then("sign_for", "wang")
    assert status(world, story) == {"D": "signed", "A": "offered", "B": "signed"}
    world.check()


def test_back_to_be_handled_the_lead_goes_on_and_the_others_too(world: World) -> None:
    story = three_departments(world)
    story.then("sign_part", "zhou")
    story.then("report_part", "zhou", result="已核实")
    story.then("report_part", "bai", result="已核实")
    story.then("report", "wang", answer="已办")
    story.then("go_back", "zhao", point="办理中", reason="可以继续办理")  # its label is as good as its name
    assert story.case.state == "handling"
    assert status(world, story) == {"D": "signed"}
    assert of_parts(world, story) == {}
    world.check()


def test_a_verified_case_goes_back_to_any_point_that_it_passed(world: World) -> None:
    for point in ("in_review", "assigned", "handling"):
        story = Story(world).up_to("report")
        story.then("go_back", "zhao", point=point, reason="退回")
        assert story.case.state == point
    world.check()


def test_a_point_that_was_not_passed_is_refused_and_nothing_is_written(world: World) -> None:
    story = Story(world).up_to("sign_for")
    before = world.everything()
    with pytest.raises(InvalidFields, match="案件没有经过「办理中」"):
        story.then("go_back", "zhao", point="handling", reason="已在此")  # it lies there
    with pytest.raises(InvalidFields, match="退回到只能是"):
        story.then("go_back", "zhao", point="awaiting_feedback", reason="往前")
    with pytest.raises(InvalidFields, match="请填写退回到"):
        story.then("go_back", "zhao", reason="没有写明")
    with pytest.raises(InvalidFields, match="请填写理由"):
        story.then("go_back", "zhao", point="assigned")
    with pytest.raises(NotByYou):
        story.then("go_back", "wang", point="assigned", reason="不想办")
    assert world.everything() == before


def test_a_case_that_never_moved_has_passed_nothing(world: World) -> None:
    story = Story(world)
    with reading(world.db) as db:
        assert passed(db, story.case.id or 0) == ["draft"]
        assert passed(db, 10**9) == []


def test_what_was_left_by_going_back_is_no_longer_passed(world: World) -> None:
    story = Story(world).up_to("report")
    story.then("go_back", "zhao", point="assigned", reason="退回")
    story.then("return", "wang", reason="不归我们", rule="三定方案第三条")
    story.then("reassign", "zhao", lead="A", reason="归口")
    with reading(world.db) as db:
        assert passed(db, story.case.id or 0) == ["draft", "in_review", "assigned"]
    story.then("sign_for", "zhou")
    with reading(world.db) as db:
        (step,) = [one for one in law_of(db, story.case.law_id).definition.steps if one.action == "go_back"]
        assert points(db, story.case.id or 0, step) == ["assigned", "in_review"]


def test_who_handled_the_case_sends_it_nowhere(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("sign_for", "shuang")
    story.then("report", "shuang", answer="已办")
    with pytest.raises(NotNow):
        story.then("go_back", "shuang", point="handling", reason="重来")


@pytest.mark.parametrize("seed", range(2))
def test_no_walk_reaches_what_lies_behind_a_review_without_a_new_decision(world: World, seed: int) -> None:
    dice, backs = random.Random(seed), 0
    for number in range(WALKS):
        story = Story(world, by="zhang")
        for _ in range(STEPS):
            a_step(world, story, dice)
        backs += check_walk(world, story)
        assert number < WALKS
    assert backs > 0
    world.check()


def a_step(world: World, story: Story, dice: random.Random) -> None:
    """Let somebody do something, mostly what moves the case, and send it back whenever that is possible."""
    story.at += HOUR
    with transaction(world.db) as db:
        case, turns = find(db, story.number), []
        for login in WALKERS:
            person = db.get_one(User, world.people[login])
            turns += [(login, step) for step in actions_for(db, case, person, story.at) if step.targets]
    keep = [turn for turn in turns if turn[1].action in ("go_back", "recall") or not law_ends(world, story, turn[1])]
    back = [turn for turn in keep if turn[1].action in ("go_back", "recall")]
    if not keep:
        return
    login, step = dice.choice(back if back and dice.random() < 0.3 else keep)
    form = {name: dice.choice(SOUND[name]) for name in step.needs if name in SOUND and name not in step.preset}
    if step.targets[1:]:
        form["point"] = dice.choice(step.targets)
    try:
        with transaction(world.db) as db:
            person = db.get_one(User, world.people[login])
            act(db, find(db, story.number), step.action, by=person, at=story.at, form=form)
    except Refusal:
        return


def law_ends(world: World, story: Story, step: Step) -> bool:
    """Tell whether a step ends the case, which would end the walk, or asks for what this walk does not know."""
    if not SOUND.keys() >= set(step.needs) - {"point", *step.preset}:
        return True
    with reading(world.db) as db:
        return step.target is not None and law_of(db, story.case.law_id).state(step.target).final


def check_walk(world: World, story: Story) -> int:
    """Assert that each return went to a point on the way without loops, and each way on through a decision."""
    with reading(world.db) as db:
        states = law_of(db, story.case.law_id).definition.states
        moves = [one for one in events_of(db, story.case.id or 0) if one.state_from != one.state_to]
        trail = [one.state_to or "" for one in moves]
        assert passed(db, story.case.id or 0) == without_loops(trail)
    backs = 0
    for place, (before, move) in enumerate(pairwise(moves), 1):
        here, there = states[before.state_to or ""].stage, states[move.state_to or ""].stage
        if here in BEFORE and there in BEYOND:  # nobody gets behind a review but by its decision
            assert here == REVIEW and move.role in ("reviewer", "chair", "leader"), move.action
        if move.action == "go_back":
            backs += 1
            assert move.state_to in without_loops(trail[:place])[:-1]
    return backs


def without_loops(trail: list[str]) -> list[str]:
    """Return a way without its loops, from its end: after the last time at a place comes whatever came next."""
    way: list[str] = []
    place = 0
    while place < len(trail):
        place = len(trail) - 1 - trail[::-1].index(trail[place])
        way.append(trail[place])
        place += 1
    return way


def test_what_was_returned_before_a_new_review_binds_nobody_after_it(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", **BECAUSE)
    story.then("uphold", "zhao", reason="属本部门职责")
    story.then("dispute", "wang", **BECAUSE)
    story.then("adjudicate", "zhao", lead="D", reason="由 D 办理")
    story.then("sign_for", "wang")
    story.then("go_back", "zhao", point="in_review", reason="立案有误")
    story.then("accept", "li", category="工资报酬", tier="A", lead="A")
    with pytest.raises(NotNow, match="本轮尚未退过单"):
        story.then("dispute", "zhou", **BECAUSE)
    story.then("return", "zhou", **BECAUSE)
    story.then("uphold", "zhao", reason="属本部门职责")
    assert story.then("dispute", "zhou", **BECAUSE).state == "adjudicating"
    world.check()
