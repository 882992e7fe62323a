"""The clocks of a case: the row is the timer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy import Text as LongText
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment

RUNNING = text("stopped_at IS NULL")
ONGOING = text("left_at IS NULL")
HELD = text("released_at IS NULL")
AWAITED = text("stopped_at IS NULL AND next_at IS NOT NULL")


class Clock(SQLModel, table=True):
    """One limit that runs, stands still or has stopped. `kind` is `case`, `state`, `part` or `climb`.

    For a part, `state` says which clock of which unit it is: `sign@5`, `done@5`.

    `due_at` is empty while the clock stands still (`remaining` then says what is left) and for a case whose source
    fixed no limit. `first_due_at` is the limit as it was first set. A clock that was ever paused, extended or
    moved by a new version of its calendar has its stretches in `clock_spans`; any other has none, and its own row is
    its only stretch.

    `rung` is the place on its ladder of the rung that comes next, `next_at` when that is; both begin anew with each
    `term`, which ends when more time is given.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_running", "case_id", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_clocks_case", "case_id"),
        Index("ix_clocks_due", "due_at"),
        Index("ix_clocks_next", "next_at", "id", sqlite_where=AWAITED, postgresql_where=AWAITED),
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
    term: int = Field(default=0)
    rung: int = Field(default=0)
    next_at: datetime | None = Field(default=None, sa_type=Moment)


class ClockSpan(SQLModel, table=True):
    """A stretch of a clock with the due moment that was in force; without one the clock stood still.

    `limit` is what the clock has at the most since its own beginning, in a stretch that began because it got shorter.
    """

    __tablename__ = "clock_spans"
    __table_args__ = (Index("ix_clock_spans_clock", "clock_id", "from_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    clock_id: int = Field(sa_type=Id, foreign_key="clocks.id")
    why: str = Field(max_length=16)
    from_at: datetime = Field(sa_type=Moment)
    until_at: datetime | None = Field(default=None, sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    limit: str | None = Field(default=None, max_length=16)


class FiredRung(SQLModel, table=True):
    """A rung that has fired: each once for every term of its clock, however many nodes sweep.

    `due_at` is when the rung was to come, `fired_at` when it did; `version` is the event of the case that tells of it.
    """

    __tablename__ = "fired_rungs"
    __table_args__ = (UniqueConstraint("clock_id", "term", "rung"), Index("ix_fired_rungs_case", "case_id"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    clock_id: int = Field(sa_type=Id, foreign_key="clocks.id")
    term: int
    rung: int
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    version: int
    do: str = Field(max_length=16)
    at: str = Field(max_length=16)
    due_at: datetime = Field(sa_type=Moment)
    fired_at: datetime = Field(sa_type=Moment, index=True)


class Level(SQLModel, table=True):
    """Someone whom a matter has climbed to, with a clock of their own, until it moves or climbs past them."""

    __tablename__ = "levels"
    __table_args__ = (Index("ix_levels_open", "case_id", sqlite_where=ONGOING, postgresql_where=ONGOING),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    number: int
    role: str = Field(max_length=40)
    unit_id: int = Field(sa_type=Id, foreign_key="units.id", index=True)
    reached_at: datetime = Field(sa_type=Moment)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Moment)
    acknowledged_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    measure: str | None = Field(default=None, max_length=16)
    left_at: datetime | None = Field(default=None, sa_type=Moment)


class Parked(SQLModel, table=True):
    """A clock that goes no further by itself, and why: its rung failed, or there is nobody left to climb to."""

    __tablename__ = "parked"
    __table_args__ = (Index("ix_parked_open", "parked_at", sqlite_where=HELD, postgresql_where=HELD),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    clock_id: int = Field(sa_type=Id, foreign_key="clocks.id", index=True)
    why: str = Field(max_length=16)
    detail: str = Field(sa_type=LongText)
    next_at: datetime = Field(sa_type=Moment)
    parked_at: datetime = Field(sa_type=Moment)
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    released_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")


class Heartbeat(SQLModel, table=True):
    """The latest beat of a node's schedule, and when and by how many seconds its wall clock was last set."""

    __tablename__ = "heartbeats"

    node: str = Field(primary_key=True, max_length=100)
    beat_at: datetime = Field(sa_type=Moment)
    jumped_at: datetime | None = Field(default=None, sa_type=Moment)
    jumped_by: int | None = Field(default=None, sa_type=Id)
