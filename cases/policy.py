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
| none of the accused | whatever else they are, but for whoever raised the case (`cases.accused`)       |

A deputy has the duties of the one who is away, within their dates; what they do by such a duty alone is done in that
one's place. In a case that the absent one raised, or may not act in, neither may the deputy in their place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_
from sqlmodel import Session, col, select

from cases.accused import about_the_accused, accuses_none_of, is_of_the_accused
from cases.apart import passed_over
from cases.hooks import sees
from cases.record.at_once import Question, ask
from cases.record.case import Assignment, Case
from cases.record.columns import Moment, table_of
from cases.record.lines import line, line_of
from cases.record.people import Duty, Unit, User, ancestors, in_force, subtree
from cases.record.statements import Prepared, remembered
from cases.seats import posts, seats_at, stood_in_for
from cases.standing_in import about_links, acts_for
from cases.veil import about_raiser, faces, is_own, questions_about, raiser
from cases.words import ANYONE, ENDORSER, SUBMITTER, Post

SYSTEM_ADMIN = "system_admin"

_ASSIGNMENTS, _UNITS = table_of(Assignment), table_of(Unit)
_PARTS = Prepared(
    select(_UNITS.c.path)
    .join(_ASSIGNMENTS, _ASSIGNMENTS.c.unit_id == _UNITS.c.id)
    .where(_ASSIGNMENTS.c.case_id == bindparam("case_id"))
    .order_by(_ASSIGNMENTS.c.id),
    of_case="case_id",
)
OVERSIGHT = frozenset({"reviewer", "supervisor", "leader", "head"})
HANDLING = frozenset({"handler", "head"})


@dataclass(frozen=True)
class Held:
    """A duty that a person holds now, and where; `stands_for` is whose it is, where they stand in for somebody."""

    role: str
    unit_id: int
    path: str
    stands_for: int | None = None


def duties_of(db: Session, user: User, at: datetime) -> list[Held]:
    """Return what a person is at a moment; someone disabled is nothing."""
    if not user.is_active:
        return []
    return [Held(*row) for row in _held_by().rows(db, {"user_id": user.id, "at": at})]


def get_to_know(db: Session, user_id: int, at: datetime, *more: Question) -> None:
    """Ask at once, where a session only reads, what is asked of a person first, what they may and whose veil is theirs.

    `more` is what the caller will ask besides.
    """
    held = (_held_by(), {"user_id": user_id, "at": at})
    ask(db, [held, about_links(user_id, at), *questions_about(user_id), *more])


def is_system_administrator(db: Session, user: User, at: datetime) -> bool:
    """Tell whether a person runs the system somewhere."""
    return any(duty.role == SYSTEM_ADMIN for duty in duties_of(db, user, at))


def roles_in(db: Session, case: Case, by: User, at: datetime, words: Iterable[str]) -> dict[str, int | None]:
    """Return which of these role words a person holds in a case at a moment, each with whom they stand in for in it.

    That is None where they hold it in their own right. Whoever raised a case is its submitter and nothing else in it,
    whatever their duties: staff with an interest withdraw (信访工作条例 art. 28), and a confidential submitter would be
    known by what only they could have done; nor does anybody act in it in their place.
    """
    if not by.is_active:
        return {}
    wanted = set(words)
    if is_own(db, case, by):
        return dict.fromkeys(wanted & {SUBMITTER, ANYONE})
    held: dict[str, int | None] = {}
    duties = duties_of(db, by, at) if wanted - {SUBMITTER} else []
    if is_of_the_accused(db, case, duties):
        return {}
    mine = {duty.role for duty in duties}
    for word in sorted(wanted - {SUBMITTER, ANYONE}):
        mine_too = [post for post in posts(db, case, word) if post.people or mine.intersection(post.duties)]
        places = {place for post in mine_too for place in _places(db, case, word, post, by, duties, at)}
        if places:
            held[word] = None if by.id in places else min(places)
    as_staff = [whose for word, whose in held.items() if word != ENDORSER]
    if ANYONE in wanted and (as_staff or takes_part(db, case, by, at, duties)):
        held[ANYONE] = as_staff[0] if as_staff else _seen_for(db, case, by, at, duties)
    return held


def answers_for(db: Session, case: Case, post: Post, by: User, at: datetime, role: str) -> bool:
    """Tell whether a person is the one, or one of those, who answer for the desk of a role in a case."""
    return bool(answered_as(db, case, post, by, at, role))


def answered_as(db: Session, case: Case, post: Post, by: User, at: datetime, role: str) -> set[int]:
    """Return in whose places, their own among them, a person answers for the desk of a role in a case."""
    return _places(db, case, role, post, by, duties_of(db, by, at), at)


def is_of_a_party(db: Session, case: Case, by: User, at: datetime, words: Iterable[str]) -> bool:
    """Tell whether a person is kept off one of these desks only by a duty at a unit with an interest in the matter."""
    held = duties_of(db, by, at)
    mine, units = {duty.role for duty in held}, {duty.unit_id for duty in held}
    return any(
        not mine.isdisjoint(post.duties) and not units.isdisjoint(post.not_of)
        for word in words
        for post in posts(db, case, word)
    )


def may_see(db: Session, case: Case, by: User, at: datetime, duties: Collection[Held] | None = None) -> bool:
    """Tell whether a person may know that the case exists."""
    if not by.is_active:
        return False
    if is_own(db, case, by):
        return True
    duties = duties_of(db, by, at) if duties is None else duties
    ask(db, [about_the_accused(case), (_PARTS, {"case_id": case.id}), line_of(case.unit_id), about_raiser(case)])
    if is_of_the_accused(db, case, duties):
        return False
    return _is_staff(db, case, by, at, duties) or _may_also_see(db, case, by, at, among=(False,))


def takes_part(db: Session, case: Case, by: User, at: datetime, duties: Collection[Held] | None = None) -> bool:
    """Tell whether someone is in a case: raised it, or is staff in it; who may merely read along only reads."""
    if not by.is_active:
        return False
    duties = duties_of(db, by, at) if duties is None else duties
    return is_own(db, case, by) or _is_staff(db, case, by, at, duties)


def reads_as_staff(db: Session, case: Case, by: User, at: datetime) -> bool:
    """Tell whether someone who may see a case reads what staff say among themselves, and who of them did what."""
    return not is_own(db, case, by) and _is_staff(db, case, by, at, duties_of(db, by, at))


def _is_staff(db: Session, case: Case, by: User, at: datetime, duties: Collection[Held]) -> bool:
    if is_of_the_accused(db, case, duties):
        return False
    handling = {duty.unit_id for duty in duties if duty.role in HANDLING}
    overseeing = {duty.unit_id for duty in duties if duty.role in OVERSIGHT}
    if overseeing and overseeing.intersection(place.id for place in line(db, case.unit_id)):
        return True
    return bool(handling and _has_a_part(db, case, handling)) or _may_also_see(db, case, by, at, among=(True,))


def _has_a_part(db: Session, case: Case, handling: set[int]) -> bool:
    """Tell whether one of these units, or one below it, has or had a part in a case."""
    return any(handling.intersection(ancestors(row.path)) for row in _PARTS.rows(db, {"case_id": case.id}))


def _may_also_see(db: Session, case: Case, by: User, at: datetime, among: tuple[bool, ...]) -> bool:
    """Tell whether a capability lets a person see a case."""

    def find(ids: list[int]) -> dict[int, bool]:
        reasons = [reason(by.id or 0, at) for reason, is_staff in sees() if is_staff in among]
        seen = db.exec(select(Case.id).where(col(Case.id).in_(ids), or_(*reasons))).all() if reasons else []
        return {case_id: case_id in seen for case_id in ids}

    return remembered(db, ("sees", by.id, at, among, case.version), {case.id or 0}, find)[case.id or 0]


def visible_to(db: Session, by: User, at: datetime, *, only_parties: bool = False) -> ColumnElement[bool]:
    """Return the condition that selects, among cases, those a person may see.

    `only_parties` leaves out what they may merely read along, such as what they could endorse.
    """
    if not by.is_active:
        return false()
    duties = duties_of(db, by, at)
    reasons = [reason(by.id or 0, at) for reason, is_staff in sees() if is_staff or not only_parties]
    return or_(raised_by(db, by), and_(or_(false(), *by_duty(duties), *reasons), accuses_none_of(duties)))


def raised_by(db: Session, by: User) -> ColumnElement[bool]:
    """Return the condition that a person has raised a case, under their name or a veil."""
    return col(Case.submitter_id).in_(faces(db, by.id or 0))


def by_duty(duties: Collection[Held]) -> list[ColumnElement[bool]]:
    """Return the conditions under which duties make somebody staff in a case, the accused not yet left out."""
    conditions: list[ColumnElement[bool]] = []
    if ranges := [_below(held) for held in duties if held.role in OVERSIGHT]:
        conditions.append(col(Case.unit_id).in_(select(Unit.id).where(or_(*ranges))))
    if ranges := [_below(held) for held in duties if held.role in HANDLING]:
        parts = select(Assignment.id).join(Unit, col(Unit.id) == Assignment.unit_id)
        conditions.append(exists(parts.where(Assignment.case_id == Case.id, or_(*ranges)).correlate(Case)))
    return conditions


def numbers_seen(db: Session, numbers: Collection[str], by: User, at: datetime) -> set[str]:
    """Return which of some cases, by their numbers, a person may see."""
    if not numbers:
        return set()
    return set(db.exec(select(Case.number).where(col(Case.number).in_(sorted(numbers)), visible_to(db, by, at))))


def _below(held: Held) -> ColumnElement[bool]:
    first, end = subtree(held.path)
    return and_(col(Unit.path) >= first, col(Unit.path) < end)


def _places(
    db: Session, case: Case, word: str, post: Post, by: User, duties: Collection[Held], at: datetime
) -> set[int]:
    """Return in whose places a person answers for a desk, themselves among them: by a duty that is nearest to it.

    Nobody does so in the place of whoever raised the case; who else is passed over does not answer from further up.
    """
    own = by.id or 0
    if post.people:
        return {whose for whose in acts_for(db, by, at, post.duties) if whose in post.people} - {raiser(db, case) or 0}
    if post.reaches_down:  # nobody speaks there in another's place
        theirs = [duty for duty in duties if duty.role in post.duties and duty.stands_for is None]
        return {own} if any(post.unit_id in ancestors(duty.path) for duty in theirs) else set()
    if post.not_of and any(duty.unit_id in post.not_of for duty in duties):
        return set()
    mine = [duty for duty in duties if duty.role in post.duties and duty.stands_for != (raiser(db, case) or 0)]
    found = {duty.stands_for or own for duty in mine if duty.unit_id == post.unit_id}
    if found or {duty.unit_id for duty in mine}.isdisjoint(place.id for place in line(db, post.unit_id)):
        return found
    _, seats = seats_at(db, post, at, besides=passed_over(db, case, word))
    return {stands_for or own for user_id, stands_for in seats if user_id == own}


def _seen_for(db: Session, case: Case, by: User, at: datetime, duties: Collection[Held]) -> int | None:
    """Return in whose place alone somebody sees a case; never who raised it, which is not for its events to say."""
    away = sorted({duty.stands_for for duty in duties if duty.stands_for} - {raiser(db, case)})
    if not away or takes_part(db, case, by, at, [duty for duty in duties if duty.stands_for is None]):
        return None
    return next(
        (
            whose
            for whose in away
            if takes_part(db, case, by, at, [duty for duty in duties if duty.stands_for == whose])
        ),
        None,
    )


@cache
def _held_by() -> Prepared:
    """Return the statement that finds the duties of a person, and whose they are where they stand in for somebody."""
    stands_for, behind = stood_in_for()
    found = select(Duty.role, Duty.unit_id, Unit.path, stands_for).join(Unit, col(Unit.id) == Duty.unit_id)
    for absent, of in behind:
        found = found.outerjoin(absent, absent.id == of.deputy_of)
    return Prepared(found.where(Duty.user_id == bindparam("user_id"), in_force(bindparam("at", type_=Moment))))
