"""Work that a department hands to a unit beside or below it, and that comes back (委派、收回)."""

from __future__ import annotations

from typing import Any

import pytest

from cases.act import find
from cases.desks import desk_of
from cases.errors import InvalidFields
from cases.policy import may_see, reads_as_staff
from cases.record.database import reading
from cases.record.people import User
from cases.sheet import history_of
from cases.timeline import events_of
from tests.cases.test_adding_parts import dues
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import Story, World
from workflow.machine import ActionNotAllowed, NotByYou


def three_hands(world: World, lead: str = "D") -> Story:
    """Begin a case in which G has signed for its part and B has not; A, beside D, is free."""
    story = Story(world)
    story.then("submit", "zhang")
    supports = ["G", "B"] if lead == "D" else ["D", "B"]
    story.then("accept", "li", category="工资报酬", tier="A", lead=lead, support=supports)
    story.then("sign_for", "wang" if lead == "D" else "guo")
    story.then("sign_part", "guo" if lead == "D" else "wang")
    return story


def test_the_lead_delegates_the_delegate_reports_back_and_the_lead_reports(world: World) -> None:
    story = three_hands(world)
    story.then("waive_part", "zhao", part="G", reason="不需要")
    story.then("waive_part", "zhao", part="B", reason="不需要")
    story.then("delegate", "wang", delegate="A", reason="需仲裁前调解", instructions="请核实工资台账")
    assert world.parts(story.number)[-1] == ("A", "delegate", "offered", True)
    lead, *_, row = world.assignments(story.number)
    assert row.parent_id == lead.id
    assert dues(world, story) == {"delegated@A": moment("11-23 17:30")}
    assert story.case.due_at == moment("12-07 17:30")  # the lead's own clock runs on
    with pytest.raises(ActionNotAllowed, match="已委派人社局"):
        story.then("report", "wang", answer="已补发工资")
    assert "report" not in story.offers("wang")
    story.then("sign_delegated", "zhou")
    story.then("report_delegated", "zhou", result="台账已核实")
    *_, row = world.assignments(story.number)
    assert (row.status, row.answered_in) == ("done", story.case.version)
    assert dues(world, story) == {}
    story.then("report", "wang", answer="已补发工资")
    world.check()


def test_a_support_department_delegates_while_others_stand_elsewhere(world: World) -> None:
    story = three_hands(world, lead="G")
    story.then("delegate", "wang", delegate="A", reason="需仲裁前调解")
    assert world.parts(story.number) == [
        ("G", "lead", "signed", True), ("D", "support", "signed", True), ("B", "support", "offered", True),
        ("A", "delegate", "offered", True),
    ]  # fmt: skip
    with pytest.raises(ActionNotAllowed, match="已委派出去"):
        story.then("report_part", "wang", result="已办")
    with pytest.raises(ActionNotAllowed, match="已委派出去"):
        story.then("delegate", "wang", delegate="T", reason="再派")
    story.then("sign_delegated", "zhou")
    story.then("take_back", "wang", reason="改为自办")
    assert world.parts(story.number)[-1] == ("A", "delegate", "taken_back", False)
    with pytest.raises(ActionNotAllowed):
        story.then("report_delegated", "zhou", result="已核实")
    story.then("delegate", "wang", delegate="A", reason="仍请人社局办")
    story.then("sign_delegated", "zhou")
    story.then("report_delegated", "zhou", result="台账已核实")
    story.then("report_part", "wang", result="已办")
    assert [part[2] for part in world.parts(story.number)] == ["signed", "done", "offered", "taken_back", "done"]
    assert dues(world, story) == {"sign@B": moment("11-17 17:30"), "done@B": moment("11-30 17:30")}
    world.check()


@pytest.mark.parametrize(
    ("by", "unit", "says"),
    [
        ("wang", "D", "cannot delegate to itself"),
        ("guo", "D", "leads the case"),
        ("wang", "B", "has an open part in the case already"),
        ("wang", "G", "has an open part in the case already"),
        ("wang", "X", "is closed"),
        ("wang", "E", "is neither below nor beside"),
        ("wang", "P", "is neither below nor beside"),
        ("wang", "C", "is neither below nor beside"),
        ("wang", "NO", "There is no unit NO"),
    ],
)
def test_work_is_delegated_only_to_a_free_unit_nearby(world: World, by: str, unit: str, says: str) -> None:
    story = three_hands(world)
    before = world.everything()
    with pytest.raises(InvalidFields) as refused:
        story.then("delegate", by, delegate=unit, reason="就近")
    assert [error.field for error in refused.value.errors] == ["delegate"]
    assert says in refused.value.errors[0].en
    assert world.everything() == before


def test_a_delegate_sees_the_case_as_staff_has_it_on_the_desk_and_delegates_no_further(world: World) -> None:
    story = three_hands(world)

    def on_desk() -> list[str]:
        with reading(world.db) as db:
            return [case.number for case in desk_of(db, db.get_one(User, world.people["zhou"]), story.at).cases]

    assert on_desk() == []
    story.then("delegate", "wang", delegate="A", reason="就近")
    assert on_desk() == [story.number]
    with reading(world.db) as db:
        zhou, case = db.get_one(User, world.people["zhou"]), find(db, story.number)
        assert may_see(db, case, zhou, story.at) and reads_as_staff(db, case, zhou, story.at)
    with pytest.raises(NotByYou):
        story.then("delegate", "zhou", delegate="T", reason="再派")
    assert set(story.offers("zhou")) >= {"sign_delegated", "note"}
    assert not set(story.offers("zhou")) & {"delegate", "take_back", "report", "report_delegated"}
    story.then("sign_delegated", "zhou")
    story.then("report_delegated", "zhou", result="已核实")
    assert on_desk() == []
    world.check()


def test_a_silent_delegate_is_late_and_who_delegated_hears_of_it(world: World) -> None:
    story = three_hands(world)
    story.then("waive_part", "zhao", part="G", reason="不需要")
    story.then("waive_part", "zhao", part="B", reason="不需要")
    story.then("delegate", "wang", delegate="A", reason="就近")
    fired = swept(world, moment("11-26 18:00"), since=story.at)
    assert short(fired, world) == [
        ("delegated@A", "remind -4wh", "11-23 13:30"),
        ("delegated@A", "overdue 0", "11-23 17:30"),
        ("delegated@A", "yellow +1wd", "11-24 17:30"),
        ("delegated@A", "climb +3wd", "11-26 17:30"),
    ]
    with reading(world.db) as db:
        told = next(event.data for event in events_of(db, story.case.id or 0) if event.action == "overdue")
    assert f'["delegate",{world.units["A"]},[{world.people["zhou"]}]]' in told
    assert f'["delegator",{world.units["D"]},[{world.people["wang"]}' in told
    story.at = moment("11-27 09:00")
    story.then("take_back", "wang", reason="逾期未办，收回自办")
    assert story.case.level == 0  # nothing of the case is late any more
    world.check()


@pytest.mark.parametrize(
    ("action", "by", "form", "left"),
    [
        ("waive_part", "zhao", {"part": "D", "reason": "不需要"}, "waived"),
        ("transfer_part", "zhao", {"part": "D", "to_unit": "T", "reason": "归口"}, "transferred"),
        ("transfer", "zhao", {"lead": "D", "reason": "归口"}, "ended"),
    ],
)
def test_a_delegation_ends_with_the_part_that_it_was_for(
    world: World, action: str, by: str, form: dict[str, Any], left: str
) -> None:
    story = three_hands(world, lead="G")
    story.then("delegate", "wang", delegate="A", reason="就近")
    story.then(action, by, **form)
    parts = world.parts(story.number)
    assert ("D", "support", left, False) in parts
    assert ("A", "delegate", "ended", False) in parts
    assert "delegated@A" not in dues(world, story)
    world.check()


def test_returning_a_case_ends_what_the_lead_has_delegated(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("delegate", "wang", delegate="A", reason="就近")
    story.then("transfer", "zhao", lead="G", reason="归口")
    assert world.parts(story.number)[1] == ("A", "delegate", "ended", False)
    story.then("return", "guo", reason="不属本部门", rule="三定方案第三条")
    world.check()


def test_a_delegation_goes_on_while_the_case_is_on_account_and_ends_with_the_case(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("delegate", "wang", delegate="A", reason="就近")
    story.then("put_on_account", "zhao", promise="明年建成", promised_on="2027-03-01")
    story.then("sign_delegated", "zhou")
    story.then("report_delegated", "zhou", result="已核实")
    story.then("take_off_account", "zhao", result="已建成")
    story.then("report", "wang", answer="好")
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    assert [part[3] for part in world.parts(story.number)] == [False, False]
    assert world.clocks(story.number, running=True) == []
    world.check()


def test_whoever_did_the_work_as_a_delegate_does_not_verify_it(world: World) -> None:
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="A")
    story.then("sign_for", "zhou")
    story.then("delegate", "zhou", delegate="D", reason="就近")
    story.then("sign_delegated", "shuang")  # a handler of D, and a supervisor of C
    story.then("report_delegated", "shuang", result="已核实")
    story.then("report", "zhou", answer="已补发工资")
    assert "verify" not in story.offers("shuang")
    with pytest.raises(ActionNotAllowed, match="须由他人核验"):
        story.then("verify", "shuang")
    story.then("verify", "zhao")
    world.check()


def test_what_is_said_between_department_and_delegate_is_for_staff(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("delegate", "wang", delegate="A", reason="人手不足", instructions="请核实工资台账")
    with reading(world.db) as db:
        read = {
            login: [
                said.body
                for happening in history_of(db, find(db, story.number), db.get_one(User, world.people[login]), story.at)
                for said in happening.said
            ]
            for login in ("zhang", "zhou")
        }
    assert "请核实工资台账" in read["zhou"]
    assert "请核实工资台账" not in read["zhang"] and "人手不足" not in read["zhang"]
