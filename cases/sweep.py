"""What happens by itself: the heartbeat of a node, and one pass over what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from cases import access, idempotency
from cases.record.clock import Heartbeat
from cases.record.columns import table_of
from cases.record.database import is_sqlite, transaction

#: Seconds between two beats of a node.
PERIOD = 15
#: Rows of nodes that beat no more are kept this long, for whoever asks when they stopped.
REMEMBERED = timedelta(days=7)

_BEATS = table_of(Heartbeat)


def beat(engine: Engine, node: str, at: datetime) -> None:
    """Note that the schedule of a node is alive, drop what nobody needs, pass over what is due: a transaction each."""
    with transaction(engine) as db:
        insert = sqlite.insert if is_sqlite(db) else postgresql.insert
        row = insert(_BEATS).values(node=node, beat_at=at)
        db.connection().execute(row.on_conflict_do_update(index_elements=["node"], set_={"beat_at": at}))
        db.connection().execute(delete(Heartbeat).where(col(Heartbeat.beat_at) < at - REMEMBERED))
    with transaction(engine) as db:
        prune(db, at)
    with transaction(engine) as db:
        sweep(db, at)


def prune(db: Session, at: datetime) -> None:
    """Delete sign-ins that have ended and answers to repeated requests that have been kept long enough."""
    access.forget(db, at)
    idempotency.forget(db, at)


def sweep(db: Session, at: datetime) -> list[dict[str, Any]]:
    """Fire every rung that is due and return what fired. The ladders are not wired yet: nothing fires."""
    return []


def last_beat(db: Session, node: str | None = None) -> datetime | None:
    """Return when a node, or any node, last beat."""
    wanted = select(func.max(Heartbeat.beat_at))
    found = db.exec(wanted if node is None else wanted.where(Heartbeat.node == node)).first()
    return found if isinstance(found, datetime) else None
