"""Limits, offsets and remainders: the three sizes of time that a law writes down and a clock keeps."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, Self

from workflow.errors import Refusal

Unit = Literal["wd", "wh", "d", "h", "m"]
LeftUnit = Literal["wd", "ws", "s"]

_LIMIT = re.compile(r"([0-9]+)(wd|wh|d|h|m)")
_OFFSET = re.compile(r"([+-])([0-9]+)(wd|wh|d|h|m)")
_REMAINING = re.compile(r"(-?[0-9]+(?:/0*[1-9][0-9]*)?)(wd|ws|s)")
_MOST_DIGITS = 5


class LimitError(Refusal):
    """Says why a text is no limit, no offset or no remainder."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Is how long something may take: `3wd` and `16wh` in working time, `10d`, `48h` and `90m` in calendar time."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Reads a limit exactly as written, without spaces or sign; raises LimitError."""
        return _limit(text)

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


@dataclass(frozen=True, slots=True)
class Offset:
    """Is the distance of a ladder's rung from the due moment: `0`, `-2wd`, `+1wd`, `+3d`, `-4wh`."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Offset":
        """Reads an offset: `0`, or a sign, a positive whole number and a unit; raises LimitError."""
        return _offset(text)

    def __str__(self) -> str:
        return f"{self.count:+d}{self.unit}" if self.count else "0"


@dataclass(frozen=True, slots=True)
class Remaining:
    """Is what a paused clock has left, negative when it was late already.

    The unit is `wd` (working days, parts of a day as a fraction of that day's office hours) for limits in working days,
    `ws` (office seconds) for limits in working hours, and `s` (elapsed seconds) for calendar time. `str()` and
    `Remaining.parse` are each other's inverse and lose nothing: `2wd`, `113/48wd`, `-5400ws`, `86400s`.
    """

    amount: Fraction
    unit: LeftUnit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what `str()` wrote; raises LimitError."""
        match = _REMAINING.fullmatch(text)
        if match is None:
            raise LimitError(f"剩余时间“{_shown(text)}”无法识别。", f'"{_shown(text)}" is not a remaining time.')
        return cls(Fraction(match[1]), left_unit(match[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


def left_unit(unit: str) -> LeftUnit:
    """Tells in which unit a clock's remainder is kept, given the unit of its limit or of a remainder."""
    if unit == "wd":
        return "wd"
    return "ws" if unit in ("wh", "ws") else "s"


@lru_cache(maxsize=4096)
def _limit(text: str) -> Limit:
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise LimitError(
            f"时限“{_shown(text)}”无法识别：请写正整数加单位，如 3wd、16wh、10d、48h、90m。",
            f'"{_shown(text)}" is not a limit: write a positive whole number and a unit, as in 3wd, 16wh, 10d, 90m.',
        )
    return Limit(_count(match[1], text), _unit(match[2]))


@lru_cache(maxsize=4096)
def _offset(text: str) -> Offset:
    if text == "0":
        return Offset(0, "m")
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise LimitError(
            f"偏移“{_shown(text)}”无法识别：请写 0，或正负号加正整数加单位，如 -2wd、+1wd、+3d、-4wh。",
            f'"{_shown(text)}" is not an offset: write 0, or a sign, a whole number and a unit, as in -2wd, +1wd, +3d.',
        )
    count = _count(match[2], text)
    return Offset(-count if match[1] == "-" else count, _unit(match[3]))


def _count(digits: str, text: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise LimitError(
            f"“{_shown(text)}”的数字太大：最多 {_MOST_DIGITS} 位。",
            f'The number in "{_shown(text)}" is too large: at most {_MOST_DIGITS} digits.',
        )
    if not int(digits):
        raise LimitError(f"“{_shown(text)}”必须大于零。", f'"{_shown(text)}" must be more than zero.')
    return int(digits)


def _unit(word: str) -> Unit:
    units: dict[str, Unit] = {"wd": "wd", "wh": "wh", "d": "d", "h": "h", "m": "m"}
    return units[word]


def _shown(text: str) -> str:
    """Keeps a message to one line, however long or odd the text is."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text[:41])
    return plain if len(plain) <= 40 else plain[:40] + "…"
