"""Who is behind a case, sealed: the veil that it belongs to, what its submitter told of themselves, their receipt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text as LongText
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Veil(SQLModel, table=True):
    """One person who raises cases confidentially, found by a tag that only the key of the installation can make.

    `veil_id` is the row of `users` that their cases belong to, which has no name. `sealed` is the id of the person.
    """

    __tablename__ = "veils"

    tag: str = Field(primary_key=True, max_length=64)
    veil_id: int = Field(sa_type=Id, foreign_key="users.id", unique=True)
    sealed: str = Field(max_length=200)


class Sealed(SQLModel, table=True):
    """The vault: one field of what somebody told of themselves, sealed under the key of their case.

    The field `key` is that key, itself sealed under the key of the installation, or for the officer who may open it.
    Without this row the others are noise for ever, in every copy and backup.
    """

    __tablename__ = "vault"

    case_id: int = Field(primary_key=True, sa_type=Id, foreign_key="cases.id")
    field: str = Field(primary_key=True, max_length=16)
    version: int = Field(default=1)
    sealed: str = Field(sa_type=LongText)


class Receipt(SQLModel, table=True):
    """What proves that somebody raised a case: the first digits find it, a slow hash tells whether the others fit."""

    __tablename__ = "receipts"

    selector: str = Field(primary_key=True, max_length=8)
    verifier: str = Field(max_length=200)
    veil_id: int = Field(sa_type=Id, foreign_key="users.id", unique=True)


class Guess(SQLModel, table=True):
    """How often somebody guessed in vain at one thing, or from one network, within an hour; `tag` names neither."""

    __tablename__ = "guesses"

    tag: str = Field(primary_key=True, max_length=64)
    begun_at: datetime = Field(sa_type=Moment, index=True)
    count: int = Field(default=0)


class Reveal(SQLModel, table=True):
    """Somebody asked to see who raised a case; whether a second person agreed, when it was shown, and how often."""

    __tablename__ = "reveals"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    asked_by: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    asked_at: datetime = Field(sa_type=Moment)
    reason: str = Field(max_length=500)
    agreed_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    agreed_at: datetime | None = Field(default=None, sa_type=Moment)
    declined_at: datetime | None = Field(default=None, sa_type=Moment)
    shown_at: datetime | None = Field(default=None, sa_type=Moment)
    times: int = Field(default=0)
