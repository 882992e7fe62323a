"""What oversight has done in a case, as a person may know it: urges, orders, cards, and to whom it is copied.

Orders and watchers are for staff. Everyone reads how often a desk was urged and which cards were given, but who is not
staff reads no names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from cases.capabilities.orders import number_of, orders_of
from cases.capabilities.urging import Urged, urges_of
from cases.capabilities.watching import watching
from cases.cards import Given, cards_of_case
from cases.record.case import Case
from cases.record.orders import Order
from cases.record.people import Unit, User, people_by_id
from cases.timeline import passages_of
from cases.units import units_by_id


@dataclass(frozen=True)
class Numbered:
    """An order with its number and its words; `text` and `answer` are None where nothing was written, or erased."""

    row: Order
    number: str
    text: str | None
    answer: str | None


@dataclass(frozen=True)
class Watching:
    """Somebody who watches a case, since when, and who copied it to them; None where they chose to."""

    user_id: int
    since_at: datetime
    added_by: int | None


@dataclass(frozen=True)
class Oversight:
    """What oversight has done in a case; `people` holds logins and names of those whom the reader may know, by id."""

    urges: Sequence[Urged]
    orders: Sequence[Numbered]
    cards: Sequence[Given]
    watchers: Sequence[Watching]
    units: Mapping[int, Unit]
    people: Mapping[int, User]


def oversight_of(db: Session, case: Case, *, is_staff: bool) -> Oversight:
    """Return what oversight has done in a case, for somebody who may see it."""
    assert case.id is not None
    urges, cards = urges_of(db, case), cards_of_case(db, case.id)
    orders = _numbered(db, case.id) if is_staff else []
    rows = watching(db, case.id) if is_staff else []
    watchers = [
        Watching(row.user_id, row.since_at, row.added_by if row.added_by != row.user_id else None) for row in rows
    ]
    units = [one.desk.unit_id for one in urges] + [one.unit_id for one in cards]
    units += [place for one in orders for place in (one.row.union_id, one.row.unit_id)]
    ids = {user_id for one in watchers for user_id in (one.user_id, one.added_by) if user_id}
    ids |= {one.by_id for one in urges if one.by_id} if is_staff else set()
    ids |= {user_id for one in orders for user_id in (one.row.issued_by, one.row.answered_by) if user_id}
    return Oversight(urges, orders, cards, watchers, units_by_id(db, units), people_by_id(db, ids))


def _numbered(db: Session, case_id: int) -> list[Numbered]:
    """Return the orders of a case with their words; the text of one that a level issued is the reason it gave."""
    rows = orders_of(db, case_id)
    said = {(row.version, row.field): row.body for row in passages_of(db, case_id)} if rows else {}
    return [
        Numbered(
            row,
            number_of(row),
            said.get((row.version, "order_text"), said.get((row.version, "reason"))),
            said.get((row.answer_version or 0, "answer")),
        )
        for row in rows
    ]
