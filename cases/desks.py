"""My desk: the open cases that wait for me now, asked of the database in a fixed number of queries.

Besides the cases in states that are mine, those wait in which my department has a part that is still open.

A state's owner is a role word; each word that a query can answer exactly has a condition here, and the words that it
cannot (who adjudicates depends on every department a case was given to) are narrowed down by the database and then
asked of `policy.roles_in`, case by case. So are the cases of colleagues: someone's own case passes over the desk that
they fill, and who comes next depends on the case; likewise of those who may not act in it a second time in another
capacity. What lies with somebody in whose place I act lies with me, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cases.accused import accuses_none_of, accuses_somebody
from cases.apart import FOR, barred, clerical, others
from cases.ballots import awaited
from cases.laws import law_of
from cases.policy import HANDLING, OVERSIGHT, Held, answers_for, duties_of, roles_in, visible_to
from cases.record.case import Assignment, Case
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.law import LawVersion
from cases.record.people import Duty, Unit, User, in_force, subtree
from cases.veil import faces, is_own, veils_of
from cases.words import SUBMITTER
from workflow.definition import Definition
from workflow.vocabulary import DELEGATE, PANEL, PARENT, SUPPORT

MOST = 50
#: Cases looked at, one by one, for owners that no query can tell.
MOST_ASKED = 200
LEAD = "lead"
AT_THE_UNION = OVERSIGHT - {"head"}

_UNITS = table_of(Unit)

Laws = Sequence[tuple[int, Definition]]


@dataclass(frozen=True)
class Desk:
    """The cases that wait for a person, most urgent first; `has_more` if there are more than are listed.

    `stands_for` says by case in whose place alone they wait for this person.
    """

    cases: Sequence[Case]
    has_more: bool
    stands_for: Mapping[int, int] = field(default_factory=dict)


def desk_of(db: Session, by: User, at: datetime, most: int = MOST) -> Desk:
    """Return the open cases that lie with a person now."""
    duties = duties_of(db, by, at)
    exact: list[ColumnElement[bool]] = []
    asked: list[ColumnElement[bool]] = []
    laws = _laws(db)
    for word, states in (owners(db) | parts(db)).items():
        if word == SUBMITTER:
            exact.append(and_(states, col(Case.submitter_id).in_(faces(db, by.id or 0))))
        elif words := _duties_behind(word):
            exact += [and_(states, condition) for condition in _mine(db, laws, by, duties, word, words, at)]
            below = (_has_submitter_below(db, duties, words, at), *_has_barred(laws, word, words))
            passed_over = or_(accuses_somebody(), *below)
            asked.append(and_(states, _of_others(db, by.id), _lies_at(word, _within(duties, words)), passed_over))
        else:
            asked.append(states)
    found = list(db.exec(_urgent_first(or_(false(), *exact)).limit(most + 1)))
    if asked and duties:
        known = {case.id for case in found}
        candidates = db.exec(_urgent_first(and_(or_(*asked), visible_to(db, by, at))).limit(MOST_ASKED)).all()
        found += [case for case in candidates if case.id not in known and owned_for(db, case, by, at)]
        found.sort(key=lambda case: (case.due_at is None, case.due_at or at, case.id))
    stands_for: dict[int, int] = {}
    if any(held.stands_for for held in duties):
        for case in found[:most]:
            if (whose := owned_for(db, case, by, at)) and whose != [None] and None not in whose:
                stands_for[case.id or 0] = next(one for one in whose if one is not None)
    return Desk(found[:most], len(found) > most, stands_for)


def raised_by(db: Session, by: User, most: int = MOST) -> Desk:
    """Return the open cases that a person has raised, newest first."""
    mine = select(Case).where(col(Case.submitter_id).in_(faces(db, by.id or 0)), col(Case.closed_at).is_(None))
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


def parts(db: Session) -> dict[str, ColumnElement[bool]]:
    """Return, for each word of those with a part of their own, the condition that a case goes by a law that has it."""
    laws = {law_id: law_of(db, law_id).definition for law_id in db.exec(select(LawVersion.id)) if law_id}
    words = {word: [law_id for law_id, law in laws.items() if word in part_words(law)] for word in (SUPPORT, DELEGATE)}
    return {word: col(Case.law_id).in_(found) for word, found in words.items()}


def part_words(law: Definition) -> set[str]:
    """Return the roles of those on whose desks a case lies besides its owner's under a law."""
    return ({SUPPORT} if law.parts else set()) | ({DELEGATE} if DELEGATE in law.deeds else set())


def lying_at(db: Session, held: Held, at: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a case lies on the desk of a duty, or of a unit below where nobody is nearer."""
    for word, states in (owners(db) | parts(db)).items():
        words = _duties_behind(word)
        if held.role in words:
            yield and_(states, _lies_at(word, answered_for([held], words, at)))


def may_be_barred(db: Session) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that somebody acted in a case in a capacity kept apart from that of its present owner."""
    laws = _laws(db)
    for word, states in owners(db).items():
        for did in _acted_apart(laws, word):
            yield and_(states, exists(did.correlate(Case)))


def asked_owners(db: Session) -> dict[str, ColumnElement[bool]]:
    """Return the owner words whose desks no query can tell, each with the condition of the states that they own."""
    return {word: states for word, states in owners(db).items() if word != SUBMITTER and not _duties_behind(word)}


def _urgent_first(condition: ColumnElement[bool]) -> SelectOfScalar[Case]:
    return (
        select(Case)
        .where(col(Case.closed_at).is_(None), condition)
        .order_by(col(Case.due_at).is_(None), col(Case.due_at), col(Case.id))
    )


def _duties_behind(word: str) -> Collection[str]:
    """Return the duties that fill the desks of a role word; none where the database cannot tell which desks."""
    if word in AT_THE_UNION:
        return (word,)
    if word in (LEAD, SUPPORT, DELEGATE):
        return HANDLING
    return (word.removeprefix(PARENT),) if word.startswith(PARENT) else ()


def _lies_at(word: str, units: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a case lies on the desk of a role word at one of some units."""
    if word == LEAD:
        return or_(_among(Case.lead_id, units), _among(Case.offered_id, units))
    if word in (SUPPORT, DELEGATE):
        part = select(Assignment.id).where(Assignment.kind == word, col(Assignment.ended_at).is_(None))
        return exists(part.where(Assignment.case_id == Case.id, _among(Assignment.unit_id, units)).correlate(Case))
    if word.startswith(PARENT):
        root = and_(col(Unit.parent_id).is_(None), units)
        below = col(Unit.parent_id).in_(select(Unit.id).where(units))
        return _among(Case.unit_id, or_(below, root))
    return _among(Case.unit_id, units)


def _mine(
    db: Session, laws: Laws, by: User, duties: Sequence[Held], word: str, words: Collection[str], at: datetime
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a case lies on the desk of a role by my own duties, and in the place of each other.

    Neither whoever raised it nor who may not act in it in this capacity is at its desk, in person or in their place.
    """
    for whose in dict.fromkeys(held.stands_for for held in duties):
        ours = [held for held in duties if held.stands_for == whose]
        free = [_of_others(db, by.id), _not_barred(laws, by.id, word), accuses_none_of(duties)]
        if whose is not None:
            free += [_of_others(db, whose), _not_barred(laws, whose, word)]
        yield and_(*free, _lies_at(word, answered_for(ours, words, at)))


def _of_others(db: Session, user_id: int | None) -> ColumnElement[bool]:
    """Return the condition that somebody else raised a case: nobody is staff in their own."""
    return or_(col(Case.submitter_id).is_(None), col(Case.submitter_id).not_in(faces(db, user_id or 0)))


def _not_barred(laws: Laws, user_id: int | None, word: str) -> ColumnElement[bool]:
    """Return the condition that somebody has not acted in a case in a capacity that its law keeps apart from a role."""
    in_place = [col(Event.data).contains(f'"{FOR}":{user_id}{end}') for end in ",}"]
    did_it = or_(col(Event.actor_id) == user_id, *in_place)
    return and_(true(), *(~exists(did.where(did_it).correlate(Case)) for did in _acted_apart(laws, word)))


def _has_barred(laws: Laws, word: str, words: Collection[str]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that somebody acted in a case in another capacity who may be at a desk of this one, too."""
    for did in _acted_apart(laws, word):
        may_be = col(Event.actor_id).in_(select(Duty.user_id).where(col(Duty.role).in_(sorted(words))))
        yield exists(did.where(or_(may_be, col(Event.data).contains(f'"{FOR}":'))).correlate(Case))


def _laws(db: Session) -> Laws:
    """Return the published laws that keep anybody apart."""
    ids = [law_id or 0 for law_id in db.exec(select(LawVersion.id).order_by(col(LawVersion.id)))]
    found = [(law_id, law_of(db, law_id).definition) for law_id in ids]
    return [(law_id, definition) for law_id, definition in found if definition.separation]


def _acted_apart(laws: Laws, word: str) -> Iterator[SelectOfScalar[int]]:
    """Yield, for each law that keeps a role apart from others, the events of a case in one of those."""
    for law_id, definition in laws:
        if apart := others(definition, word):
            yield select(Event.seq).where(
                Event.case_id == Case.id,
                Case.law_id == law_id,
                col(Event.role).in_(sorted(apart)),
                col(Event.action).not_in(sorted(clerical(definition))),
            )


def _within(duties: Sequence[Held], words: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a unit is one where I hold a duty or lies below it."""
    return or_(false(), *(_below(held) for held in duties if held.role in words))


def _has_submitter_below(
    db: Session, duties: Sequence[Held], words: Collection[str], at: datetime
) -> ColumnElement[bool]:
    """Return the condition that who raised a case fills such a desk themselves, below me, and is passed over there."""
    theirs = select(Duty.user_id).distinct().join(Unit, col(Unit.id) == Duty.unit_id)
    lower = [
        and_(_below(held), col(Unit.path) != held.path, col(Duty.role).in_(sorted(words)), in_force(at))
        for held in duties
        if held.role in words
    ]
    people = list(db.exec(theirs.where(or_(*lower)))) if lower else []
    return col(Case.submitter_id).in_([*people, *veils_of(db, people)])


def answered_for(duties: Sequence[Held], words: Collection[str], at: datetime) -> ColumnElement[bool]:
    """Return the condition that a unit's desk is mine: mine or below, and nobody nearer to it holds the duty."""
    mine = [held for held in duties if held.role in words]
    return or_(false(), *(and_(_below(held), ~_filled_below(held, words, at)) for held in mine))


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


def _among(column: object, units: ColumnElement[bool]) -> ColumnElement[bool]:
    return col(column).in_(select(Unit.id).where(units))


def owned_for(db: Session, case: Case, by: User, at: datetime) -> list[int | None]:
    """Return in whose places a case lies with a person; None for their own, nothing where it does not lie with them."""
    law = law_of(db, case.law_id)
    if law.state(case.state).owner == PANEL:  # a member who has voted has nothing more to do
        mine = any(answers_for(db, case, post, by, at, PANEL) for post in awaited(db, case, at))
        return [None] if mine and not is_own(db, case, by) else []
    words = {law.state(case.state).owner or "", *part_words(law.definition)}
    held = roles_in(db, case, by, at, words)
    return [whose for word, whose in held.items() if barred(db, case, word).isdisjoint({by.id, whose})]
