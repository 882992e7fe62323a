"""The case itself, what was said in it, and its parts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy import Text as LongText
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment

ANONYMOUS, CONFIDENTIAL, NAMED = "anonymous", "confidential", "named"
IDENTITIES = (ANONYMOUS, CONFIDENTIAL, NAMED)
OPEN = text("closed_at IS NULL")
MERGED = text("merged_into_id IS NOT NULL")
ENDORSABLE = text("endorsable_by IS NOT NULL")
OFFERED_ANEW = text("offered_id IS NOT NULL")
ERASED = text("body IS NULL")


def of_open_cases(name: str, *columns: str) -> Index:
    """Return an index that holds open cases only, so that it never grows with history."""
    return Index(name, *columns, sqlite_where=OPEN, postgresql_where=OPEN)


class Case(SQLModel, table=True):
    """A complaint or a proposal. Every column but `title` can be rebuilt from the events of the case.

    `version` counts the events; whoever writes the row says which version they saw, and loses if it has moved on.
    `due_at` is the nearest due moment of its running clocks. A case is open while `closed_at` is empty. `offered_id` is
    who has been offered the lead that `lead_id` has given back and keeps until somebody else signs. `voices` is how
    many endorse it, `endorsable_by` the duties of those who may do so now (`,worker,representative,`).
    """

    __tablename__ = "cases"
    __table_args__ = (
        of_open_cases("ix_cases_open_unit", "unit_id", "state"),
        of_open_cases("ix_cases_open_lead", "lead_id", "state"),
        of_open_cases("ix_cases_open_due", "due_at"),
        of_open_cases("ix_cases_open_submitter", "submitter_id"),
        Index("ix_cases_merged", "merged_into_id", sqlite_where=MERGED, postgresql_where=MERGED),
        Index("ix_cases_endorsable", "unit_id", sqlite_where=ENDORSABLE, postgresql_where=ENDORSABLE),
        Index("ix_cases_offered", "offered_id", sqlite_where=OFFERED_ANEW, postgresql_where=OFFERED_ANEW),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    number: str = Field(max_length=32, unique=True)
    law_id: int = Field(sa_type=Id, foreign_key="laws.id")
    unit_id: int = Field(sa_type=Id, foreign_key="units.id")
    lead_id: int | None = Field(default=None, sa_type=Id, foreign_key="units.id")
    offered_id: int | None = Field(default=None, sa_type=Id, foreign_key="units.id")
    state: str = Field(max_length=32)
    stage: str = Field(max_length=16)
    title: str = Field(max_length=200)
    category: str | None = Field(default=None, max_length=100)
    tier: str | None = Field(default=None, max_length=16)
    urgency: str | None = Field(default=None, max_length=16)
    identity: str = Field(default="confidential", max_length=16)
    submitter_id: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    round: int = Field(default=1)
    level: int = Field(default=0)
    version: int = Field(default=0)
    rating: str | None = Field(default=None, max_length=16)
    merged_into_id: int | None = Field(default=None, sa_type=Id, foreign_key="cases.id")
    voices: int | None = Field(default=None)
    endorsable_by: str | None = Field(default=None, max_length=200)
    source: str | None = Field(default=None, max_length=64)
    external_id: str | None = Field(default=None, max_length=200, index=True)
    submitted_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    entered_at: datetime = Field(sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    first_due_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment, index=True)


class Passage(SQLModel, table=True):
    """Free text said in a case. It can be erased (`body` and `salt` emptied) while the event keeps its digest."""

    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_case", "case_id", "version"),
        Index("ix_passages_erased", "case_id", sqlite_where=ERASED, postgresql_where=ERASED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    version: int
    field: str = Field(max_length=32)
    audience: str = Field(default="parties", max_length=16)
    body: str | None = Field(default=None, sa_type=LongText)
    salt: str | None = Field(default=None, max_length=32)


class Assignment(SQLModel, table=True):
    """One unit's part of a case: the lead, a support department, or whom one of them has delegated it to.

    `parent_id` is the part that a delegate does for another. `progress` is the last percentage that was reported,
    `answered_in` the version of the event that holds the part's answer.
    """

    __tablename__ = "assignments"
    __table_args__ = (Index("ix_assignments_case", "case_id"), Index("ix_assignments_unit", "unit_id", "ended_at"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")
    unit_id: int = Field(sa_type=Id, foreign_key="units.id")
    kind: str = Field(max_length=16)
    status: str = Field(max_length=16)
    round: int = Field(default=1)
    assigned_at: datetime = Field(sa_type=Moment)
    signed_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    parent_id: int | None = Field(default=None, sa_type=Id, foreign_key="assignments.id")
    progress: int | None = Field(default=None)
    answered_in: int | None = Field(default=None)


class Extension(SQLModel, table=True):
    """A request for more time and what became of it; the first limit stays on the clock.

    `unit_id` is the support department that asks for its part alone, empty where the case itself is to have more time.
    `due_at` is the limit that stood when it was asked for, `new_due_at` the one that was granted. A request that nobody
    decided before its matter moved on has lapsed.
    """

    __tablename__ = "extensions"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="units.id")
    round: int = Field(default=1)
    extra: str = Field(max_length=16)
    asked_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    asked_at: datetime = Field(sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    is_granted: bool | None = Field(default=None)
    decided_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    new_due_at: datetime | None = Field(default=None, sa_type=Moment)
    lapsed_at: datetime | None = Field(default=None, sa_type=Moment)


class Attachment(SQLModel, table=True):
    """A file that belongs to a case; the file itself lies in the files folder under `place`, a random name.

    The event holds the salted digest of the name, so that the name can be erased (emptied, with its salt).
    `assignment_id` is the part that it was added for.
    """

    __tablename__ = "attachments"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    version: int
    name: str = Field(max_length=200)
    salt: str | None = Field(default=None, max_length=32)
    media_type: str = Field(max_length=100)
    size: int
    digest: str = Field(max_length=64)
    place: str = Field(max_length=32)
    added_at: datetime = Field(sa_type=Moment)
    assignment_id: int | None = Field(default=None, sa_type=Id, foreign_key="assignments.id")


class ImportedRow(SQLModel, table=True):
    """A row of a spreadsheet that has become a case, so that a second import of it changes nothing."""

    __tablename__ = "imported_rows"
    __table_args__ = (UniqueConstraint("source", "key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    source: str = Field(max_length=64)
    key: str = Field(max_length=200)
    digest: str = Field(max_length=64)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id")


class KeptAnswer(SQLModel, table=True):
    """The first answer to an idempotency key; a repeat of the request gets it again."""

    __tablename__ = "kept_answers"

    scope: str = Field(primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=200)
    digest: str = Field(max_length=64)
    status: int
    body: str = Field(sa_type=LongText)
    at: datetime = Field(sa_type=Moment, index=True)
