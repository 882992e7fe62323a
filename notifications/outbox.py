"""From the chain of events to notifications: a cursor moves along it, so that no action gets slower by its news.

The numbers of events have no gap and follow the order of their commits, so whatever lies behind the cursor has been
told and whatever lies ahead has not. Who hears is found out while nothing is locked; then the cursor is moved by
compare-and-set and the notifications are written, in one short transaction. Of several nodes one wins, and after a
crash the next pass begins where the cursor stands: nothing is lost, nothing is told twice. See docs/decisions/0009.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases import failing
from cases.accused import units_of_the_accused
from cases.laws import law_of
from cases.policy import duties_of, may_see
from cases.record import bulk
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.database import DatabaseError, reading, transaction
from cases.record.event import Event
from cases.record.news import INBOX, SENT, NewsCursor, Outlet, Untellable
from cases.record.people import Unit, User, ancestors
from cases.timeline import NOT_IN_EVENTS, events_of, replay
from cases.veil import is_own
from config.settings import Settings
from notifications import choosing
from notifications.audience import Audience, audience_of
from notifications.choosing import WEBHOOK, Recipient
from notifications.happening import LATE, Happening

#: Events told in one transaction.
BATCH = 200
WATCH = "watch"
#: Imports and administration tell nobody.
SILENT = ("history", "administrator")
COLUMNS = (
    "seq", "case_id", "kind", "user_id", "outlet_id", "channel", "state", "attempts", "next_at", "made_at", "sent_at",
)  # fmt: skip

log = logging.getLogger(__name__)

_CURSOR, _EVENTS = table_of(NewsCursor), table_of(Event)
Planned = tuple[Any, ...]


def fan_out(engine: Engine, settings: Settings, at: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Write the notifications of every event that has none yet, and return how many were written.

    An event that cannot be told is put aside with the reason and keeps no other waiting.
    """
    written, alone = 0, 0
    while not is_stopping():
        seen, events = _ahead(engine, 1 if alone else BATCH)
        if not events:
            break
        last = events[-1].seq
        try:
            with reading(engine) as db:
                planned = list(plan(db, events, settings, at))
            is_ours = _write(engine, seen, last, planned)
        except DatabaseError:
            raise
        except Exception as error:
            if not alone:
                alone = len(events)  # one by one, so that only what fails is put aside
                continue
            log.exception("event %s cannot be told", last)
            planned, is_ours = [], _put_aside(engine, seen, last, failing.told(error), at)
        if not is_ours:
            break  # another node tells of these
        written, alone = written + len(planned), max(0, alone - 1)
    return written


def begin(db: Session, at: datetime) -> None:
    """Tell of nothing that happened before a moment: it is history that nobody waits for."""
    past = select(func.max(_EVENTS.c.seq)).where(_EVENTS.c.at < at).scalar_subquery()
    db.connection().execute(update(_CURSOR).values(seq=func.coalesce(past, 0)))


def plan(db: Session, events: Sequence[Any], settings: Settings, at: datetime) -> Iterator[Planned]:
    """Yield the notifications of a batch of events, as rows."""
    told = [(event, audience_of(db, event, at)) for event in _happenings(db, events)]
    heard = {user_id for _, audience in told for user_id in (*audience.people, *audience.merged)}
    recipients = choosing.people(db, heard, settings, at)
    users = {user.id: user for user in db.exec(select_rows(User).where(col(User.id).in_(sorted(recipients))))}
    duties = {user_id: duties_of(db, users[user_id], at) for user_id in recipients}
    places = _Outlets(db, settings)
    for event, audience in told:
        row = partial(_row, event, at)
        is_late = event.is_late or at - event.at > LATE
        today = db.get(Case, event.case.id)  # who may see it is asked of the case as it is now
        for user_id, kind in audience.people.items():
            if user_id not in recipients or today is None:
                continue
            if kind == WATCH and is_own(db, today, users[user_id]):
                continue  # who was copied to and raised the case hears of it as its submitter
            if may_see(db, today, users[user_id], at, duties[user_id]):
                yield from _to_person(event, kind, user_id, recipients[user_id], settings, at, row, is_late)
        for user_id, (own, kind) in audience.merged.items():
            if user_id in recipients:
                of_own = replace(event, case=own)
                row_of_own = partial(_row, of_own, at)
                yield from _to_person(of_own, kind, user_id, recipients[user_id], settings, at, row_of_own, is_late)
        heard_at = list(places.told(audience))
        hidden_from = units_of_the_accused(db, today) if today and heard_at else frozenset()
        for outlet, kind in heard_at:
            if outlet.unit_id in hidden_from:
                continue  # somebody of whom the case complains would read it there
            to = places.recipients[outlet.id or 0]
            if found := choosing.way(to, kind, outlet.channel, at, settings, is_late=is_late):
                yield row(kind, None, outlet.id, outlet.channel, *found)


def _to_person(
    event: Happening,
    kind: str,
    user_id: int,
    to: Recipient,
    settings: Settings,
    at: datetime,
    row: Callable[..., Planned],
    is_late: bool,
) -> Iterator[Planned]:
    """Yield what one person is told; nobody contacts whoever raised a case anonymously, their inbox waits for them."""
    is_anonymous = event.case.identity == "anonymous" and user_id == event.case.submitter_id
    for channel in to.channels:
        if is_anonymous and channel != INBOX:
            continue
        if found := choosing.way(to, kind, channel, at, settings, is_late=is_late):
            yield row(kind, user_id, None, channel, *found)


def write(db: Session, planned: Sequence[Planned]) -> None:
    """Write notifications."""
    bulk.write(db, "notifications", COLUMNS, planned)


def _ahead(engine: Engine, most: int) -> tuple[int, Sequence[Any]]:
    """Return where the cursor stands, and the events that come next."""
    with reading(engine) as db:
        seen = db.connection().execute(select(_CURSOR.c.seq)).scalar_one()
        ahead = select(_EVENTS).where(_EVENTS.c.seq > seen).order_by(_EVENTS.c.seq).limit(most)
        return seen, db.connection().execute(ahead).all()


def _write(engine: Engine, seen: int, last: int, planned: Sequence[Planned]) -> bool:
    """Move the cursor and write what was planned, unless another node was faster."""
    with transaction(engine) as db:
        if not _move(db, seen, last):
            return False
        write(db, planned)
        return True


def _put_aside(engine: Engine, seen: int, seq: int, detail: str, at: datetime) -> bool:
    """Pass over an event, and keep why, unless another node was faster."""
    with transaction(engine) as db:
        if not _move(db, seen, seq):
            return False
        db.add(Untellable(seq=seq, detail=detail, parked_at=at))
        db.flush()
        return True


def _move(db: Session, seen: int, last: int) -> bool:
    move = update(_CURSOR).where(_CURSOR.c.seq == seen).values(seq=last)
    return cast("CursorResult[Any]", db.connection().execute(move)).rowcount == 1


def _row(
    event: Happening,
    at: datetime,
    kind: str,
    user_id: int | None,
    outlet_id: int | None,
    channel: str,
    state: str,
    next_at: datetime,
) -> Planned:
    is_told = state == SENT
    times = (None if is_told else next_at, at, at if is_told else None)
    return (event.seq, event.case.id, kind, user_id, outlet_id, channel, state, 0, *times)


def _happenings(db: Session, events: Sequence[Any]) -> Iterator[Happening]:
    """Yield the events that concern a case, each with the case as it stood right after it."""
    ids = sorted({event.case_id for event in events if event.case_id is not None and event.role not in SILENT})
    cases = {case.id: case for case in db.exec(select_rows(Case).where(col(Case.id).in_(ids)))}
    histories: dict[int, list[Event]] = {}
    for event in events:
        case = cases.get(event.case_id)
        if case is None or case.id is None or event.role in SILENT:
            continue
        if case.version != event.version:
            history = histories.get(case.id) or histories.setdefault(case.id, events_of(db, case.id))
            case = _as_it_stood(case, [past for past in history if (past.version or 0) <= event.version])
        yield Happening(
            seq=event.seq,
            at=event.at,
            action=event.action,
            role=event.role,
            actor_id=event.actor_id,
            state_from=event.state_from,
            state_to=event.state_to,
            data=json.loads(event.data),
            case=case,
            law=law_of(db, case.law_id),
        )


def _as_it_stood(case: Case, history: Sequence[Event]) -> Case:
    """Return a case as some of its events leave it; what no event holds is as it is today."""
    return Case(**{name: getattr(case, name) for name in NOT_IN_EVENTS} | replay(history))


class _Outlets:
    """The robots and systems of the units, and which of them hear what a unit's desk is told."""

    def __init__(self, db: Session, settings: Settings) -> None:
        self.rows = list(db.exec(select_rows(Outlet).where(col(Outlet.ended_at).is_(None))))
        self.recipients = choosing.outlets(db, self.rows, settings)
        self.paths = dict(db.exec(select_rows(Unit.id, Unit.path)).all()) if self.rows else {}

    def told(self, audience: Audience) -> Iterator[tuple[Outlet, str]]:
        """Yield the outlets that hear: a robot what its own unit is told, another system what any unit below is."""
        for outlet in self.rows:
            for unit_id, kind in audience.units.items():
                is_below = outlet.channel == WEBHOOK and outlet.unit_id in ancestors(self.paths[unit_id])
                if outlet.unit_id == unit_id or is_below:
                    yield outlet, kind
                    break
