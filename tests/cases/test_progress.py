"""How far a case is: what departments say of their parts, rolled up and equal to a recount."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest

from cases.errors import InvalidFields
from cases.progress import progress_of
from tests.cases.test_adding_parts import three_hands
from tests.cases.world import Story, World
from workflow.errors import Refusal
from workflow.machine import ActionNotAllowed, NotByYou


def percent(world: World, story: Story) -> int | None:
    """Return how far a case is."""
    return progress_of(world.assignments(story.number)).percent


def recount(world: World, story: Story) -> int | None:
    """Count again in the plainest way: the mean of lead and departments that are in it or done, rounded down."""
    rows = world.assignments(story.number)
    counted = []
    for row in rows:
        if row.kind == "delegate" or (row.ended_at is not None and row.status != "done"):
            continue
        said = [row.progress or 0]
        for other in rows:
            if other.kind == "delegate" and other.parent_id == row.id and other.ended_at is None:
                said.append(other.progress or 0)
        counted.append(100 if row.status == "done" else max(said))
    return int(Fraction(sum(counted), len(counted))) if counted else None


def test_lead_and_departments_weigh_the_same_and_what_is_done_is_whole(world: World) -> None:
    story = three_hands(world)  # D leads, A signed, G offered, B done
    assert percent(world, story) == 25
    story.then("report_progress", "wang", percent=50, note="已约谈企业")
    story.then("report_progress", "zhou", percent="30%")
    assert percent(world, story) == (50 + 30 + 0 + 100) // 4
    shares = progress_of(world.assignments(story.number)).shares
    assert [(share.percent, share.weight) for share in shares] == [(50, 0.25), (30, 0.25), (0, 0.25), (100, 0.25)]
    story.then("waive_part", "zhao", part="G", reason="不需要")
    assert percent(world, story) == 60
    story.then("transfer_part", "zhao", part="A", to_unit="T", reason="归口")
    assert percent(world, story) == 50
    world.check()


def test_a_delegation_counts_through_the_part_that_was_delegated(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report_progress", "wang", percent=20)
    story.then("delegate", "wang", delegate="A", reason="就近")
    assert percent(world, story) == 20
    with pytest.raises(ActionNotAllowed):
        story.then("report_progress", "zhou", percent=80)  # who has not signed for it has not begun
    story.then("sign_delegated", "zhou")
    story.then("report_progress", "zhou", percent=80)
    assert percent(world, story) == 80
    story.then("take_back", "wang", reason="改为自办")
    assert percent(world, story) == 20  # what was taken back is the department's own word again
    story.then("delegate", "wang", delegate="A", reason="就近")
    story.then("sign_delegated", "zhou")
    story.then("report_progress", "zhou", percent=70)
    story.then("report_delegated", "zhou", result="已核实")
    assert percent(world, story) == 70
    world.check()


def test_the_lead_is_done_with_its_report_and_not_any_more_when_that_is_sent_back(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="已补发工资")
    assert percent(world, story) == 100
    story.then("send_back", "zhao", reason="没有凭证")
    assert percent(world, story) == 0
    story.then("report_progress", "wang", percent=90)
    story.then("report", "wang", answer="已补发工资，附凭证")
    story.then("verify", "zhao")
    assert percent(world, story) == 100
    story.then("unsatisfied", "zhang", reason="仍未到账")
    assert percent(world, story) == 0
    world.check()


@pytest.mark.parametrize("given", [101, "101", -1, "-1", "1.5", 1.5, True, "half", "５０", "1e2", "", None])
def test_progress_is_a_whole_number_of_per_cent(world: World, given: Any) -> None:
    story = three_hands(world)
    before = world.everything()
    with pytest.raises(InvalidFields) as refused:
        story.then("report_progress", "wang", percent=given)
    assert [error.field for error in refused.value.errors] == ["percent"]
    assert world.everything() == before


def test_nobody_reports_progress_of_another_s_part_or_of_one_that_has_ended(world: World) -> None:
    story = three_hands(world)
    with pytest.raises(NotByYou):
        story.then("report_progress", "bai", percent=50)  # its part is done
    with pytest.raises(NotByYou):
        story.then("report_progress", "zhao", percent=50)
    with pytest.raises(InvalidFields, match="A"):
        story.then("report_progress", "wang", percent=50, part="A")
    with pytest.raises(ActionNotAllowed):
        Story(world).up_to("report").then("report_progress", "wang", percent=50)


def test_whoever_answers_for_several_departments_says_which(world: World) -> None:
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["G"])
    story.then("sign_for", "shuang")
    world.appoints("shuang", "handler", "G")
    story.then("sign_part", "shuang")
    story.then("report_progress", "shuang", percent=40, part="G")
    story.then("report_progress", "shuang", percent=10)
    assert [row.progress for row in world.assignments(story.number)] == [10, 40]
    world.check()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_three_departments_do_the_roll_up_equals_a_recount(world: World, seed: int) -> None:
    dice = random.Random(seed)
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["G", "B"])
    story.then("sign_for", "wang")
    done = 0
    for _ in range(150):
        unit, other = dice.choice("GABT"), dice.choice("AGBT")
        by = dice.choice(("wang", "guo", "bai", "zhou", "zhao"))
        action, form = dice.choice(
            (
                ("report_progress", {"percent": dice.randrange(101)}),
                ("report_progress", {"percent": dice.randrange(101)}),
                ("sign_part", {}), ("report_part", {"result": "已办"}),
                ("add_support", {"support": [unit], "reason": "加"}),
                ("transfer_part", {"part": unit, "to_unit": other, "reason": "转"}),
                ("waive_part", {"part": unit, "reason": "免"}), ("delegate", {"delegate": unit, "reason": "派"}),
                ("sign_delegated", {}), ("report_delegated", {"result": "已办"}), ("take_back", {"reason": "收"}),
            )
        )  # fmt: skip
        try:
            story.then(action, by, **form)
            done += 1
        except Refusal:
            continue
        assert percent(world, story) == recount(world, story)
        running = [clock for clock in world.clocks(story.number, running=True) if clock.kind == "beside"]
        assert sorted(clock.state or "" for clock in running) == sorted(expected_clocks(world, story))
    assert done > 8
    world.check()


def expected_clocks(world: World, story: Story) -> list[str]:
    """Return the clocks that must run: none is lost, and none goes on for who is done."""
    found = []
    for row in world.assignments(story.number):
        if row.ended_at is None and row.kind == "support":
            found += [f"done@{row.unit_id}", *([f"sign@{row.unit_id}"] if row.status == "offered" else [])]
        elif row.ended_at is None and row.kind == "delegate":
            found.append(f"delegated@{row.unit_id}.{row.id}")
    return found
