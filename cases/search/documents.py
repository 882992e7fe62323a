"""What of a case is searched: its number, its title and what was said in it, by who may read it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from cases.record.at_once import gather
from cases.record.case import Assignment, Case, Passage
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.people import Unit, ancestors
from cases.record.search import PARTIES, SCOPE, STAFF
from cases.search.tokens import tokens
from cases.sheet import FIRST, OTHER
from cases.sheet import PARTIES as FOR_PARTIES

#: Tokens of what the parties of a case read, and of what only staff do: PostgreSQL numbers no more than 16,383.
MOST = {PARTIES: 11_000, STAFF: 5_000}
TITLE, TEXT = "title", "text"
#: Stands between two texts, so that no phrase goes on from one into the next; nobody can type it.
GAP = "¦"

_CASES, _PARTS, _UNITS = table_of(Case), table_of(Assignment), table_of(Unit)
_EVENTS = table_of(Event)

#: The tokens of a case, by zone.
Document = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Readable:
    """A text that was said in a case; what stands beside something for staff alone is for them as well."""

    field: str
    body: str
    is_for_staff: bool


def documents(db: Session, ids: Collection[int]) -> dict[int, Document]:
    """Return what is searched of some cases; a draft is searched by nobody."""
    if not ids:
        return {}
    columns = (_CASES.c.id, _CASES.c.number, _CASES.c.title, _CASES.c.submitter_id, _UNITS.c.path)
    found = select(*columns).join(_UNITS, _UNITS.c.id == _CASES.c.unit_id).order_by(_CASES.c.id)
    found = found.where(_CASES.c.id.in_(sorted(ids)), _CASES.c.submitted_at.is_not(None))
    parts = select(_PARTS.c.case_id, _UNITS.c.path).join(_UNITS, _UNITS.c.id == _PARTS.c.unit_id)
    rows, held, *texts = gather(db, [found, parts.where(_PARTS.c.case_id.in_(sorted(ids))), *_what_was_said(ids)])
    places: dict[int, set[int]] = {}
    for case_id, path in held:
        places.setdefault(case_id, set()).update(ancestors(path))
    said = _readable(*texts)
    return {
        case_id: {
            SCOPE: [
                *(overseen(unit_id) for unit_id in ancestors(path)),
                *(handled(unit_id) for unit_id in places.get(case_id, ())),
                *([raised(submitter_id)] if submitter_id is not None else []),
            ],
            PARTIES: [*tokens(number), GAP, *tokens(title), GAP, *_tokens_of(said.get(case_id, ()), PARTIES)],
            STAFF: _tokens_of(said.get(case_id, ()), STAFF),
        }
        for case_id, number, title, submitter_id, path in rows
    }


def readable(db: Session, ids: Collection[int]) -> dict[int, list[Readable]]:
    """Return what was said in some cases and was not erased, what they were raised with first, then the latest first.

    What was said where a case was linked to another is not among it: who may not know of both would learn of one. The
    titles are not either: the case bears the last one.
    """
    return _readable(*gather(db, _what_was_said(ids))) if ids else {}


def _what_was_said(ids: Collection[int]) -> list[Any]:
    """Return the queries for the events of some cases that name another one, and for all that was said in them."""
    naming = select(_EVENTS.c.case_id, _EVENTS.c.version).where(_EVENTS.c.case_id.in_(sorted(ids)))
    naming = naming.where(_EVENTS.c.version > FIRST, _EVENTS.c.data.contains(f'"{OTHER}":'))
    return [naming, select(Passage).where(col(Passage.case_id).in_(sorted(ids))).order_by(col(Passage.id).desc())]


def _readable(naming: Sequence[tuple[int, int]], passages: Sequence[Passage]) -> dict[int, list[Readable]]:
    apart = set(naming)
    among_staff = {(row.case_id, row.version) for row in passages if row.audience != FOR_PARTIES}
    said: dict[int, list[Readable]] = {}
    for row in sorted(passages, key=lambda row: row.field != TEXT):
        place = (row.case_id, row.version)
        if row.body is not None and row.field != TITLE and place not in apart:
            said.setdefault(row.case_id, []).append(Readable(row.field, row.body, place in among_staff))
    return said


def overseen(unit_id: int) -> str:
    """Return the token of the cases of a unit and of those below it."""
    return f"o{unit_id}"


def handled(unit_id: int) -> str:
    """Return the token of the cases in which a unit, or one below it, has or had a part."""
    return f"p{unit_id}"


def raised(user_id: int) -> str:
    """Return the token of the cases that were raised by somebody, or by a veil."""
    return f"s{user_id}".replace("-", "v")


def _tokens_of(said: Collection[Readable], zone: str) -> list[str]:
    return list(islice(_in_zone(said, zone), MOST[zone]))


def _in_zone(said: Collection[Readable], zone: str) -> Iterator[str]:
    for text in said:
        if text.is_for_staff is (zone == STAFF):
            yield from tokens(text.body)
            yield GAP
