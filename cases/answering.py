"""Which desks somebody answers for, as conditions of a query.

A role word stands for duties at a unit, or at the nearest one above where somebody has them. For most of what lies on a
desk the database can tell exactly whose it is. For some it cannot: someone's own case passes over the desk that they
fill, and so does one in which they may not act a second time in another capacity; who comes next depends on the case.
Those are narrowed down here, and then asked of `cases.policy` one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cases.accused import accuses_none_of, accuses_somebody
from cases.apart import FOR, clerical, others
from cases.laws import law_of
from cases.policy import HANDLING, OVERSIGHT, Held, duties_of
from cases.record.at_once import Question
from cases.record.case import Assignment, Case
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.law import LawVersion
from cases.record.people import Duty, Unit, User, in_force, subtree
from cases.record.statements import Prepared, remembered
from cases.standing_in import in_any_guise
from cases.veil import faces, veils_of
from workflow.definition import Definition
from workflow.vocabulary import DELEGATE, PARENT, SUPPORT

LEAD = "lead"
AT_THE_UNION = OVERSIGHT - {"head"}
#: Duties at whose desks whoever is nearest answers.
NEAREST = OVERSIGHT | HANDLING

_UNITS = table_of(Unit)
_LAWS = Prepared(select_columns(table_of(LawVersion).c.id).order_by(table_of(LawVersion).c.id))

#: Published laws by id.
Laws = Sequence[tuple[int, Definition]]
#: Turns the condition on units into the condition that something lies on a desk at one of them.
LiesAt = Callable[[ColumnElement[bool]], ColumnElement[bool]]


@dataclass(frozen=True)
class Reader:
    """Whose desk is asked for: a person with the duties that they have at a moment.

    `apart` are the published laws that keep capacities apart.
    """

    db: Session
    by: User
    at: datetime
    duties: Sequence[Held]
    apart: Laws

    @cached_property
    def side(self) -> frozenset[int]:
        """Return those on whose requests somebody may not decide: theirs, and of whoever one of both stands in for."""
        return in_any_guise(self.db, self.by, self.at)

    def surely(self, role: str, words: Collection[str], lies: LiesAt) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions that something lies on a desk of a role by my duties, and in the place of each other.

        Neither whoever raised the case nor who may not act in it in this capacity is at its desk, in person or in their
        place.
        """
        own = self.by.id
        for whose in dict.fromkeys(held.stands_for for held in self.duties):
            ours = [held for held in self.duties if held.stands_for == whose]
            free = [_of_others(self.db, own), _not_barred(self.apart, own, role), accuses_none_of(self.duties)]
            if whose is not None:
                free += [_of_others(self.db, whose), _not_barred(self.apart, whose, role)]
            yield and_(*free, lies(answered_for(ours, words, self.at)))

    def perhaps(self, role: str, words: Collection[str], lies: LiesAt) -> ColumnElement[bool]:
        """Return the condition that something lies on a desk of a role below me where somebody may be passed over."""
        raised_there = _has_submitter_below(self.db, self.duties, words, self.at)
        nobody_there = or_(raised_there, accuses_somebody(), *_has_barred(self.apart, role, words))
        return and_(_of_others(self.db, self.by.id), lies(self.below(words)), nobody_there)

    def below(self, words: Collection[str]) -> ColumnElement[bool]:
        """Return the condition that a unit is one where I hold one of some duties, or lies below it."""
        return _within(self.duties, words)


def reader(db: Session, by: User, at: datetime) -> Reader:
    """Return a person with what they are at a moment."""
    return Reader(db, by, at, duties_of(db, by, at), [one for one in published(db) if one[1].separation])


def published(db: Session) -> Laws:
    """Return the published laws by id, in order."""
    return [(row.id, law_of(db, row.id).definition) for row in _LAWS.rows(db, {})]


def about_laws() -> Question:
    """Return what is asked to know the published laws."""
    return _LAWS, {}


def duties_behind(word: str) -> Collection[str]:
    """Return the duties that fill the desks of a role word; none where the database cannot tell which desks."""
    if word in AT_THE_UNION:
        return (word,)
    if word in (LEAD, SUPPORT, DELEGATE):
        return HANDLING
    return (word.removeprefix(PARENT),) if word.startswith(PARENT) else ()


def lies_at(word: str, units: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a case lies on the desk of a role word at one of some units."""
    if word == LEAD:
        return or_(among(Case.lead_id, units), among(Case.offered_id, units))
    if word in (SUPPORT, DELEGATE):
        part = select(Assignment.id).where(Assignment.kind == word, col(Assignment.ended_at).is_(None))
        return exists(part.where(Assignment.case_id == Case.id, among(Assignment.unit_id, units)).correlate(Case))
    if word.startswith(PARENT):
        root = and_(col(Unit.parent_id).is_(None), units)
        below = col(Unit.parent_id).in_(select(Unit.id).where(units))
        return among(Case.unit_id, or_(below, root))
    return among(Case.unit_id, units)


def among(column: object, units: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a column names one of some units."""
    return col(column).in_(select(Unit.id).where(units))


def answered_for(duties: Sequence[Held], words: Collection[str], at: datetime) -> ColumnElement[bool]:
    """Return the condition that a unit's desk is mine: mine or below, and nobody nearer to it holds the duty."""
    mine = [held for held in duties if held.role in words]
    return or_(false(), *(and_(_below(held), ~_filled_below(held, words, at)) for held in mine))


def acted_apart(laws: Laws, role: str) -> Iterator[SelectOfScalar[int]]:
    """Yield, for each law that keeps a role apart from others, the events of a case in one of those."""
    for law_id, definition in laws:
        if apart := others(definition, role):
            yield select(Event.seq).where(
                Event.case_id == Case.id,
                Case.law_id == law_id,
                col(Event.role).in_(sorted(apart)),
                col(Event.action).not_in(sorted(clerical(definition))),
            )


def _of_others(db: Session, user_id: int | None) -> ColumnElement[bool]:
    """Return the condition that somebody else raised a case: nobody is staff in their own."""
    return or_(col(Case.submitter_id).is_(None), col(Case.submitter_id).not_in(faces(db, user_id or 0)))


def _not_barred(laws: Laws, user_id: int | None, role: str) -> ColumnElement[bool]:
    """Return the condition that somebody has not acted in a case in a capacity that its law keeps apart from a role."""
    in_place = [col(Event.data).contains(f'"{FOR}":{user_id}{end}') for end in ",}"]
    did_it = or_(col(Event.actor_id) == user_id, *in_place)
    return and_(true(), *(~exists(did.where(did_it).correlate(Case)) for did in acted_apart(laws, role)))


def _has_barred(laws: Laws, role: str, words: Collection[str]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that somebody acted in a case in another capacity who may be at a desk of this one, too."""
    for did in acted_apart(laws, role):
        may_be = col(Event.actor_id).in_(select(Duty.user_id).where(col(Duty.role).in_(sorted(words))))
        yield exists(did.where(or_(may_be, col(Event.data).contains(f'"{FOR}":'))).correlate(Case))


def _within(duties: Sequence[Held], words: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a unit is one where I hold a duty or lies below it."""
    return or_(false(), *(_below(held) for held in duties if held.role in words))


def _has_submitter_below(
    db: Session, duties: Sequence[Held], words: Collection[str], at: datetime
) -> ColumnElement[bool]:
    """Return the condition that who raised a case fills such a desk themselves, below me, and is passed over there."""
    mine = [held for held in duties if held.role in words]
    below = _people_below(db, duties, at)
    people = sorted(
        {
            row.user_id
            for row in below
            for held in mine
            if row.role in words and row.path != held.path and row.path.startswith(held.path)
        }
    )
    return col(Case.submitter_id).in_([*people, *veils_of(db, people)])


def _people_below(db: Session, duties: Sequence[Held], at: datetime) -> Sequence[Any]:
    """Return who holds a duty below one of mine that is filled nearest to a case, with its role and where."""
    lower = [and_(_below(held), col(Unit.path) != held.path) for held in duties if held.role in NEAREST]
    if not lower:
        return []

    def find(_: list[str]) -> dict[str, Sequence[Any]]:
        held = select_columns(col(Duty.user_id), col(Duty.role), col(Unit.path)).join(
            Unit, col(Unit.id) == Duty.unit_id
        )
        there = held.where(or_(*lower), col(Duty.role).in_(sorted(NEAREST)), in_force(at))
        return {"": db.connection().execute(there).all()}

    key = tuple((held.role, held.path) for held in duties), at
    return remembered(db, key, [""], find)[""]


def _below(held: Held) -> ColumnElement[bool]:
    first, end = subtree(held.path)
    return and_(col(Unit.path) >= first, col(Unit.path) < end)


def _filled_below(held: Held, words: Collection[str], at: datetime) -> ColumnElement[bool]:
    """Return the condition that a unit lies in the range of someone who holds the duty further down.

    The subquery does not depend on the unit, so that the database answers it once.
    """
    first, end = subtree(held.path)
    nearer, covered = _UNITS.alias("nearer"), _UNITS.alias("covered")
    after = func.substr(nearer.c.path, 1, func.length(nearer.c.path) - 1).concat("0")
    within = and_(covered.c.path >= nearer.c.path, covered.c.path < after)
    held_there = (
        select(covered.c.id)
        .select_from(nearer)
        .join(covered, within)
        .join(Duty, col(Duty.unit_id) == nearer.c.id)
        .join(User, and_(col(User.id) == Duty.user_id, col(User.is_active)))
        .where(
            nearer.c.path > first,
            nearer.c.path < end,
            col(Duty.role).in_(sorted(words)),
            in_force(at),
        )
    )
    return col(Unit.id).in_(held_there)
