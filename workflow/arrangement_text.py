"""Reading an arrangement from whatever an office has: the notice as it was pasted, a table, or the holiday JSON.

{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, …]}

date,name,kind                日期,节日,安排
2027-01-01,元旦,off           2027年1月1日,元旦,休
2027-02-06,春节,work          2027/2/6,春节,班
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from workflow.arrangement import ArrangedDay, Arrangement, checked, fault
from workflow.notice import read_notice, year_of

LONGEST = 100_000  # letters: an arrangement has some sixty lines

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HEADER = {
    "date": ("date", "日期"),
    "name": ("name", "holiday", "名称", "节日", "假日", "节假日"),
    "kind": ("kind", "type", "类型", "类别", "安排", "休/班"),
    "is_off": ("isoffday", "is_off", "off", "是否放假", "放假"),
}
_KINDS = {
    **dict.fromkeys(("off", "holiday", "休", "休息", "放假", "假", "假日"), True),
    **dict.fromkeys(("work", "makeup", "make-up", "班", "上班", "补班"), False),
}
_ANSWERS = {
    **dict.fromkeys(("true", "yes", "1", "是"), True),
    **dict.fromkeys(("false", "no", "0", "否"), False),
}
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0?0:00(?::00)?)?|(\d{4})(\d\d)(\d\d)"
)
_DELIMITERS = ",;\t，；"


def read_arrangement(text: str, *, year: int | None = None, where: str = "") -> Arrangement:
    """Return what a text arranges, whichever of the three shapes it has; raises ArrangementError with the line.

    `year` is the year that is meant: it may stand for one that the text leaves out, and has to agree with one that the
    text names. `where` is what the text is called in messages.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > LONGEST:
        raise fault(where, None, f"内容过长，最多 {LONGEST} 字", f"the text is too long, {LONGEST} letters at most")
    if not text.strip():
        raise fault(where, None, "没有内容", "there is nothing in it")
    if text.lstrip().startswith(("{", "[")):
        found = _read_json(text, where)
    elif "date" in _columns(_first_line(text)):
        found = _read_table(text, year, where)
    else:
        found = read_notice(text, year_of(text) or year, where)
    if year is not None and found.year != year:
        zh, en = f"内容是 {found.year} 年的安排，不是 {year} 年的", f"this arranges {found.year} and not {year}"
        raise fault(where, None, zh, en)
    return found


def decoded(raw: bytes, where: str = "") -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or GB18030. Raises ArrangementError."""
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise fault(where, None, "文字编码无法识别，请另存为 UTF-8", "its encoding is not known; save it as UTF-8")


def _read_json(text: str, where: str) -> Arrangement:
    try:
        law = json.loads(text)
    except json.JSONDecodeError as error:
        raise fault(where, error.lineno, "不是正确的 JSON", f"not valid JSON ({error.msg})") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        raise fault(where, None, "不是正确的 JSON", "not valid JSON") from None
    if not isinstance(law, dict) or not isinstance(law.get("days"), list):
        raise fault(where, 1, "缺少 days 列表", "the list of days is missing")
    year = law.get("year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise fault(where, _line_of(text, '"year"', 0)[0], "缺少年份 year", "year is missing, or is no number")
    return checked(year, list(_json_days(text, law["days"], where)), where)


def _json_days(text: str, days: list[Any], where: str) -> Iterator[ArrangedDay]:
    line, place = 1, 0
    for day in days:
        word = day.get("date") if isinstance(day, dict) else None
        if not isinstance(word, str):
            raise fault(where, line, "其后有一天没有日期 date", "a day after this has no date")
        line, place = _line_of(text, json.dumps(word, ensure_ascii=False), place)
        is_off, name = day.get("isOffDay"), day.get("name", "")
        if not isinstance(is_off, bool) or not isinstance(name, str):
            zh, en = f"{word[:20]} 的 isOffDay 只能是 true 或 false", f"isOffDay of {word[:20]} is true or false"
            raise fault(where, line, zh, en)
        yield ArrangedDay(_date(word, line, where), name[:40], is_off, line)


def _read_table(text: str, year: int | None, where: str) -> Arrangement:
    delimiter = max(_DELIMITERS, key=_first_line(text).count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    places: dict[str, int] = {}
    days: list[ArrangedDay] = []
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not places:
                places = _columns(_first_line(text))
                if "kind" not in places and "is_off" not in places:
                    zh, en = "首行须有 日期,节日,安排 三列", "the first row has to name the columns date,name,kind"
                    raise fault(where, rows.line_num, zh, en)
                continue
            days.append(_row(cells, places, rows.line_num, where))
    except csv.Error:
        raise fault(where, rows.line_num, "不是正确的 CSV", "not valid CSV") from None
    return checked(year or max((day.date.year for day in days), default=0) or _no_rows(where), days, where)


def _row(cells: list[str], places: dict[str, int], line: int, where: str) -> ArrangedDay:
    cells += [""] * (max(places.values()) + 1 - len(cells))
    column = "kind" if "kind" in places else "is_off"
    word, known = cells[places[column]], _KINDS if column == "kind" else _ANSWERS
    day = _date(cells[places["date"]], line, where)
    if word.lower() not in known:
        raise fault(where, line, f"“{word[:20]}”既不是休也不是班", f'"{word[:20]}" is neither off nor work')
    return ArrangedDay(day, cells[places["name"]][:40] if "name" in places else "", known[word.lower()], line)


def _columns(header: str) -> dict[str, int]:
    """Return the place of each column that a first row names."""
    delimiter = max(_DELIMITERS, key=header.count)
    names = [name.strip().strip('"').lower() for name in header.split(delimiter)]
    return {
        column: names.index(word)
        for column, known in _HEADER.items()
        if (word := next((name for name in names if name in known), None)) is not None
    }


def _first_line(text: str) -> str:
    return text.lstrip().splitlines()[0]


def _date(word: str, line: int, where: str) -> date:
    found = _DATE.fullmatch(word.strip())
    try:
        if found:
            return date(*(int(part) for part in found.groups() if part is not None))
    except ValueError:
        pass
    raise fault(where, line, f"“{word[:20]}”不是存在的日期", f'"{word[:20]}" is no date that exists')


def _line_of(text: str, word: str, place: int) -> tuple[int, int]:
    """Return the line of the next place where a word stands, and where the search goes on; the last one if nowhere."""
    found = text.find(word, place)
    found = found if found >= 0 else place
    return text.count("\n", 0, found) + 1, found + 1


def _no_rows(where: str) -> int:
    raise fault(where, None, "没有一行日期", "there is no row with a date")
