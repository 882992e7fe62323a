"""The heartbeat of each node, and what it says of the schedule: does it run, is its clock sane, how late is it.

A node that was shut down leaves no row; one whose row has grown old has died unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from cases import access, idempotency, knocks, second_step, throttling
from cases.record.clock import Clock, FiredRung, Heartbeat
from cases.record.columns import table_of
from cases.record.database import is_sqlite, transaction

#: Seconds between two beats of a node.
PERIOD = 15
#: A beat that is older is missing.
OLDEST_BEAT = timedelta(seconds=2 * PERIOD)
#: Rows of nodes that beat no more are kept this long, for whoever asks when they stopped.
REMEMBERED = timedelta(days=7)
#: So long somebody is told that the clock of a node was set, and by how much it has to be to find fault with it.
TOLD = timedelta(hours=24)
SLIGHT = timedelta(minutes=1)

_BEATS = table_of(Heartbeat)


def beat(engine: Engine, node: str, at: datetime, jumped: timedelta | None = None, *, is_trusted: bool = True) -> None:
    """Note that the schedule of a node is alive, and drop what nobody needs any more.

    `jumped` is by how much the node's wall clock was set since its last beat, where it was; a larger step of the same
    day stays on record instead. By a clock that is not trusted nothing is old: what is deleted cannot be brought back.
    """
    with transaction(engine) as db:
        values: dict[str, Any] = {"beat_at": at}
        if jumped and not _is_less(jumped, db.get(Heartbeat, node), at):
            values |= {"jumped_at": at, "jumped_by": int(jumped.total_seconds())}
        insert = sqlite.insert if is_sqlite(db) else postgresql.insert
        row = insert(_BEATS).values(node=node, **values)
        db.connection().execute(row.on_conflict_do_update(index_elements=["node"], set_=values))
        if is_trusted:
            db.connection().execute(delete(Heartbeat).where(col(Heartbeat.beat_at) < at - REMEMBERED))
    if is_trusted:
        with transaction(engine) as db:
            prune(db, at)


def stop(engine: Engine, node: str) -> None:
    """Take the row of a node away that shuts down as it should."""
    with transaction(engine) as db:
        db.connection().execute(delete(Heartbeat).where(col(Heartbeat.node) == node))


def prune(db: Session, at: datetime) -> None:
    """Delete what has ended: sign-ins, answers to repeated requests that were kept long enough, counts of guesses."""
    access.forget(db, at)
    idempotency.forget(db, at)
    throttling.forget(db, at)
    second_step.forget(db, at)
    knocks.forget(db, at)  # comes last, for it may write to the chain


def last_beat(db: Session, node: str | None = None) -> datetime | None:
    """Return when a node, or any node, last beat."""
    wanted = select(func.max(Heartbeat.beat_at))
    found = db.exec(wanted if node is None else wanted.where(Heartbeat.node == node)).first()
    return found if isinstance(found, datetime) else None


def nodes(db: Session) -> Sequence[Heartbeat]:
    """Return the latest beat of every node, in the order of their names."""
    return db.exec(select(Heartbeat).order_by(col(Heartbeat.node))).all()


def was_set(node: Heartbeat, at: datetime) -> bool:
    """Tell whether the clock of a node was set lately while it ran."""
    return node.jumped_at is not None and at - node.jumped_at < TOLD


def is_slight(node: Heartbeat) -> bool:
    """Tell whether it was only put right, as services that keep the time do after a pause."""
    return timedelta(seconds=abs(node.jumped_by or 0)) < SLIGHT


def lateness(db: Session) -> timedelta | None:
    """Return how late the rung came that fired last; None before any has."""
    latest = select(FiredRung).order_by(col(FiredRung.fired_at).desc(), col(FiredRung.id).desc()).limit(1)
    last = db.exec(latest).first()
    return last.fired_at - last.due_at if last else None


def waiting(db: Session, at: datetime) -> tuple[int, datetime | None]:
    """Return how many clocks wait for a sweep longer than a beat may take, and since when the first of them does."""
    due = col(Clock.next_at) < at - OLDEST_BEAT
    found = db.exec(select(func.count(), func.min(Clock.next_at)).where(col(Clock.stopped_at).is_(None), due)).one()
    return int(found[0]), found[1]


def _is_less(jumped: timedelta, last: Heartbeat | None, at: datetime) -> bool:
    """Tell whether the clock was set by more on the same day."""
    if last is None or last.jumped_at is None or last.jumped_by is None or not was_set(last, at):
        return False
    return last.jumped_at <= at and abs(last.jumped_by) > abs(jumped.total_seconds())
