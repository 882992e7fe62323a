"""Requests for more time and disputes of a case, as the API gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from cases.capabilities.disputes import disputes_of
from cases.capabilities.extensions import requests_of
from cases.clocks import BESIDE
from cases.record.case import Assignment, Case, Extension
from cases.record.people import people_by_id
from cases.sheet import Sheet
from cases.sides import Side
from cases.units import units_by_id
from web.visits import Visit
from workflow.vocabulary import DECIDE, DECIDE_ABOVE

PENDING, GRANTED, REFUSED, LAPSED = "pending", "granted", "refused", "lapsed"


class RequestedTime(BaseModel):
    """A request for more time: `unit` is the support department that asks for its part alone, null for the case.

    `due_at` is the limit that stood, `new_due_at` the one that was granted. `decide_by` is the role whose it is to
    decide, until `decide_due_at`. Staff learn who asked and who decided.
    """

    status: str
    unit: str | None
    round: int
    extra: str
    asked_by: str | None
    asked_at: datetime
    due_at: datetime | None
    new_due_at: datetime | None
    decide_by: str | None
    decide_unit: str | None
    decide_due_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    lapsed_at: datetime | None


class OneDispute(BaseModel):
    """A dispute `about` the lead or a part that `returned_by` gave back; null `against` is the union that gave it out.

    Minutes run from its opening to its decision, or to now; they are booked to the unit that turned out to be wrong.
    """

    about: str
    round: int
    returned_by: str
    opened_by: str
    opened_at: datetime
    against: str | None
    decided_at: datetime | None
    decided_by: str | None
    decision: str | None
    booked_to: str | None
    working_minutes: int
    minutes: int


def extensions_of(visit: Visit, case: Case, sheet: Sheet) -> list[RequestedTime]:
    """Return the requests for more time of a case, in order."""
    rows = requests_of(visit.db, case)
    if not rows:
        return []
    names = _names(visit.db, sheet, (person for row in rows for person in (row.asked_by, row.decided_by)))
    deciding = {side.row_id: (side, clock) for side, clock in _deciding(sheet)}
    units = units_by_id(visit.db, [row.unit_id for row in rows] + [side.unit_id for side, _ in deciding.values()])
    found = []
    for row in rows:
        side, clock = deciding.get(row.id, (None, None))
        law = sheet.definition.besides.get(side.name) if side is not None else None
        found.append(
            RequestedTime(
                status=status_of(row),
                unit=units[row.unit_id].code if row.unit_id else None,
                round=row.round,
                extra=row.extra,
                asked_by=names.get(row.asked_by or 0),
                asked_at=row.asked_at,
                due_at=row.due_at,
                new_due_at=row.new_due_at,
                decide_by=law.owner if law is not None else None,
                decide_unit=units[side.unit_id].code if side is not None else None,
                decide_due_at=clock.due_at if clock is not None else None,
                decided_by=names.get(row.decided_by or 0),
                decided_at=row.decided_at,
                lapsed_at=row.lapsed_at,
            )
        )
    return found


def disputes_in(visit: Visit, case: Case, sheet: Sheet) -> list[OneDispute]:
    """Return the disputes over a case, in order, each with its time in the office hours of who gave the case out."""
    rows = disputes_of(visit.db, case)
    if not rows:
        return []
    names = _names(visit.db, sheet, (row.decided_by for row in rows))
    given = select(Assignment.id, Assignment.unit_id).where(col(Assignment.id).in_([row.assignment_id for row in rows]))
    returned = dict(visit.db.exec(given).all())
    columns = ("opened_by_unit_id", "against_unit_id", "booked_to_unit_id")
    units = units_by_id(visit.db, [getattr(row, name) for row in rows for name in columns] + list(returned.values()))
    codes = {unit_id: unit.code for unit_id, unit in units.items()}
    found = []
    for row in rows:
        office = visit.office(row.dispatched_by_unit_id)
        end = row.decided_at or visit.at
        found.append(
            OneDispute(
                about=row.about,
                round=row.round,
                returned_by=codes[returned[row.assignment_id]],
                opened_by=codes[row.opened_by_unit_id],
                opened_at=row.opened_at,
                against=codes.get(row.against_unit_id or 0),
                decided_at=row.decided_at,
                decided_by=names.get(row.decided_by or 0),
                decision=row.decision,
                booked_to=codes.get(row.booked_to_unit_id or 0),
                working_minutes=office.working_minutes(row.opened_at, end),
                minutes=int((end - row.opened_at).total_seconds()) // 60,
            )
        )
    return found


def status_of(row: Extension) -> str:
    """Return what has become of a request."""
    if row.is_granted is None:
        return PENDING if row.lapsed_at is None else LAPSED
    return GRANTED if row.is_granted else REFUSED


def _deciding(sheet: Sheet) -> Iterable[tuple[Side, Any]]:
    """Return the clocks of those who had, or have, to decide on more time."""
    for clock in sheet.clocks:
        side = Side.parse(clock.state) if clock.kind == BESIDE else None
        if side is not None and side.name in (DECIDE, DECIDE_ABOVE):
            yield side, clock


def _names(db: Session, sheet: Sheet, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Return the names of people, for staff alone; whoever raised the case is not named by their acts in it."""
    wanted = {user_id for user_id in ids if user_id is not None}
    if not sheet.is_staff or not wanted:
        return {}
    return {user_id: user.name for user_id, user in people_by_id(db, wanted).items()}
