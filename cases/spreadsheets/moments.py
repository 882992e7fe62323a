"""Moments as spreadsheets write them: in formats that the mapping names, in local time, sometimes only a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cases.spreadsheets.cells import Cell, text_of
from cases.spreadsheets.faults import BadCell

#: Tried where a mapping names no formats of its own.
FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1900, 2200
TIMES = re.compile(r"%[HIMScX]")
#: The parts that are read here; a format with any other goes through strptime, which is four times slower.
PARTS = {"Y": r"(\d{4})", "m": r"(\d{1,2})", "d": r"(\d{1,2})", "H": r"(\d{1,2})", "I": r"(\d{1,2})",
         "M": r"(\d{1,2})", "S": r"(\d{1,2})", "p": r"([AaPp][Mm])"}  # fmt: skip


class Moment(NamedTuple):
    """A moment in UTC; `day` is set where only a day was written, and the moment is then its first."""

    at: datetime
    day: date | None


class NoSuchMoment(ValueError):
    """A day or an hour that the calendar or the clock leaves out."""


class Moments:
    """Reads moments in one time zone and an order of formats."""

    def __init__(self, zone: ZoneInfo, formats: Sequence[str]) -> None:
        self.zone = zone
        self._formats = [(_reader(text), not TIMES.search(text)) for text in formats or FORMATS]

    def read(self, cell: Cell, column: str) -> Moment | None:
        """Return the moment in a cell, None for an empty one. Raises BadCell for one that is none or does not exist."""
        try:
            if isinstance(cell, str):
                written = cell.strip()
                return self._written(written) if written else None
            if isinstance(cell, datetime):
                return self._local(_to_the_second(cell))
            if isinstance(cell, date):
                return self._day(cell)
        except NoSuchMoment:
            raise BadCell(column, text_of(cell), "这一时刻不存在", "the moment does not exist") from None
        except (ValueError, OverflowError):
            pass
        raise BadCell(column, text_of(cell), "不是映射所列格式的时刻", "no moment in any format of the mapping")

    def end_of(self, day: date) -> datetime:
        """Return the moment a day ends, which is the first of the next one."""
        return self._day(day + timedelta(days=1)).at

    def _written(self, text: str) -> Moment:
        is_missing = False
        for read, is_day in self._formats:
            try:
                found = read(text)
            except NoSuchMoment:
                is_missing = True
            except ValueError:
                continue
            else:
                return self._day(found.date()) if is_day else self._local(found)
        raise NoSuchMoment if is_missing else ValueError

    def _local(self, at: datetime) -> Moment:
        """Return the moment of a local time: of two that are written alike, the first; one left out is none."""
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise NoSuchMoment
        if at.tzinfo is not None:
            return Moment(at.astimezone(UTC), None)
        moment = at.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != at:
            raise NoSuchMoment
        return Moment(moment, None)

    def _day(self, day: date) -> Moment:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise NoSuchMoment
        return Moment(datetime.combine(day, time(), self.zone).astimezone(UTC), day)


def _reader(text: str) -> Callable[[str], datetime]:
    """Return the function that reads one format; like strptime, it takes numbers with or without leading zeros."""
    parts = re.findall(r"%(.)", text)
    if "".join(parts[:3]) == "" or not set(parts) <= PARTS.keys() or len(set(parts)) != len(parts) or "Y" not in parts:
        return lambda written: _strptime(written, text)
    pattern = re.compile("".join(PARTS[piece[1]] if piece[0] == "%" else re.escape(piece)
                                 for piece in re.findall(r"%.|[^%]+", text)))  # fmt: skip
    places = {part: number for number, part in enumerate(parts)}

    def read(written: str) -> datetime:
        match = pattern.fullmatch(written)
        if match is None:
            raise ValueError
        found = match.groups()

        def number(part: str, default: int) -> int:
            return int(found[places[part]]) if part in places else default

        hour = number("H", 0)
        if "I" in places:
            hour = number("I", 12)
            if not 1 <= hour <= 12:
                raise NoSuchMoment
            hour = hour % 12 + (12 if "p" in places and found[places["p"]] in ("PM", "pm", "Pm", "pM") else 0)
        try:
            return datetime(number("Y", 0), number("m", 1), number("d", 1), hour, number("M", 0), number("S", 0))
        except ValueError:
            raise NoSuchMoment from None

    return read


def _strptime(written: str, text: str) -> datetime:
    try:
        return datetime.strptime(written, text)
    except ValueError as error:
        if "out of range" in str(error) or "day of month" in str(error):
            raise NoSuchMoment from None
        raise


def _to_the_second(at: datetime) -> datetime:
    """Undo the rounding of Excel, which counts days in floating point; true fractions of a second stay."""
    nearest = (at + timedelta(milliseconds=500)).replace(microsecond=0)
    return nearest if abs(at - nearest) <= timedelta(milliseconds=1) else at
