"""What happens by itself: the heartbeat of a node, and one pass over what is due.

Every clock that waits for something says when in `next_at`. A pass takes what has come in the order in which it was
due, some at a time, until nothing is left; any number of nodes may pass at once. Nothing is read but what is due.
"""

from __future__ import annotations

import heapq
import logging
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func

from cases import firing, idempotency
from cases.access import LONGEST_PAUSE, LONGEST_STAY
from cases.climbing import Stranded
from cases.errors import Stale
from cases.firing import Fired
from cases.record.case import Case
from cases.record.clock import Clock, Heartbeat
from cases.record.columns import Moment, table_of
from cases.record.database import DatabaseError, is_sqlite, transaction
from cases.record.people import SignIn
from cases.record.statements import Prepared
from cases.settling import settle

#: Seconds between two beats of a node.
PERIOD = 15
#: Rows of nodes that beat no more are kept this long, for whoever asks when they stopped.
REMEMBERED = timedelta(days=7)
#: Clocks taken in one transaction: enough to share its cost, few enough that nobody waits long for one of them.
BATCH = 64

log = logging.getLogger(__name__)

_CASES, _CLOCKS, _BEATS = table_of(Case), table_of(Clock), table_of(Heartbeat)
# The cases are locked and not the clocks: whoever acts on a case holds it first, and then changes its clocks.
_DUE = Prepared(
    select(_CLOCKS)
    .join(_CASES, _CASES.c.id == _CLOCKS.c.case_id)
    .where(_CLOCKS.c.stopped_at.is_(None), _CLOCKS.c.next_at <= bindparam("at", type_=Moment))
    .order_by(_CLOCKS.c.next_at, _CLOCKS.c.id)
    .limit(bindparam("most"))
    .with_for_update(key_share=True, of=_CASES, skip_locked=True)
)


def beat(engine: Engine, node: str, at: datetime) -> None:
    """Note that the schedule of a node is alive, drop what nobody needs, pass over what is due: a transaction each."""
    with transaction(engine) as db:
        insert = sqlite.insert if is_sqlite(db) else postgresql.insert
        row = insert(_BEATS).values(node=node, beat_at=at)
        db.connection().execute(row.on_conflict_do_update(index_elements=["node"], set_={"beat_at": at}))
        db.connection().execute(delete(Heartbeat).where(col(Heartbeat.beat_at) < at - REMEMBERED))
    with transaction(engine) as db:
        prune(db, at)
    for _ in sweep(engine, at):
        pass


def prune(db: Session, at: datetime) -> None:
    """Delete sign-ins that have ended and answers to repeated requests that have been kept long enough."""
    has_ended = or_(col(SignIn.created_at) <= at - LONGEST_STAY, col(SignIn.seen_at) <= at - LONGEST_PAUSE)
    db.connection().execute(delete(SignIn).where(has_ended))
    idempotency.forget(db, at)


def sweep(engine: Engine, at: datetime) -> Iterator[Fired]:
    """Fire every rung that is due, in due order, and yield what fired once it is committed.

    Clocks that a new version of their calendar moves are moved before, so that none fires for a moment that is none any
    more. A case on which a rung fails is parked and delays no other. Raises DatabaseError; what was yielded stays.
    """
    deque(settle(engine, at), maxlen=0)
    is_more = True
    while is_more:
        due: Sequence[Any] = ()
        try:
            with transaction(engine) as db:
                due = _DUE.rows(db, {"at": at, "most": BATCH})
                fired = list(_in_order(due, at, partial(firing.fire, db, at=at)))
        except Exception as error:
            if isinstance(error, DatabaseError) or not due:
                raise
            fired = list(_in_order(due, at, partial(_fire_alone, engine, at=at)))  # so that only what fails is parked
        yield from fired
        is_more = len(due) == BATCH


def _in_order(
    due: Sequence[Any], at: datetime, fire: Callable[[Any], tuple[Fired | None, datetime | None]]
) -> Iterator[Fired]:
    """Fire clocks and, where several rungs of one have come, each of them before whatever was due after it.

    What comes after the last of a full batch waits for the next one, which may hold something earlier.
    """
    end = due[-1].next_at if len(due) == BATCH else at
    waiting = [(clock.next_at, clock.id, clock) for clock in due]
    while waiting:
        _, clock_id, clock = heapq.heappop(waiting)
        fired, next_at = fire(clock)
        if fired is not None:
            yield fired
        if next_at is not None and next_at <= end:
            heapq.heappush(waiting, (next_at, clock_id, clock._replace(rung=clock.rung + 1, next_at=next_at)))


def _fire_alone(engine: Engine, clock: Any, at: datetime) -> tuple[Fired | None, datetime | None]:
    """Fire a rung in a transaction of its own, and park its clock if that fails."""
    try:
        with transaction(engine) as db:
            return firing.fire(db, clock, at)
    except (DatabaseError, Stale) as error:
        if isinstance(error, DatabaseError):
            raise
    except Stranded as stranded:
        with transaction(engine) as db:
            firing.strand(db, clock, stranded, at)
    except Exception:  # whatever is wrong with one case must not keep the others waiting
        log.exception("clock %s of case %s is parked", clock.id, clock.case_id)
        with transaction(engine) as db:
            firing.park(db, clock, firing.FAILED, traceback.format_exc(), at)
    return None, None


def last_beat(db: Session, node: str | None = None) -> datetime | None:
    """Return when a node, or any node, last beat."""
    wanted = select(func.max(Heartbeat.beat_at))
    found = db.connection().execute(wanted if node is None else wanted.where(_BEATS.c.node == node)).scalar()
    return found if isinstance(found, datetime) else None
