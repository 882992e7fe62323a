"""How much open work lies on a desk, and which desks nobody is at since somebody was disabled.

A desk is a duty at a unit. What lies there are the cases in states that are its own to move, and those in which a
limit runs that it has to keep beside the case (a part, a request, an order), or that have climbed to it; of units
below, too, where nobody is nearer. Who has nothing to do but watch has no open work.

What complains of a reader's unit is not counted before them (`before`); None counts everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, or_
from sqlmodel import Session, col, select

from cases.accused import cases_against
from cases.apart import passed_over
from cases.climbing import post_of
from cases.clocks import BESIDE
from cases.desks import asked_owners, lying_at, may_be_barred
from cases.laws import law_of
from cases.policy import Held, duties_of
from cases.record.case import Case
from cases.record.clock import Clock, Level
from cases.record.lines import line
from cases.record.people import Duty, Unit, User, in_force, lasts
from cases.seats import answering_at, posts
from cases.side_clocks import desk_of
from cases.sides import Side
from cases.words import HANDLERS, Post


@dataclass(frozen=True)
class OpenDesk:
    """A duty at a unit with what lies there; `others` is how many active people besides the one meant are at it.

    Where there are none, `next_at` is the nearest unit above that answers for it, None where nobody does.
    """

    role: str
    unit: Unit
    cases: int
    others: int
    next_at: str | None

    @property
    def word(self) -> str:
        """Return the duty as commands write it."""
        return f"{self.role}@{self.unit.code}"

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody is at the desk besides the one meant."""
        return not self.others


def desks_of(db: Session, user: User, at: datetime, before: User | None = None) -> list[OpenDesk]:
    """Return the desks of a person's duties that have not ended, their own and those where they stand in, in order."""
    wanted = select(Duty.role, Unit).join(Unit, col(Unit.id) == Duty.unit_id).where(Duty.user_id == user.id, lasts(at))
    seen: dict[tuple[str, int], OpenDesk] = {}
    for role, unit in db.exec(wanted.order_by(col(Duty.id))):
        if (role, unit.id or 0) not in seen:
            seen[role, unit.id or 0] = open_desk(db, role, unit, at, user.id or 0, before)
    return list(seen.values())


def deserted(db: Session, at: datetime, before: User | None = None) -> Iterator[tuple[User, OpenDesk]]:
    """Yield the desks with open work where somebody disabled was the last one, with who that was."""
    wanted = (
        select(User, Duty.role, Unit)
        .join(Duty, col(Duty.user_id) == User.id)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .where(col(User.is_active).is_(False), in_force(at))
        .order_by(col(Unit.path), col(Duty.role), col(Duty.id).desc())
    )
    seen: set[tuple[str, int]] = set()
    for user, role, unit in db.exec(wanted):
        if (role, unit.id or 0) in seen:
            continue
        seen.add((role, unit.id or 0))
        desk = open_desk(db, role, unit, at, user.id or 0, before)
        if desk.is_empty and desk.cases:
            yield user, desk


def barred_from_all(db: Session, at: datetime) -> Iterator[str]:
    """Yield the numbers of the open cases at whose desk, up to the root, there is nobody but who may not act in it.

    Of the cases whose law keeps capacities apart, only those are asked of which somebody has acted in another one.
    """
    wanted = select(Case).where(col(Case.closed_at).is_(None)).order_by(col(Case.id))
    for case in db.exec(wanted.where(or_(false(), *may_be_barred(db)))):
        definition = law_of(db, case.law_id).definition
        owner = definition.states[case.state].owner or ""
        besides = passed_over(db, case, owner)
        desks = [answering_at(db, post, at, besides)[1] for post in posts(db, case, owner)]
        if desks and not any(desks) and any(answering_at(db, post, at)[1] for post in posts(db, case, owner)):
            yield case.number


def open_desk(db: Session, role: str, unit: Unit, at: datetime, besides: int, before: User | None = None) -> OpenDesk:
    """Return a desk with what lies there, somebody not counted."""
    held = Held(role, unit.id or 0, unit.path)
    unit_id, people = answering_at(db, Post(peers(role), held.unit_id), at, besides)
    others = len(people) if unit_id == held.unit_id else 0
    above = db.get_one(Unit, unit_id).name if people and not others else None
    return OpenDesk(role, unit, len(open_cases(db, held, at, before)), others, above)


def peers(role: str) -> tuple[str, ...]:
    """Return the duties that sit at one desk with a duty."""
    return HANDLERS if role in HANDLERS else (role,)


def open_cases(db: Session, held: Held, at: datetime, before: User | None = None) -> set[int]:
    """Return the ids of the open cases that lie on a desk, or would if somebody were there."""
    is_open = col(Case.closed_at).is_(None)
    found = set(db.exec(select(Case.id).where(is_open, or_(false(), *lying_at(db, held, at)))))
    lying = {case_id for case_id in found if case_id is not None} | {
        case.id or 0 for case, post in _beside(db) if held.role in post.duties and _is_at(db, held, post, at)
    }
    return (
        lying
        if before is None
        else lying - set(db.connection().execute(cases_against(duties_of(db, before, at))).scalars())
    )


def _beside(db: Session) -> Iterator[tuple[Case, Post]]:
    """Yield the open cases with each desk that a query cannot tell: adjudicators, limits beside the case, levels."""
    is_open = col(Case.closed_at).is_(None)
    for word, states in asked_owners(db).items():
        for case in db.exec(select(Case).where(is_open, states)):
            yield from ((case, post) for post in posts(db, case, word))
    running = select(Case, Clock.state).join(Clock, col(Clock.case_id) == Case.id)
    for case, state in db.exec(running.where(is_open, Clock.kind == BESIDE, col(Clock.stopped_at).is_(None))):
        yield case, desk_of(db, law_of(db, case.law_id).definition, Side.parse(state))[1]
    climbed = select(Case, Level).join(Level, col(Level.case_id) == Case.id)
    for case, level in db.exec(climbed.where(is_open, col(Level.left_at).is_(None))):
        yield case, post_of(level)


def _is_at(db: Session, held: Held, post: Post, at: datetime) -> bool:
    """Tell whether a desk is the one meant, or lies below it with nobody nearer."""
    places = [place.id for place in line(db, post.unit_id)]
    if post.people or held.unit_id not in places:
        return False
    nearest, people = answering_at(db, post, at)
    return not people or places.index(nearest) >= places.index(held.unit_id)
