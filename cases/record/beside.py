"""The tables of rows beside a case: parts, requests, promises, levels, votes; each row belongs to one case for good.

What such a row holds is told by the events of its case (see `cases.beside`), but for what an event must not hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import SQLModel

from cases.record.accusations import Accusation
from cases.record.cards import Card
from cases.record.case import Assignment, Extension
from cases.record.clock import Level
from cases.record.columns import table_of
from cases.record.disputes import Dispute
from cases.record.endorsements import Endorsement
from cases.record.links import CaseLink
from cases.record.orders import Order
from cases.record.promises import Promise
from cases.record.review import Ballot, Seat
from cases.record.urging import Urge
from cases.record.watchers import Watcher

TABLES: tuple[type[SQLModel], ...] = (
    Assignment,
    Extension,
    Promise,
    Level,
    Ballot,
    Seat,
    CaseLink,
    Endorsement,
    Dispute,
    Card,
    Order,
    Urge,
    Watcher,
    Accusation,
)

#: Columns that no event holds, because they say who somebody is: table -> columns.
UNTOLD: Mapping[str, frozenset[str]] = {"endorsements": frozenset({"user_id"})}


def told_columns(model: type[SQLModel]) -> tuple[str, ...]:
    """Return the columns of a row that events tell of."""
    table = table_of(model)
    untold = UNTOLD.get(table.name, frozenset()) | {"id", "case_id"}
    return tuple(column.name for column in table.c if column.name not in untold)
