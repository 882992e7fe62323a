"""What lies beside a case, in rows: its clocks, ballots, promises, requests for more time and disputes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from cases.ballots import ballots_of, seats_of
from cases.capabilities.disputes import disputes_of
from cases.capabilities.extensions import requests_of
from cases.capabilities.promises import promises_of
from cases.clock_names import clock_name
from cases.record.case import Case
from cases.record.people import User
from cases.sheet import clocks_of
from cases.units import units_by_id
from workflow.definition import Definition

#: The columns of a table, and its rows.
Table = tuple[Sequence[str], Sequence[Sequence[Any]]]


def beside_of(db: Session, case: Case, definition: Definition, *, is_named: bool) -> dict[str, Table]:
    """Return the tables of what lies beside a case, by name; those without rows are left out."""
    found = {
        "clocks": _clocks(db, case, definition),
        "votes": _votes(db, case, is_named=is_named),
        "promises": _promises(db, case),
        "extensions": _extensions(db, case),
        "disputes": _disputes(db, case),
    }
    return {name: table for name, table in found.items() if table[1]}


def _clocks(db: Session, case: Case, definition: Definition) -> Table:
    rows = [
        (clock_name(db, definition, row.kind, row.state)[0], row.limit, row.started_at, row.due_at, row.stopped_at)
        for row in clocks_of(db, case.id or 0)
    ]
    return ("clock", "limit", "from", "due", "stopped"), rows


def _votes(db: Session, case: Case, *, is_named: bool) -> Table:
    rows: list[Sequence[Any]] = []
    for ballot in ballots_of(db, case):
        seats = seats_of(db, ballot)
        ids = [seat.user_id for seat in seats]
        names = dict(db.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all()) if is_named else {}
        for seat in seats:
            vote = "recused" if seat.recused_at else seat.choice
            rows.append((ballot.number, names.get(seat.user_id, "—"), vote, ballot.outcome, ballot.decided_at))
    return ("ballot", "member", "vote", "outcome", "decided"), rows


def _promises(db: Session, case: Case) -> Table:
    rows = promises_of(db, case)
    units = units_by_id(db, [row.unit_id for row in rows])
    told = [(r.number, units[r.unit_id].code, r.promised_on, r.due_at, r.kept_at, r.broken_at) for r in rows]
    return ("promise", "unit", "promised_on", "due", "kept", "broken"), told


def _extensions(db: Session, case: Case) -> Table:
    rows = requests_of(db, case)
    units = units_by_id(db, [row.unit_id for row in rows])
    told = [
        (
            units[row.unit_id].code if row.unit_id else None,
            row.extra,
            row.asked_at,
            row.due_at,
            None if row.is_granted is None else "granted" if row.is_granted else "refused",
            row.decided_at or row.lapsed_at,
            row.new_due_at,
        )
        for row in rows
    ]
    return ("for", "extra", "asked", "due", "decision", "decided", "new_due"), told


def _disputes(db: Session, case: Case) -> Table:
    rows = disputes_of(db, case)
    columns = ("opened_by_unit_id", "against_unit_id", "booked_to_unit_id")
    units = units_by_id(db, [getattr(row, name) for row in rows for name in columns])
    told = [
        (
            row.about,
            *(units[unit_id].code if (unit_id := getattr(row, name)) else None for name in columns[:2]),
            row.opened_at,
            row.decision,
            row.decided_at,
            units[row.booked_to_unit_id].code if row.booked_to_unit_id else None,
        )
        for row in rows
    ]
    return ("dispute", "opened_by", "against", "opened", "decision", "decided", "booked_to"), told
