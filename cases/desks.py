"""My desk: the open cases that wait for me now, asked of the database in a fixed number of queries.

A state's owner is a role word; each word that a query can answer exactly has a condition here, and the words that it
cannot (who adjudicates depends on every department a case was given to) are narrowed down by the database and then
asked of `policy.roles_in`, case by case.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cases.laws import law_of
from cases.policy import HANDLING, OVERSIGHT, Held, duties_of, roles_in, visible_to
from cases.record.case import Assignment, Case
from cases.record.law import LawVersion
from cases.record.people import Duty, Unit, User, subtree
from cases.words import SUBMITTER
from workflow.vocabulary import PARENT

MOST = 50
#: Cases looked at, one by one, for owners that no query can tell.
MOST_ASKED = 200
LEAD, SUPPORT = "lead", "support"
AT_THE_UNION = OVERSIGHT - {"head"}


@dataclass(frozen=True)
class Desk:
    """The cases that wait for a person, most urgent first; `has_more` if there are more than are listed."""

    cases: Sequence[Case]
    has_more: bool


def desk_of(db: Session, by: User, at: datetime, most: int = MOST) -> Desk:
    """Return the open cases that lie with a person now."""
    duties = duties_of(db, by, at)
    exact: list[ColumnElement[bool]] = []
    asked: list[ColumnElement[bool]] = []
    for word, states in owners(db).items():
        condition = _mine(db, word, by, duties, at)
        if condition is None:
            asked.append(states)
        else:
            exact.append(and_(states, condition))
    found = list(db.exec(_urgent_first(or_(false(), *exact)).limit(most + 1)))
    if asked and duties:
        candidates = db.exec(_urgent_first(and_(or_(*asked), visible_to(db, by, at))).limit(MOST_ASKED)).all()
        found += [case for case in candidates if _is_owner(db, case, by, at)]
        found.sort(key=lambda case: (case.due_at is None, case.due_at or at, case.id))
    return Desk(found[:most], len(found) > most)


def raised_by(db: Session, by: User, most: int = MOST) -> Desk:
    """Return the open cases that a person has raised, newest first."""
    mine = select(Case).where(Case.submitter_id == by.id, col(Case.closed_at).is_(None))
    found = list(db.exec(mine.order_by(col(Case.id).desc()).limit(most + 1)))
    return Desk(found[:most], len(found) > most)


def lately_closed(db: Session, by: User, at: datetime, since: datetime, most: int = 10) -> Sequence[Case]:
    """Return the cases that were closed last among those a person may see."""
    closed = select(Case).where(col(Case.closed_at) >= since, col(Case.closed_at) <= at, visible_to(db, by, at))
    return db.exec(closed.order_by(col(Case.closed_at).desc(), col(Case.id).desc()).limit(most)).all()


def owners(db: Session) -> dict[str, ColumnElement[bool]]:
    """Return, for each owner word of the published laws, the condition that a case lies in a state with that owner."""
    states: dict[str, dict[int, list[str]]] = {}
    for law_id in db.exec(select(LawVersion.id).order_by(col(LawVersion.id))):
        for state in law_of(db, law_id or 0).definition.states.values():
            if state.owner is not None:
                states.setdefault(state.owner, {}).setdefault(law_id or 0, []).append(state.name)
    return {
        word: or_(*(and_(col(Case.law_id) == law_id, col(Case.state).in_(names)) for law_id, names in laws.items()))
        for word, laws in states.items()
    }


def _urgent_first(condition: ColumnElement[bool]) -> SelectOfScalar[Case]:
    return (
        select(Case)
        .where(col(Case.closed_at).is_(None), condition)
        .order_by(col(Case.due_at).is_(None), col(Case.due_at), col(Case.id))
    )


def _mine(db: Session, word: str, by: User, duties: Sequence[Held], at: datetime) -> ColumnElement[bool] | None:
    """Return the condition that a case has me behind a role word, or None where the database cannot tell."""
    if word == SUBMITTER:
        return col(Case.submitter_id) == by.id
    if word in AT_THE_UNION:
        return _among(Case.unit_id, _answered_for(duties, (word,), at))
    if word == LEAD:
        return _among(Case.lead_id, _answered_for(duties, HANDLING, at))
    if word == SUPPORT:
        units = _answered_for(duties, HANDLING, at)
        part = select(Assignment.id).where(Assignment.kind == SUPPORT, col(Assignment.ended_at).is_(None))
        return exists(part.where(Assignment.case_id == Case.id, _among(Assignment.unit_id, units)).correlate(Case))
    if word.startswith(PARENT):
        above = _answered_for(duties, (word.removeprefix(PARENT),), at)
        if above is None:
            return false()
        root = and_(col(Unit.parent_id).is_(None), above)
        below = col(Unit.parent_id).in_(select(Unit.id).where(above))
        return col(Case.unit_id).in_(select(Unit.id).where(or_(below, root)))
    return None


def _answered_for(duties: Sequence[Held], words: Collection[str], at: datetime) -> ColumnElement[bool] | None:
    """Return the condition that a unit's desk is mine: mine or below, and nobody nearer to it holds the duty."""
    parts = []
    for held in duties:
        if held.role in words:
            first, end = subtree(held.path)
            parts.append(and_(col(Unit.path) >= first, col(Unit.path) < end, ~_filled_below(held, words, at)))
    return or_(*parts) if parts else None


def _filled_below(held: Held, words: Collection[str], at: datetime) -> ColumnElement[bool]:
    """Return the condition that a unit lies in the range of someone who holds the duty further down.

    The subquery does not depend on the unit, so that the database answers it once.
    """
    first, end = subtree(held.path)
    nearer, covered = Unit.__table__.alias("nearer"), Unit.__table__.alias("covered")  # type: ignore[attr-defined]  # SQLModel's stubs hide __table__
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
            or_(col(Duty.from_at).is_(None), col(Duty.from_at) <= at),
            or_(col(Duty.until_at).is_(None), col(Duty.until_at) > at),
        )
    )
    return col(Unit.id).in_(held_there)


def _among(column: object, units: ColumnElement[bool] | None) -> ColumnElement[bool]:
    return false() if units is None else col(column).in_(select(Unit.id).where(units))


def _is_owner(db: Session, case: Case, by: User, at: datetime) -> bool:
    owner = law_of(db, case.law_id).state(case.state).owner
    return owner is not None and owner in roles_in(db, case, by, at, {owner})
