"""Review by a group: it is convened, its members vote or withdraw, and the chair records what carries (小组审议).

What carries is decided by the votes alone (`workflow.tally`); the chair can record that and nothing else, once the
votes still out cannot change it or the time for them has passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases import beside
from cases.ballots import (
    DECLARED,
    LEFT,
    NONE,
    REVIEWER,
    close,
    entitled,
    late,
    open_ballot,
    open_next,
    seats_of,
    standing,
)
from cases.capabilities.accusations import confirm
from cases.capabilities.assignments import unit_named
from cases.errors import FieldError, InvalidFields
from cases.hooks import may_also_see, on_move
from cases.panels import ballot_of, carried, chair_named, convened, review_of, seat_to_vote
from cases.record.case import Case
from cases.record.people import Duty, in_force
from cases.record.review import Ballot, Seat
from cases.words import Deed, Post, audience, condition, effect, register, role
from workflow.definition import State
from workflow.errors import Refusal
from workflow.review_rules import AGAIN, is_voting
from workflow.tally import ABSTAIN, ACCEPT, REJECT, RETURN
from workflow.vocabulary import CHAIR, LATE_REVIEWERS, PANEL, Field

CHOICES = {
    ACCEPT: ("同意立案", "Accept"),
    REJECT: ("不予立案", "Reject"),
    RETURN: ("退回补正", "Return"),
    ABSTAIN: ("弃权", "Abstain"),
}

register(
    Field("chair", "person", "小组组长", "Chair", longest=64),
    Field("panel", "people", "小组成员", "Members of the group", longest=64),
    Field("accused", "unit", "被反映单位", "Unit complained of", longest=64),
    Field("vote", "choice", "表决意见", "Vote", options=CHOICES),
)


@role(PANEL)
def panel(db: Session, case: Case) -> Iterable[Post]:
    """Return the members of the group who may vote."""
    if (ballot := open_ballot(db, case)) is None:
        return []
    people = tuple(seat.user_id for seat in entitled(seats_of(db, ballot)))
    return [Post((REVIEWER,), ballot.unit_id, people)] if people else []


@role(CHAIR)
def chair(db: Session, case: Case) -> Iterable[Post]:
    """Return the chair of the group."""
    ballot = open_ballot(db, case)
    return [Post((REVIEWER,), ballot.unit_id, (ballot.chair_id,))] if ballot is not None else []


@audience(LATE_REVIEWERS)
def late_reviewers(db: Session, case: Case) -> Iterable[Post]:
    """Return the members who have yet to vote; once all have, the chair."""
    return late(db, case)


@may_also_see(is_staff=True)
def sits_in_the_group(user_id: int, at: datetime) -> ColumnElement[bool]:
    """Let the members of a group see its case, and whoever stands in for one; not those who had to withdraw."""
    absent = aliased(Duty)
    stands_in = (
        select(absent.user_id)
        .join(Duty, col(Duty.deputy_of) == absent.id)
        .where(Duty.user_id == user_id, Duty.role == REVIEWER, in_force(at))
    )
    mine = or_(col(Seat.user_id) == user_id, col(Seat.user_id).in_(stands_in))
    withdrawn = select(Seat.case_id).where(col(Seat.recused_at).is_not(None), mine)
    return and_(col(Case.id).in_(select(Seat.case_id).where(mine)), col(Case.id).not_in(withdrawn))


@effect("convene", needs=("chair",))
def convene(deed: Deed) -> None:
    """Open a vote by those who answer for the reviewers' desk, or those named; who has an interest is recused."""
    if "accused" in deed.fields:
        confirm(deed, unit_named(deed, "accused"))
    convened(deed)


@effect("vote", needs=("vote", "reason"), only_if=("has_a_vote",))
def vote(deed: Deed) -> None:
    """Cast the one vote of a member, or change it; a deputy casts it in their place."""
    seat = seat_to_vote(deed)
    assert not isinstance(seat, Refusal) and deed.by is not None  # the law asks for `has_a_vote`
    deed.among_staff()
    version = deed.case.version + 1
    values = {"choice": deed.fields["vote"], "cast_by": deed.by.id, "cast_at": deed.at, "version": version}
    beside.change(deed, Seat, seat.id, **values)


@effect("recuse", needs=("reason",), only_if=("has_a_seat",), clerical=True)
def recuse(deed: Deed) -> None:
    """Withdraw from the group for an interest; the vote is void, and a chair names who follows."""
    ballot, seats = ballot_of(deed)
    own = next(seat for seat in entitled(seats) if deed.by and seat.user_id == deed.by.id)
    others = [seat for seat in entitled(seats) if seat.id != own.id]
    changed: dict[str, Any] = {"quorum": review_of(deed).needed(len(others))}
    if ballot.chair_id == own.user_id:
        changed["chair_id"] = chair_named(deed, {seat.user_id for seat in others}, following=True)
    elif "chair" in deed.fields:
        raise InvalidFields([FieldError("chair", "小组已有组长", "The group has a chair already")])
    deed.among_staff()
    void = {"choice": None, "cast_by": None, "cast_at": None, "version": None}
    beside.change(deed, Seat, own.id, **void, recused_at=deed.at, recused_why=DECLARED)
    beside.change(deed, Ballot, ballot.id, **changed)


@effect("name_chair", needs=("chair", "reason"))
def name_chair(deed: Deed) -> None:
    """Let another member be the chair, who is the only one from then on."""
    ballot, seats = ballot_of(deed)
    chair_id = chair_named(deed, {seat.user_id for seat in entitled(seats)})
    if chair_id == ballot.chair_id:
        raise InvalidFields([FieldError("chair", "该成员已是组长", "That member is the chair already")])
    deed.among_staff()
    beside.change(deed, Ballot, ballot.id, chair_id=chair_id)


@effect("record_accept", only_if=("accept_carried",))
def record_accept(deed: Deed) -> None:
    """Record that the group has accepted the case."""
    close(deed, open_ballot(deed.db, deed.case), ACCEPT)


@effect("record_reject", needs=("reason",), only_if=("reject_carried",))
def record_reject(deed: Deed) -> None:
    """Record that the group has not accepted the case, with the reason."""
    close(deed, open_ballot(deed.db, deed.case), REJECT)


@effect("record_return", needs=("reason",), only_if=("return_carried",))
def record_return(deed: Deed) -> None:
    """Record that the group asks the submitter for more, with the reason."""
    close(deed, open_ballot(deed.db, deed.case), RETURN)


@effect("vote_again", only_if=("nothing_carried",))
def vote_again(deed: Deed) -> None:
    """Close a ballot that decided nothing, whose votes stay on record, and let the same group vote anew."""
    ballot, seats = ballot_of(deed)
    close(deed, ballot, NONE)
    members = {seat.user_id: seat.recused_why for seat in seats}
    open_next(deed, review_of(deed), ballot.unit_id, ballot.chair_id, members)


@condition("has_a_vote")
def has_a_vote(deed: Deed) -> Refusal | None:
    """Refuse whoever has no vote to cast, in their own right or for a member whom they stand in for."""
    seat = seat_to_vote(deed)
    return seat if isinstance(seat, Refusal) else None


@condition("has_a_seat")
def has_a_seat(deed: Deed) -> Refusal | None:
    """Refuse whoever is no member of the group themselves."""
    ballot = open_ballot(deed.db, deed.case)
    if ballot and deed.by and any(seat.user_id == deed.by.id for seat in entitled(seats_of(deed.db, ballot))):
        return None
    return Refusal("您不是小组成员，不必回避。", "You are no member of the group and need not withdraw.")


@condition("accept_carried")
def accept_carried(deed: Deed) -> Refusal | None:
    """Refuse while the group has not, for certain, accepted the case."""
    return carried(deed, ACCEPT)


@condition("reject_carried")
def reject_carried(deed: Deed) -> Refusal | None:
    """Refuse while the group has not, for certain, voted the case down."""
    return carried(deed, REJECT)


@condition("return_carried")
def return_carried(deed: Deed) -> Refusal | None:
    """Refuse while the group has not, for certain, asked the submitter for more."""
    return carried(deed, RETURN)


@condition("nothing_carried")
def nothing_carried(deed: Deed) -> Refusal | None:
    """Refuse another ballot unless enough have voted and nothing carries."""
    return carried(deed, None)


@condition("no_decision")
def no_decision(deed: Deed) -> Refusal | None:
    """Refuse to dissolve a group that may still decide: before its time has passed, or once something carries."""
    stands = standing(deed.db, deed.case, deed.at)
    if stands is not None and stands[0].carried is None and stands[1]:
        return None
    return Refusal(
        "小组还可以作出决定，不能解散：请等待表决，或记录已通过的结果。",
        "The group can still decide and is not dissolved: wait for the votes, or record what has carried.",
    )


@on_move
def leave_the_vote(deed: Deed, old: State, new: State) -> None:
    """Close the ballot of a case that goes on without a decision."""
    if deed.law.definition.review is None or not is_voting(deed.law.definition, old) or AGAIN in deed.step.does:
        return
    if (ballot := open_ballot(deed.db, deed.case)) is not None:
        close(deed, ballot, LEFT)
