"""Orders of a union to a department that a matter be done (督办单), and the count that numbers them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Order(SQLModel, table=True):
    """One order; `is_unsaid` where its case complained of somebody when it was issued.

    Its text is a passage of the event `version`, its answer one of the event `answer_version`. `due_at` is the limit
    that it names; its clock may be moved by a new version of the calendar. `ended_at` is set where the case ended
    before it was answered.
    """

    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("union_id", "year", "is_unsaid", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    union_id: int = Field(sa_type=Id, foreign_key="units.id")
    year: int
    is_unsaid: bool
    number: int
    unit_id: int = Field(sa_type=Id, foreign_key="units.id", index=True)
    issued_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    as_role: str = Field(max_length=40)
    issued_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    version: int
    answered_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    answer_version: int | None = Field(default=None)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class OrderCount(SQLModel, table=True):
    """How many orders of a kind a union has issued in a year. Its row is the lock that keeps numbers without gaps."""

    __tablename__ = "order_counts"

    union_id: int = Field(primary_key=True, sa_type=Id, foreign_key="units.id")
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    is_unsaid: bool = Field(primary_key=True)
    last: int
