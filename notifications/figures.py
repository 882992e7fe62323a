"""How the news stand: what is still to be told, to be gathered and to be sent, and what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.news import IS_DUE, IS_HELD, NewsCursor, Notification
from notifications import parked, untellable
from notifications.digests import LONGEST_HELD
from notifications.outbox import SILENT

#: What is held for so long beyond its moment is gathered by nobody.
OVERDUE = LONGEST_HELD + timedelta(minutes=5)

_NEWS, _EVENTS, _CURSOR = (table_of(model) for model in (Notification, Event, NewsCursor))


@dataclass(frozen=True)
class Figures:
    """How the news stand.

    `untold` counts the events that lie ahead of the cursor, `untellable` those it has passed over, `overdue` the held
    messages that nobody gathers, `waiting` those that are to be sent, `parked` those that were given up. `untold_for`
    and `oldest` say how long the oldest event that concerns somebody, and the oldest message to be sent, have waited.
    """

    untold: int
    untold_for: timedelta
    untellable: int
    overdue: int
    waiting: int
    oldest: timedelta
    parked: int


def figures(db: Session, at: datetime) -> Figures:
    """Return how the news stand."""
    connection = db.connection()
    seen = connection.execute(select(_CURSOR.c.seq)).scalar_one()
    head = connection.execute(select(func.max(_EVENTS.c.seq))).scalar() or 0
    ahead = select(_EVENTS.c.at).where(_EVENTS.c.seq > seen, _EVENTS.c.role.not_in(SILENT)).order_by(_EVENTS.c.seq)
    happened = connection.execute(ahead.limit(1)).scalar() if head > seen else None
    held = select(func.count()).select_from(_NEWS).where(IS_HELD, _NEWS.c.next_at <= at - OVERDUE)
    waiting, first = connection.execute(select(func.count(), func.min(_NEWS.c.made_at)).where(IS_DUE)).one()
    return Figures(
        untold=max(0, head - seen),
        untold_for=_since(happened, at),
        untellable=untellable.count(db),
        overdue=connection.execute(held).scalar_one(),
        waiting=waiting,
        oldest=_since(first, at),
        parked=parked.count(db),
    )


def _since(moment: datetime | None, at: datetime) -> timedelta:
    return max(at - moment, timedelta()) if moment else timedelta()
