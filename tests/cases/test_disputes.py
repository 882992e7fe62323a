"""Whose a case is: the supervisor above both sides decides, who is of neither; the time is booked to who was wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from cases.errors import InvalidFields
from cases.rates import rates
from cases.record.database import reading, transaction
from cases.record.disputes import Dispute
from cases.record.people import Duty
from cases.seats import people_at, posts
from cases.sweep import sweep
from tests.cases.departments import BECAUSE, check_departments, disputes, sides, status, three_departments
from tests.cases.test_ladders import moment
from tests.cases.test_returns import on_desk, refused
from tests.cases.world import DAY, HOUR, Story, World
from tests.cast import MONDAY
from workflow.machine import NotByYou, NotNow

TWO_WORKING_DAYS = 2 * 7 * 60 + 60


def quarrel(world: World, unit: str = "C", lead: str = "D", handler: str = "wang", supervisor: str = "zhao") -> Story:
    """Bring a case to the adjudicator: its lead has given it back, had it upheld, and does not agree."""
    story = Story(world, unit=unit)
    story.then("submit", "zhang")
    reviewer = "tang" if unit == "T" else "li"
    story.then("accept", reviewer, category="工资报酬", tier="A", lead=lead)
    story.then("return", handler, **BECAUSE)
    story.then("uphold", supervisor, reason="属其职责")
    story.then("dispute", handler, **BECAUSE)
    return story


def answering(world: World, story: Story) -> set[str]:
    """Return who may decide."""
    logins = {user_id: login for login, user_id in world.people.items()}
    with reading(world.db) as db:
        found = [people_at(db, post, story.at) for post in posts(db, story.case, "adjudicator")]
    return {logins[person.id or 0] for _, people in found for person in people}


@pytest.mark.parametrize(("named", "decision", "booked"), [("D", "refused", "D"), ("A", "upheld", "C")])
def test_a_dispute_is_booked_to_the_department_that_was_wrong_or_to_the_union_that_gave_it_the_case(
    world: World, named: str, decision: str, booked: str
) -> None:
    story = quarrel(world)
    (dispute,) = disputes(world)
    assert (dispute.about, dispute.opened_by_unit_id, dispute.against_unit_id) == ("lead", world.units["D"], None)
    assert (dispute.opened_at, dispute.decided_at) == (story.at, None)
    assert world.clock(story.number, "state").limit == "2wd"
    story.then("adjudicate", "zhao", after=DAY, lead=named, reason="依三定方案")
    (dispute,) = disputes(world)
    assert (dispute.decision, dispute.booked_to_unit_id) == (decision, world.units[booked])
    assert (dispute.decided_at, dispute.decided_by) == (story.at, world.people["zhao"])
    check_departments(world)


def test_nobody_decides_who_belongs_to_a_department_that_quarrels(world: World) -> None:
    story = quarrel(world)
    assert answering(world, story) == {"zhao"}
    told = refused(world, NotByYou, story, "adjudicate", "shuang", lead="A", reason="归人社局")
    assert "您所在的单位是争议一方" in told.zh  # of D, and a supervisor of C
    assert not on_desk(world, story, "shuang") and on_desk(world, story, "zhao")
    with transaction(world.db) as db:  # everyone who supervises the city is of D now
        db.add(Duty(user_id=world.people["zhao"], unit_id=world.units["D"], role="head"))
    assert answering(world, story) == {"chen"}
    refused(world, NotByYou, story, "adjudicate", "zhao", lead="A", reason="归人社局")
    assert on_desk(world, story, "chen")
    assert story.then("adjudicate", "chen", lead="A", reason="归人社局").state == "assigned"
    check_departments(world)


def test_a_union_that_quarrels_over_its_own_case_is_judged_by_the_one_above(world: World) -> None:
    story = Story(world, unit="T")
    story.then("submit", "zhang")
    story.then("accept", "tang", category="工资报酬", tier="A", lead="T")
    with transaction(world.db) as db:
        db.add(Duty(user_id=world.people["guo"], unit_id=world.units["T"], role="handler"))
    story.then("return", "guo", **BECAUSE)
    story.then("uphold", "du", reason="属镇工会职责")
    story.then("dispute", "guo", **BECAUSE)
    refused(world, NotByYou, story, "adjudicate", "du", lead="T", reason="属镇工会职责")
    story.then("adjudicate", "zhao", lead="D", reason="归权益部")
    assert disputes(world)[0].booked_to_unit_id == world.units["T"]  # as the union that dispatched it
    check_departments(world)


def test_a_dispute_that_is_not_decided_within_two_working_days_climbs(world: World) -> None:
    story = quarrel(world)
    list(sweep(world.db, moment("11-23 18:00")))
    assert story.case.level == 4
    story.at = moment("11-24 09:00")
    story.then("acknowledge", "chen", after=timedelta(), measure="take_over")
    story.then("adjudicate", "chen", lead="B", reason="由省总办理")
    (dispute,) = disputes(world)
    assert (dispute.decided_by, dispute.booked_to_unit_id) == (world.people["chen"], world.units["C"])
    check_departments(world)


def test_a_dispute_ends_with_the_case_and_is_booked_to_nobody(world: World) -> None:
    story = quarrel(world)
    story.then("withdraw", "zhang")
    (dispute,) = disputes(world)
    assert (dispute.decision, dispute.decided_at, dispute.decided_by) == ("lapsed", story.at, None)
    assert dispute.booked_to_unit_id is None
    check_departments(world)


# --- over a part, in a case with three departments in three different states


@pytest.mark.parametrize("opener", ["wang", "zhou"])
@pytest.mark.parametrize(("release", "decision", "booked"), [("yes", "upheld", "D"), ("no", "refused", "A")])
def test_a_quarrel_between_lead_and_support_is_decided_and_booked_to_the_one_who_lost(
    world: World, opener: str, release: str, decision: str, booked: str
) -> None:
    story = three_departments(world)
    story.then("return_part", "zhou", **BECAUSE)
    story.then("dispute", opener, **BECAUSE)
    assert story.case.state == "adjudicating"
    assert status(world, story) == {"D": "signed", "A": "returned", "B": "signed"}
    assert sides(world, story) == ["done@A", "done@B", "sign@A"]
    refused(world, NotByYou, story, "adjudicate_part", "zhao", release=release, reason="理由")  # B is of the province
    story.then("adjudicate_part", "chen", release=release, reason="依三定方案")
    (dispute,) = disputes(world)
    sides_of = {dispute.opened_by_unit_id, dispute.against_unit_id}
    assert (dispute.about, sides_of) == ("part", {world.units["A"], world.units["D"]})
    assert dispute.opened_by_unit_id == world.units["D" if opener == "wang" else "A"]
    assert (dispute.decision, dispute.booked_to_unit_id) == (decision, world.units[booked])
    assert story.case.state == "handling"
    assert status(world, story).get("A") == (None if release == "yes" else "offered")
    check_departments(world)
    if release == "no":
        refused(world, NotNow, story, "return_part", "zhou", **BECAUSE)
        story.then("sign_part", "zhou")


def test_a_part_that_was_signed_for_is_signed_for_still_when_it_has_to_stay(world: World) -> None:
    story = three_departments(world)
    story.then("return_part", "bai", **BECAUSE)
    story.then("dispute", "wang", part="B", **BECAUSE)
    story.then("adjudicate_part", "chen", release="no", reason="属其职责")
    assert status(world, story) == {"D": "signed", "A": "offered", "B": "signed"}
    story.then("report_part", "bai", result="已办")
    check_departments(world)


def test_the_adjudicator_of_a_part_may_also_give_the_whole_case_to_others(world: World) -> None:
    story = three_departments(world)
    story.then("return_part", "zhou", **BECAUSE)
    story.then("dispute", "wang", **BECAUSE)
    story.then("adjudicate", "chen", lead="A", support=["B"], reason="由人社局牵头")
    (dispute,) = disputes(world)
    assert (dispute.decision, dispute.booked_to_unit_id) == ("refused", world.units["A"])
    assert status(world, story) == {"A": "offered", "B": "offered"}
    check_departments(world)


def test_who_leads_a_case_is_not_decided_by_the_step_for_parts(world: World) -> None:
    story = quarrel(world)
    assert "adjudicate_part" not in story.offers("zhao")
    refused(world, NotNow, story, "adjudicate_part", "zhao", release="yes", reason="理由")
    refused(world, InvalidFields, story, "adjudicate", "zhao", lead="NONE", reason="理由")


# --- the rates


def test_the_time_of_disputes_stands_beside_the_rates_of_whoever_it_is_booked_to(world: World) -> None:
    lost, won = quarrel(world), quarrel(world)
    lost.then("adjudicate", "zhao", after=2 * DAY, lead="D", reason="属其职责")  # Monday 15:00 to Wednesday 15:00
    won.then("adjudicate", "zhao", after=HOUR, lead="A", reason="归人社局")
    quarrel(world).then("withdraw", "zhang")
    quarrel(world)  # is open still
    with reading(world.db) as db:
        rows = {row["key"]: row for row in rates(db, MONDAY - DAY, MONDAY + 30 * DAY, "unit")}
        (whole,) = rates(db, MONDAY - DAY, MONDAY + 30 * DAY)
        (before,) = rates(db, MONDAY - DAY, MONDAY)
    names = ("disputes", "dispute_working_minutes", "dispute_minutes", "disputes_lapsed")
    assert tuple(rows["D"][name] for name in names)[:3] == (1, 2 * 450, 2 * 24 * 60)
    assert tuple(rows["C"][name] for name in names)[:3] == (1, 60, 60)
    assert tuple(whole[name] for name in names) == (2, 2 * 450 + 60, 2 * 24 * 60 + 60, 1)
    assert sum(row["disputes_lapsed"] for row in rows.values()) == 1
    assert before["disputes"] == 0


def test_a_dispute_that_was_tampered_with_is_found(world: World) -> None:
    story = quarrel(world)
    story.then("adjudicate", "zhao", lead="D", reason="属其职责")
    world.check()
    with transaction(world.db) as db:
        dispute = db.exec(select(Dispute)).one()
        dispute.booked_to_unit_id = world.units["A"]
        db.add(dispute)
    with pytest.raises(Exception, match="disputes"):
        world.check()
