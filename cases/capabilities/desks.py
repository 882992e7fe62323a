"""The desks of the union that a case belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from cases.record.case import Case
from cases.words import Post, role


@role("reviewer")
def reviewer(db: Session, case: Case) -> Iterable[Post]:
    """Return the desk of the review group."""
    return [Post(("reviewer",), case.unit_id)]


@role("supervisor")
def supervisor(db: Session, case: Case) -> Iterable[Post]:
    """Return the desk of the supervisor."""
    return [Post(("supervisor",), case.unit_id)]


@role("leader")
def leader(db: Session, case: Case) -> Iterable[Post]:
    """Return the desk of the leader in charge."""
    return [Post(("leader",), case.unit_id)]
