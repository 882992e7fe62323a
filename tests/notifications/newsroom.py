"""The small world of the cases, seen by those who hear of it: everybody has an address and a telephone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from sqlmodel import col, select

from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import Notification, Outlet
from cases.record.people import User
from cases.veil import person_behind
from config.settings import Settings
from notifications.channels import Channel
from notifications.delivering import Post
from notifications.outbox import fan_out
from notifications.passing import channels_of, pass_on
from tests.cases.world import HOUR, World
from tests.cast import MONDAY

#: An hour after most stories begin.
TEN = MONDAY + HOUR


class Newsroom(World):
    """The cast with addresses; `settings` say which channels the installation has."""

    def __init__(self, url: str, **settings: Any) -> None:
        super().__init__(url)
        self.settings = replace(Settings(database=url, public_url="https://news.example"), **settings)
        with transaction(self.db) as db:
            for user in db.exec(select(User)):
                user.email, user.phone = f"{user.login}@example.org", f"1380000{user.id:04}"

    def tells(self, at: datetime) -> int:
        """Tell of whatever happened since the last time."""
        return fan_out(self.db, self.settings, at)

    def sends(self, at: datetime, **more: Any) -> Counter[str]:
        """Tell, gather and send whatever is due."""
        return pass_on(self.db, self.post(channels_of(self.settings), at, **more))

    def post(self, channels: Mapping[str, Channel], at: datetime, **more: Any) -> Post:
        """Return what sending needs, at a moment that stands still."""
        return Post(channels, self.settings, lambda: at, lambda: at, Random(1), **more)

    def told(self, number: str | None = None, channel: str = "inbox") -> list[tuple[str, str, str]]:
        """Return what people were told over a channel, in order: action, login of who is behind it, kind."""
        logins = {user_id: login for login, user_id in self.people.items()}
        wanted = select(Event.action, Notification.user_id, Notification.kind).join(
            Event, col(Event.seq) == Notification.seq
        )
        with reading(self.db) as db:
            if number is not None:
                wanted = wanted.where(Notification.case_id == self.case(number).id)
            rows = db.exec(wanted.where(Notification.channel == channel).order_by(col(Event.seq), col(Notification.id)))
            told = [(action, person_behind(db, user_id), kind) for action, user_id, kind in rows]
            return [(action, logins.get(who or 0, ""), kind) for action, who, kind in told]

    def rows(self, **columns: Any) -> list[Notification]:
        """Return notifications with these values, in order."""
        with reading(self.db) as db:
            wanted = select(Notification).order_by(col(Notification.id))
            for name, value in columns.items():
                wanted = wanted.where(getattr(Notification, name) == value)
            return list(db.exec(wanted))

    def opens(
        self,
        unit: str,
        channel: str,
        address: str,
        at: datetime,
        secret: str | None = None,
        *,
        is_confirmed: bool = True,
    ) -> int:
        """Give a unit a robot or another system to tell, and return its id."""
        with transaction(self.db) as db:
            row = Outlet(
                unit_id=self.units[unit], channel=channel, name=channel, address=address, secret=secret, made_at=at,
                confirmed_at=at if is_confirmed else None,
            )  # fmt: skip
            db.add(row)
            db.flush()
            return row.id or 0


def kinds_of(told: list[tuple[str, str, str]], login: str) -> Iterator[tuple[str, str]]:
    """Return what one person was told."""
    return ((action, kind) for action, who, kind in told if who == login)
