"""Find cases by what is written in them: newest first, a page at a time, within what a person may see.

Every word has to occur somewhere in what the person may read of the case. What was written since the index was kept is
looked through as it stands, so that a text is found from the moment on in which it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, cast, column, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session, col, select

from cases.access import is_storable
from cases.errors import BadRequest
from cases.lists import LONGEST_WORD, Filters, Page, id_of, narrowed
from cases.record.at_once import gather
from cases.record.case import Case
from cases.record.database import is_sqlite
from cases.record.people import User
from cases.record.search import DOCUMENTS, PARTIES, SCOPE, STAFF
from cases.search.documents import Document, documents
from cases.search.keeping import WEIGHTS, touched
from cases.search.readers import Way, ways_of
from cases.search.tokens import Phrase, phrases

#: Events after the cursor whose cases are looked through as they stand; a large import is searched once it was kept.
FRESH = 200

_FTS = table(DOCUMENTS, column("rowid"), column(DOCUMENTS))
_VECTORS = table(DOCUMENTS, column("case_id"), column("words"))


@dataclass(frozen=True)
class Found:
    """A page of what was found; `as_staff` are the cases in which what staff say among themselves was searched too.

    `is_behind` tells that more has been written lately than was looked through.
    """

    page: Page
    phrases: Sequence[Phrase]
    as_staff: frozenset[int]
    is_behind: bool


def search(
    db: Session, by: User, at: datetime, words: str, filters: Filters, last: str | None = None, limit: int = 20
) -> Found:
    """Return a page of the cases in which each of some words occurs, newest first; no words at all find nothing.

    `last` is the cursor of the page before. Raises BadRequest for a cursor or a filter that is none.
    """
    conditions = narrowed(db, filters, at)
    if last is not None:
        conditions.append(col(Case.id) < id_of(db, by, at, last))
    if len(words) > LONGEST_WORD or not is_storable(words):
        raise BadRequest(
            f"搜索内容最多 {LONGEST_WORD} 字，且不能含控制字符。",
            f"Search for {LONGEST_WORD} plain characters at most.",
        )
    wanted = phrases(words)
    ways = ways_of(db, by, at)
    if not wanted or not ways:
        return Found(Page([], None), wanted, frozenset(), is_behind=False)
    fresh = touched(db, FRESH)
    if not is_sqlite(db):  # a plan for whatever words would not know which of them are rare
        db.connection().exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    kept = [*conditions, col(Case.id).not_in(fresh.ids)]
    looked_for = [_of_way(way, wanted, kept, is_fts=is_sqlite(db)).limit(limit + 1) for way in ways]
    lately = [*conditions, col(Case.id).in_(fresh.ids)]
    looked_for += [select(Case.id).where(way.condition, *lately) for way in ways] if fresh.ids else []
    rows = gather(db, looked_for)
    found = _together(ways, rows[: len(ways)])
    found |= _written_since(db, _together(ways, rows[len(ways) :]), wanted) if fresh.ids else {}
    ids = sorted(found, reverse=True)
    cases = db.exec(select(Case).where(col(Case.id).in_(ids[:limit])).order_by(col(Case.id).desc())).all()
    return Found(
        Page(cases, cases[-1].number if len(ids) > limit else None),
        wanted,
        frozenset(case_id for case_id in ids if found[case_id]),
        is_behind=fresh.has_more,
    )


def _of_way(way: Way, wanted: Sequence[Phrase], conditions: Sequence[ColumnElement[bool]], *, is_fts: bool) -> Any:
    """Return the query for the cases that one reason to read them finds, newest first."""
    words: ColumnElement[bool]
    if is_fts:
        key, words = _FTS.c.rowid, _FTS.c[DOCUMENTS].op("MATCH", is_comparison=True)(fts_query(way, wanted))
    else:
        key, words = (
            _VECTORS.c.case_id,
            _VECTORS.c.words.op("@@", is_comparison=True)(cast(vector_query(way, wanted), TSQUERY)),
        )
    found = select(key).join(Case, col(Case.id) == key)
    found = found.where(words, way.condition, *conditions).order_by(key.desc())
    return found.where(key.in_(way.among)) if way.among is not None else found


def _written_since(db: Session, among: Mapping[int, bool], wanted: Sequence[Phrase]) -> dict[int, bool]:
    """Return those among some cases that hold the words, as their texts stand now."""
    texts = documents(db, among)
    return {
        case_id: is_staff
        for case_id, is_staff in among.items()
        if case_id in texts and _holds(texts[case_id], wanted, is_staff=is_staff)
    }


def _together(ways: Sequence[Way], rows: Sequence[Sequence[int]]) -> dict[int, bool]:
    """Return the cases that were found, each with whether one of the ways to it is that of staff."""
    found: dict[int, bool] = {}
    for way, ids in zip(ways, rows, strict=True):
        for case_id in ids:
            found[case_id] = found.get(case_id, False) or way.is_staff
    return found


def _holds(document: Document, wanted: Sequence[Phrase], *, is_staff: bool) -> bool:
    zones = [document[PARTIES], document[STAFF]] if is_staff else [document[PARTIES]]
    return all(any(_occurs(phrase, zone) for zone in zones) for phrase in wanted)


def _occurs(phrase: Phrase, zone: Sequence[str]) -> bool:
    """Tell whether tokens stand side by side in a text."""
    *first, last = phrase.tokens
    return any(
        zone[place : place + len(first)] == first
        and (zone[place + len(first)].startswith(last) if phrase.is_prefix else zone[place + len(first)] == last)
        for place in range(len(zone) - len(first))
    )


def fts_query(way: Way, wanted: Sequence[Phrase]) -> str:
    """Return what is searched for as FTS5 writes it."""
    zones = f"{{{PARTIES} {STAFF}}}" if way.is_staff else PARTIES
    said = " AND ".join(f'"{" ".join(phrase.tokens)}"{"*" if phrase.is_prefix else ""}' for phrase in wanted)
    scope = f" AND {SCOPE} : ({' OR '.join(way.scope)})" if way.scope else ""
    return f"{zones} : ({said}){scope}"


def vector_query(way: Way, wanted: Sequence[Phrase]) -> str:
    """Return what is searched for as PostgreSQL writes it."""
    zones = WEIGHTS[PARTIES] + (WEIGHTS[STAFF] if way.is_staff else "")
    said = [_side_by_side(phrase, zones) for phrase in wanted]
    scope = " | ".join(f"'{token}':{WEIGHTS[SCOPE]}" for token in way.scope)
    return " & ".join([*said, f"({scope})"] if scope else said)


def _side_by_side(phrase: Phrase, zones: str) -> str:
    *first, last = phrase.tokens
    words = [f"'{token}':{zones}" for token in first] + [f"'{last}':{'*' if phrase.is_prefix else ''}{zones}"]
    return f"({' <-> '.join(words)})"
