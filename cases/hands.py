"""Who has which part of a case in hand: its clocks, what is to be done next, and what holds the report up (在办)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cases.policy import answers_for
from cases.record.case import Case
from cases.record.clock import Clock
from cases.record.people import User
from cases.sides import Side
from cases.words import HANDLERS, Post
from workflow.definition import Definition
from workflow.vocabulary import DELEGATE, DELEGATED, DONE, SIGN, SUPPORT

LEAD = "lead"
OFFERED, SIGNED = "offered", "signed"

#: What a department has to do with its part: sign for it, finish it, or take back what it has delegated.
TO_SIGN, TO_FINISH, TO_TAKE_BACK = "sign", "finish", "take_back"


def sides_of(row: Any) -> tuple[Side, ...]:
    """Return the clocks beside the case that run for a part; those of the lead are the clocks of the case."""
    if row.kind == SUPPORT:
        return Side(SIGN, row.unit_id), Side(DONE, row.unit_id)
    return (Side(DELEGATED, row.unit_id, row.id),) if row.kind == DELEGATE else ()


def clock_of(row: Any, clocks: Iterable[Clock]) -> Clock | None:
    """Return the clock by which a part is next due, of those of its case; None for the lead and without a limit."""
    mine = {str(side) for side in sides_of(row)} if row.ended_at is None else set()
    running = [clock for clock in clocks if clock.state in mine and clock.stopped_at is None]
    return min(running, key=lambda clock: clock.due_at or clock.started_at, default=None)


def open_rows(rows: Iterable[Any]) -> list[Any]:
    """Return the parts that have not ended."""
    return [row for row in rows if row.ended_at is None]


def delegation_of(row: Any, rows: Iterable[Any]) -> Any | None:
    """Return the delegation of a part that is open; there is one at most."""
    return next((other for other in open_rows(rows) if other.parent_id == row.id), None)


def todo_of(row: Any, rows: Sequence[Any]) -> str | None:
    """Return what a department has to do with its part; None where it has ended or waits for somebody else."""
    if row.ended_at is not None:
        return None
    if delegation_of(row, rows) is not None:
        return TO_TAKE_BACK
    return {OFFERED: TO_SIGN, SIGNED: TO_FINISH}.get(row.status)


def own_parts(db: Session, case: Case, rows: Iterable[Any], by: User, at: datetime) -> list[Any]:
    """Return those among some parts for whose departments a person acts."""
    return [row for row in rows if answers_for(db, case, Post(HANDLERS, row.unit_id), by, at, row.kind)]


def holding_up(definition: Definition, rows: Sequence[Any]) -> list[Any]:
    """Return the parts without which the lead cannot report the case done.

    A support department holds it up under a law that gives parts their limits, a delegation always.
    """
    return [row for row in open_rows(rows) if row.kind == DELEGATE or (row.kind == SUPPORT and definition.parts)]
