"""The news: what each person, and each robot of a unit, is told of an event, and how far that has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, TextClause, UniqueConstraint, text
from sqlalchemy import Text as LongText
from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment

INBOX = "inbox"
#: To be sent · collected for a digest · told in one · told · given up · no longer anybody's business.
WAITING, HELD, GATHERED, SENT, PARKED, DROPPED = "waiting", "held", "gathered", "sent", "parked", "dropped"

#: Conditions that an index answers; a query says them word for word, or SQLite would not use it.
IS_DUE, IS_HELD, IS_PARKED = text("state = 'waiting'"), text("state = 'held'"), text("state = 'parked'")
IS_UNTOLD = text("released_at IS NULL")
IN_INBOX = text("channel = 'inbox' AND state = 'sent'")
IS_UNREAD = text("channel = 'inbox' AND state = 'sent' AND read_at IS NULL")


def _of(name: str, condition: TextClause, *columns: str) -> Index:
    """Return an index that holds only the rows that a condition selects."""
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class NewsCursor(SQLModel, table=True):
    """How far the chain of events has been told: everything up to this number has its notifications."""

    __tablename__ = "news_cursor"
    __table_args__ = (CheckConstraint("id = 1"),)

    id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=Id)


class Untellable(SQLModel, table=True):
    """An event that could not be told, and why; it keeps no other waiting, and an administrator has it told again."""

    __tablename__ = "untellable"
    __table_args__ = (_of("ix_untellable_open", IS_UNTOLD, "seq"),)

    seq: int = Field(primary_key=True, sa_type=Id, foreign_key="events.seq", sa_column_kwargs={"autoincrement": False})
    detail: str = Field(sa_type=LongText)
    parked_at: datetime = Field(sa_type=Moment)
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    released_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")


class Alarm(SQLModel, table=True):
    """Something that only an administrator can mend, of which the administrators have been told.

    `what` is `clock`, `event`, `message`, `calendar` or `guessing`; `number` is the id of what is parked, the year that
    is missing, or the hour of an attack.
    """

    __tablename__ = "alarms"

    what: str = Field(primary_key=True, max_length=16)
    number: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    told_at: datetime = Field(sa_type=Moment, index=True)


class Outlet(SQLModel, table=True):
    """A robot in a unit's group chat, or another system that wants to hear: where to, and what it is signed with.

    `address` of a robot holds its key: like `secret` it is never shown, logged or told by an event. Until a second
    person has confirmed it, it hears of no case more than its number. `spoken_at` is when it was last given something
    to say.
    """

    __tablename__ = "outlets"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    unit_id: int = Field(sa_type=Id, foreign_key="units.id", index=True)
    channel: str = Field(max_length=16)
    name: str = Field(max_length=100)
    address: str = Field(max_length=1_000)
    secret: str | None = Field(default=None, max_length=200)
    made_at: datetime = Field(sa_type=Moment)
    made_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    confirmed_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    spoken_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class Notification(SQLModel, table=True):
    """One event told to one person, or to one outlet, over one channel; a digest tells several and has no event.

    `next_at` is when it is tried next: one that is being sent was claimed by moving it ahead, so that a claim whose
    owner has died comes due by itself. `why` says in one word why the last attempt failed, `answer` what was heard.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("seq", "user_id", "channel"),
        UniqueConstraint("seq", "outlet_id"),
        CheckConstraint("(user_id IS NULL) <> (outlet_id IS NULL)"),
        _of("ix_notifications_due", IS_DUE, "channel", "next_at", "id"),
        _of("ix_notifications_held", IS_HELD, "next_at"),
        _of("ix_notifications_group", IS_HELD, "user_id", "outlet_id", "channel", "next_at"),
        _of("ix_notifications_parked", IS_PARKED, "id"),
        _of("ix_notifications_gathered", text("digest_id IS NOT NULL"), "digest_id", "id"),
        _of("ix_notifications_outlet", text("outlet_id IS NOT NULL"), "outlet_id", "id"),
        _of("ix_notifications_inbox", IN_INBOX, "user_id", "id"),
        _of("ix_notifications_unread", IS_UNREAD, "user_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    seq: int | None = Field(default=None, sa_type=Id, foreign_key="events.seq")
    case_id: int | None = Field(default=None, sa_type=Id, foreign_key="cases.id")
    kind: str = Field(max_length=16)
    user_id: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
    outlet_id: int | None = Field(default=None, sa_type=Id, foreign_key="outlets.id")
    channel: str = Field(max_length=16)
    state: str = Field(max_length=16)
    attempts: int = Field(default=0)
    next_at: datetime | None = Field(default=None, sa_type=Moment)
    made_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    read_at: datetime | None = Field(default=None, sa_type=Moment)
    why: str | None = Field(default=None, max_length=24)
    answer: str | None = Field(default=None, max_length=500)
    digest_id: int | None = Field(default=None, sa_type=Id, foreign_key="notifications.id")


class NewsChoice(SQLModel, table=True):
    """How a person wants one kind of news over one channel: at once, in the digest, or not at all."""

    __tablename__ = "news_choices"

    user_id: int = Field(primary_key=True, sa_type=Id, foreign_key="users.id")
    kind: str = Field(primary_key=True, max_length=16)
    channel: str = Field(primary_key=True, max_length=16)
    how: str = Field(max_length=8)


class QuietHours(SQLModel, table=True):
    """When a person is not to be disturbed, as `21:00`, on their unit's wall clock; empty means at no time."""

    __tablename__ = "quiet_hours"

    user_id: int = Field(primary_key=True, sa_type=Id, foreign_key="users.id")
    from_time: str | None = Field(default=None, max_length=5)
    until_time: str | None = Field(default=None, max_length=5)


class NewsTemplate(SQLModel, table=True):
    """The words of one kind of news in one language, as an administrator has changed them."""

    __tablename__ = "news_templates"

    kind: str = Field(primary_key=True, max_length=16)
    language: str = Field(primary_key=True, max_length=8)
    subject: str = Field(max_length=200)
    body: str = Field(sa_type=LongText)
    edited_at: datetime = Field(sa_type=Moment)
    edited_by: int | None = Field(default=None, sa_type=Id, foreign_key="users.id")
