"""Who may see a case, and what anyone is to it.

A person's relation to a case is a set of the law's role words. A desk that nobody fills at a unit is answered for by
the nearest unit above where somebody does, so that no case waits for a chair that is empty.

| may see          | because                                                                            |
|------------------|------------------------------------------------------------------------------------|
| the submitter    | raised it                                                                          |
| reviewer, supervisor, leader, head | hold the duty at the case's unit or anywhere above it            |
| handler, head    | of a unit that has, or had, a part in it, or of a unit above that one              |
| whoever a capability lets in | such as the members of a review group (`cases.words.may_also_see`)     |
| nobody else      | in particular none of the three administrators                                     |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases.record.case import Assignment, Case
from cases.record.columns import Moment
from cases.record.people import Duty, Unit, User, ancestors, in_force, line, line_up, person, subtree
from cases.record.statements import Prepared
from cases.words import ANYONE, ENDORSER, SUBMITTER, Post, roles, sees
from workflow.vocabulary import PARENT

SYSTEM_ADMIN = "system_admin"
OVERSIGHT = frozenset({"reviewer", "supervisor", "leader", "head"})
HANDLING = frozenset({"handler", "head"})


@dataclass(frozen=True)
class Held:
    """A duty that a person holds now, and where."""

    role: str
    unit_id: int
    path: str


def duties_of(db: Session, user: User, at: datetime) -> list[Held]:
    """Return what a person is at a moment; someone disabled is nothing."""
    if not user.is_active:
        return []
    return [Held(*row) for row in _DUTIES.rows(db, {"user_id": user.id, "at": at})]


def is_system_administrator(db: Session, user: User, at: datetime) -> bool:
    """Tell whether a person runs the system somewhere."""
    return any(duty.role == SYSTEM_ADMIN for duty in duties_of(db, user, at))


def roles_in(db: Session, case: Case, by: User, at: datetime, words: Iterable[str]) -> set[str]:
    """Return which of these role words a person holds in a case at a moment.

    Whoever raised a case is its submitter and nothing else in it, whatever their duties: staff with an interest
    withdraw (信访工作条例 art. 28), and a confidential submitter would be known by what only they could have done.
    """
    if not by.is_active:
        return set()
    wanted = set(words)
    if case.submitter_id == by.id:
        return wanted & {SUBMITTER, ANYONE}
    held: set[str] = set()
    duties = duties_of(db, by, at) if wanted - {SUBMITTER} else []
    mine = {duty.role for duty in duties}
    for word in sorted(wanted - {SUBMITTER, ANYONE}):
        mine_too = [post for post in posts(db, case, word) if post.people or mine.intersection(post.duties)]
        if any(_answers_for(db, case, post, by, duties, at) for post in mine_too):
            held.add(word)
    if ANYONE in wanted and (held - {ENDORSER} or takes_part(db, case, by, at, duties)):
        held.add(ANYONE)
    return held


def answers_for(db: Session, case: Case, post: Post, by: User, at: datetime) -> bool:
    """Tell whether a person is the one, or one of those, who answer for a desk in a case."""
    return _answers_for(db, case, post, by, duties_of(db, by, at), at)


def posts(db: Session, case: Case, word: str) -> list[Post]:
    """Return the desks that a role word stands for in a case; none for the submitter and the system."""
    if word.startswith(PARENT):
        return [Post((word.removeprefix(PARENT),), unit_above(db, case.unit_id))]
    found = roles().get(word)
    return list(found(db, case)) if found else []


def acts_for(db: Session, by: User, at: datetime) -> frozenset[int]:
    """Return the ids of those in whose place a person may act at a moment: their own, and whom they stand in for."""
    absent = aliased(Duty)
    stands_in = (
        select(absent.user_id).join(Duty, col(Duty.deputy_of) == absent.id).where(Duty.user_id == by.id, in_force(at))
    )
    return frozenset({by.id or 0, *db.exec(stands_in)})


def unit_above(db: Session, unit_id: int) -> int:
    """Return the parent of a unit; the root answers for itself."""
    return line(db, unit_id)[0].parent_id or unit_id


def people_at(db: Session, post: Post, at: datetime, besides: int | None = None) -> tuple[int, list[User]]:
    """Return who answers for a desk, and the unit where they sit; the root and nobody if the whole line is empty.

    `besides` is the id of someone who does not count, such as the submitter of the case.
    """
    unit_id, ids = answering_at(db, post, at, besides)
    return unit_id, [found for user_id in ids if (found := person(db, user_id)) is not None]


def answering_at(db: Session, post: Post, at: datetime, besides: int | None = None) -> tuple[int, list[int]]:
    """Return the ids of those who answer for a desk, and the unit where they sit, as `people_at` does."""
    if post.people or post.reaches_down:
        return post.unit_id, [user_id for user_id in post.people if user_id != besides]
    first, *others = post.duties
    (second,) = others or [first]  # no desk asks for more than two
    asked = {"unit_id": post.unit_id, "first": first, "second": second, "at": at, "besides": besides or 0}
    rows = _answering().rows(db, asked)
    if post.not_of and rows:
        partial = set(db.exec(select(Duty.user_id).where(col(Duty.unit_id).in_(post.not_of), in_force(at))))
        rows = [row for row in rows if row.user_id not in partial]
    if not rows:
        return line(db, post.unit_id)[-1].id, []
    nearest = rows[0].unit_id
    return nearest, list(dict.fromkeys(row.user_id for row in rows if row.unit_id == nearest))


@cache
def _answering() -> Prepared:
    """Return the statement that finds who holds one of two duties from a unit up to the root, nearest first."""
    up = line_up()
    return Prepared(
        select(up.c.id.label("unit_id"), col(User.id).label("user_id"))
        .select_from(up)
        .join(Duty, col(Duty.unit_id) == up.c.id)
        .join(User, col(User.id) == Duty.user_id)
        .where(or_(col(Duty.role) == bindparam("first"), col(Duty.role) == bindparam("second")))
        .where(User.is_active, col(User.id) != bindparam("besides"), in_force(bindparam("at", type_=Moment)))
        .order_by(up.c.height, col(User.id))
    )


def people_by_id(people: Iterable[User]) -> list[User]:
    """Return people without repeats, in order (rows of SQLModel cannot go into a set)."""
    return list({user.id: user for user in people}.values())


def may_see(db: Session, case: Case, by: User, at: datetime, duties: Collection[Held] | None = None) -> bool:
    """Tell whether a person may know that the case exists."""
    if not by.is_active:
        return False
    if case.submitter_id == by.id:
        return True
    duties = duties_of(db, by, at) if duties is None else duties
    return _is_staff(db, case, by, at, duties) or _may_also_see(db, case, by, at, among=(False,))


def takes_part(db: Session, case: Case, by: User, at: datetime, duties: Collection[Held] | None = None) -> bool:
    """Tell whether someone is in a case: raised it, or is staff in it; who may merely read along only reads."""
    if not by.is_active:
        return False
    duties = duties_of(db, by, at) if duties is None else duties
    return case.submitter_id == by.id or _is_staff(db, case, by, at, duties)


def reads_as_staff(db: Session, case: Case, by: User, at: datetime) -> bool:
    """Tell whether someone who may see a case reads what staff say among themselves, and who of them did what."""
    return case.submitter_id != by.id and _is_staff(db, case, by, at, duties_of(db, by, at))


def _is_staff(db: Session, case: Case, by: User, at: datetime, duties: Collection[Held]) -> bool:
    handling = {duty.unit_id for duty in duties if duty.role in HANDLING}
    overseeing = {duty.unit_id for duty in duties if duty.role in OVERSIGHT}
    if overseeing and overseeing.intersection(place.id for place in line(db, case.unit_id)):
        return True
    return bool(handling and _has_a_part(db, case, handling)) or _may_also_see(db, case, by, at, among=(True,))


def _has_a_part(db: Session, case: Case, handling: set[int]) -> bool:
    """Tell whether one of these units, or one below it, has or had a part in a case."""
    parts = db.exec(
        select(Unit.path).join(Assignment, col(Assignment.unit_id) == Unit.id).where(Assignment.case_id == case.id)
    )
    return any(handling.intersection(ancestors(path)) for path in parts)


def _may_also_see(db: Session, case: Case, by: User, at: datetime, among: tuple[bool, ...]) -> bool:
    """Tell whether a capability lets a person see a case."""
    reasons = [reason(by.id or 0, at) for reason, is_staff in sees() if is_staff in among]
    return bool(reasons) and db.exec(select(Case.id).where(Case.id == case.id, or_(*reasons))).first() is not None


def visible_to(db: Session, by: User, at: datetime, *, only_parties: bool = False) -> ColumnElement[bool]:
    """Return the condition that selects, among cases, those a person may see.

    `only_parties` leaves out what they may merely read along, such as what they could endorse.
    """
    if not by.is_active:
        return false()
    duties = duties_of(db, by, at)
    conditions: list[ColumnElement[bool]] = [col(Case.submitter_id) == by.id]
    if ranges := [_below(held) for held in duties if held.role in OVERSIGHT]:
        conditions.append(col(Case.unit_id).in_(select(Unit.id).where(or_(*ranges))))
    if ranges := [_below(held) for held in duties if held.role in HANDLING]:
        parts = select(Assignment.id).join(Unit, col(Unit.id) == Assignment.unit_id)
        conditions.append(exists(parts.where(Assignment.case_id == Case.id, or_(*ranges)).correlate(Case)))
    conditions += [reason(by.id or 0, at) for reason, is_staff in sees() if is_staff or not only_parties]
    return or_(*conditions)


def numbers_seen(db: Session, numbers: Collection[str], by: User, at: datetime) -> set[str]:
    """Return which of some cases, by their numbers, a person may see."""
    if not numbers:
        return set()
    return set(db.exec(select(Case.number).where(col(Case.number).in_(sorted(numbers)), visible_to(db, by, at))))


def _below(held: Held) -> ColumnElement[bool]:
    first, end = subtree(held.path)
    return and_(col(Unit.path) >= first, col(Unit.path) < end)


def _answers_for(db: Session, case: Case, post: Post, by: User, duties: Collection[Held], at: datetime) -> bool:
    """Tell whether a desk is a person's own, or one of their duties is the nearest that fills it."""
    if post.people:
        return not acts_for(db, by, at).isdisjoint(post.people)
    if post.reaches_down:
        return any(post.unit_id in ancestors(duty.path) for duty in duties if duty.role in post.duties)
    if post.not_of and any(duty.unit_id in post.not_of for duty in duties):
        return False
    mine = {duty.unit_id for duty in duties if duty.role in post.duties}
    if post.unit_id in mine:
        return True
    if mine.isdisjoint(place.id for place in line(db, post.unit_id)):
        return False
    unit_id, _ = people_at(db, post, at, besides=case.submitter_id)
    return unit_id in mine


_DUTIES = Prepared(
    select(Duty.role, Duty.unit_id, Unit.path)
    .join(Unit, col(Unit.id) == Duty.unit_id)
    .where(Duty.user_id == bindparam("user_id"), in_force(bindparam("at", type_=Moment)))
)
