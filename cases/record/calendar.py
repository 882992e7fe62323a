"""Versions of working calendars; a calendar without one here is the file that ships."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text as LongText
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class CalendarVersion(SQLModel, table=True):
    """One version of a calendar with the text it is read from, and what it was made from where that was an import.

    The clocks that run are put right case by case after it was published: those of the cases up to `settled_to` are,
    and all of them since `settled_at`.
    """

    __tablename__ = "calendars"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    name: str = Field(max_length=64)
    version: int
    digest: str = Field(max_length=64)
    source: str = Field(sa_type=LongText)
    year: int | None = Field(default=None)
    imported: str | None = Field(default=None, sa_type=LongText)
    published_at: datetime = Field(sa_type=Moment)
    published_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    settled_to: int = Field(default=0, sa_type=Id)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
