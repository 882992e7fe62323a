"""How one spreadsheet becomes cases: a small TOML file, read strictly.

An unknown key or a wrong value is refused with the file, the line and the word, so that a slip in a mapping is found
before the first row is.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workflow.errors import Refusal

FOLDER = Path(__file__).resolve().parents[2] / "config" / "imports"
FIELDS = frozenset(
    {
        "external_id", "title", "text", "submitter", "category", "department", "submitted_at", "due_at", "answer",
        "answered_at", "closed_at", "rating", "unit", "status", "tier", "urgency",
    }
)  # fmt: skip
KEYS = frozenset(
    {
        "sheet", "header_row", "timezone", "moments", "workflow", "unit", "create_units", "columns", "encoding",
        "delimiter", "source", "when_due_missing", "status", "submitted_on",
    }
)  # fmt: skip
DELIMITERS = (",", ";", "\t")
STATUS = re.compile("open|closed")
NO_LIMIT, THE_LAW = "none", "law"


class MappingError(Refusal):
    """A mapping that cannot be used; the sentence names file, line and word."""


@dataclass(frozen=True)
class Mapping:
    """A mapping as its file says it; `columns` is our field -> their column."""

    name: str
    sheet: int | str
    header_row: int
    zone: ZoneInfo
    moments: tuple[str, ...]
    workflow: str
    unit: str | None
    create_units: bool
    columns: Table[str, str]
    encoding: str | None
    delimiter: str | None
    source: str
    takes_the_law: bool
    is_over: Table[str, bool]
    submitted_on: date | None


def find(word: str) -> Path:
    """Return the file of a mapping, given its path or its name in config/imports. Raises MappingError."""
    named = [FOLDER / f"{word}.toml"] if re.fullmatch(r"[\w-]+", word) else []
    for path in (*named, Path(word)):
        try:
            if path.is_file():
                return path
        except (OSError, ValueError):  # a name too long for the disk, or with a NUL in it
            continue
    known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
    raise MappingError(
        f"找不到映射「{word[:60]}」；已有：{known}", f"There is no mapping {word[:60]}; there are: {known}"
    )


def load(path: Path) -> Mapping:
    """Read a mapping from its file. Raises MappingError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise MappingError(f"读不到映射 {path}，或它不是 UTF-8。", f"{path} cannot be read as UTF-8.") from None
    return parse(text, path.stem, str(path))


def parse(text: str, name: str, where: str) -> Mapping:
    """Read a mapping from its text; `where` is the name used in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{where}：不是有效的 TOML（{error}）", f"{where}: not valid TOML ({error})") from None
    except RecursionError:
        raise MappingError(f"{where}：括号嵌套太深。", f"{where}: brackets are nested too deep.") from None
    return _Reader(text, where).mapping(data, name)


class _Reader:
    """Reads the tables of a mapping and says where a word is wrong."""

    def __init__(self, text: str, where: str) -> None:
        self.lines = text.splitlines()
        self.where = where

    def mapping(self, data: dict[str, Any], name: str) -> Mapping:
        for key in data.keys() - KEYS:
            self.fail(key, "没有这个键", "is no key of a mapping")
        columns = self.texts(data, "columns")
        for field in columns.keys() - FIELDS:
            self.fail(field, "不是案件的字段", "is no field of a case")
        if not columns.keys() & {"title", "text"}:
            self.fail("columns", "须有 title 或 text", "needs title or text")
        submitted_on = self.day(data, "submitted_on")
        if (submitted_on is None) == ("submitted_at" not in columns):
            self.fail(
                "submitted_on" if submitted_on else "columns",
                "submitted_at 列与 submitted_on 须有且只有一个",
                "needs either a submitted_at column or submitted_on, and not both",
            )
        unit = self.word(data, "unit", longest=64)
        if unit is None and "unit" not in columns:
            self.fail("unit", "须写明单位代码", "is missing: the code of the unit where a row names none")
        if len(source := self.word(data, "source", longest=64) or name) > 64:
            self.fail("source", "最多 64 字", "has over 64 characters")
        is_over = {word: self.end(word, end) for word, end in self.texts(data, "status").items()}
        if bool(is_over) != ("status" in columns):
            self.fail("status", "状态列与 [status] 表须同时有", "the column and the table [status] go together")
        if (missing := self.word(data, "when_due_missing") or NO_LIMIT) not in (NO_LIMIT, THE_LAW):
            self.fail("when_due_missing", "只能是 none 或 law", "is either none or law")
        return Mapping(
            name=name,
            sheet=self.sheet(data),
            header_row=self.count(data, "header_row"),
            zone=self.zone(data),
            moments=self.moments(data),
            workflow=self.word(data, "workflow") or self.fail("workflow", "须写明流程", "is missing"),
            unit=unit,
            create_units=self.yes(data, "create_units"),
            columns=MappingProxyType(columns),
            encoding=self.encoding(data),
            delimiter=self.delimiter(data),
            source=source,
            takes_the_law=missing == THE_LAW or "due_at" not in columns,
            is_over=MappingProxyType(is_over),
            submitted_on=submitted_on,
        )

    def fail(self, word: str, zh: str, en: str) -> Any:
        """Refuse the mapping for a word."""
        begins = re.compile(rf"""\s*\[?\s*["']?{re.escape(word)}["']?\s*[=\]]""")
        line = next((number for number, text in enumerate(self.lines, 1) if begins.match(text)), 1)
        raise MappingError(
            f"{self.where} 第 {line} 行 {word[:60]}：{zh}", f"{self.where}, line {line}, {word[:60]}: {en}"
        )

    def word(self, data: dict[str, Any], key: str, longest: int = 200) -> str | None:
        value = data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            self.fail(key, f"应是 1 到 {longest} 字的文字", f"is a text of 1 to {longest} characters")
        return str(value).strip()

    def texts(self, data: dict[str, Any], key: str) -> dict[str, str]:
        table = data.get(key, {})
        if not isinstance(table, dict):
            self.fail(key, "应是一个表", "is a table")
        for name, value in table.items():
            if not isinstance(value, str) or not value.strip():
                self.fail(name, "应是文字", "is a text")
        return {name.strip(): value.strip() for name, value in table.items()}

    def count(self, data: dict[str, Any], key: str) -> int:
        value = data.get(key, 1)
        if type(value) is not int or value < 1:
            self.fail(key, "应是从 1 起的行号", "is the number of a row, from 1")
        return int(value)

    def yes(self, data: dict[str, Any], key: str) -> bool:
        value = data.get(key, False)
        if not isinstance(value, bool):
            self.fail(key, "应是 true 或 false", "is true or false")
        return bool(value)

    def sheet(self, data: dict[str, Any]) -> int | str:
        value = data.get("sheet", 0)
        if isinstance(value, bool) or not (
            (isinstance(value, int) and value >= 0) or (isinstance(value, str) and value)
        ):
            self.fail("sheet", "应是从 0 起的序号或名称", "is an index from 0, or a name")
        return value  # type: ignore[no-any-return]  # one of the two, as was just checked

    def zone(self, data: dict[str, Any]) -> ZoneInfo:
        name = self.word(data, "timezone") or "Asia/Shanghai"
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return self.fail("timezone", f"没有时区 {name}", f"there is no time zone {name}")  # type: ignore[no-any-return]  # never returns

    def moments(self, data: dict[str, Any]) -> tuple[str, ...]:
        value = data.get("moments", [])
        if not isinstance(value, list) or not all(isinstance(text, str) and "%" in text for text in value):
            self.fail("moments", "应是时刻格式的列表，如 %Y-%m-%d", "is a list of formats such as %Y-%m-%d")
        return tuple(value)

    def encoding(self, data: dict[str, Any]) -> str | None:
        name = self.word(data, "encoding")
        try:
            return codecs.lookup(name).name if name else None
        except LookupError:
            return self.fail("encoding", "没有这种编码", "is no known encoding")  # type: ignore[no-any-return]  # never returns

    def delimiter(self, data: dict[str, Any]) -> str | None:
        value = data.get("delimiter")
        if value is not None and value not in DELIMITERS:
            self.fail("delimiter", "只能是逗号、分号或制表符", "is a comma, a semicolon or a tab")
        return value

    def day(self, data: dict[str, Any], key: str) -> date | None:
        value = data.get(key)
        if value is None or type(value) is date:
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            return self.fail(key, "应是日期，如 2024-01-01", "is a day such as 2024-01-01")  # type: ignore[no-any-return]  # never returns

    def end(self, word: str, end: str) -> bool:
        """Return whether a status word of theirs means that the case is over."""
        if not STATUS.fullmatch(end):
            self.fail(word, "只能是 open 或 closed", "is either open or closed")
        return end != "open"
