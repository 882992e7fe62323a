"""A support department's part: its own clocks and ladder, and what the case must wait for."""

from __future__ import annotations

import pytest

from cases.desks import desk_of
from cases.errors import InvalidFields
from cases.record.database import reading
from cases.record.people import User
from cases.timeline import events_of
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import HOUR, Story, World
from workflow.machine import ActionNotAllowed, NotByYou


def with_support(world: World) -> Story:
    """Begin a case that D leads and A supports."""
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A"])
    story.then("sign_for", "wang")
    return story


def test_a_support_department_has_clocks_of_its_own_that_run_from_dispatch(world: World) -> None:
    story = with_support(world)
    names = {clock.state: clock.due_at for clock in world.clocks(story.number, running=True) if clock.kind == "beside"}
    place = world.units["A"]
    assert names == {f"sign@{place}": moment("11-17 17:30"), f"done@{place}": moment("11-30 17:30")}
    assert story.case.due_at == moment("12-07 17:30")  # nobody is late with the case because of it
    story.then("sign_part", "zhou")
    assert world.clock(story.number, "beside").state == f"done@{place}"
    story.then("report_part", "zhou", result="已督促补缴")
    assert world.parts(story.number) == [("D", "lead", "signed", True), ("A", "support", "done", False)]
    assert [clock.kind for clock in world.clocks(story.number, running=True)] == ["case", "state"]
    world.check()


def test_a_silent_support_department_is_reminded_overdue_and_climbs(world: World) -> None:
    story = with_support(world)
    fired = swept(world, moment("11-20 18:00"), since=story.at)
    assert short(fired, world) == [
        ("sign@A", "remind -4wh", "11-17 13:30"),
        ("sign@A", "overdue 0", "11-17 17:30"),
        ("sign@A", "yellow +1wd", "11-18 17:30"),
        ("sign@A", "climb +3wd", "11-20 17:30"),
    ]
    assert story.case.level == 4
    world.check()
    with reading(world.db) as db:
        told = [event.data for event in events_of(db, story.case.id or 0) if event.action == "overdue"]
    zhou, wang = world.people["zhou"], world.people["wang"]
    assert f'"told":[["support",{world.units["A"]},[{zhou}]]' in told[0]
    assert f"[{wang}" in told[0]


def test_the_case_is_not_done_before_each_part_is_done_or_waived(world: World) -> None:
    story = with_support(world)
    with pytest.raises(ActionNotAllowed):
        story.then("report", "wang", answer="已补发工资")
    with pytest.raises(InvalidFields):
        story.then("waive_part", "zhao", part="T", reason="不需要了")
    story.then("waive_part", "zhao", part="A", reason="不需要了")
    assert world.parts(story.number)[1] == ("A", "support", "waived", False)
    story.then("report", "wang", answer="已补发工资")
    world.check()


def test_nobody_signs_for_another_department_s_part_or_twice(world: World) -> None:
    story = with_support(world)
    with pytest.raises(NotByYou):
        story.then("sign_part", "wang")
    with pytest.raises(ActionNotAllowed):
        story.then("report_part", "zhou", result="未签收")
    story.then("sign_part", "zhou")
    with pytest.raises(ActionNotAllowed):
        story.then("sign_part", "zhou")
    world.check()


def test_the_clocks_of_a_part_go_on_when_the_case_moves_and_end_with_it(world: World) -> None:
    story = with_support(world)
    story.then("put_on_account", "zhao", promise="明年建成", promised_on="2027-03-01")
    running = [clock.state or "" for clock in world.clocks(story.number, running=True)]
    assert [state.partition("@")[0] for state in running if "@" in state] == ["sign", "done", "keep"]
    story.then("take_off_account", "zhao", result="已建成")
    story.then("sign_part", "zhou")
    story.then("report_part", "zhou", result="完成")
    story.then("report", "wang", answer="好")
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    assert world.clocks(story.number, running=True) == []
    world.check()


def test_a_department_that_takes_the_lead_has_no_part_of_its_own_any_more(world: World) -> None:
    story = with_support(world)
    story.then("transfer", "zhao", lead="A", reason="归口办理")
    assert [clock.kind for clock in world.clocks(story.number, running=True)] == ["case", "state"]
    assert world.parts(story.number)[-1] == ("A", "lead", "offered", True)
    world.check()


def test_what_a_late_part_has_climbed_to_stays_until_the_part_is_done(world: World) -> None:
    story = with_support(world)
    swept(world, moment("11-20 18:00"), since=story.at)
    story.at = moment("11-23 09:00")
    story.then("refer_up", "zhao", after=0 * HOUR, summary="需上级协调")
    assert story.case.level == 4
    swept(world, moment("11-23 18:00"), since=story.at)
    assert story.case.level == 5  # nobody has acknowledged it
    story.at = moment("11-24 09:00")
    story.then("sign_part", "zhou")
    assert story.case.level == 0
    world.check()


def test_a_part_lies_on_the_desk_of_its_department_until_it_is_done(world: World) -> None:
    story = with_support(world)

    def on_desk() -> list[str]:
        with reading(world.db) as db:
            return [case.number for case in desk_of(db, db.get_one(User, world.people["zhou"]), story.at).cases]

    assert on_desk() == [story.number]
    story.then("sign_part", "zhou")
    assert on_desk() == [story.number]
    story.then("report_part", "zhou", result="已督促补缴")
    assert on_desk() == []
