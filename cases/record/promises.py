"""What units have promised in cases, and by when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment

UNSETTLED = text("kept_at IS NULL AND broken_at IS NULL")


class Promise(SQLModel, table=True):
    """What a unit has promised to do, and by when; it outlives the case.

    `number` counts the promises of a case, by which people name them. `kind` says where it was made: as the case went
    on account, or in an answer. `version` is the event that holds what was promised, `ended_version` the one that holds
    the result or the reason. `reviews` counts how often a promise on account was looked at again.
    """

    __tablename__ = "promises"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_promises_due", "due_at"),
        Index("ix_promises_unsettled", "unit_id", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    number: int
    kind: str = Field(max_length=16)
    unit_id: int = Field(sa_type=Id, foreign_key="units.id")
    version: int
    promised_on: date
    due_at: datetime = Field(sa_type=Moment)
    made_at: datetime = Field(sa_type=Moment)
    kept_at: datetime | None = Field(default=None, sa_type=Moment)
    broken_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_version: int | None = Field(default=None)
    reviews: int = Field(default=0)
    reviewed_at: datetime | None = Field(default=None, sa_type=Moment)
