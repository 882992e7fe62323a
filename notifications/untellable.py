"""Events that could not be told: which, why, and how to have them told after all once the cause is mended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from cases import audit
from cases.errors import NotFound
from cases.failing import kind
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.news import IS_UNTOLD, Untellable
from cases.record.people import User
from config.settings import Settings
from notifications import outbox
from workflow.definition import SYSTEM
from workflow.errors import Refusal

MOST = 100

_EVENTS, _UNTELLABLE = table_of(Event), table_of(Untellable)


class StillUntellable(Refusal):
    """An event cannot be told yet."""


def untellable(db: Session, most: int = MOST) -> Sequence[Untellable]:
    """Return the events that could not be told, oldest first."""
    rows = select(_UNTELLABLE).where(IS_UNTOLD).order_by(_UNTELLABLE.c.seq).limit(most)
    return [Untellable(**row._mapping) for row in db.connection().execute(rows)]


def count(db: Session) -> int:
    """Return how many events could not be told."""
    return int(db.connection().execute(select(func.count()).select_from(_UNTELLABLE).where(IS_UNTOLD)).scalar_one())


def tell_again(db: Session, seq: int, settings: Settings, *, by: User | None, at: datetime) -> int:
    """Tell an event that could not be told, and return how many notifications that made.

    Raises NotFound for one that was not put aside, StillUntellable if it fails again.
    """
    found = db.get(Untellable, seq) if 0 < seq < 2**63 else None
    if found is None or found.released_at is not None:
        raise NotFound("没有这个未能通知的事件。", "No event of that number was put aside.")
    events = db.connection().execute(select(_EVENTS).where(_EVENTS.c.seq == seq)).all()
    try:
        planned = list(outbox.plan(db, events, settings, at))
        outbox.write(db, planned)
    except DBAPIError:  # of the database and not of the event; whoever opened the transaction puts it into words
        raise
    except Exception as error:
        said = kind(error)[:200]
        raise StillUntellable(f"仍然无法通知：{said}", f"It still cannot be told: {said}") from error
    found.released_at, found.released_by = at, by.id if by else None
    db.add(found)
    db.flush()
    role = "administrator" if by else SYSTEM
    audit.append(db, [audit.Entry(at, "tell_again", role, {"event": seq}, actor_id=found.released_by)])
    return len(planned)
