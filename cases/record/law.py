"""Published laws, each a version that running cases keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text as LongText
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class LawVersion(SQLModel, table=True):
    """One published version of a law, with the text it was read from."""

    __tablename__ = "laws"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    name: str = Field(max_length=32)
    version: int
    title: str = Field(max_length=100)
    source: str = Field(sa_type=LongText)
    published_at: datetime = Field(sa_type=Moment)


class Installation(SQLModel, table=True):
    """Facts of this installation that are made once, such as the key that case numbers are drawn with."""

    __tablename__ = "installation"

    key: str = Field(primary_key=True, max_length=32)
    value: str = Field(max_length=200)
