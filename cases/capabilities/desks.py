"""The desks of the union that a case belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlmodel import Session

from cases.record.case import Case
from cases.words import Post, role


def _at_the_union(duty: str) -> Callable[[Session, Case], Iterable[Post]]:
    def desks(db: Session, case: Case) -> Iterable[Post]:
        return [Post((duty,), case.unit_id)]

    return desks


for _duty in ("reviewer", "supervisor", "leader"):
    role(_duty)(_at_the_union(_duty))
