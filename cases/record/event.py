"""What happened: one row is at once the history, the audit and the news. Rows are never changed and never deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import Text as LongText
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Event(SQLModel, table=True):
    """One thing that happened, chained by `hash` to the one before it.

    `at` is when it happened, `recorded_at` when it was written: they differ for imported history. `actor_id` is empty
    where the submitter or the system acted, so that an event never holds a submitter's identity. `data` is canonical
    JSON, kept as the text that was hashed: what it set on the case, the digests of what was said, what the clocks did.
    """

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_case", "case_id", "version", unique=True),)

    seq: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    case_id: int | None = Field(default=None, sa_type=Id, foreign_key="cases.id")
    version: int | None = Field(default=None)
    at: datetime = Field(sa_type=Moment)
    recorded_at: datetime = Field(sa_type=Moment)
    action: str = Field(max_length=40)
    state_from: str | None = Field(default=None, max_length=32)
    state_to: str | None = Field(default=None, max_length=32)
    actor_id: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    role: str = Field(max_length=40)
    data: str = Field(sa_type=LongText)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class ChainHead(SQLModel, table=True):
    """The one row that says where the chain ends: whoever cuts off its last events is missed here.

    It is written in the same transaction as the events, under its own lock, which is what keeps the chain in order.
    """

    __tablename__ = "chain_head"
    __table_args__ = (CheckConstraint("id = 1"),)

    id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=Id)
    hash: str = Field(max_length=64)
