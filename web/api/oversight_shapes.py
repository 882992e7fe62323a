"""What oversight has done in a case, as the API gives it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from cases.oversight import Oversight, oversight_of
from cases.sheet import Sheet
from web.visits import Visit


class OneUrge(BaseModel):
    """A desk that was urged: how often, and the last time; `last_by` is a login, for staff."""

    desk: str
    unit: str | None
    count: int
    last_at: datetime
    last_role: str
    last_by: str | None


class OneOrder(BaseModel):
    """An order; `text` is null where none was written or it was erased."""

    number: str
    union: str
    unit: str
    issued_at: datetime
    issued_by: str | None
    due_at: datetime
    text: str | None
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None
    ended_at: datetime | None


class OneCard(BaseModel):
    """A yellow or red card, of a ladder or given by hand."""

    colour: str
    unit: str
    given_at: datetime
    version: int
    is_by_hand: bool


class OneWatcher(BaseModel):
    """Somebody who watches the case; `added_by` is null where they chose to."""

    login: str
    name: str
    since_at: datetime
    added_by: str | None


class InOversight(BaseModel):
    """Urges, orders, cards and watchers of a case, as far as I may know them."""

    urges: list[OneUrge]
    orders: list[OneOrder]
    cards: list[OneCard]
    watchers: list[OneWatcher]


def in_oversight(visit: Visit, sheet: Sheet) -> InOversight:
    """Return what oversight has done in a case."""
    found = oversight_of(visit.db, sheet.case, is_staff=sheet.is_staff)
    return InOversight(
        urges=[
            OneUrge(
                desk=one.desk.role,
                unit=found.units[one.desk.unit_id].code if one.desk.unit_id else None,
                count=one.times,
                last_at=one.last_at,
                last_role=one.as_role,
                last_by=_login(found, one.by_id),
            )
            for one in found.urges
        ],
        orders=[
            OneOrder(
                number=one.number,
                union=found.units[one.row.union_id].code,
                unit=found.units[one.row.unit_id].code,
                issued_at=one.row.issued_at,
                issued_by=_login(found, one.row.issued_by),
                due_at=one.row.due_at,
                text=one.text,
                answered_at=one.row.answered_at,
                answered_by=_login(found, one.row.answered_by),
                answer=one.answer,
                ended_at=one.row.ended_at,
            )
            for one in found.orders
        ],
        cards=[
            OneCard(
                colour=one.colour,
                unit=found.units[one.unit_id].code,
                given_at=one.at,
                version=one.version,
                is_by_hand=one.is_by_hand,
            )
            for one in found.cards
        ],
        watchers=[
            OneWatcher(
                login=found.people[one.user_id].login,
                name=found.people[one.user_id].name,
                since_at=one.since_at,
                added_by=_login(found, one.added_by),
            )
            for one in found.watchers
        ],
    )


def _login(found: Oversight, user_id: int | None) -> str | None:
    person = found.people.get(user_id or 0)
    return person.login if person else None
