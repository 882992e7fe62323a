"""Which cases have to do with each other."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class CaseLink(SQLModel, table=True):
    """One case names another: it relates to it, follows it, or was split from it; the row belongs to the first."""

    __tablename__ = "case_links"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    other_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    kind: str = Field(max_length=16)
    linked_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
