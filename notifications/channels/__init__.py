"""The channels: each takes one message and says whether it arrived, by the word of the channel itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

#: Of what a receiver answered, so much is kept.
LONGEST_ANSWER = 300


class Verdict(Enum):
    """What became of an attempt."""

    DONE = "done"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True)
class Message:
    """One message as it goes out; `id` is the same at each attempt, so that a receiver can tell a repeat.

    `to` is an e-mail address, a telephone number or a web address. `event` is what a program is told.
    """

    id: str
    to: str = field(repr=False)
    subject: str
    text: str
    link: str
    secret: str | None = field(default=None, repr=False)
    event: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The end of an attempt: `why` is a word of `notifications.parked.REASONS`, `said` what was heard."""

    verdict: Verdict
    why: str | None = None
    said: str = ""


class Channel(Protocol):
    """A way to reach somebody. It never raises for what a receiver does, and never takes longer than it may."""

    def send(self, message: Message, at: datetime) -> Answer:
        """Send a message; `at` is the moment that is signed."""


def done(said: object = "") -> Answer:
    """Return that a message has arrived."""
    return Answer(Verdict.DONE, None, _heard(said))


def later(why: str, said: object = "") -> Answer:
    """Return that it may arrive at another time."""
    return Answer(Verdict.LATER, why, _heard(said))


def never(why: str, said: object = "") -> Answer:
    """Return that to try again would be in vain."""
    return Answer(Verdict.NEVER, why, _heard(said))


def _heard(said: object) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_ANSWER]).strip()
