"""What must hold of every desk: each clock that runs in an open case is on one where somebody can act on it now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from cases.act import actions_for
from cases.capabilities.promises import to_keep
from cases.clocks import BESIDE, CLIMB
from cases.desks import desk_of
from cases.matters import matters_of
from cases.queries import exceptions
from cases.record.case import Assignment, Case
from cases.record.clock import Clock, Level
from cases.record.database import reading
from cases.record.people import User
from cases.sides import Side
from cases.tasks import tasks_of
from tests.cases.world import World

#: What ends the clock of each name, or moves what it runs for; of a part, whoever has it can also give it out or back.
ENDS = {
    "sign": {"sign_part"},
    "done": {"sign_part", "report_part", "delegate", "take_back"},
    "delegated": {"sign_delegated", "report_delegated"},
    "decide": {"decide_extension", "decide_part_extension"},
    "decide_above": {"decide_extension", "decide_part_extension"},
    "answer": {"answer_order"},
    "keep": {"keep_promise_done"},
    "climb": {"acknowledge"},
    "given_back": {"release_part", "dispute_part"},
}


def matters(world: World, login: str, at: datetime) -> list[tuple[str, str, datetime | None]]:
    """Return what waits for somebody beside cases: the case, what it is, and by when."""
    with reading(world.db) as db:
        found = matters_of(db, db.get_one(User, world.people[login]), at).rows
        return [(one.case.number, one.kind, one.due_at) for one in found]


def having(world: World, kind: str, at: datetime) -> list[str]:
    """Return the logins of those with such a matter on their desk."""
    return [login for login in world.people if kind in [one for _, one, _ in matters(world, login, at)]]


def in_the_dark(db: Session, case: Case, at: datetime) -> list[str]:
    """Return the running clocks of an open case that are on nobody's desk who could act on them now."""
    running = db.exec(select(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))).all()
    waiting = {clock.id: clock for clock in running}
    if case.closed_at is not None or case.number in {number for number, _ in exceptions(db)}:
        return []
    for person in db.exec(select(User).where(User.is_active).order_by(col(User.id))):
        if waiting:
            for clock_id in _on_desk(db, case, list(waiting.values()), person, at):
                waiting.pop(clock_id)
    return [f"{case.number} in {case.state}: {clock.kind} {clock.state}" for clock in waiting.values()]


def _on_desk(db: Session, case: Case, waiting: list[Clock], person: User, at: datetime) -> Iterator[int | None]:
    """Yield those of some clocks that are on a person's desk, and that they can act on."""
    steps = actions_for(db, case, person, at)
    if not steps:
        return
    can = {word for step in steps for word in step.does}
    desk = desk_of(db, person, at, most=500)
    cases = [one for one in desk.cases if one.id == case.id]
    kinds = {one.clock.id: one.kind for one in matters_of(db, person, at, most=500).rows if one.clock}
    task = tasks_of(db, replace(desk, cases=cases), person, at).get(case.id or 0)
    promised = {row.id for row in to_keep(db, person, at, most=500)}
    level = db.exec(select(Level).where(Level.case_id == case.id, col(Level.left_at).is_(None))).first()
    given_back = db.exec(
        select(Assignment.unit_id).where(Assignment.case_id == case.id, Assignment.status == "returned")
    ).all()
    for clock in waiting:
        side = Side.parse(clock.state) if clock.kind == BESIDE else None
        if side is None and not (clock.kind == CLIMB and level and level.acknowledged_at is None):
            is_there = bool(cases) and any(step.targets or step.does for step in steps)
        elif side is not None and side.name == "keep":
            is_there = side.row_id in promised and bool(can & ENDS["keep"])
        elif clock.id in kinds:
            name = side.name if side else "climb"
            is_there = bool(can & ENDS["given_back" if kinds[clock.id] == "given_back" else name])
        elif side is not None and side.name in ("sign", "done", "delegated"):
            is_there = task is not None and (bool(can & ENDS[side.name]) or side.unit_id in given_back)
            is_there |= side.unit_id in given_back and bool(cases)
        else:
            is_there = False
        if is_there:
            yield clock.id
