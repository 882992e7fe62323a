"""Cases that tell of the same matter: found by the rarest pieces of a text, explained by the phrases they share.

    pieces of the text ── how many cases have each ── which cases of the union's subtree have the rarest of them
    ── how much of the weight of the text each of these holds ── the shared phrases of the best

Measured beside a scan of everything in tests/benchmarks/similar.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.accused import accuses_none_of, cases_against
from cases.grams import Plain, grams, plain, shared_phrases, unpacked
from cases.indexing import RECENT, texts_of
from cases.policy import duties_of, visible_to
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.database import is_sqlite
from cases.record.people import Unit, User, subtree
from cases.record.similar import CaseGram, GramCount, IndexedCase, SimilarCursor

MOST = 5
#: Of a text so many of its rarest pieces are looked up, as long as they occur in no more than so many places.
RAREST, PLACES = 40, 3_000
#: ... but so many in any case.
FEWEST_RARE = 6
#: So many cases are weighed, and so many of those compared phrase by phrase.
WEIGHED, COMPARED = 40, 10
#: Below this share of the lesser text's weight two texts tell of different matters.
ALIKE = 0.4
#: Texts that have fewer pieces in common have nothing in common.
FEWEST_SHARED = 4
#: Those who may not read what others raised hear of it once it is so many, and then only in steps of as many: who tries
#: a rumour on the form must not learn that somebody complained (docs/decisions/0026).
SEVERAL = 5
PHRASES = 3

_CASES, _UNITS = table_of(Case), table_of(Unit)
_INDEXED, _GRAMS, _COUNTS, _CURSOR = (table_of(model) for model in (IndexedCase, CaseGram, GramCount, SimilarCursor))


@dataclass(frozen=True)
class Similar:
    """A case that is like a text: by how much of 1, and the phrases that both have, as the text has them."""

    case: Case
    score: float
    phrases: Sequence[str]


@dataclass(frozen=True)
class Found:
    """What is like a text: the cases that the asker may see, best first; about how many others, and what they share."""

    cases: Sequence[Similar]
    hidden: int = 0
    hidden_phrases: Sequence[str] = ()


@dataclass(frozen=True)
class _Weighed:
    case_id: int
    score: float


def similar_to(
    db: Session,
    text: str,
    at: datetime,
    *,
    by: User | None = None,
    unit: Unit | None = None,
    besides: Sequence[int] = (),
    most: int = MOST,
) -> Found:
    """Return the open and lately closed cases of a unit and its subtree that tell of the same as a text.

    `by` is who asks: cases that they may not see are counted, in steps of `SEVERAL`, and nothing more; None sees
    everything. `besides` are the ids of cases that are not looked for.
    """
    asked = plain(text)
    pieces = grams(asked.signs)
    counts, total = _counts(db, pieces), _indexed(db)
    scope = _in_scope(at, unit, besides)
    if by is not None:  # what is said of somebody is not even counted before them, nor makes a phrase less rare
        duties = duties_of(db, by, at)
        scope &= accuses_none_of(duties)
        kept_from = _pieces_in(db, cases_against(duties))
        counts = {piece: count for piece in counts if (count := counts[piece] - kept_from.get(piece, 0)) > 0}
        total -= kept_from.get(None, 0)
    weights = _weights(pieces, counts, total)
    weighed = _weighed(db, weights, _rarest(counts), scope)
    if not weighed:
        return Found(())
    ids = [one.case_id for one in weighed]
    cases = select_rows(Case).where(col(Case.id).in_(ids))
    seen = {case.id: case for case in db.exec(cases if by is None else cases.where(visible_to(db, by, at)))}
    shown = [one for one in weighed if one.case_id in seen][: max(COMPARED, most)]
    hidden = [one for one in weighed if one.case_id not in seen]
    texts = texts_of(db, [one.case_id for one in (*shown, *hidden[:COMPARED])])
    explained = _explained(asked, shown, texts, weights)
    rows = [Similar(seen[case_id], round(score, 2), phrases) for case_id, score, phrases in explained]
    return Found(rows[:most], len(hidden) // SEVERAL * SEVERAL, _told_by_several(asked, hidden, texts, weights))


def similar_cases(
    db: Session, case: Case, at: datetime, *, by: User | None = None, unit: Unit | None = None, most: int = MOST
) -> Found:
    """Return what is like a case in its union (or another unit) and below, without it and what was merged into it."""
    text = texts_of(db, [case.id or 0]).get(case.id or 0, "")
    joined = db.exec(select_rows(Case.id).where(Case.merged_into_id == case.id)).all()
    besides = [case.id or 0, *(case_id or 0 for case_id in joined)]
    return similar_to(db, text, at, by=by, unit=unit or db.get_one(Unit, case.unit_id), besides=besides, most=most)


def _in_scope(at: datetime, unit: Unit | None, besides: Sequence[int]) -> ColumnElement[bool]:
    scope = or_(_CASES.c.closed_at.is_(None), _CASES.c.closed_at >= at - RECENT)
    if besides:
        scope &= _CASES.c.id.not_in(besides)
    if unit is not None:
        first, end = subtree(unit.path)
        below = select(_UNITS.c.id).where(_UNITS.c.path >= first, _UNITS.c.path < end)
        scope &= _CASES.c.unit_id.in_(below)
    return scope


def _counts(db: Session, pieces: set[int]) -> dict[int, int]:
    """Return in how many cases each piece occurs; one that no case has is left out."""
    return {gram: cases for gram, cases in _rows(db, _COUNTS.c.gram, _COUNTS.c.cases, pieces)} if pieces else {}


def _indexed(db: Session) -> int:
    """Return how many cases are in the index."""
    return int(db.connection().execute(select(_CURSOR.c.cases)).scalar_one())


def _pieces_in(db: Session, cases: Select[tuple[int]]) -> Counter[int | None]:
    """Return in how many of some cases of the index each piece occurs, and under None how many those are."""
    found: Counter[int | None] = Counter()
    kept = select(_INDEXED.c.grams).where(_INDEXED.c.case_id.in_(cases))
    for grams_of_one in db.connection().execute(kept).scalars():
        found.update(unpacked(grams_of_one))
        found[None] += 1
    return found


def _weights(pieces: set[int], counts: Mapping[int, int], total: int) -> dict[int, float]:
    """Return how telling each piece is: the rarer it is among all cases, the more; what no case has weighs most."""
    return {piece: log(1 + (total + 1) / (counts.get(piece, 0) + 1)) for piece in pieces}


def _rarest(counts: Mapping[int, int]) -> list[int]:
    """Return the pieces to look up: the rarest, as many as occur in few enough places together."""
    rare: list[int] = []
    places = 0
    for piece in sorted(counts, key=lambda piece: (counts[piece], piece))[:RAREST]:
        places += counts[piece]
        if places > PLACES and len(rare) >= FEWEST_RARE:
            break
        rare.append(piece)
    return rare


def _weighed(
    db: Session, weights: Mapping[int, float], rare: Sequence[int], scope: ColumnElement[bool]
) -> list[_Weighed]:
    """Return the cases in scope that are like a text, best first."""
    if not rare:
        return []
    sums: defaultdict[int, float] = defaultdict(float)
    for gram, case_id in _rows(db, _GRAMS.c.gram, _GRAMS.c.case_id, rare):
        sums[case_id] += weights[gram]
    best = _best_in_scope(db, sorted(sums, key=lambda case_id: (-sums[case_id], case_id)), scope)
    kept = select(_INDEXED.c.case_id, _INDEXED.c.grams).where(_INDEXED.c.case_id.in_(best))
    scored = [_Weighed(row.case_id, _score(weights, unpacked(row.grams))) for row in db.connection().execute(kept)]
    return sorted((one for one in scored if one.score >= ALIKE), key=lambda one: (-one.score, one.case_id))


def _rows(db: Session, gram: Column[int], value: Column[int], pieces: Iterable[int]) -> Iterable[Any]:
    """Return the rows of a table of the index that some pieces have: piece and value.

    PostgreSQL is given one list instead of hundreds of values, which it would take longer to read than to look up.
    """
    if is_sqlite(db):
        return db.connection().execute(select(gram, value).where(gram.in_(pieces)))
    wanted = f"SELECT gram, {value.name} FROM {value.table.name} WHERE gram = ANY(%s)"
    return db.connection().exec_driver_sql(wanted, (list(pieces),))


def _best_in_scope(db: Session, ids: Sequence[int], scope: ColumnElement[bool]) -> list[int]:
    """Return the first of some cases that are in scope; asked for in growing helpings, for mostly the first will do."""
    best: list[int] = []
    begin, end = 0, 2 * WEIGHED
    while begin < len(ids) and len(best) < WEIGHED:
        there = select(_CASES.c.id).where(_CASES.c.id.in_(ids[begin:end]), scope)
        inside = set(db.connection().execute(there).scalars())
        best += [case_id for case_id in ids[begin:end] if case_id in inside]
        begin, end = end, end * 8
    return best[:WEIGHED]


def _score(weights: Mapping[int, float], others: Sequence[int]) -> float:
    """Return which part of the lesser text's weight both have; what only the other one has weighs as the average."""
    shared = weights.keys() & set(others)
    if len(shared) < min(FEWEST_SHARED, len(weights)):
        return 0.0
    both, own = sum(weights[piece] for piece in shared), sum(weights.values())
    theirs = both + (len(others) - len(shared)) * own / len(weights)
    return both / min(own, theirs)


def _explained(
    asked: Plain, weighed: Sequence[_Weighed], texts: Mapping[int, str], weights: Mapping[int, float]
) -> list[tuple[int, float, list[str]]]:
    """Return cases with the phrases that they share with a text, those that share most first."""
    found: list[tuple[float, int, float, list[str]]] = []
    for one in weighed:
        shared = shared_phrases(asked, plain(texts.get(one.case_id, "")), weights, PHRASES)
        if shared:
            weight = sum(phrase.weight for phrase in shared)
            found.append((one.score * weight, one.case_id, one.score, [phrase.phrase for phrase in shared]))
    found.sort(key=lambda row: (-row[0], row[1]))
    return [(case_id, score, phrases) for _, case_id, score, phrases in found]


def _told_by_several(
    asked: Plain, hidden: Sequence[_Weighed], texts: Mapping[int, str], weights: Mapping[int, float]
) -> list[str]:
    """Return the phrases of a text that several others wrote too: what one of them alone wrote stays their own."""
    tellers: defaultdict[str, int] = defaultdict(int)
    for one in hidden[:COMPARED]:
        for shared in shared_phrases(asked, plain(texts.get(one.case_id, "")), weights, PHRASES):
            tellers[shared.phrase] += 1
    several = [phrase for phrase, count in tellers.items() if count >= SEVERAL]
    return sorted(several, key=lambda phrase: (-tellers[phrase], -len(phrase)))[:PHRASES]
