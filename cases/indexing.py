"""Keep the index of similar cases: a cursor moves along the chain of events and takes in what is new, some at a time.

No action and no import pays for it. Of several nodes one wins each batch; a crash leaves whole batches, and the next
pass begins where the cursor stands. Only what can still be of use is in it: open cases and those closed lately, none
whose text was erased.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from time import sleep
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, delete, or_, select, update
from sqlmodel import Session

from cases.grams import grams, packed, plain, unpacked
from cases.record import bulk
from cases.record.case import Case, Passage
from cases.record.columns import table_of
from cases.record.database import is_sqlite, reading, transaction
from cases.record.event import Event
from cases.record.similar import CaseGram, GramCount, IndexedCase, SimilarCursor

#: A case that was closed longer ago is no longer offered: within half a year the same people, the same season and the
#: same budget are concerned, and a matter that comes back later is a new one, to be reviewed as such.
RECENT = timedelta(days=180)
#: Events taken in one transaction: on SQLite nobody else writes for the tenths of a second that it lasts.
BATCH = 200
#: Batches in a row, after which on SQLite whoever waits to write has a turn for so many seconds.
SPELL, BREATH = 8, 0.1
#: Cases dropped in one transaction.
DROPPED = 100
#: What a case was raised with, or what it was made before it was submitted; all else is about what is done with it.
FIELDS, FIRST = ("title", "text"), 1

_CASES, _EVENTS, _PASSAGES = table_of(Case), table_of(Event), table_of(Passage)
_INDEXED, _GRAMS, _COUNTS, _CURSOR = (table_of(model) for model in (IndexedCase, CaseGram, GramCount, SimilarCursor))


def index_new(engine: Engine, at: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Take in every case of which something has happened since the last time, and return how many were new."""
    taken, turns = 0, 0
    while not is_stopping():
        with reading(engine) as db:
            seen = db.connection().execute(select(_CURSOR.c.seq)).scalar_one()
            ahead = select(_EVENTS.c.seq, _EVENTS.c.case_id).where(_EVENTS.c.seq > seen)
            events = db.connection().execute(ahead.order_by(_EVENTS.c.seq).limit(BATCH)).all()
            ids = sorted({row.case_id for row in events if row.case_id is not None})
            revised = _revised(db, ids)
            pieces = _pieces_of(db, _wanted(db, ids, at, revised))
        if not events:
            break
        with transaction(engine) as db:
            if not _move(db, seen, events[-1].seq, len(pieces)):
                break  # another node takes them in
            _leave_out(db, revised)
            _take_in(db, pieces)
        taken, turns = taken + len(pieces), turns + 1
        if turns % SPELL == 0 and engine.dialect.name == "sqlite":
            sleep(BREATH)
    drop(engine, _erased)
    return taken


def drop_old(engine: Engine, at: datetime) -> int:
    """Drop the cases that were closed too long ago to be offered; it looks at every case of the index."""
    return drop(engine, lambda db: _old(db, at))


def drop(engine: Engine, which: Callable[[Session], Iterator[int]]) -> int:
    """Drop cases from the index, some at a time, and return how many."""
    with reading(engine) as db:
        ids = sorted(set(which(db)))
    for first in range(0, len(ids), DROPPED):
        with transaction(engine) as db:
            _leave_out(db, ids[first : first + DROPPED])
    return len(ids)


def rebuild(engine: Engine, at: datetime) -> int:
    """Make the index anew from the texts of the record, and return how many cases are in it."""
    with transaction(engine) as db:
        db.connection().execute(update(_CURSOR).values(seq=0, cases=0))
        for table in (_GRAMS, _COUNTS, _INDEXED):
            db.connection().execute(delete(table))
    return index_new(engine, at)


def texts_of(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return what cases were raised with, title first; a case of which something was erased is left out."""
    columns = (_PASSAGES.c.case_id, _PASSAGES.c.field, _PASSAGES.c.body)
    wanted = select(*columns).where(_PASSAGES.c.case_id.in_(ids), _PASSAGES.c.field.in_(FIELDS))
    said: dict[int, dict[str, str | None]] = {}
    for row in db.connection().execute(wanted.order_by(_PASSAGES.c.version)):
        said.setdefault(row.case_id, {})[row.field] = row.body
    return {
        case_id: "\n".join(fields[name] or "" for name in FIELDS if name in fields)
        for case_id, fields in said.items()
        if None not in fields.values()
    }


def _revised(db: Session, ids: Sequence[int]) -> list[int]:
    """Return which of some cases of the index have been given another text since they were raised."""
    again = (_PASSAGES.c.version > FIRST) & _PASSAGES.c.field.in_(FIELDS) & _PASSAGES.c.case_id.in_(ids)
    there = select(_INDEXED.c.case_id).join(_PASSAGES, _PASSAGES.c.case_id == _INDEXED.c.case_id)
    return list(db.connection().execute(there.where(again).distinct().order_by(_INDEXED.c.case_id)).scalars())


def _wanted(db: Session, ids: Sequence[int], at: datetime, anew: Sequence[int]) -> list[int]:
    """Return which of some cases are to be taken in: submitted, open or closed lately, and not there yet or `anew`."""
    is_fresh = or_(_CASES.c.closed_at.is_(None), _CASES.c.closed_at >= at - RECENT)
    there = select(_INDEXED.c.case_id).where(_INDEXED.c.case_id == _CASES.c.id)
    wanted = select(_CASES.c.id).where(_CASES.c.id.in_(ids), _CASES.c.submitted_at.is_not(None), is_fresh)
    return list(
        db.connection().execute(wanted.where(~there.exists() | _CASES.c.id.in_(anew)).order_by(_CASES.c.id)).scalars()
    )


def _pieces_of(db: Session, ids: Sequence[int]) -> dict[int, set[int]]:
    texts = texts_of(db, ids) if ids else {}
    return {case_id: pieces for case_id in ids if (pieces := grams(plain(texts.get(case_id, "")).signs))}


def _move(db: Session, seen: int, last: int, more: int) -> bool:
    move = update(_CURSOR).where(_CURSOR.c.seq == seen).values(seq=last, cases=_CURSOR.c.cases + more)
    return cast("CursorResult[Any]", db.connection().execute(move)).rowcount == 1


def _take_in(db: Session, pieces: dict[int, set[int]]) -> None:
    bulk.write(db, _INDEXED.name, ("case_id", "grams"), [(case_id, packed(own)) for case_id, own in pieces.items()])
    # In the order of the key, so that the tree is written from left to right.
    rows = sorted((gram, case_id) for case_id, own in pieces.items() for gram in own)
    bulk.write(db, _GRAMS.name, ("gram", "case_id"), rows)
    _count(db, Counter(gram for gram, _ in rows))


def _leave_out(db: Session, ids: Sequence[int]) -> None:
    """Drop cases, held against other nodes by the row of the cursor."""
    db.connection().execute(update(_CURSOR).values(cases=_CURSOR.c.cases))
    kept = select(_INDEXED.c.case_id, _INDEXED.c.grams).where(_INDEXED.c.case_id.in_(ids))
    found = db.connection().execute(kept).all()
    rows = sorted((gram, row.case_id) for row in found for gram in unpacked(row.grams))
    if is_sqlite(db):
        if rows:
            db.connection().exec_driver_sql("DELETE FROM case_grams WHERE gram = ? AND case_id = ?", rows)
    else:
        pairs = ([gram for gram, _ in rows], [case_id for _, case_id in rows])
        those = "SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
        db.connection().exec_driver_sql(f"DELETE FROM case_grams WHERE (gram, case_id) IN ({those})", pairs)
    _count(db, Counter({gram: -count for gram, count in Counter(gram for gram, _ in rows).items()}))
    db.connection().execute(delete(_COUNTS).where(_COUNTS.c.cases <= 0))
    db.connection().execute(delete(_INDEXED).where(_INDEXED.c.case_id.in_(ids)))
    db.connection().execute(update(_CURSOR).values(cases=_CURSOR.c.cases - len(found)))


def _count(db: Session, changes: Counter[int]) -> None:
    """Add to the number of cases in which each piece occurs."""
    if not changes:
        return
    more = "ON CONFLICT (gram) DO UPDATE SET cases = gram_counts.cases + excluded.cases"
    rows = sorted(changes.items())
    if is_sqlite(db):
        db.connection().exec_driver_sql(f"INSERT INTO gram_counts (gram, cases) VALUES (?, ?) {more}", rows)
        return
    columns = ([gram for gram, _ in rows], [count for _, count in rows])
    those = "SELECT * FROM unnest(%s::bigint[], %s::int[])"
    db.connection().exec_driver_sql(f"INSERT INTO gram_counts (gram, cases) {those} {more}", columns)


def _erased(db: Session) -> Iterator[int]:
    """Yield the cases of the index of whose text something was erased."""
    gone = (
        select(_PASSAGES.c.case_id)
        .join(_INDEXED, _INDEXED.c.case_id == _PASSAGES.c.case_id)
        .where(_PASSAGES.c.body.is_(None), _PASSAGES.c.field.in_(FIELDS))
    )
    return iter(db.connection().execute(gone).scalars().all())


def _old(db: Session, at: datetime) -> Iterator[int]:
    ended = select(_INDEXED.c.case_id).join(_CASES, _CASES.c.id == _INDEXED.c.case_id)
    return iter(db.connection().execute(ended.where(_CASES.c.closed_at < at - RECENT)).scalars().all())
