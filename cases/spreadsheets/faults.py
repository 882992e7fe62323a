"""What is wrong with a file, and what is wrong with one of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.calendars import shipped
from workflow.errors import Refusal

LONGEST_SHOWN = 40


class BadFile(Refusal):
    """A file that cannot be read at all, in one sentence that names it."""


class BadCell(Refusal):
    """A cell that keeps its row out: the column's name in the file, what stands there, and why."""

    def __init__(self, column: str, value: object, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.column = column
        self.value = shown(value)

    def __reduce__(self) -> tuple[type[BadCell], tuple[str, str, str, str]]:  # type: ignore[override]  # made from four words
        return type(self), (self.column, self.value, self.zh, self.en)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that stays out, with the number that a person sees in the file and its cells as they were."""

    number: int
    column: str
    value: str
    zh: str
    en: str
    cells: tuple[str, ...] = ()


def shown(value: object) -> str:
    """Return a value short enough for one line, without characters that a terminal would obey.

    A moment stands in the office's time, with its offset: nobody at a desk counts in UTC.
    """
    text = str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        text = value.astimezone(shipped().zone).isoformat(timespec="seconds")
    short = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    return "".join(
        letter if letter.isprintable() else "�" if "\ud800" <= letter <= "\udfff" else " " for letter in short
    )
