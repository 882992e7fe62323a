"""Requests to erase who raised a case, which two people of the staff agree on."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Erasure(SQLModel, table=True):
    """Somebody of the staff asked to erase who raised a case; whether a second person agreed, and it was done.

    `with_texts` tells whether what the submitter wrote goes as well.
    """

    __tablename__ = "erasures"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    asked_by: int = Field(sa_type=Id, foreign_key="users.id")
    asked_at: datetime = Field(sa_type=Moment)
    reason: str = Field(max_length=500)
    with_texts: bool = Field(default=False)
    agreed_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    agreed_at: datetime | None = Field(default=None, sa_type=Moment)
    declined_at: datetime | None = Field(default=None, sa_type=Moment)
