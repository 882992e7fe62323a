"""The group that reviews a case, as the API tells of it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from cases.outcomes import HeldBallot, Member, ballots_held
from cases.sheet import Sheet
from web.visits import Visit

#: What of a ballot tells how its votes stand.
FIGURES = ("entitled", "cast", "quorum", "has_quorum")


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
    """A ballot; `outcome` is accept, reject or return, `none` where nothing carried, `left` where it was left open.

    How many could vote and have is for staff: the figures are null for anybody else.
    """

    number: int
    convened_at: datetime
    decided_at: datetime | None
    outcome: str | None
    reason: str | None
    entitled: int | None
    cast: int | None
    quorum: int | None
    has_quorum: bool | None
    members: list[GroupMember]


def review_of(visit: Visit, sheet: Sheet) -> list[GroupBallot]:
    """Return the ballots of a case; whoever is not staff in it reads outcomes alone, without figures and members."""
    return [_ballot(held, sheet.is_staff) for held in ballots_held(visit.db, sheet)]


def _ballot(held: HeldBallot, is_staff: bool) -> GroupBallot:
    plain = {name: getattr(held, name) for name in GroupBallot.model_fields if name != "members"}
    if not is_staff:
        plain |= dict.fromkeys(FIGURES)
    return GroupBallot(**plain, members=[_member(member) for member in held.members])


def _member(member: Member) -> GroupMember:
    return GroupMember(**{name: getattr(member, name) for name in GroupMember.model_fields})
