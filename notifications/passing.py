"""One pass of the news: tell of what has happened, gather what was held, send what is due."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Engine

from config.settings import Settings
from notifications.channels import Channel
from notifications.channels.mail import Mail
from notifications.choosing import MAIL
from notifications.delivering import Post, deliver
from notifications.digests import gather
from notifications.outbox import fan_out


def channels_of(settings: Settings) -> dict[str, Channel]:
    """Return the channels that an installation has."""
    channels: dict[str, Channel] = {}
    if settings.smtp_host:
        channels[MAIL] = Mail(settings)
    return channels


def tell(engine: Engine, settings: Settings, at: datetime) -> int:
    """Write down who is told of what has happened, and return how many notifications that made."""
    written = fan_out(engine, settings, at)
    gather(engine, at)
    return written


def pass_on(engine: Engine, post: Post) -> Counter[str]:
    """Tell and send, once."""
    told = tell(engine, post.settings, post.now())
    return Counter({"told": told}) + deliver(engine, post)
