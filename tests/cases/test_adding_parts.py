"""More support departments while a case is handled, one in the place of another, and who cannot be one."""

from __future__ import annotations

from typing import Any

import pytest

from cases.errors import InvalidFields
from tests.cases.test_ladders import moment
from tests.cases.test_parts import with_support
from tests.cases.world import Story, World
from workflow.machine import ActionNotAllowed, NotByYou


def dues(world: World, story: Story) -> dict[str, Any]:
    """Return when the clocks of departments are due, by name and unit."""
    codes = {unit_id: code for code, unit_id in world.units.items()}
    found = {}
    for clock in world.clocks(story.number, running=True):
        if clock.kind == "beside":
            name, _, rest = (clock.state or "").partition("@")
            found[f"{name}@{codes[int(rest.partition('.')[0])]}"] = clock.due_at
    return found


def three_hands(world: World) -> Story:
    """Begin a case that D leads, in which A has signed for its part, G has not, and B has finished."""
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "G", "B"])
    story.then("sign_for", "wang")
    story.then("sign_part", "zhou")
    story.then("sign_part", "bai")
    story.then("report_part", "bai", result="已核对参保记录")
    return story


def test_the_lead_and_the_supervisor_add_departments_whose_clocks_begin_with_that(world: World) -> None:
    story = three_hands(world)
    story.at = moment("11-18 10:00")
    story.then("add_support", "wang", support=["B"], reason="需再次核对")  # its first part is done
    story.then("add_support", "zhao", support=["T"], reason="属地协助")
    assert world.parts(story.number)[-2:] == [("B", "support", "offered", True), ("T", "support", "offered", True)]
    assert dues(world, story) == {
        "done@A": moment("11-30 17:30"), "sign@G": moment("11-17 17:30"), "done@G": moment("11-30 17:30"),
        "sign@B": moment("11-19 17:30"), "done@B": moment("12-02 17:30"), "sign@T": moment("11-19 17:30"),
        "done@T": moment("12-02 17:30"),
    }  # fmt: skip
    with pytest.raises(ActionNotAllowed, match="人社局、镇劳动办、省总办公室、当湖镇总工会"):
        story.then("report", "wang", answer="已补发工资")
    world.check()


@pytest.mark.parametrize(
    ("units", "says"),
    [
        (["D"], "leads the case"),
        (["A"], "has an open part in the case already"),
        (["A", "A"], "has an open part in the case already"),
        (["X"], "is closed"),
        (["NO"], "There is no unit NO"),
        (["T", "D"], "leads the case"),
    ],
)
def test_who_leads_has_a_part_or_is_closed_cannot_be_added(world: World, units: list[str], says: str) -> None:
    story = three_hands(world)
    before = world.everything()
    with pytest.raises(InvalidFields) as refused:
        story.then("add_support", "zhao", support=units, reason="协助")
    assert [error.field for error in refused.value.errors] == ["support"]
    assert says in refused.value.errors[0].en
    assert world.everything() == before


def test_only_lead_and_supervisor_add_and_only_the_supervisor_transfers(world: World) -> None:
    story = three_hands(world)
    with pytest.raises(NotByYou):
        story.then("add_support", "zhou", support=["T"], reason="协助")
    with pytest.raises(NotByYou):
        story.then("transfer_part", "wang", part="A", to_unit="T", reason="改由镇办")
    with pytest.raises(InvalidFields):
        story.then("add_support", "zhao", support=["T"])


def test_a_part_that_is_transferred_ends_and_begins_with_another_department(world: World) -> None:
    story = three_hands(world)
    story.at = moment("11-18 10:00")
    story.then("transfer_part", "zhao", part="A", to_unit="T", reason="属地管理")
    assert world.parts(story.number) == [
        ("D", "lead", "signed", True), ("A", "support", "transferred", False), ("G", "support", "offered", True),
        ("B", "support", "done", False), ("T", "support", "offered", True),
    ]  # fmt: skip
    assert dues(world, story) == {
        "sign@G": moment("11-17 17:30"), "done@G": moment("11-30 17:30"),
        "sign@T": moment("11-19 17:30"), "done@T": moment("12-02 17:30"),
    }  # fmt: skip
    story.then("transfer_part", "zhao", part="T", to_unit="A", reason="仍由人社局办")  # and may come back
    assert world.parts(story.number)[-1] == ("A", "support", "offered", True)
    world.check()


@pytest.mark.parametrize(
    ("part", "to_unit", "field", "says"),
    [
        ("A", "A", "to_unit", "has an open part"),
        ("A", "G", "to_unit", "has an open part"),
        ("A", "D", "to_unit", "leads the case"),
        ("A", "X", "to_unit", "is closed"),
        ("B", "T", "part", "B has no part that is still open"),
        ("D", "T", "part", "D has no part that is still open"),
    ],
)
def test_a_part_is_transferred_only_from_whom_it_is_with_to_who_is_free(
    world: World, part: str, to_unit: str, field: str, says: str
) -> None:
    story = three_hands(world)
    before = world.everything()
    with pytest.raises(InvalidFields) as refused:
        story.then("transfer_part", "zhao", part=part, to_unit=to_unit, reason="归口")
    assert [(error.field, says in error.en) for error in refused.value.errors] == [(field, True)]
    assert world.everything() == before


def test_the_answer_of_a_part_is_that_of_its_event(world: World) -> None:
    story = three_hands(world)
    assert [row.answered_in for row in world.assignments(story.number)] == [None, None, None, story.case.version]


def test_withdrawing_ends_every_part_with_a_note_of_its_own(world: World) -> None:
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "G"])
    story.then("sign_part", "zhou")
    story.then("delegate", "zhou", delegate="T", reason="就近")
    story.then("withdraw", "zhang", reason="已解决")
    assert {part[2:] for part in world.parts(story.number)} == {("ended", False)}
    notes = world.notes(story.number, "withdraw")
    assert [(how, values["status"]) for how, table, _, values in notes if table == "assignments"] == [
        ("set", "ended")
    ] * 4
    assert world.clocks(story.number, running=True) == []
    world.check()


def test_a_department_that_takes_the_lead_is_relieved_of_what_was_delegated_to_it(world: World) -> None:
    story = with_support(world)
    story.then("sign_part", "zhou")
    story.then("delegate", "zhou", delegate="T", reason="就近")
    story.then("transfer", "zhao", lead="T", reason="归口办理")
    assert world.parts(story.number) == [
        ("D", "lead", "ended", False), ("A", "support", "signed", True), ("T", "delegate", "ended", False),
        ("T", "lead", "offered", True),
    ]  # fmt: skip
    world.check()
