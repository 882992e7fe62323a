"""A second person: what a robot or another system may hear is for those to say who oversee its unit.

Whoever runs the system may open an outlet and may read no case. Until a supervisor, a leader or a head of the unit, or
of one above it, has confirmed it, it is told of any case the number and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from cases import audit
from cases.errors import NotFound
from cases.policy import Held, duties_of
from cases.record.news import Outlet
from cases.record.people import Unit, User, ancestors
from workflow.errors import Refusal

CONFIRMING = frozenset({"supervisor", "leader", "head"})


class YourOwn(Refusal):
    """Whoever has opened an outlet is not the second person."""


def awaiting(db: Session, by: User, at: datetime) -> Sequence[tuple[Outlet, str]]:
    """Return the outlets that wait for a person to confirm them, with the names of their units."""
    if not (mine := _overseen(db, by, at)):
        return []
    rows = select(Outlet, Unit).join(Unit, col(Unit.id) == Outlet.unit_id)
    waiting = rows.where(col(Outlet.ended_at).is_(None), col(Outlet.confirmed_at).is_(None)).order_by(col(Outlet.id))
    return [
        (outlet, unit.name)
        for outlet, unit in db.exec(waiting)
        if outlet.made_by != by.id and _duty_over(mine, unit) is not None
    ]


def confirm(db: Session, outlet_id: int, *, by: User, at: datetime) -> Outlet:
    """Let an outlet hear what its unit is told.

    Raises NotFound for one that does not wait or whose unit the person does not oversee, YourOwn for one they opened.
    """
    row = db.get(Outlet, outlet_id) if 0 < outlet_id < 2**63 else None
    duty = _duty_over(_overseen(db, by, at), db.get_one(Unit, row.unit_id)) if row is not None else None
    if row is None or duty is None or row.ended_at is not None or row.confirmed_at is not None:
        raise NotFound("没有等您确认的这个渠道。", "There is no such outlet that waits for you.")
    if row.made_by == by.id:
        raise YourOwn("自己添加的渠道须由另一人确认。", "Somebody else has to confirm what you have opened.")
    row.confirmed_at, row.confirmed_by = at, by.id
    db.add(row)
    db.flush()
    facts = {"outlet": row.id, "unit": row.unit_id, "channel": row.channel}
    audit.append(db, [audit.Entry(at, "confirm_outlet", duty.role, facts, actor_id=by.id)])
    return row


def _overseen(db: Session, by: User, at: datetime) -> list[Held]:
    return [duty for duty in duties_of(db, by, at) if duty.role in CONFIRMING]


def _duty_over(duties: Sequence[Held], unit: Unit) -> Held | None:
    return next((duty for duty in duties if duty.unit_id in ancestors(unit.path)), None)
