"""What somebody has to do with a case that lies on another desk: sign for their part of it, finish it, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cases.answering import answered_for
from cases.clocks import BESIDE
from cases.desks import Desk, part_words
from cases.hands import LEAD, clock_of, todo_of
from cases.laws import law_of
from cases.policy import HANDLING, duties_of
from cases.record.at_once import gather
from cases.record.case import Assignment
from cases.record.clock import Clock
from cases.record.people import Unit, User


@dataclass(frozen=True)
class Task:
    """What a department has to do with its part of a case (`cases.hands`), and the clock by which it has to."""

    todo: str | None
    status: str
    clock: Clock | None

    @property
    def due_at(self) -> datetime | None:
        """Return when it is due."""
        return self.clock.due_at if self.clock else None


def tasks_of(db: Session, desk: Desk, by: User, at: datetime) -> dict[int, Task]:
    """Return, by the id of a case that lies on another desk, what a person's departments have to do with their part."""
    elsewhere = (case for case in desk.cases if case.id not in desk.owned)
    with_parts = [case.id or 0 for case in elsewhere if part_words(law_of(db, case.law_id).definition)]
    if not with_parts:
        return {}
    wanted = select(Assignment).where(col(Assignment.case_id).in_(with_parts), col(Assignment.ended_at).is_(None))
    own = select(Unit.id).where(answered_for(duties_of(db, by, at), HANDLING, at))
    found, mine = gather(db, [wanted.order_by(col(Assignment.id)), own])
    rows: dict[int, list[Assignment]] = {}
    for row in found:
        rows.setdefault(row.case_id, []).append(row)
    parts = {
        case_id: [row for row in found if row.kind != LEAD and row.unit_id in mine] for case_id, found in rows.items()
    }
    parts = {case_id: found for case_id, found in parts.items() if found}
    running = select(Clock).where(col(Clock.case_id).in_(parts), Clock.kind == BESIDE, col(Clock.stopped_at).is_(None))
    clocks: dict[int, list[Clock]] = {}
    for clock in db.exec(running.order_by(col(Clock.id))) if parts else ():
        clocks.setdefault(clock.case_id, []).append(clock)
    return {case_id: _task(found, rows[case_id], clocks.get(case_id, [])) for case_id, found in parts.items()}


def _task(parts: Sequence[Assignment], rows: Sequence[Assignment], clocks: Sequence[Clock]) -> Task:
    """Return what is most urgent of several parts of one case."""
    tasks = [Task(todo_of(row, rows), row.status, clock_of(row, clocks)) for row in parts]
    return min(tasks, key=lambda task: (task.due_at is None, task.due_at.timestamp() if task.due_at else 0))
