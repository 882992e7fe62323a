"""The ballots of a case as one person may read them: staff each seat, whoever raised it what was decided and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cases.ballots import ballots_of, entitled, seats_of
from cases.record.people import User
from cases.sheet import Sheet
from workflow.tally import ABSTAIN, FEWEST, OUTCOMES

REASON = "reason"


@dataclass(frozen=True)
class Member:
    """A seat with its vote; `cast_by` names a deputy who voted in the member's place.

    A vote for anything but what was decided is a dissent, an abstention is not.
    """

    login: str
    name: str
    is_chair: bool
    choice: str | None
    cast_by: str | None
    cast_at: datetime | None
    reason: str | None
    recused_at: datetime | None
    recused_why: str | None
    is_dissent: bool


@dataclass(frozen=True)
class HeldBallot:
    """A ballot; `reason` is what was said when it was decided."""

    number: int
    convened_at: datetime
    decided_at: datetime | None
    outcome: str | None
    reason: str | None
    entitled: int
    cast: int
    quorum: int
    has_quorum: bool
    members: Sequence[Member]


def ballots_held(db: Session, sheet: Sheet) -> list[HeldBallot]:
    """Return the ballots of a case in order; whoever is not staff in it reads only those that decided something."""
    if sheet.definition.review is None:
        return []
    held = [(ballot, seats_of(db, ballot)) for ballot in ballots_of(db, sheet.case)]
    people = {person.id: person for person in _people(db, held)}
    said = {(one.version, text.field): text.body for one, text in sheet.texts}
    found = []
    for ballot, seats in held:
        if not sheet.is_staff and ballot.outcome not in OUTCOMES:
            continue
        voting = entitled(seats)
        cast = sum(seat.choice is not None for seat in voting)
        found.append(
            HeldBallot(
                number=ballot.number,
                convened_at=ballot.convened_at,
                decided_at=ballot.decided_at,
                outcome=ballot.outcome,
                reason=said.get((ballot.version, REASON)),
                entitled=len(voting),
                cast=cast,
                quorum=ballot.quorum,
                has_quorum=len(voting) >= FEWEST and cast >= ballot.quorum,
                members=[_member(ballot, seat, people, said) for seat in seats] if sheet.is_staff else [],
            )
        )
    return found


def _member(ballot: Any, seat: Any, people: dict[int | None, User], said: dict[tuple[int, str], str | None]) -> Member:
    is_proxy = seat.cast_by is not None and seat.cast_by != seat.user_id
    decided = ballot.outcome in OUTCOMES and seat.choice not in (None, ABSTAIN)
    return Member(
        login=people[seat.user_id].login,
        name=people[seat.user_id].name,
        is_chair=seat.user_id == ballot.chair_id,
        choice=seat.choice,
        cast_by=people[seat.cast_by].name if is_proxy else None,
        cast_at=seat.cast_at,
        reason=said.get((seat.version, REASON)) if seat.version else None,
        recused_at=seat.recused_at,
        recused_why=seat.recused_why,
        is_dissent=decided and seat.choice != ballot.outcome,
    )


def _people(db: Session, held: Sequence[tuple[Any, Sequence[Any]]]) -> Sequence[User]:
    ids = {user_id for _, seats in held for seat in seats for user_id in (seat.user_id, seat.cast_by) if user_id}
    return db.exec(select(User).where(col(User.id).in_(sorted(ids)))).all() if ids else []
