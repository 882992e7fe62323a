"""What the API gives of the departments of a case: their parts, how far they are, whom a report waits for."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class HandOfCase(BaseModel):
    """A department with its part: `todo` is sign, finish or take_back; `files` are the digests of what it attached.

    `weight` is its share of the whole, none for what counts for nothing; `delegated_by` the unit whose part it does.
    """

    unit: str
    name: str
    kind: str
    status: str
    delegated_by: str | None
    percent: int
    weight: float
    since: datetime
    due_at: datetime | None
    ended_at: datetime | None
    todo: str | None
    answer: str | None
    files: list[str]


class ProgressOfCase(BaseModel):
    """How far a case is, in per cent; null once it has ended and before a department has it."""

    percent: int | None
    parts: list[HandOfCase]


class WaitedFor(BaseModel):
    """A department that is not done yet: since when it has its part, and until when."""

    unit: str
    name: str
    kind: str
    status: str
    since: datetime
    due_at: datetime | None


class WithheldAction(BaseModel):
    """An action that I could take but for departments that are not done yet."""

    name: str
    label: str
    waits_for: list[WaitedFor]
