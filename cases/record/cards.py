"""Cards that were given by hand (黄牌、红牌); those that a ladder gives are its fired rungs."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Card(SQLModel, table=True):
    """A yellow or red card for a unit; its reason is a passage of the event `version`."""

    __tablename__ = "cards"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    colour: str = Field(max_length=16)
    unit_id: int = Field(sa_type=Id, foreign_key="units.id", index=True)
    given_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    as_role: str = Field(max_length=40)
    given_at: datetime = Field(sa_type=Moment)
    version: int
