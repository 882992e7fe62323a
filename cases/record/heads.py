"""Where the end of the chain was told outside this host: whoever rewrites the history cannot rewrite what has left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text as LongText
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Head(SQLModel, table=True):
    """One head of the chain on its way to one target: `seq` and `hash` of the last event as they stood at a moment.

    `day` is set for the head of a day, of which each target gets one, and empty for one that somebody asked for.
    `erased` names what was erased since the head before it. It is due while `sent_at` is empty.
    """

    __tablename__ = "heads"
    __table_args__ = (UniqueConstraint("target", "day"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    target: str = Field(max_length=16)
    day: str | None = Field(default=None, max_length=10)
    seq: int = Field(sa_type=Id)
    hash: str = Field(max_length=64)
    at: datetime = Field(sa_type=Moment)
    erased: str = Field(default="[]", sa_type=LongText)
    attempts: int = Field(default=0)
    next_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    said: str | None = Field(default=None, max_length=300)
