"""Reading a calendar file: TOML in, checked office hours out, every mistake named with its line."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from workflow.errors import Refusal
from workflow.office_hours import Intervals, OfficeHours, YearPlan

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INTERVAL = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"19[0-9]{2}|2[01][0-9]{2}|2200")
_TOML_LINE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")


class CalendarError(Refusal):
    """Says what is wrong in a calendar file, and where."""


def read_office_hours(text: str, where: str) -> OfficeHours:
    """Reads and checks the text of a calendar file; `where` is its name in messages; raises CalendarError."""
    return _Reader(text, where).read()


class _Reader:
    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where

    def read(self) -> OfficeHours:
        try:
            law: dict[str, Any] = tomllib.loads(self.text)
        except ValueError as error:  # tomllib lets the ValueError of an impossible bare date pass through
            raise self._syntax_error(str(error)) from None
        self._know(law, ("name", "timezone", "holidays", "week", "years"), "")
        week, makeup = self._week(self._table(law, "week"))
        years = self._years(self._table(law, "years") if "years" in law else {})
        holidays = self._words(law, "holidays") if "holidays" in law else None
        if (holidays or any(plan.work for plan in years.values())) and not makeup:
            raise self._error("week", "makeup", "有补班日，但 [week] 里既没有 makeup 也没有 mon 的时段",
                              "there are make-up days, but [week] gives neither makeup nor mon any hours")  # fmt: skip
        name, zone = self._words(law, "name"), self._zone(self._words(law, "timezone"))
        if holidays == name:
            raise self._error("", "holidays", "holidays 不能是日历自己", "holidays cannot name the calendar itself")
        return OfficeHours(name, zone, week, makeup, years, holidays)

    def _week(self, table: dict[str, Any]) -> tuple[tuple[Intervals, ...], Intervals]:
        self._know(table, (*WEEKDAYS, "makeup"), "week")
        week = tuple(self._intervals(table.get(day, []), day) for day in WEEKDAYS)
        if not any(week):
            raise self._error("", "[week]", "[week] 里没有一个工作日", "[week] has no working day at all")
        return week, self._intervals(table["makeup"], "makeup") if "makeup" in table else week[0]

    def _intervals(self, words: object, day: str) -> Intervals:
        found: list[tuple[int, int]] = []
        for word in self._list(words, "week", day):
            match = _INTERVAL.fullmatch(word) if isinstance(word, str) else None
            if match is None:
                raise self._error("week", day, f"{day} 的“{word}”不是 08:30-12:00 这样的时段",
                                  f'"{word}" of {day} is not a stretch of hours such as 08:30-12:00')  # fmt: skip
            opens, closes = self._minute(match[1], match[2], day), self._minute(match[3], match[4], day)
            if closes <= opens:
                raise self._error("week", day, f"{day} 的“{word}”结束不晚于开始",
                                  f'"{word}" of {day} ends no later than it begins')  # fmt: skip
            if found and opens < found[-1][1]:
                raise self._error("week", day, f"{day} 的“{word}”与前一时段重叠或次序颠倒",
                                  f'"{word}" of {day} overlaps or precedes the stretch before it')  # fmt: skip
            found.append((opens, closes))
        return tuple(found)

    def _minute(self, hour: str, minute: str, day: str) -> int:
        total = int(hour) * 60 + int(minute)
        if int(minute) > 59 or total > 24 * 60:
            raise self._error(
                "week", day, f"{day} 的 {hour}:{minute} 不是钟点", f"{hour}:{minute} of {day} is no time of day"
            )
        return total

    def _years(self, table: dict[str, Any]) -> Mapping[int, YearPlan]:
        years: dict[int, YearPlan] = {}
        for year in table:
            if not _YEAR.fullmatch(year):
                raise self._error("", year, f"“{year}”不是 1900 到 2200 之间的年份",
                                  f'"{year}" is no year between 1900 and 2200')  # fmt: skip
            years[int(year)] = self._plan(year, self._table(table, year))
        return years

    def _plan(self, year: str, table: dict[str, Any]) -> YearPlan:
        section = f"years.{year}"
        self._know(table, ("published", "off", "work"), section)
        is_published = table.get("published", False)
        if not isinstance(is_published, bool):
            raise self._error(section, "published", "published 只能是 true 或 false", "published is true or false")
        off = self._dates(table.get("off", []), year, "off")
        work = self._dates(table.get("work", []), year, "work")
        for day in sorted(off & work):
            raise self._error(section, str(day), f"{day} 既在 off 又在 work", f"{day} is both in off and in work")
        return YearPlan(is_published, off, work)

    def _dates(self, words: object, year: str, key: str) -> frozenset[date]:
        section = f"years.{year}"
        found: set[date] = set()
        for word in self._list(words, section, key):
            try:
                day = date.fromisoformat(str(word)) if _DATE.fullmatch(str(word)) else None
            except ValueError:
                day = None
            if day is None:
                raise self._error(section, str(word), f"“{word}”不是存在的日期", f'"{word}" is no date that exists')
            if day.year != int(year):
                raise self._error(section, str(word), f"{word} 不在 {year} 年内", f"{word} lies outside {year}")
            if day in found:
                raise self._error(section, str(word), f"{word} 在 {key} 里写了两次", f"{word} stands twice in {key}")
            found.add(day)
        return frozenset(found)

    def _zone(self, word: str) -> ZoneInfo:
        try:
            return ZoneInfo(word)
        except (KeyError, ValueError, OSError):  # unknown, outside the zone folder, a folder
            raise self._error("", "timezone", f"不认识时区“{word}”", f'there is no time zone "{word}"') from None

    def _know(self, table: dict[str, Any], known: tuple[str, ...], section: str) -> None:
        for key in table:
            if key not in known:
                raise self._error(section, key, f"不认识的键“{key}”", f'unknown key "{key}"')

    def _words(self, table: dict[str, Any], key: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value.strip():
            return value
        raise self._error("", key, f"缺少 {key}，或它不是文字", f"{key} is missing or is no text")

    def _table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key)
        if isinstance(value, dict):
            return value
        raise self._error("", key, f"缺少 [{key}]，或它不是表", f"[{key}] is missing or is no table")

    def _list(self, value: object, section: str, key: str) -> list[object]:
        if isinstance(value, list):
            return value
        raise self._error(section, key, f"{key} 必须是列表", f"{key} has to be a list")

    def _syntax_error(self, message: str) -> CalendarError:
        match = _TOML_LINE.search(message)
        zh, en = (f" 第 {match[1]} 行", f", line {match[1]}") if match else ("", "")
        what = _TOML_LINE.sub("", message).strip()
        return CalendarError(
            f"{self.where}{zh}：不是正确的 TOML（{what}）。",
            f"{self.where}{en}: not valid TOML ({what}).",
        )

    def _error(self, section: str, word: str, zh: str, en: str) -> CalendarError:
        line = self._line(section, word)
        at_zh, at_en = (f" 第 {line} 行", f", line {line}") if line else ("", "")
        return CalendarError(f"{self.where}{at_zh}：{zh}。", f"{self.where}{at_en}: {en}.")

    def _line(self, section: str, word: str) -> int | None:
        """Finds the last line of the section with the word: where a word stands twice, the second is the mistake."""
        current, found = "", None
        for number, line in enumerate(self.text.splitlines(), start=1):
            plain = line.split("#")[0]
            if header := re.match(r"\s*\[([^\[\]\"]+)\]\s*$", plain):
                current = header[1].strip()
            if (not section or current == section) and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", plain):
                found = number
        return found
