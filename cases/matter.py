"""What a matter is: something that a person has to do beside a case, and how a kind of matters is found and read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session

from cases.answering import LiesAt
from cases.record.case import Case
from cases.record.clock import Clock
from cases.record.orders import Order
from cases.words import Post


@dataclass(frozen=True)
class Matter:
    """Something that a person has to do beside a case, and by when.

    `kind` is the name of the clock in the law, or what it is without one. `unit_id` is the department that it is about,
    `order` the order that is to be answered, `row_id` what tells several of a kind in one case apart; `stands_for` is
    the one in whose place alone it waits.
    """

    case: Case
    kind: str
    clock: Clock | None = None
    limit_at: datetime | None = None
    row_id: int | None = None
    unit_id: int | None = None
    order: Order | None = None
    stands_for: int | None = None

    @property
    def due_at(self) -> datetime | None:
        """Return when it is due: by its clock, else by the limit of what it is about."""
        return self.clock.due_at if self.clock is not None else self.limit_at

    @property
    def key(self) -> tuple[int | None, str, int | None]:
        """Return what tells it from everything else that waits."""
        return self.case.id, self.kind, self.row_id


@dataclass(frozen=True)
class OnDesk:
    """The desks of a role on which some rows of a kind lie: which rows, whose duties, and where."""

    role: str
    duties: Collection[str]
    which: ColumnElement[bool]
    lies: LiesAt


@dataclass(frozen=True)
class Kind:
    """One kind of matter: its rows, most urgent first, the desks they lie on, and how a row and its desks are read."""

    rows: Any
    desks: Sequence[OnDesk]
    read: Callable[[Any], Matter]
    posts: Callable[[Session, Matter], Iterable[tuple[str, Post]]]
