"""Keep the index that cases are searched by: a cursor moves along the chain of events and takes in what is new.

Whatever changes what is searched of a case, or who may read it, is an event of that case. No action and no import pays
for it; of several nodes one wins each batch, and a crash leaves whole batches. What was written after the cursor is
searched too, from the texts themselves (`cases.search.finding`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from time import sleep
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, Engine, bindparam, select, text, update
from sqlmodel import Session

from cases.erased import ACTIONS, tombstones_in
from cases.record.columns import table_of
from cases.record.database import is_sqlite, reading, transaction
from cases.record.event import Event
from cases.record.search import PARTIES, SCOPE, STAFF, ZONES, SearchCursor
from cases.search.documents import GAP, Document, documents

#: Events taken in one transaction: on SQLite nobody else writes for the tenths of a second that it lasts.
BATCH = 200
#: Batches in a row, after which on SQLite whoever waits to write has a turn for so many seconds.
SPELL, BREATH = 8, 0.1
#: Pages of the index that are written anew in one transaction, once something was erased.
PURGED = 200
#: How PostgreSQL tells the zones apart.
WEIGHTS = {PARTIES: "A", STAFF: "B", SCOPE: "C"}

_EVENTS, _CURSOR = table_of(Event), table_of(SearchCursor)
_THERE = text("SELECT rowid, scope, parties, staff FROM search_documents WHERE rowid IN :ids").bindparams(
    bindparam("ids", expanding=True)
)

_WRITE_WORDS = "INSERT INTO search_documents (rowid, scope, parties, staff) VALUES (?, ?, ?, ?)"
_WRITE_VECTOR = """
    INSERT INTO search_documents (case_id, words) VALUES (%s, %s::tsvector)
    ON CONFLICT (case_id) DO UPDATE SET words = excluded.words WHERE search_documents.words <> excluded.words
"""
_MERGE = "INSERT INTO search_documents (search_documents, rank) VALUES ('merge', ?)"


class Touched(NamedTuple):
    """The cases that the next events after the cursor tell of, and the number of the last of these events, if any.

    `is_erasing` tells whether something was erased, `has_more` whether more events follow.
    """

    ids: Sequence[int]
    last: int | None
    is_erasing: bool
    has_more: bool


def keep(engine: Engine, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Take in every case of which something has happened since the last time, and return how many were written."""
    written, turns = 0, 0
    while not is_stopping():
        with reading(engine) as db:
            seen, ahead = cursor(db), touched(db, BATCH)
            found = documents(db, ahead.ids)
        if ahead.last is None:
            break
        with transaction(engine) as db:
            if not _move(db, seen, ahead):
                break  # another node takes them in
            written += _write(db, found)
        turns += 1
        if turns % SPELL == 0 and engine.dialect.name == "sqlite":
            sleep(BREATH)
    _purge(engine, is_stopping)
    return written


def rebuild(engine: Engine) -> int:
    """Make the index anew from the texts of the record, and return how many cases are in it."""
    with transaction(engine) as db:
        db.connection().execute(update(_CURSOR).values(seq=0))
        db.connection().exec_driver_sql("DELETE FROM search_documents")
    return keep(engine)


def cursor(db: Session) -> int:
    """Return the number of the last event that was taken in."""
    return int(db.connection().execute(select(_CURSOR.c.seq)).scalar_one())


def touched(db: Session, most: int) -> Touched:
    """Return which cases the next events tell of, the erased ones of an event of many included."""
    columns = (_EVENTS.c.seq, _EVENTS.c.case_id, _EVENTS.c.action)
    ahead = select(*columns).where(_EVENTS.c.seq > select(_CURSOR.c.seq).scalar_subquery())
    events = db.connection().execute(ahead.order_by(_EVENTS.c.seq).limit(most + 1)).all()
    taken = events[:most]
    ids = {row.case_id for row in taken if row.case_id is not None}
    erasing = [row.seq for row in taken if row.action in ACTIONS]
    if erasing:
        told = select(_EVENTS.c.seq, _EVENTS.c.data).where(_EVENTS.c.seq.in_(erasing))
        for row in db.connection().execute(told):
            ids |= {stone.case_id for stone in tombstones_in(row.seq, json.loads(row.data))}
    return Touched(sorted(ids), taken[-1].seq if taken else None, bool(erasing), len(events) > most)


def _move(db: Session, seen: int, ahead: Touched) -> bool:
    move = update(_CURSOR).where(_CURSOR.c.seq == seen).values(seq=ahead.last)
    if ahead.is_erasing:
        move = move.values(is_to_purge=True)
    return cast("CursorResult[Any]", db.connection().execute(move)).rowcount == 1


def _write(db: Session, found: Mapping[int, Document]) -> int:
    """Write what some cases are searched by where it is not there already, and return how many cases were written."""
    if not found:
        return 0
    if not is_sqlite(db):
        rows = [(case_id, vector(document)) for case_id, document in found.items()]
        return int(db.connection().exec_driver_sql(_WRITE_VECTOR, rows).rowcount)
    there = {row[0]: tuple(row[1:]) for row in db.connection().execute(_THERE, {"ids": list(found)})}
    wanted = {case_id: tuple(" ".join(document[zone]) for zone in ZONES) for case_id, document in found.items()}
    changed = [case_id for case_id in found if there.get(case_id) != wanted[case_id]]
    if old := [(case_id,) for case_id in changed if case_id in there]:
        db.connection().exec_driver_sql("DELETE FROM search_documents WHERE rowid = ?", old)
    if changed:
        db.connection().exec_driver_sql(_WRITE_WORDS, [(case_id, *wanted[case_id]) for case_id in changed])
    return len(changed)


def vector(document: Document) -> str:
    """Return what a case is searched by as PostgreSQL writes it: each word with its places and their weights."""
    places: dict[str, list[str]] = {}
    place = 0
    for zone in (SCOPE, PARTIES, STAFF):
        for token in document[zone]:
            place += 1
            if token != GAP:
                places.setdefault(token, []).append(f"{place}{WEIGHTS[zone]}")
    return " ".join(f"'{token}':{','.join(where)}" for token, where in places.items())


def _purge(engine: Engine, is_stopping: Callable[[], bool]) -> None:
    """Let SQLite write the index anew, some pages at a time, where words of an erased text would still lie in it.

    What PostgreSQL needs holds whole tables for a while and is for its administrator to choose (docs/record.md).
    """
    with reading(engine) as db:
        if not db.connection().execute(select(_CURSOR.c.is_to_purge)).scalar_one():
            return
    pages = -PURGED  # the sign says to begin with all that there is
    while engine.dialect.name == "sqlite" and not is_stopping():
        with transaction(engine) as db:
            before = _changes(db)
            db.connection().exec_driver_sql(_MERGE, (pages,))
            if _changes(db) - before < 2:  # as the manual of FTS5 tells that there is nothing more to do
                break
        pages = PURGED
    if not is_stopping():
        with transaction(engine) as db:
            db.connection().execute(update(_CURSOR).values(is_to_purge=False))


def _changes(db: Session) -> int:
    driver: Any = db.connection().connection.driver_connection
    return int(driver.total_changes)
