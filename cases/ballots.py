"""The ballots that are held on a case, and how they stand: who sits in the group, who has voted, what carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from cases import beside, clocks
from cases.laws import law_of
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.review import Ballot, Seat
from cases.record.statements import Prepared, of_each_case
from cases.words import Deed, Post
from workflow.provisions import Review
from workflow.tally import FEWEST, Tally

#: What becomes of a ballot that decides nothing, and of one that the case has left.
NONE, LEFT = "none", "left"
#: Why a member is recused: they said so, or the record says so.
DECLARED, DETECTED = "declared", "detected"
#: The duty by which somebody sits in a group, and by which a deputy sits in their place.
REVIEWER = "reviewer"

_BALLOTS, _SEATS = table_of(Ballot), table_of(Seat)
_OPEN = Prepared(
    select(_BALLOTS).where(_BALLOTS.c.case_id == bindparam("case_id"), _BALLOTS.c.decided_at.is_(None)),
    of_case="case_id",
)
_ALL = of_each_case(Ballot, "number")
_OF_BALLOT = Prepared(select(_SEATS).where(_SEATS.c.ballot_id == bindparam("ballot_id")).order_by(_SEATS.c.id))


def open_ballot(db: Session, case: Case) -> Any | None:
    """Return the ballot that is being held on a case, if one is."""
    return next(iter(_OPEN.rows(db, {"case_id": case.id})), None)


def ballots_of(db: Session, case: Case) -> Sequence[Any]:
    """Return every ballot that was held on a case, in order."""
    return _ALL.rows(db, {"case_id": case.id})


def seats_of(db: Session, ballot: Any) -> Sequence[Any]:
    """Return the seats of a ballot in the order in which they were given."""
    return _OF_BALLOT.rows(db, {"ballot_id": ballot.id})


def entitled(seats: Iterable[Any]) -> list[Any]:
    """Return the seats of those who may vote."""
    return [seat for seat in seats if seat.recused_at is None]


def is_too_small(review: Review, count: int) -> bool:
    """Tell whether a group of so many can never decide."""
    return count < max(review.needed(count), FEWEST)


def tally_of(review: Review, ballot: Any, seats: Iterable[Any]) -> Tally:
    """Count the votes of a ballot; each seat has one at most, and a recused one has none."""
    voting = entitled(seats)
    votes = Counter(seat.choice for seat in voting if seat.choice is not None)
    return Tally(review, ballot.quorum, len(voting), votes)


def open_next(deed: Deed, review: Review, unit_id: int, chair_id: int, members: Mapping[int, str | None]) -> None:
    """Open the next ballot for a group; `members` are ids, each with why they are recused, or None."""
    number = len(ballots_of(deed.db, deed.case)) + 1
    quorum = review.needed(sum(why is None for why in members.values()))
    ballot_id = beside.add(
        deed, Ballot, number=number, unit_id=unit_id, chair_id=chair_id, quorum=quorum, convened_at=deed.at
    )
    for user_id, why in members.items():
        recused = {"recused_at": deed.at, "recused_why": why} if why else {}
        beside.add(deed, Seat, ballot_id=ballot_id, user_id=user_id, **recused)


def close(deed: Deed, ballot: Any, outcome: str) -> None:
    """End a ballot; the votes stay as they were cast."""
    beside.change(deed, Ballot, ballot.id, decided_at=deed.at, outcome=outcome, version=deed.case.version + 1)


def is_past(db: Session, case: Case, at: datetime) -> bool:
    """Tell whether the time that the law gives a group has passed."""
    running = clocks.running_clocks(db, case.id or 0)
    return any(clock.kind == clocks.STATE and clocks.is_late(clock, at) for clock in running)


def standing(db: Session, case: Case, at: datetime) -> tuple[Tally, bool] | None:
    """Return how the open ballot of a case stands, and whether what it says by now may be recorded."""
    review, ballot = law_of(db, case.law_id).definition.review, open_ballot(db, case)
    if review is None or ballot is None:
        return None
    tally = tally_of(review, ballot, seats_of(db, ballot))
    return tally, tally.is_final or is_past(db, case, at)


def late(db: Session, case: Case) -> list[Post]:
    """Return the desk of those who have yet to vote; once all have, that of the chair, for whom the group waits."""
    if (ballot := open_ballot(db, case)) is None:
        return []
    missing = tuple(seat.user_id for seat in entitled(seats_of(db, ballot)) if seat.choice is None)
    return [Post((REVIEWER,), ballot.unit_id, missing or (ballot.chair_id,))]


def awaited(db: Session, case: Case, at: datetime) -> list[Post]:
    """Return on whose desks a case lies that is voted on: those who have yet to vote, and the chair once it is time."""
    stands, ballot = standing(db, case, at), open_ballot(db, case)
    chair = [Post((REVIEWER,), ballot.unit_id, (ballot.chair_id,))] if stands and ballot and stands[1] else []
    return [*late(db, case), *chair]
