"""What a level may do with a matter, and what becomes of clocks that are given time, moved or put under another law."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from cases.errors import InvalidFields
from cases.laws import migrate_cases, publish
from cases.outlook import outlooks
from cases.parking import FAILED, park
from cases.record.case import Case
from cases.record.clock import Clock, Parked
from cases.record.database import reading, transaction
from cases.sweep import sweep
from cases.words import vocabulary
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import DAY, Story, World
from tests.cast import WORKFLOWS
from workflow.reading import parse

AT_ONCE = timedelta()


def climbed(world: World, until: str = "11-20 18:00", **story: Any) -> Story:
    """Return a case that nobody has signed for, and that has climbed."""
    told = Story(world, **story).up_to("accept")
    swept(world, moment(until), since=told.at)
    return told


def test_more_time_that_is_over_already_is_refused(world: World) -> None:
    story = climbed(world, "11-23 18:00")
    story.at = moment("11-24 09:00")
    with pytest.raises(InvalidFields) as refused:
        story.then("acknowledge", "wei", after=AT_ONCE, measure="extend", extra="1wd")
    assert [error.field for error in refused.value.errors] == ["extra"]
    assert story.case.level == 5
    world.check()


def test_more_time_is_not_granted_once_it_would_be_over(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", extra="1wd", reason="材料未齐")
    story.at = moment("12-14 09:00")
    with pytest.raises(InvalidFields):
        story.then("decide_extension", "zhao", after=AT_ONCE, approve="yes")
    story.then("decide_extension", "zhao", after=AT_ONCE, approve="no")
    assert story.case.due_at == moment("12-07 17:30")


def test_a_case_late_as_a_whole_goes_on_to_be_told_of_after_more_time_for_its_desk(world: World) -> None:
    story = climbed(world)
    with transaction(world.db) as db:
        whole = db.exec(select(Clock).where(Clock.kind == "case")).one()
        whole.due_at, whole.rung, whole.next_at = moment("11-01 09:00"), 3, None  # long past its last rung
    story.at = moment("11-23 09:00")
    story.then("acknowledge", "chen", after=AT_ONCE, measure="extend", extra="8wd")
    assert short(list(sweep(world.db, story.at)), world)[0][:2] == ("case", "climb +5wd")


@pytest.mark.parametrize(("who", "at"), [("wu", "D")])
def test_the_late_department_s_own_head_cannot_take_its_case_over(world: World, who: str, at: str) -> None:
    law = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    law = law.replace('do = "climb",   tell = ["parent.supervisor"]', 'do = "climb",   tell = ["owner_head"]')
    with transaction(world.db) as db:
        publish(db, parse(law, "proposal.toml", vocabulary()), at=moment("11-16 08:00"))
    story = climbed(world)
    story.at = moment("11-23 09:00")
    assert story.case.level == 1
    with pytest.raises(InvalidFields):
        story.then("acknowledge", who, after=AT_ONCE, measure="take_over")


def test_what_lies_with_the_union_above_cannot_be_pushed_further_up_by_taking_it_over(world: World) -> None:
    story = Story(world, unit="T")
    story.then("submit", "zhang")
    story.then("accept", "tang", category="工资报酬", tier="A", lead="G")
    story.then("sign_for", "guo")
    story.then("refer_up", "du", summary="全市性问题")
    story.at += 60 * DAY
    while story.case.level != 5:
        story.at += DAY / 4
        list(sweep(world.db, story.at))
    with pytest.raises(InvalidFields):  # the leader of C, whose supervisor has it
        story.then("acknowledge", "sun", measure="take_over")


def test_a_dispute_is_taken_over_by_the_supervisor_it_has_climbed_to(world: World) -> None:
    story = Story(world).up_to("accept")
    story.then("return", "wang", reason="不属本部门职责", rule="三定方案第五条")
    story.then("uphold", "zhao", reason="属本部门职责")
    story.then("dispute", "wang", reason="不属本部门职责", rule="三定方案第五条")
    swept(world, moment("11-23 18:00"), since=story.at)
    assert story.case.level == 4
    story.at = moment("11-24 09:00")
    story.then("acknowledge", "chen", after=AT_ONCE, measure="take_over")
    assert story.case.unit_id == world.units["P"]
    story.then("adjudicate", "chen", lead="B", reason="由省总办理")
    world.check()


def test_rungs_that_wait_for_the_sweep_come_on_the_ladder_of_a_new_version_too(world: World) -> None:
    story = Story(world).up_to("accept")
    law = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    with transaction(world.db) as db:
        publish(db, parse(law.replace("催办", "督促"), "proposal.toml", vocabulary()), at=moment("11-18 08:00"))
    with transaction(world.db) as db:
        list(migrate_cases(db, "proposal", 2, at=moment("11-23 09:00")))
    assert [one.rung for one in sweep(world.db, moment("11-23 09:30"))] == [
        "remind -4wh", "overdue 0", "yellow +1wd", "climb +3wd",
    ]  # fmt: skip
    world.check()
    assert story.case.level == 4


def test_a_parked_clock_that_stands_still_does_not_fire_when_it_is_let_go(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with transaction(world.db) as db:
        whole = db.exec(select(Clock).where(Clock.kind == "case")).one()
        assert park(db, whole, FAILED, "broken", story.at)
    story.then("put_on_account", "zhao", promise="明年建成", promised_on="2027-03-01")
    with reading(world.db) as db:
        assert db.exec(select(Parked).where(col(Parked.released_at).is_(None))).all() == []
    assert world.clock(story.number, "case").next_at is None


def test_what_is_parked_is_told_of_beside_what_comes_next(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with transaction(world.db) as db:
        clock = db.exec(select(Clock).where(Clock.kind == "state", col(Clock.stopped_at).is_(None))).one()
        assert park(db, clock, FAILED, "broken", story.at)
    with reading(world.db) as db:
        told = [(one.clock, one.rung, one.is_wrong) for one in outlooks(db, story.at)]
        assert told == [("handling", "", True), ("case", "remind -5wd", False)]
        assert db.exec(select(Case)).one().number == story.number
