"""Who endorses a case (附议)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Endorsement(SQLModel, table=True):
    """That one person endorses a case, once; an event tells that somebody does, and never who.

    Whoever takes theirs back and endorses again has the same row, from the later moment.
    """

    __tablename__ = "endorsements"
    __table_args__ = (UniqueConstraint("case_id", "user_id"), Index("ix_endorsements_user", "user_id"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    user_id: int = Field(sa_type=Id, foreign_key="users.id")
    endorsed_at: datetime = Field(sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
