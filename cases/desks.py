"""My desk: the open cases that wait for me now, asked of the database in a fixed number of queries.

Besides the cases in states that are mine, those wait in which my department has a part that is still open. What else
I have to do beside a case, such as a decision on more time, is no case of mine: see `cases.matters`.

A state's owner is a role word; each word that a query can answer exactly has a condition (`cases.answering`), and the
words that it cannot (who adjudicates depends on every department a case was given to) are narrowed down by the database
and then asked of `policy.roles_in`, case by case. What lies with somebody in whose place I act lies with me, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cases.answering import acted_apart, answered_for, duties_behind, lies_at, published, reader
from cases.apart import barred
from cases.ballots import awaited
from cases.laws import law_of
from cases.policy import Held, answers_for, roles_in, visible_to
from cases.record.at_once import gather
from cases.record.case import Case
from cases.record.people import User
from cases.veil import faces, is_own
from cases.words import SUBMITTER
from workflow.definition import Definition
from workflow.machine import Law
from workflow.vocabulary import DELEGATE, PANEL, SUPPORT

MOST = 50
#: Cases looked at, one by one, for owners that no query can tell.
MOST_ASKED = 200


@dataclass(frozen=True)
class Desk:
    """The cases that wait for a person, most urgent first; `has_more` if there are more than are listed.

    `stands_for` says by case in whose place alone they wait for this person, `owned` which of them lie with the person
    themselves and not only with a part that is theirs.
    """

    cases: Sequence[Case]
    has_more: bool
    stands_for: Mapping[int, int] = field(default_factory=dict)
    owned: frozenset[int] = frozenset()


def desk_of(db: Session, by: User, at: datetime, most: int = MOST) -> Desk:
    """Return the open cases that lie with a person now."""
    mine = reader(db, by, at)
    of_owner: list[ColumnElement[bool]] = []
    of_part: list[ColumnElement[bool]] = []
    asked: list[ColumnElement[bool]] = []
    for word, states in (owners(db) | parts(db)).items():
        if word == SUBMITTER:
            of_owner.append(and_(states, col(Case.submitter_id).in_(faces(db, by.id or 0))))
        elif words := duties_behind(word):
            lies = partial(lies_at, word)
            exact = of_part if word in (SUPPORT, DELEGATE) else of_owner
            exact += [and_(states, condition) for condition in mine.surely(word, words, lies)]
            asked.append(and_(states, mine.perhaps(word, words, lies)))
        else:
            asked.append(states)
    looked_for = [_urgent_first(or_(false(), *exact)).limit(most + 1) for exact in (of_owner, of_part)]
    if asked and mine.duties:
        looked_for.append(_urgent_first(and_(or_(*asked), visible_to(db, by, at))).limit(MOST_ASKED))
    owned, in_part, *others = gather(db, looked_for)
    known = {case.id: case for case in (*in_part, *owned)}
    mine_too = [case for some in others for case in some if case.id not in known and owned_for(db, case, by, at)]
    owned += [case for case in mine_too if is_owner(db, case, by, at)]
    owned += [case for case in in_part if not is_told(law_of(db, case.law_id), case) and is_owner(db, case, by, at)]
    found = [*known.values(), *mine_too]
    found.sort(key=lambda case: (case.due_at is None, case.due_at or at, case.id))
    stands_for: dict[int, int] = {}
    if any(held.stands_for for held in mine.duties):
        for case in found[:most]:
            if (whose := owned_for(db, case, by, at)) and whose != [None] and None not in whose:
                stands_for[case.id or 0] = next(one for one in whose if one is not None)
    return Desk(found[:most], len(found) > most, stands_for, frozenset(case.id or 0 for case in owned))


def owners(db: Session) -> dict[str, ColumnElement[bool]]:
    """Return, for each owner word of the published laws, the condition that a case lies in a state with that owner."""
    states: dict[str, dict[int, list[str]]] = {}
    for law_id, law in published(db):
        for state in law.states.values():
            if state.owner is not None:
                states.setdefault(state.owner, {}).setdefault(law_id, []).append(state.name)
    return {
        word: or_(*(and_(col(Case.law_id) == law_id, col(Case.state).in_(names)) for law_id, names in laws.items()))
        for word, laws in states.items()
    }


def parts(db: Session) -> dict[str, ColumnElement[bool]]:
    """Return, for each word of those with a part of their own, the condition that a case goes by a law that has it."""
    laws = published(db)
    words = {word: [law_id for law_id, law in laws if word in part_words(law)] for word in (SUPPORT, DELEGATE)}
    return {word: col(Case.law_id).in_(found) for word, found in words.items()}


def part_words(law: Definition) -> set[str]:
    """Return the roles of those on whose desks a case lies besides its owner's under a law."""
    return ({SUPPORT} if law.parts else set()) | ({DELEGATE} if DELEGATE in law.deeds else set())


def lying_at(db: Session, held: Held, at: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a case lies on the desk of a duty, or of a unit below where nobody is nearer."""
    for word, states in (owners(db) | parts(db)).items():
        words = duties_behind(word)
        if held.role in words:
            yield and_(states, lies_at(word, answered_for([held], words, at)))


def may_be_barred(db: Session) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that somebody acted in a case in a capacity kept apart from that of its present owner."""
    apart = [one for one in published(db) if one[1].separation]
    for word, states in owners(db).items():
        for did in acted_apart(apart, word):
            yield and_(states, exists(did.correlate(Case)))


def asked_owners(db: Session) -> dict[str, ColumnElement[bool]]:
    """Return the owner words whose desks no query can tell, each with the condition of the states that they own."""
    return {word: states for word, states in owners(db).items() if word != SUBMITTER and not duties_behind(word)}


def _urgent_first(condition: ColumnElement[bool]) -> SelectOfScalar[Case]:
    return (
        select(Case)
        .where(col(Case.closed_at).is_(None), condition)
        .order_by(col(Case.due_at).is_(None), col(Case.due_at), col(Case.id))
    )


def is_owner(db: Session, case: Case, by: User, at: datetime) -> bool:
    """Tell whether the case itself, and not a part of it, lies with a person."""
    owner = law_of(db, case.law_id).state(case.state).owner
    return owner is not None and bool(roles_in(db, case, by, at, {owner}))


def is_told(law: Law, case: Case) -> bool:
    """Tell whether a query can say with whom a case lies in its state."""
    owner = law.state(case.state).owner
    return owner is None or owner == SUBMITTER or bool(duties_behind(owner))


def owned_for(db: Session, case: Case, by: User, at: datetime) -> list[int | None]:
    """Return in whose places a case lies with a person; None for their own, nothing where it does not lie with them."""
    law = law_of(db, case.law_id)
    if law.state(case.state).owner == PANEL:  # a member who has voted has nothing more to do
        mine = any(answers_for(db, case, post, by, at, PANEL) for post in awaited(db, case, at))
        return [None] if mine and not is_own(db, case, by) else []
    words = {law.state(case.state).owner or "", *part_words(law.definition)}
    held = roles_in(db, case, by, at, words)
    return [whose for word, whose in held.items() if barred(db, case, word).isdisjoint({by.id, whose})]
