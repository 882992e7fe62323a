"""Who has asked which desk of a case for haste, and when (催办)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Urge(SQLModel, table=True):
    """One urge: the desk is a role of the law and the unit that held it; the submitter's desk has no unit.

    `by_id` is empty where the submitter urged: `as_role` says so, and who that is stands in the case alone.
    """

    __tablename__ = "urges"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    desk: str = Field(max_length=40)
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="units.id")
    as_role: str = Field(max_length=40)
    by_id: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    at: datetime = Field(sa_type=Moment)
