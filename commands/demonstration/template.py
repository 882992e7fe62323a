"""The shape of a matter as it is written down, before places, people and dates are filled in."""

from __future__ import annotations

from dataclasses import dataclass

#: Stands in `lead` and `supports` for the town where the matter was raised.
TOWN = "town"


@dataclass(frozen=True)
class Template:
    """One thing workers ask for, with what every desk on its way may say about it."""

    key: str
    category: str
    workflow: str
    lead: str
    supports: tuple[str, ...]
    tier: str
    urgency: str
    sectors: tuple[str, ...]
    title: str
    text: str
    answers: tuple[str, str]
    send_back: str
    dissatisfied: str
    satisfied: str
    urge: str
    reject: str = ""
    supplement: str = ""
    promise: str = ""
    promise_days: int = 0
    #: The months in which anyone would raise it; any month where none is named.
    months: tuple[int, ...] = ()
