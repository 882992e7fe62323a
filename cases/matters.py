"""What waits for me beside a case that lies on another desk: decisions, orders, levels, parts that were given back.

The rows are the timers: whoever has to act before a clock beside the case ends finds it here, and so does the level
that a case has climbed to and that has not acknowledged it (`cases.waiting` knows the kinds). They are
asked for at once: of each kind what is surely mine, and where somebody may be passed over. The clocks of parts are
with the cases (`cases.tasks`), those of promises outlive them (`cases.capabilities.promises`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_
from sqlmodel import Session

from cases.answering import Reader, reader
from cases.apart import barred
from cases.desks import MOST, MOST_ASKED
from cases.matter import Kind, Matter
from cases.policy import answered_as
from cases.raised import to_rate
from cases.record.at_once import gather
from cases.record.people import User
from cases.second_person import to_agree
from cases.waiting import kinds

#: The submitter of a merged case has a word to say on the lead case's answer.
RATING = "rating"


@dataclass(frozen=True)
class Matters:
    """What waits for a person beside cases, most urgent first; `has_more` if there is more than is listed."""

    rows: Sequence[Matter]
    has_more: bool


def matters_of(db: Session, by: User, at: datetime, most: int = MOST) -> Matters:
    """Return what a person has to do now beside the cases that lie with them."""
    mine = reader(db, by, at)
    looked_for = [(kind, query) for kind in kinds(db, mine) for query in _queries(mine, kind, most)]
    *rows, answered = gather(db, [*(query for _, query in looked_for), to_rate(db, by, at, most + 1)])
    found = list(_lying_with(db, mine, [kind for kind, _ in looked_for], rows))
    found += to_agree(mine)
    found += [Matter(case, RATING) for case in answered]
    found.sort(key=lambda one: (one.due_at is None, one.due_at or at, one.case.id))
    return Matters(found[:most], len(found) > most)


def _queries(mine: Reader, kind: Kind, most: int) -> Sequence[Select[Any]]:
    """Return the queries for what of one kind is surely a person's, and for where somebody may be passed over."""
    my_duties = {held.role for held in mine.duties}
    desks = [desk for desk in kind.desks if not my_duties.isdisjoint(desk.duties)]
    if not desks:
        return []
    surely = [and_(desk.which, one) for desk in desks for one in mine.surely(desk.role, desk.duties, desk.lies)]
    perhaps = [and_(desk.which, mine.perhaps(desk.role, desk.duties, desk.lies)) for desk in desks]
    return kind.rows.where(or_(*surely)).limit(most + 1), kind.rows.where(or_(*perhaps)).limit(MOST_ASKED)


def _lying_with(db: Session, mine: Reader, of: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> Iterator[Matter]:
    """Yield what lies with a person, of rows that are surely theirs and of rows that may be, by turns."""
    has_deputies = any(held.stands_for for held in mine.duties)
    for kind, surely, perhaps in zip(of[::2], rows[::2], rows[1::2], strict=True):
        known = set()
        for matter in map(kind.read, surely):
            known.add(matter.key)
            yield _in_place(db, mine, kind, matter) or matter if has_deputies else matter
        for matter in map(kind.read, perhaps):
            if matter.key not in known and (answered := _in_place(db, mine, kind, matter)):
                yield answered


def _in_place(db: Session, mine: Reader, kind: Kind, matter: Matter) -> Matter | None:
    """Return a matter with in whose place alone it waits for a person, None where it does not wait for them."""
    places = {
        whose
        for role, post in kind.posts(db, matter)
        for whose in answered_as(db, matter.case, post, mine.by, mine.at, role)
        if barred(db, matter.case, role).isdisjoint({mine.by.id, whose})
    }
    if not places:
        return None
    return matter if mine.by.id in places else replace(matter, stands_for=min(places))
