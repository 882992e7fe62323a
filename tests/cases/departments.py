"""A case with three departments in three different states, for the tests of what they do beside one another."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.record.case import Assignment, Case
from cases.record.clock import Clock
from cases.record.database import reading
from cases.record.disputes import Dispute
from cases.sides import Side
from tests.cases.world import Story, World

BECAUSE: dict[str, Any] = {"reason": "不属本单位职责", "rule": "三定方案第五条"}


def three_departments(world: World, tier: str = "A") -> Story:
    """Begin a case that D leads and has signed for; A has been offered a part, and B has signed for one."""
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier=tier, lead="D", support=["A", "B"])
    story.then("sign_for", "wang")
    story.then("sign_part", "bai")
    assert status(world, story) == {"D": "signed", "A": "offered", "B": "signed"}
    return story


def status(world: World, story: Story) -> dict[str, str]:
    """Return where the open part of each department stands."""
    return {code: state for code, _, state, is_open in world.parts(story.number) if is_open}


def sides(world: World, story: Story) -> list[str]:
    """Return the clocks that run beside the case, by name and unit."""
    codes = {unit_id: code for code, unit_id in world.units.items()}
    found = [clock for clock in world.clocks(story.number, running=True) if clock.kind == "beside"]
    parsed = [Side.parse(clock.state) for clock in found]
    return sorted(f"{side.name}@{codes[side.unit_id]}" for side in parsed)


def of_parts(world: World, story: Story) -> dict[str, object]:
    """Return the clocks of parts that run, by what they time, with when they are due."""
    codes = {unit_id: code for code, unit_id in world.units.items()}
    found: dict[str, object] = {}
    for clock in world.clocks(story.number, running=True):
        name, _, unit = (clock.state or "").partition("@")
        if clock.kind == "beside" and "." not in unit:
            found[f"{name}@{codes[int(unit)]}"] = clock.due_at
    return found


def disputes(world: World) -> list[Dispute]:
    """Return every dispute, in order."""
    with reading(world.db) as db:
        return list(db.exec(select_rows(Dispute).order_by(col(Dispute.id))))


def check_departments(world: World) -> None:
    """Assert what holds whatever was done: no part without a desk or a clock, one lead, no dispute out of its place."""
    world.check()
    with reading(world.db) as db:
        for case in db.exec(select_rows(Case)):
            _check(db, case)


def _check(db: Session, case: Case) -> None:
    parts = db.exec(select_rows(Assignment).where(Assignment.case_id == case.id)).all()
    here = [part for part in parts if part.ended_at is None]
    running = {
        clock.state
        for clock in db.exec(select_rows(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None)))
    }
    supports = [part for part in here if part.kind == "support"]
    assert all(str(Side("done", part.unit_id)) in running for part in supports)
    timed = {Side.parse(state).unit_id for state in running if state and state.startswith(("sign@", "done@"))}
    assert timed == {part.unit_id for part in supports}
    leads = [part for part in here if part.kind == "lead"]
    first = [part for part in leads if part.status == "returned"]
    assert len(first) <= 1 and len(leads) - len(first) <= 1
    assert [part.unit_id for part in first] in ([], [case.lead_id])
    others = [part.unit_id for part in leads if part not in first]
    assert (case.offered_id is not None) == bool(first and others)
    assert others in ([], [case.offered_id or case.lead_id])
    open_disputes = db.exec(select_rows(Dispute).where(Dispute.case_id == case.id, col(Dispute.decided_at).is_(None)))
    assert len(open_disputes.all()) == (case.state == "adjudicating" and case.number.startswith("TA"))
