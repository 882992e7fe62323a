"""A leaver's hand-over (离职交接): every duty goes to a successor at once, and with it every desk and what lies there.

A desk is a duty at a unit, so that whoever has the duty has its open cases; a desk that is somebody's by name follows
the duty too (`Duty.took_over`). Who stood in for the leaver stands in for the successor, and the successor stands in
for whom the leaver did. What somebody is as a member (worker, representative) is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cases.deputies import PERSONAL, chain_fault
from cases.duties import ADMINISTRATIONS
from cases.errors import BadRequest
from cases.open_work import OpenDesk, desks_of
from cases.record.people import Duty, Unit, User, lasts
from cases.standing_in import whose


@dataclass(frozen=True)
class Moving:
    """A deputy relation that goes over with a duty, or ends because nobody is their own deputy."""

    duty: Duty
    role: str
    unit: Unit
    deputy: User
    absent: User
    ends: bool


@dataclass(frozen=True)
class Plan:
    """What a hand-over would do: the desks that move with what lies there, deputies both ways, and what stays."""

    leaver: User
    successor: User
    desks: Sequence[OpenDesk]
    duties: Sequence[Duty]
    deputies: Sequence[Moving]
    stays: Sequence[str]

    @property
    def cases(self) -> int:
        """Return how many open cases move, one on two desks counted at each."""
        return sum(desk.cases for desk in self.desks)


def plan(db: Session, leaver: User, successor: User, at: datetime, before: User | None = None) -> Plan:
    """Return what a hand-over would move, for a preview of somebody's. Raises BadRequest where it may not be."""
    if leaver.id == successor.id:
        raise _wrong("不能移交给本人", "nobody hands over to themselves")
    if not successor.is_active:
        raise _wrong(f"{successor.login} 已停用，不能接任", f"nobody disabled takes over: {successor.login}")
    rows = db.exec(select(Duty).where(Duty.user_id == leaver.id, lasts(at)).order_by(col(Duty.id))).all()
    own = [row for row in rows if row.deputy_of is None and row.role not in PERSONAL]
    if not own and not any(row.deputy_of for row in rows):
        raise _wrong(f"{leaver.login} 没有可移交的职责", f"there is nothing to hand over: {leaver.login} has no duty")
    _refuse_two_administrations(db, successor, own, at)
    moving = _deputies(db, leaver, successor, rows, at)
    words = {(row.role, row.unit_id) for row in (*own, *(one.duty for one in moving if not one.ends))}
    desks = [desk for desk in desks_of(db, leaver, at, before) if (desk.role, desk.unit.id) in words]
    stays = [f"{row.role}@{db.get_one(Unit, row.unit_id).code}" for row in rows if row.role in PERSONAL]
    return Plan(leaver, successor, desks, own, moving, stays)


def hand_over(db: Session, moving: Plan, at: datetime) -> dict[str, Any]:
    """Move what a plan says, and return what the one event of it says: duties and deputies, with the open cases."""
    new = {row.id or 0: _moved(db, row, moving.successor, at) for row in moving.duties}
    db.flush()
    for one in moving.deputies:
        row = one.duty
        if one.ends:
            row.until_at = at
        elif row.user_id == moving.leaver.id:
            new[row.id or 0] = _moved(db, row, moving.successor, at, row.deputy_of)
            db.flush()
        else:  # the deputy goes on, and so do the deputies that they have in turn
            row.deputy_of = new[row.deputy_of or 0].id
        db.add(row)
    db.flush()
    cases = {(desk.role, desk.unit.code): desk.cases for desk in moving.desks}
    return {
        "to": moving.successor.id,
        "duties": [_told(db, row, new[row.id or 0], cases) for row in moving.duties],
        "deputies": [_told(db, one.duty, new.get(one.duty.id or 0), {}) for one in moving.deputies],
    }


def _deputies(db: Session, leaver: User, successor: User, rows: Sequence[Duty], at: datetime) -> list[Moving]:
    """Return those whom the leaver stands in for, then the leaver's deputies, at last what the successor did for both.

    A relation ends in which somebody would stand in for themselves, and so do those behind one that ends.
    """
    ids = [row.id or 0 for row in rows]
    chained = select(Duty).where(col(Duty.deputy_of).is_not(None), lasts(at)).order_by(col(Duty.id))
    for_leaver = db.exec(chained.where(col(Duty.deputy_of).in_(ids))).all()
    by_successor = db.exec(chained.where(Duty.user_id == successor.id)).all()
    found: dict[int, Moving] = {}
    ending: set[int] = set()
    for row in (*(row for row in rows if row.deputy_of), *for_leaver):
        behind = db.get_one(Duty, row.deputy_of)
        deputy = successor if row.user_id == leaver.id else db.get_one(User, row.user_id)
        absent = successor if behind.user_id == leaver.id else db.get_one(User, behind.user_id)
        ends = deputy.id == absent.id or row.deputy_of in ending or _is_circular(db, row, behind, deputy, absent, ids)
        ending |= {row.id or 0} if ends else set()
        found[row.id or 0] = Moving(row, row.role, db.get_one(Unit, row.unit_id), deputy, absent, ends)
    for row in by_successor:
        if row.id not in found and whose(db, row) == leaver.id:  # they would stand in for themselves in the end
            absent = db.get_one(User, db.get_one(Duty, row.deputy_of).user_id)
            found[row.id or 0] = Moving(row, row.role, db.get_one(Unit, row.unit_id), successor, absent, True)
    return list(found.values())


def _is_circular(db: Session, row: Duty, behind: Duty, deputy: User, absent: User, leaving: Sequence[int]) -> bool:
    """Tell whether a relation that goes over to others would close a circle, or reach too far."""
    assert row.from_at is not None and row.until_at is not None  # a deputy has dates
    without = {*leaving, row.id or 0}
    return chain_fault(db, deputy, absent, behind, row.from_at, row.until_at, without) is not None


def _moved(db: Session, row: Duty, heir: User, at: datetime, behind: int | None = None) -> Duty:
    """End a duty and give it to somebody from now on, or from when it was to begin."""
    until, begins = row.until_at, row.from_at
    later = begins if begins is not None and begins > at else at
    made = Duty(
        user_id=heir.id or 0,
        unit_id=row.unit_id,
        role=row.role,
        from_at=later,
        until_at=until,
        deputy_of=behind,
        took_over=row.id if heir.id != row.user_id else None,
    )
    row.until_at = at
    db.add(row)
    db.add(made)
    return made


def _refuse_two_administrations(db: Session, successor: User, own: Sequence[Duty], at: datetime) -> None:
    """Refuse that the successor would hold two of the three administrations."""
    held = set(db.exec(select(Duty.role).where(Duty.user_id == successor.id, lasts(at))))
    both = sorted((held | {row.role for row in own}) & ADMINISTRATIONS)
    if len(both) > 1:
        raise _wrong(
            f"{successor.login} 将兼任 {'、'.join(both)}，系统、安全、审计三种管理员须由不同的人担任",
            f"nobody is {' and '.join(both)} at once, as {successor.login} would be: these are three people's",
        )


def _told(db: Session, row: Duty, new: Duty | None, cases: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    unit = db.get_one(Unit, row.unit_id).code
    told: dict[str, Any] = {"role": row.role, "unit": unit, "duty": row.id, "new": new.id if new else None}
    if new is not None and new.until_at is not None:
        told["until"] = new.until_at
    return told | ({"cases": cases[row.role, unit]} if (row.role, unit) in cases else {})


def _wrong(zh: str, en: str) -> BadRequest:
    return BadRequest(f"{zh}。", f"{en[0].upper()}{en[1:]}.")
