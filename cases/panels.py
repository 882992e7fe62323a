"""Who sits in a review group, whose vote somebody may cast, and what its chair may record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

from sqlalchemy import bindparam, literal_column, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases.access import is_storable
from cases.apart import barred, passed_over
from cases.ballots import DETECTED, REVIEWER, entitled, is_too_small, open_ballot, open_next, seats_of, standing
from cases.duties import ADMINISTRATIONS
from cases.errors import FieldError, InvalidFields
from cases.interests import endorsed_by, with_an_interest
from cases.record.at_once import Question
from cases.record.case import Case
from cases.record.columns import Moment, Path
from cases.record.lines import line, line_up
from cases.record.people import Duty, Unit, User, in_force, people_by_id, places_held, subtree
from cases.record.statements import Prepared
from cases.seats import answering_at, posts
from cases.standing_in import acts_for
from cases.veil import raiser
from cases.words import Deed
from workflow.errors import Refusal
from workflow.provisions import Review
from workflow.vocabulary import PANEL

#: Labels of what a group can decide, for sentences.
SAID = {"accept": ("同意立案", "acceptance"), "reject": ("不予立案", "rejection"), "return": ("退回补正", "a return")}
MOST_OFFERED = 300


@dataclass(frozen=True)
class Candidate:
    """Somebody who may sit in a group, and where they review."""

    login: str
    name: str
    unit: str


def convened(deed: Deed) -> None:
    """Open the first ballot of a group: those named, or else those who answer for the reviewers' desk.

    Whoever has an interest keeps their seat as recused. Raises InvalidFields where too few are left, or the chair is
    not among them.
    """
    unit_id, desk = _of_the_desk(deed.db, deed.case, deed.at)
    members = _named(deed, deed.fields["panel"]) if "panel" in deed.fields else desk
    chair_id = _person(deed, deed.fields["chair"])
    if chair_id not in members:
        _refuse("chair", "组长须是小组成员", "The chair must be a member of the group")
    interested = with_an_interest(deed.db, deed.case, members, deed.case.unit_id, deed.at)
    # Who acted in it otherwise, or has spoken for it, does not judge it.
    interested |= (barred(deed.db, deed.case, PANEL) | endorsed_by(deed.db, deed.case_id)) & set(members)
    review, left = review_of(deed), len(members) - len(interested)
    if is_too_small(review, left):
        least = max(review.needed(left), 2)
        _refuse(
            "panel",
            f"小组 {len(members)} 人，其中 {len(interested)} 人须回避，余 {left} 人，"
            f"不足法定的 {least} 人：请另行指定成员",
            f"Of {len(members)} members {len(interested)} must withdraw; {left} are left, and {least} have to vote: "
            "name others",
        )
    if chair_id in interested:
        _refuse("chair", "组长须回避本案，请另选组长", "The chair must withdraw from this case; choose another one")
    keep_names_back(deed)
    seats = {user_id: DETECTED if user_id in interested else None for user_id in members}
    open_next(deed, review, unit_id, chair_id, seats)


def chair_named(deed: Deed, members: Collection[int], *, following: bool = False) -> int:
    """Return the id of the member whom the form names as chair. Raises InvalidFields."""
    if "chair" not in deed.fields:
        _refuse("chair", "组长回避，须指定一位成员接任", "A chair who withdraws names a member who follows")
    chair_id = _person(deed, deed.fields["chair"])
    if chair_id not in members:
        what = (
            ("接任者须是其他小组成员", "Who follows must be another member")
            if following
            else ("组长须是可以表决的小组成员", "The chair must be a member who may vote")
        )
        _refuse("chair", *what)
    keep_names_back(deed)
    return chair_id


def review_of(deed: Deed) -> Review:
    """Return how groups decide under the law of a case."""
    review = deed.law.definition.review
    assert review is not None  # a law whose people vote is proven to say so
    return review


def ballot_of(deed: Deed) -> tuple[Any, Sequence[Any]]:
    """Return the open ballot of a case and its seats. Raises Refusal where there is none."""
    if (ballot := open_ballot(deed.db, deed.case)) is None:
        raise _no_vote()
    return ballot, seats_of(deed.db, ballot)


def seat_to_vote(deed: Deed) -> Any | Refusal:
    """Return the seat for which a person may vote now, or why there is none.

    Each person casts one vote: their own, or else that of one member whom they stand in for and who has not voted
    themselves. Whoever had to withdraw votes for nobody.
    """
    ballot, by = open_ballot(deed.db, deed.case), deed.by
    if ballot is None or by is None:
        return _no_vote()
    seats = seats_of(deed.db, ballot)
    own = next((seat for seat in seats if seat.user_id == by.id), None)
    if own is not None and own.recused_at is None:
        return own
    if refusal := _unfit_to_stand_in(deed, own):
        return refusal
    places = acts_for(deed.db, by, deed.at, (REVIEWER,))
    absent = [seat for seat in entitled(seats) if seat.user_id in places and seat.cast_by != seat.user_id]
    if not absent:
        return Refusal(
            "没有可由您投的票：成员已亲自表决，或您不是小组成员。",
            "There is no vote for you to cast: the member has voted themselves, or you are no member.",
        )
    return min(absent, key=lambda seat: (seat.cast_by != by.id, seat.choice is not None, seat.id))


def carried(deed: Deed, outcome: str | None) -> Refusal | None:
    """Refuse to record an outcome that the votes do not bear out for certain; None is that nothing carries."""
    stands, ballot = standing(deed.db, deed.case, deed.at), open_ballot(deed.db, deed.case)
    if stands is None or ballot is None:
        return _no_vote()
    if deed.by is not None and deed.by.id != ballot.chair_id:
        own = next((seat for seat in seats_of(deed.db, ballot) if seat.user_id == deed.by.id), None)
        if refusal := _unfit_to_stand_in(deed, own):
            return refusal
    tally, is_certain = stands
    if not tally.has_quorum:
        zh = f"法定须有 {tally.quorum} 人表决，现只有 {tally.cast} 人，不能记录结果。"
        return Refusal(zh, f"{tally.quorum} have to vote and {tally.cast} have: nothing can be recorded yet.")
    if tally.carried != outcome:
        zh, en = SAID.get(tally.carried or "", ("没有意见达到多数", "that nothing carries"))
        return Refusal(
            f"表决结果是：{zh}。不能记录别的结果。", f"The vote says {en}; no other outcome can be recorded."
        )
    if not is_certain:
        return Refusal(
            f"还有 {tally.out} 人未表决，结果可能改变：请等全部表决，或时限届满后再记录。",
            f"{tally.out} have yet to vote and may change the outcome: wait for them, or until the limit has passed.",
        )
    return None


def keep_names_back(deed: Deed) -> None:
    """Leave out of the event's fields, which the submitter reads, who sits in the group: its rows tell that."""
    for name in ("chair", "panel"):
        deed.facts.get("fields", {}).pop(name, None)


def candidates(db: Session, case: Case, at: datetime) -> list[Candidate]:
    """Return whom a form offers: the members of the group that votes now, else the reviewers around the union.

    Those who review at the case's own union come first.
    """
    if (ballot := open_ballot(db, case)) is not None:
        members = [seat.user_id for seat in entitled(seats_of(db, ballot))]
        named, places = people_by_id(db, members), places_held(db, members)
        reviewing = {member: [unit for role, unit in places[member] if role == REVIEWER] for member in members}
        return [Candidate(named[one].login, named[one].name, next(iter(reviewing[one]), "")) for one in sorted(named)]
    found: dict[str, Candidate] = {}
    prepared, values = about_candidates(db, case, at)
    rows = prepared.rows(db, values)
    for row in sorted(rows, key=lambda row: row.unit_id != case.unit_id):
        found.setdefault(row.login, Candidate(row.login, row.name, row.unit))
    return list(found.values())


def about_candidates(db: Session, case: Case, at: datetime) -> Question:
    """Return what is asked to know the reviewers around the union of a case."""
    first, end = subtree(line(db, case.unit_id)[0].path)
    return _candidates(), {"unit_id": case.unit_id, "first": first, "end": end, "at": at}


@cache
def _candidates() -> Prepared:
    above = line_up()
    is_below = (col(Unit.path) >= bindparam("first", type_=Path)) & (col(Unit.path) < bindparam("end", type_=Path))
    found: Any = (
        select_columns(col(User.login), col(User.name), col(Unit.id).label("unit_id"), col(Unit.name).label("unit"))
        .join(Duty, col(Duty.user_id) == User.id)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .where(col(Duty.role) == REVIEWER, col(User.is_active), in_force(bindparam("at", type_=Moment)))
        .where(or_(is_below, col(Unit.id).in_(select_columns(above.c.id))))
        .order_by(col(User.id), col(Duty.id))
    )
    return Prepared(found.limit(literal_column(str(MOST_OFFERED))))


def _of_the_desk(db: Session, case: Case, at: datetime) -> tuple[int, list[int]]:
    """Return where the reviewers of a case sit, and who they are; a deputy sits for the one they stand in for."""
    (post,) = posts(db, case, REVIEWER)
    unit_id, people = answering_at(db, post, at, besides=passed_over(db, case, REVIEWER))
    absent = aliased(Duty)
    held = select(Duty.user_id, absent.user_id).outerjoin(absent, col(Duty.deputy_of) == absent.id)
    rows = db.exec(
        held.where(
            Duty.unit_id == unit_id, Duty.role == REVIEWER, col(Duty.user_id).in_(people), in_force(at)
        ).order_by(col(Duty.id))
    )
    members = dict.fromkeys(instead or user_id for user_id, instead in rows)
    return unit_id, [user_id for user_id in members if user_id != raiser(db, case)]


def _named(deed: Deed, logins: Iterable[str]) -> list[int]:
    return [_person(deed, login, "panel") for login in logins]


def _person(deed: Deed, login: str, field: str = "chair") -> int:
    """Return the id of somebody who may sit in a group. Raises InvalidFields.

    Whoever cannot, for whatever reason, is refused in the same words: others would say who raised the case.
    """
    working = select(Duty.user_id).where(in_force(deed.at), col(Duty.role).not_in(ADMINISTRATIONS))
    known = select(User.id).where(User.login == login, User.is_active, col(User.id).in_(working))
    found = deed.db.exec(known).first() if is_storable(login) else None
    if found is None or found == raiser(deed.db, deed.case):
        _refuse(field, f"没有可以参加审议的 {login}", f"There is no {login} who can sit in a review group")
    return found


def _unfit_to_stand_in(deed: Deed, own: Any | None) -> Refusal | None:
    """Return why a person may not act in a member's place: an interest of their own."""
    by = deed.by.id if deed.by and deed.by.id else 0
    case = deed.case
    if own is not None and own.recused_at is None:
        return None
    if own is None and not with_an_interest(deed.db, case, [by], case.unit_id, deed.at):
        return None
    return Refusal(
        "您须回避本案，不能表决，也不能代他人表决。",
        "You must withdraw from this case, and vote neither for yourself nor for somebody else.",
    )


def _no_vote() -> Refusal:
    return Refusal("本案没有正在进行的表决。", "No vote is being held on this case.")


def _refuse(field: str, zh: str, en: str) -> NoReturn:
    raise InvalidFields([FieldError(field, zh, en)])
