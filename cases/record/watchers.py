"""Who follows a case without acting in it: to whom it was copied, and who watches it by themselves (抄送、关注)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment


class Watcher(SQLModel, table=True):
    """Somebody who sees a case and hears of its moves, until `until_at`; `added_by` is themselves or who copied it."""

    __tablename__ = "watchers"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    added_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    since_at: datetime = Field(sa_type=Moment)
    until_at: datetime | None = Field(default=None, sa_type=Moment)
