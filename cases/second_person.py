"""The second person: what one of the staff may not do alone, somebody else who oversees the case agrees to.

To see who raised a case is such a thing, and to erase it. Whoever is nearest and can agree hears of the request and
finds it on the desk until it lapses; who asked hears what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from cases.accused import accuses_none_of, is_of_the_accused, people_of_the_accused
from cases.answering import AT_THE_UNION, Reader, among, answered_for, lies_at
from cases.desks import MOST_ASKED
from cases.matter import Matter
from cases.policy import OVERSIGHT, duties_of
from cases.record.at_once import gather
from cases.record.case import Case
from cases.record.erasures import Erasure
from cases.record.lines import line
from cases.record.people import Duty, User
from cases.record.vault import Reveal
from cases.seats import answering_at, posts
from cases.standing_in import acts_for, in_any_guise
from cases.veil import is_own, person_behind
from cases.words import ANYONE

#: What was asked for and not answered is not agreed to weeks later.
WAITS = timedelta(days=3)
#: What waits for a second person: the kind of matter by the table of its requests.
KINDS: dict[type[Reveal] | type[Erasure], str] = {Reveal: "agree_reveal", Erasure: "agree_erasure"}
ROLES = sorted(AT_THE_UNION)


def is_second(db: Session, case: Case, asked_by: int, by: User, at: datetime) -> bool:
    """Tell whether somebody oversees a case, and is not who asked in any guise, nor who raised it, nor accused."""
    if by.id == asked_by or is_own(db, case, by):
        return False
    asker, held = db.get(User, asked_by), duties_of(db, by, at)
    if asker is None or not acts_for(db, by, at).isdisjoint(acts_for(db, asker, at)):
        return False
    above = {place.id for place in line(db, case.unit_id)}
    oversees = any(duty.role in OVERSIGHT and duty.unit_id in above for duty in held)
    return oversees and not is_of_the_accused(db, case, held)


def seconds(db: Session, case: Case, asked_by: int, at: datetime) -> Iterator[tuple[str, int, list[int]]]:
    """Yield who is nearest of each duty that can agree to what somebody asked for: the duty, the unit, the people."""
    aside = {*people_of_the_accused(db, case), person_behind(db, case.submitter_id) or 0}
    aside |= in_any_guise(db, db.get_one(User, asked_by), at)
    for role in ROLES:
        for post in posts(db, case, role):
            unit_id, people = answering_at(db, post, at, besides=aside)
            if people:
                yield role, unit_id, list(people)


def asks(db: Session, case: Case, asked_by: int, at: datetime) -> dict[str, Any]:
    """Return what the event of a request notes so that whoever can agree hears of it."""
    return {"kind": "request", "told": [list(one) for one in seconds(db, case, asked_by, at)]}


def answers(asked_by: int) -> dict[str, Any]:
    """Return what the event of an answer notes so that whoever asked hears of it."""
    return {"kind": "decision", "told": [[ANYONE, None, [asked_by]]]}


def to_agree(mine: Reader) -> Iterator[Matter]:
    """Yield the requests that wait for somebody to be the second person, the oldest first."""
    db = mine.db
    if not any(held.role in AT_THE_UNION for held in mine.duties):
        return
    open_ones = {
        table: (
            col(table.agreed_at).is_(None),
            col(table.declined_at).is_(None),
            col(table.asked_at) >= mine.at - WAITS,
        )
        for table in KINDS
    }
    there = gather(db, [select(table.id).where(*is_open).limit(1) for table, is_open in open_ones.items()])
    for (table, is_open), any_open in zip(open_ones.items(), there, strict=True):
        kind = KINDS[table]
        if not any_open:
            continue  # nearly always, and much sooner than whose they are is asked
        is_nearest = or_(*(among(Case.unit_id, answered_for(mine.duties, (role,), mine.at)) for role in ROLES))
        overseers = select(Duty.user_id).where(col(Duty.role).in_(ROLES))
        is_below = or_(*(among(Case.unit_id, mine.below((role,))) for role in ROLES))
        passes_asker = and_(is_below, col(table.asked_by).in_(overseers))
        passes_others = or_(*(mine.perhaps(role, (role,), partial(lies_at, role)) for role in ROLES))
        rows: Any = (
            select(Case, table)
            .join(table, col(table.case_id) == Case.id)
            .where(*is_open, col(table.asked_by).not_in(sorted(mine.side)))
            .where(accuses_none_of(mine.duties), or_(is_nearest, passes_asker, passes_others))
            .order_by(col(table.asked_at), col(table.id))
        )
        for case, asked in db.exec(rows.limit(MOST_ASKED)).all():
            if any(mine.by.id in people for _, _, people in seconds(db, case, asked.asked_by, mine.at)):
                yield Matter(case, kind, limit_at=asked.asked_at + WAITS, row_id=asked.id)
