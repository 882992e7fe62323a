"""What happens by itself: one pass over what is due.

Every clock that waits for something says when in `next_at`. A pass takes what has come in the order in which it was
due, some at a time, until nothing is left; any number of nodes may pass at once. Nothing is read but what is due.
"""

from __future__ import annotations

import heapq
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from time import sleep
from typing import Any

from sqlalchemy import Engine, bindparam, select
from sqlmodel import Session

from cases import firing, parking
from cases.climbing import Stranded
from cases.errors import Stale
from cases.failing import told
from cases.firing import Fired
from cases.record.case import Case
from cases.record.clock import Clock
from cases.record.columns import Moment, table_of
from cases.record.database import DatabaseError, transaction
from cases.record.statements import Prepared
from cases.settling import BREATH, is_settled, settle

#: Clocks taken in one transaction: enough to share its cost, few enough that nobody waits long for one of them.
BATCH = 64
#: Batches in a row, some tenths of a second, after which on SQLite whoever waits to write has a turn.
SPELL = 16

log = logging.getLogger(__name__)

_CASES, _CLOCKS = table_of(Case), table_of(Clock)
# The cases are locked and not the clocks: whoever acts on a case holds it first, and then changes its clocks.
_DUE = Prepared(
    select(_CLOCKS)
    .join(_CASES, _CASES.c.id == _CLOCKS.c.case_id)
    .where(_CLOCKS.c.stopped_at.is_(None), _CLOCKS.c.next_at <= bindparam("at", type_=Moment))
    .order_by(_CLOCKS.c.next_at, _CLOCKS.c.id)
    .limit(bindparam("most"))
    .with_for_update(key_share=True, of=_CASES, skip_locked=True)
)


class Unsettled(Exception):
    """Says that a version of a calendar was published that the clocks do not follow yet."""


def sweep(engine: Engine, at: datetime) -> Iterator[Fired]:
    """Fire every rung that is due, in due order, and yield what fired once it is committed.

    Clocks that a new version of their calendar moves are moved before, also where it is published meanwhile, so that
    none fires for a moment that is none any more. A case on which a rung fails is parked and delays no other. Raises
    DatabaseError; what was yielded stays.
    """
    while True:
        is_settling = _settled(engine, at)
        try:
            yield from _batches(engine, at, is_settling)
        except Unsettled:
            continue
        return


def sweep_through(db: Session, until: datetime) -> Iterator[Fired]:
    """Fire what falls due up to a moment, each rung at its own moment, for whoever moves a clock of their own."""
    while due := due_clocks(db, until, most=1):
        (clock,) = due
        try:
            fired, _ = firing.fire(db, clock, clock.next_at)
        except Stranded as stranded:
            firing.strand(db, clock, stranded, clock.next_at)
        else:
            yield from [fired] if fired else []


def due_clocks(db: Session, at: datetime, most: int = BATCH) -> Sequence[Any]:
    """Return the clocks whose rungs have come, earliest first, and hold their cases; what others hold is left out."""
    return _DUE.rows(db, {"at": at, "most": most})


def _settled(engine: Engine, at: datetime) -> bool:
    """Put the clocks right under every version; tell whether that can be done, for nobody waits until it is mended."""
    try:
        deque(settle(engine, at), maxlen=0)
    except DatabaseError:
        raise
    except Exception:
        log.exception("the clocks do not follow a version of their calendar; what is due fires all the same")
        return False
    return True


def _batches(engine: Engine, at: datetime, is_settling: bool) -> Iterator[Fired]:
    """Fire batch after batch, and yield what fired. Raises Unsettled with nothing of its batch fired, if asked to."""
    is_more, turns = True, 0
    while is_more:
        due: Sequence[Any] = ()
        try:
            with transaction(engine) as db:
                _look(db, is_settling)
                due = due_clocks(db, at, BATCH)
                fired = list(_in_order(due, at, partial(firing.fire, db, at=at)))
        except (DatabaseError, Unsettled):
            raise
        except Exception:
            if not due:
                raise
            # one by one, so that only what fails is parked
            yield from _in_order(due, at, partial(_fire_alone, engine, at=at, is_settling=is_settling))
        else:
            yield from fired
        is_more, turns = len(due) == BATCH, turns + 1
        if is_more and turns % SPELL == 0 and engine.dialect.name == "sqlite":
            sleep(BREATH)


def _look(db: Session, is_settling: bool) -> None:
    """Raise Unsettled where clocks have to be put right first; until this transaction ends nobody publishes."""
    if is_settling and not is_settled(db):
        raise Unsettled


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


def _fire_alone(engine: Engine, clock: Any, at: datetime, is_settling: bool) -> tuple[Fired | None, datetime | None]:
    """Fire a rung in a transaction of its own, and park its clock if that fails."""
    try:
        with transaction(engine) as db:
            _look(db, is_settling)
            return firing.fire(db, clock, at)
    except (DatabaseError, Unsettled):
        raise
    except Stale:
        log.info("somebody acts on case %s: what is due of clock %s then, the next pass fires", clock.case_id, clock.id)
    except Stranded as stranded:
        with transaction(engine) as db:
            firing.strand(db, clock, stranded, at)
    except Exception as error:  # whatever is wrong with one case must not keep the others waiting
        log.exception("clock %s of case %s is parked", clock.id, clock.case_id)
        with transaction(engine) as db:
            parking.park(db, clock, parking.FAILED, told(error), at)
    return None, None
