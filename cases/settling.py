"""Put the running clocks right after a version of a calendar was published: some cases at a time, each with its event.

A version is published by a small transaction, after which everyone counts with it. The clocks that were started before
follow in batches, so that nobody waits for more than a few cases; where it stopped stands in the version's row, so that
whoever comes next goes on there. The sweep does so before it fires anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from time import sleep
from typing import Any

from sqlalchemy import Engine, bindparam, select, update
from sqlmodel import Session

from cases import audit, parking
from cases.calendars import calendar, followers, shipped, source_of, versions, with_holidays
from cases.reach import BATCH, Reach, reached
from cases.rearranging import Affected, Shown, affected
from cases.record import bulk
from cases.record.calendar import CalendarVersion
from cases.record.case import Case
from cases.record.clock import Clock, ClockSpan, Parked
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.rerunning import REARRANGE
from workflow.calendar import Calendar, parse_calendar
from workflow.definition import SYSTEM
from workflow.errors import Refusal

#: Seconds between two batches on SQLite, where whoever waits to write asks again this often: it is their turn.
BREATH = 0.1

_CALENDARS, _CASES, _CLOCKS, _SPANS, _PARKED, _EVENTS = (
    table_of(model) for model in (CalendarVersion, Case, Clock, ClockSpan, Parked, Event)
)
_UNSETTLED = select(_CALENDARS).where(_CALENDARS.c.settled_at.is_(None)).order_by(_CALENDARS.c.id).limit(1)
_SAVE = (
    update(_CASES)
    .where(_CASES.c.id == bindparam("case_id"))
    .values({name: bindparam(name) for name in ("due_at", "version")})
)
_CHANGE = (
    update(_CLOCKS)
    .where(_CLOCKS.c.id == bindparam("clock_id"))
    .values({name: bindparam(name) for name in ("due_at", "remaining", "is_provisional", "spans", "next_at")})
)
_END_SPAN = (
    update(_SPANS)
    .where(_SPANS.c.clock_id == bindparam("clock"), _SPANS.c.until_at.is_(None))
    .values(until_at=bindparam("ends_at"))
)
#: What was taken out of the sweep goes on, once it is released, when its rung comes now.
_LATER = (
    update(_PARKED)
    .where(_PARKED.c.clock_id == bindparam("clock"), _PARKED.c.released_at.is_(None))
    .values(next_at=bindparam("rung_at"))
)
_SPAN = ("clock_id", "why", "from_at", "until_at", "due_at")


def is_settled(db: Session) -> bool:
    """Tell whether the clocks are right under every version that was published.

    In a transaction that may write this stays so until it ends: it keeps those who publish waiting.
    """
    return all(row.settled_at is not None for row in versions(db))


def settle(engine: Engine, at: datetime) -> Iterator[int]:
    """Put the clocks right where that is not yet done, and yield the cases of each batch once it is committed.

    Any number of nodes may do so at once; one that is killed leaves whole batches. Raises DatabaseError.
    """
    with reading(engine) as db:
        if is_settled(db):
            return
    while True:
        with transaction(engine) as db:
            done = _settle_some(db, at)
        if done is None:
            return
        yield done
        if done == BATCH and engine.dialect.name == "sqlite":
            sleep(BREATH)


def _settle_some(db: Session, at: datetime) -> int | None:
    """Put some cases right under the oldest version that is not settled, and return how many; None if there is none."""
    version = db.connection().execute(_UNSETTLED.with_for_update()).first()
    if version is None:
        return None
    names = [version.name, *followers(db, version.name)]
    offices = {name: calendar(db, name) for name in names}
    ids = reached(db, Reach.between(names, *_before_and_after(db, version)), version.settled_to)
    if ids:
        _write(db, list(affected(db, ids, offices, is_held=True)), version, at)
    how_far = {"settled_to": ids[-1]} if ids else {"settled_at": at}
    db.connection().execute(update(_CALENDARS).where(_CALENDARS.c.id == version.id).values(**how_far))
    return len(ids)


def _before_and_after(db: Session, version: Any) -> tuple[Calendar, Calendar]:
    after = with_holidays(db, parse_calendar(version.source, version.name))
    if version.version > 1:
        before = parse_calendar(source_of(db, version.name, version.version - 1), version.name)
        return with_holidays(db, before), after
    try:
        return with_holidays(db, shipped(version.name)), after
    except Refusal:  # it never shipped, and no clock has run under it before
        return after, after


def _write(db: Session, cases: Sequence[Affected], version: Any, at: datetime) -> None:
    last_at = _last_moments(db, [case.row.id for case in cases])
    changes: list[dict[str, Any]] = []
    parked: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    spans: list[bulk.Row] = []
    saves: list[dict[str, Any]] = []
    entries: list[audit.Entry] = []
    for case in cases:
        moment = max(at, last_at.get(case.row.id, at))  # the history of a case never runs backwards
        for failed in case.failed:
            parking.park(db, failed.row, parking.FAILED, failed.detail, moment)
        for clock in case.clocks:
            if clock.is_told or clock.next_at != clock.row.next_at:
                changes.append(_changed(clock))
            if clock.rung_at is not None and clock.next_at is None:
                parked.append({"clock": clock.row.id, "rung_at": clock.rung_at})
            if clock.is_moved:
                if clock.row.spans:
                    ends.append({"clock": clock.row.id, "ends_at": moment})
                spans += _stretches(clock, moment)
        if notes := [note for clock in case.clocks for note in clock.notes()]:
            saves.append({"case_id": case.row.id, "due_at": case.due_at, "version": case.row.version + 1})
            entries.append(_told(case, notes, version, moment))
    for statement, rows in ((_CHANGE, changes), (_LATER, parked), (_END_SPAN, ends), (_SAVE, saves)):
        if rows:
            db.connection().execute(statement, rows)
    bulk.write(db, "clock_spans", _SPAN, spans)
    audit.append(db, entries, audit.in_bulk)  # taken last: whoever holds one of these cases still waits for the chain


def _last_moments(db: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """Return when something last happened in each case."""
    is_last = (_EVENTS.c.case_id == _CASES.c.id) & (_EVENTS.c.version == _CASES.c.version)
    last = select(_EVENTS.c.case_id, _EVENTS.c.at).join(_CASES, is_last).where(_CASES.c.id.in_(ids))
    return {row.case_id: row.at for row in db.connection().execute(last)}


def _changed(clock: Shown) -> dict[str, Any]:
    kept = clock.row.spans
    return {
        "clock_id": clock.row.id,
        "due_at": clock.figures.due_at,
        "remaining": clock.left,
        "is_provisional": clock.figures.is_provisional,
        "spans": (kept + 1 if kept else 2) if clock.is_moved else kept,
        "next_at": clock.next_at,
    }


def _stretches(clock: Shown, at: datetime) -> Iterator[bulk.Row]:
    """Yield the stretch that begins and, of a clock that had never changed, the one that it ends."""
    row = clock.row
    if not row.spans:
        yield row.id, "start", row.started_at, at, row.due_at
    yield row.id, REARRANGE, at, None, clock.figures.due_at


def _told(case: Affected, notes: list[list[Any]], version: Any, at: datetime) -> audit.Entry:
    """Return the event of a case: the system's, for what a person did is told by that of the calendar."""
    row = case.row
    return audit.Entry(
        at=at,
        action=REARRANGE,
        role=SYSTEM,
        case_id=row.id,
        version=row.version + 1,
        state_from=row.state,
        state_to=row.state,
        data={
            "set": {"due_at": case.due_at} if case.due_at != row.due_at else {},
            "calendar": [version.name, version.version],
            "clocks": notes,
        },
    )
