"""Disputes: a department says that a matter is not its own, and somebody above both sides decides (权属争议)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment

UNDECIDED = text("decided_at IS NULL")


class Dispute(SQLModel, table=True):
    """One quarrel over whose a case, or a part of it, is; its time is booked to whoever turned out to be wrong.

    `about` is `lead` or `part`, `assignment_id` the part that was given back and that the quarrel is over.
    `against_unit_id` is empty where a department disputes what it was given: `dispatched_by_unit_id`, the union that
    gave it, answers then. `decision` is `upheld` (whoever gave the part back was right), `refused` (they were not), or
    `lapsed` (the case ended first, and the time is booked to nobody).
    """

    __tablename__ = "disputes"
    __table_args__ = (
        Index("ix_disputes_case", "case_id"),
        Index("ix_disputes_decided", "decided_at"),
        Index("ix_disputes_open", "case_id", sqlite_where=UNDECIDED, postgresql_where=UNDECIDED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    about: str = Field(max_length=16)
    assignment_id: int = Field(sa_type=Id, foreign_key="assignments.id")
    round: int = Field(default=1)
    opened_at: datetime = Field(sa_type=Moment)
    opened_by_unit_id: int = Field(sa_type=Id, foreign_key="units.id")
    against_unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="units.id")
    dispatched_by_unit_id: int = Field(sa_type=Id, foreign_key="units.id")
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    decision: str | None = Field(default=None, max_length=16)
    booked_to_unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="units.id")
