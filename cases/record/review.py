"""Review by a group: each ballot that is held, and a seat for each member of the group, with their vote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Ballot(SQLModel, table=True):
    """A vote that is held on a case, until it is decided; `number` counts the ballots of the case.

    `unit_id` is the union whose group it is, `quorum` how many have to vote. `outcome` is what carried, `none` where
    nothing did, or `left` where the case went on without a decision; `version` is the event that ended it.
    """

    __tablename__ = "ballots"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    number: int
    unit_id: int = Field(sa_type=Id, foreign_key="units.id")
    chair_id: int = Field(sa_type=Id, foreign_key="users.id")
    quorum: int
    convened_at: datetime = Field(sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    outcome: str | None = Field(default=None, max_length=16)
    version: int | None = Field(default=None)


class Seat(SQLModel, table=True):
    """One member of a group in one ballot, with the one vote that is theirs; whoever is recused has none.

    `cast_by` is the member, or the deputy who voted in their place; `version` is the event of the case in which the
    vote was cast last, and with which its reason was said. `recused_why` is `declared` or `detected`.
    """

    __tablename__ = "seats"
    __table_args__ = (UniqueConstraint("ballot_id", "user_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    ballot_id: int = Field(sa_type=Id, foreign_key="ballots.id")
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    choice: str | None = Field(default=None, max_length=16)
    cast_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    cast_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int | None = Field(default=None)
    recused_at: datetime | None = Field(default=None, sa_type=Moment)
    recused_why: str | None = Field(default=None, max_length=16)
