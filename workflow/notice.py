"""Reading the State Council's notice as it was pasted: what it says about each holiday, sentence by sentence.

    三、清明节：4月4日（周六）至6日（周一）放假，共3天。
    七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。

Understood are the notices since 2010; a sentence with a date that is not understood is refused rather than passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.arrangement import ArrangedDay, Arrangement, ArrangementError, checked, fault, weekday_zh
from workflow.office_hours import WEEKDAYS_ZH

_HOLIDAY = "元旦|春节|清明节?|劳动节|端午节?|中秋节?|国庆节?"
_ITEM = re.compile(
    rf"(?:[一二三四五六七八九十]+、\s*(?P<named>[^\s。,;:()]{{2,40}}?)|(?P<known>(?:{_HOLIDAY})(?:、(?:{_HOLIDAY}))*))\s*:"
)
_YEAR = (
    re.compile(r"关于\s*(\d{4})\s*年\s*(?:部分)?\s*节假日"),
    re.compile(r"现将\s*(\d{4})\s*年"),
    re.compile(r"(\d{4})\s*年[^。\n]{0,12}(?:节假日|放假)"),
)
_DATE = re.compile(
    r"(?:(?P<year>\d{4})\s*年\s*)?(?:(?P<month>\d{1,2})\s*月\s*)?(?P<day>\d{1,2})\s*日\s*(?P<aside>\([^()]*\))?"
)
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_BETWEEN = re.compile(r"\s*(?:(至|到)|[、和及与])?\s*")
_SENTENCE = re.compile(r"[^。;]+")
_CLAUSE = re.compile(r"(?:[^,()]|\([^()]*\)|[()])+")
_COUNT = re.compile(r"(?:共|放假)\s*(\d{1,2})\s*天")

#: What explains or advises and arranges nothing, though it may name a date.
_ASIDE = re.compile(r"\s*(?:其中|鼓励|安排职工)")
_SIGNED = re.compile(r"\s*国务院")
_OFF, _WORK = ("放假", "补休", "休息"), "上班"

#: One sign for each that may stand for it, so that places in the text stay what they are.
_PLAIN = str.maketrans(
    "（）：，；０１２３４５６７８９－-–—―~～〜\u3000\xa0", "():,;0123456789至至至至至至至至  ",
)  # fmt: skip


def read_notice(text: str, year: int | None, where: str) -> Arrangement:
    """Return what a notice arranges. Raises ArrangementError; `year` is for a text that does not name its own."""
    return _Notice(text.translate(_PLAIN), where).read(year)


def year_of(text: str) -> int | None:
    """Return the year that a notice is for, if it says so."""
    plain = text.translate(_PLAIN)
    return next((int(found[1]) for pattern in _YEAR if (found := pattern.search(plain))), None)


@dataclass(frozen=True)
class _Notice:
    text: str
    where: str

    def read(self, year: int | None) -> Arrangement:
        items = list(_ITEM.finditer(self.text))
        if not items:
            such = "一、元旦：1月1日放假"
            raise fault(self.where, 1, f"没有找到“{such}”这样的条目", f'there is no item such as "{such}"')
        if year is None:
            raise fault(
                self.where,
                self._line(items[0].start()),
                "没有写明是哪一年：请连标题一起粘贴，或另行填写年份",
                "the year is missing: paste the title as well, or name the year",
            )
        ends = [item.start() for item in items[1:]] + [len(self.text)]
        days: list[ArrangedDay] = []
        for item, end in zip(items, ends, strict=True):
            name = item["named"] or item["known"]
            found = list(self._holiday(year, name, item.end(), end))
            if not found:
                raise fault(self.where, self._line(item.start()), f"{name}没有写日期", f"{name} names no date")
            days += found
        return checked(year, days, self.where)

    def _holiday(self, year: int, name: str, begin: int, end: int) -> Iterator[ArrangedDay]:
        """Read what is said of one holiday; of the last one, up to the signature."""
        for sentence in _SENTENCE.finditer(self.text, begin, end):
            if _SIGNED.match(sentence[0]):
                return
            if _DATE.search(sentence[0]) and not _ASIDE.match(sentence[0]):
                yield from self._sentence(year, name, sentence.start(), sentence.end())

    def _sentence(self, year: int, name: str, begin: int, end: int) -> Iterator[ArrangedDay]:
        named: list[date] = []
        off: list[date] = []
        count: re.Match[str] | None = None
        for clause in _CLAUSE.finditer(self.text, begin, end):
            words = re.sub(r"\([^()]*\)", "", clause[0])
            if _ASIDE.match(clause[0]):
                continue
            named += self._dates(year, clause.start(), clause.end())
            count = _COUNT.search(self.text, clause.start(), clause.end()) or count
            is_off, is_work = any(word in words for word in _OFF), _WORK in words
            if is_off or is_work:
                line = self._line(clause.start())
                yield from (ArrangedDay(day, name, is_off and not is_work, line) for day in named)
                off += [] if is_work else named
                named = []
        if named:
            said = self.text[begin:end].strip()[:40]
            raise fault(self.where, self._line(begin), f"看不懂“{said}”", f'"{said}" is not understood')
        if count and off and int(count[1]) != len(off):
            zh, en = f"写“{count[0]}”，列出的却是 {len(off)} 天", f'it says "{count[0]}" but lists {len(off)} days'
            raise fault(self.where, self._line(count.start()), f"{name}{zh}", f"{name}: {en}")

    def _dates(self, year: int, begin: int, end: int) -> list[date]:
        """Return the dates of a clause, those between 1月1日 and 3日 in 1月1日至3日 included."""
        days: list[date] = []
        before: re.Match[str] | None = None
        for found in _DATE.finditer(self.text, begin, end):
            day = self._date(year, found, days[-1] if days else None)
            link = _BETWEEN.fullmatch(self.text, before.end(), found.start()) if before else None
            if link and link[1]:
                if day <= days[-1]:
                    raise self._wrong(found, "不晚于起始日", "is no later than the day it follows")
                days += [days[-1] + timedelta(days=n) for n in range(1, (day - days[-1]).days)]
            days.append(day)
            before = found
        return days

    def _date(self, year: int, found: re.Match[str], before: date | None) -> date:
        month = found["month"] or (str(before.month) if before else None)
        if month is None:
            raise self._wrong(found, "没有写月份", "has no month")
        inherited = before.year if before and not found["month"] else year
        try:
            day = date(int(found["year"] or inherited), int(month), int(found["day"]))
        except ValueError:
            raise self._wrong(found, "不是存在的日期", "is no date that exists") from None
        weekday = _WEEKDAY.search(found["aside"] or "")
        if weekday and WEEKDAYS_ZH.index(weekday[1].replace("天", "日")) != day.weekday():
            raise self._wrong(found, f"有误，{day} 是{weekday_zh(day)}", f"is wrong: {day} is a {day:%A}")
        return day

    def _wrong(self, found: re.Match[str], zh: str, en: str) -> ArrangementError:
        word = found[0].strip()
        return fault(self.where, self._line(found.start()), f"“{word}”{zh}", f'"{word}" {en}')

    def _line(self, place: int) -> int:
        skipped = len(self.text[place:]) - len(self.text[place:].lstrip())
        return self.text.count("\n", 0, place + skipped) + 1
