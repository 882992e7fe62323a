"""The letters that an office sends in a test."""

from __future__ import annotations

from notifications.delivering import Post, deliver
from notifications.outbox import fan_out
from notifications.passing import channels_of
from tests.web.visitors import Office


def sends(office: Office) -> None:
    """Tell of whatever happened, and deliver what is due."""
    settings = office.app.state.settings
    fan_out(office.engine, settings, office.at)
    deliver(office.engine, Post(channels_of(settings), settings, lambda: office.at, lambda: office.at))
