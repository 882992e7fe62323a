"""The clocks of a case: the row is the timer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment

RUNNING = text("stopped_at IS NULL")


class Clock(SQLModel, table=True):
    """One limit that runs, stands still or has stopped. `kind` is `case`, `state` or `assignment`.

    `due_at` is empty while the clock stands still (`remaining` then says what is left) and for a case whose source
    fixed no limit. `first_due_at` is the limit as it was first set. A clock that was ever paused or extended has its
    stretches in `clock_spans`; one that was not has none, and its own row is its only stretch.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_running", "case_id", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_clocks_case", "case_id"),
        Index("ix_clocks_due", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    kind: str = Field(max_length=16)
    state: str | None = Field(default=None, max_length=32)
    round: int = Field(default=1)
    limit: str | None = Field(default=None, max_length=16)
    calendar: str = Field(max_length=64)
    is_provisional: bool = Field(default=False)
    started_at: datetime = Field(sa_type=Moment)
    first_due_at: datetime | None = Field(default=None, sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    remaining: str | None = Field(default=None, max_length=64)
    stopped_at: datetime | None = Field(default=None, sa_type=Moment)
    spans: int = Field(default=0)


class ClockSpan(SQLModel, table=True):
    """A stretch of a clock with the due moment that was in force; without one the clock stood still."""

    __tablename__ = "clock_spans"
    __table_args__ = (Index("ix_clock_spans_clock", "clock_id", "from_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    clock_id: int = Field(sa_type=Id, foreign_key="clocks.id")
    why: str = Field(max_length=16)
    from_at: datetime = Field(sa_type=Moment)
    until_at: datetime | None = Field(default=None, sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)


class Heartbeat(SQLModel, table=True):
    """The latest beat of a node's schedule."""

    __tablename__ = "heartbeats"

    node: str = Field(primary_key=True, max_length=100)
    beat_at: datetime = Field(sa_type=Moment)
