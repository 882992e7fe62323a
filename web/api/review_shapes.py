"""The group that reviews a case, as the API tells of it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from cases.outcomes import HeldBallot, Member, ballots_held
from cases.sheet import Sheet
from web.visits import Visit


class GroupMember(BaseModel):
    """A member with their one vote; `cast_by` names a deputy who cast it. Whoever is recused has no vote."""

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


class GroupBallot(BaseModel):
    """A ballot; `outcome` is accept, reject or return, `none` where nothing carried, `left` where it was left open."""

    number: int
    convened_at: datetime
    decided_at: datetime | None
    outcome: str | None
    reason: str | None
    entitled: int
    cast: int
    quorum: int
    has_quorum: bool
    members: list[GroupMember]


def review_of(visit: Visit, sheet: Sheet) -> list[GroupBallot]:
    """Return the ballots of a case; whoever is not staff in it reads outcomes alone, without members."""
    return [_ballot(held) for held in ballots_held(visit.db, sheet)]


def _ballot(held: HeldBallot) -> GroupBallot:
    plain = {name: getattr(held, name) for name in GroupBallot.model_fields if name != "members"}
    return GroupBallot(**plain, members=[_member(member) for member in held.members])


def _member(member: Member) -> GroupMember:
    return GroupMember(**{name: getattr(member, name) for name in GroupMember.model_fields})
