"""Who has seen, or wants to see, who raised a case, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import select

from cases import erasing
from cases.policy import duties_of
from cases.record.case import Case
from cases.record.erasures import Erasure
from cases.record.number import shown_for
from cases.record.people import Unit, User
from cases.record.vault import Reveal
from cases.revealing import MOST, showings, shown_within_a_day, waiting
from cases.second_person import is_second
from web import moments
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.role_names import role_name


@dataclass(frozen=True)
class Asked:
    """One request in words, and what the reader can do about it; `place` stands for it in addresses."""

    place: int
    who: str
    at: str
    reason: str
    is_agreed: bool
    is_mine: bool
    may_agree: bool


def asked(visit: Visit, case: Case, row: Reveal | Erasure, purpose: bytes) -> Asked:
    """Return a request that a second person answers; ids in a row would tell how many others are asked for."""
    return Asked(
        place=shown_for(visit.db, row.id or 0, purpose),
        who=_named(visit, row.asked_by),
        at=moments.exact(row.asked_at, visit.office(case.unit_id)),
        reason=row.reason,
        is_agreed=row.agreed_at is not None,
        is_mine=row.asked_by == visit.caller.user_id,
        may_agree=row.agreed_at is None and is_second(visit.db, case, row.asked_by, visit.by, visit.at),
    )


def to_agree(visit: Visit, case: Case) -> list[str]:
    """Return what waits in a case for the reader to be the second person: `identity`, `erasure`."""
    asks: dict[str, Sequence[Reveal] | Sequence[Erasure]] = {
        "identity": [row for row in waiting(visit.db, case, visit.at) if row.agreed_at is None],
        "erasure": erasing.waiting(visit.db, case, visit.at),
    }
    return [
        place
        for place, rows in asks.items()
        if any(is_second(visit.db, case, row.asked_by, visit.by, visit.at) for row in rows)
    ]


def left_today(visit: Visit) -> int:
    """Return how many identities the reader may still see today."""
    return max(0, MOST - shown_within_a_day(visit.db, visit.by, visit.at))


def showings_of(visit: Visit, case: Case, local: Calendar) -> Sequence[tuple[str, str, str]]:
    """Return by what office, when and why the identity was seen: names of staff are not the submitter's to know."""
    return [(_office(visit, one.by), moments.exact(one.at, local), one.reason) for one in showings(visit.db, case)]


def _named(visit: Visit, user_id: int) -> str:
    """Return who asked, and by what office."""
    user = visit.db.get(User, user_id)
    return f"{user.name} · {_office(visit, user_id)}" if user else ""


def _office(visit: Visit, user_id: int) -> str:
    """Return what somebody is, and where."""
    user = visit.db.get(User, user_id)
    held = duties_of(visit.db, user, visit.at) if user else []
    if not held:
        return visit.say("已离岗人员", "no longer in office")
    unit = visit.db.exec(select(Unit.name).where(Unit.id == held[0].unit_id)).one()
    return f"{unit} · {role_name(held[0].role, visit.language)}"
