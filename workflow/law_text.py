"""The text of a law: where a word stands in it, and what kind of word is wanted there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workflow.definition import Choices
from workflow.errors import Refusal
from workflow.limits import Limit, Offset

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


#: A label stands on a button, in a table's cell and on an arrow.
LONGEST_LABEL = 100


class LawError(Refusal):
    """A law that cannot be read; the sentence names file, line and word."""


class LawText:
    """Reads single words out of the parsed TOML and finds the line to blame, which the parser does not tell."""

    def __init__(self, source: str, where: str) -> None:
        self.source = source
        self.lines = source.splitlines()
        self.where = where

    def limit_or_table(self, word: Any, choices: Mapping[str, Choices], line: int) -> tuple[Limit | None, str | None]:
        if word is None:
            return None, None
        if isinstance(word, str) and word in choices:
            for option in choices[word].options.values():
                if option.limit is None:
                    self.fail(self.line_of(f"[choices.{word}]"), option.value, "这个选项没有时限", "has no limit")
            return None, word
        return self.limit(word, line), None

    def limit(self, word: Any, line: int) -> Limit:
        try:
            return Limit.parse(str(word))
        except Refusal as error:
            raise self.error(line, error.zh, error.en) from None

    def offset(self, row: dict[str, Any], line: int) -> Offset:
        try:
            return Offset.parse(self.text(row, "at", line))
        except Refusal as error:
            raise self.error(line, error.zh, error.en) from None

    def labels(self, row: dict[str, Any], line: int) -> tuple[str, str]:
        return self.text(row, "label", line, LONGEST_LABEL), self.text(row, "label_en", line, LONGEST_LABEL)

    def table(self, data: dict[str, Any], key: str) -> dict[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.fail(self.line_of(key), key, "应是一张表", "must be a table")
        return dict(value)

    def text(self, row: dict[str, Any], key: str, line: int, longest: int | None = None) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(line, key, "缺少文字", "is missing or not text")
        text = str(value)
        if longest is not None and len(text) > longest:
            self.fail(line, key, f"最多 {longest} 字", f"may have {longest} characters at most")
        if CONTROL.search(text):  # PostgreSQL stores no NUL, and a label stands on one line
            self.fail(line, key, "含有控制字符", "holds a control character")
        return text

    def word(self, row: dict[str, Any], key: str, line: int) -> str | None:
        return self.text(row, key, line) if key in row else None

    def name(self, row: dict[str, Any], key: str, line: int) -> str:
        value = self.text(row, key, line)
        if not NAME.fullmatch(value):
            en = "must be up to 32 lower-case letters, digits and underscores"
            self.fail(line, value, "须是小写英文、数字和下划线，最多 32 字", en)
        return value

    def flag(self, row: dict[str, Any], key: str, line: int) -> bool:
        value = row.get(key, False)
        if not isinstance(value, bool):
            self.fail(line, key, "只能是 true 或 false", "must be true or false")
        return bool(value)

    def words(self, row: dict[str, Any], key: str, line: int) -> list[str]:
        value = row.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.fail(line, key, "应是一个词或一列词", "must be a word or a list of words")
        return list(value)

    def only_keys(self, row: Any, allowed: set[str], line: int, end: int) -> None:
        if not isinstance(row, dict):
            self.fail(line, str(row), "应是一张表", "must be a table")
        for key in row:
            if key not in allowed:
                self.fail(self.line_of(key, line, end + 1), key, "不认识的词", "is not a word of the law")

    def step_lines(self) -> list[int]:
        return [n for n, text in enumerate(self.lines, 1) if re.match(r"\s*(\{\s*)?action\s*=", text)]

    def line_of(self, word: str, start: int = 1, end: int | None = None) -> int:
        """Return the first line from `start` on that carries the word, else `start` itself."""
        pattern = re.compile(rf"(?<![\w.]){re.escape(word)}(?![\w])")
        for number in range(start, min(end or len(self.lines) + 1, len(self.lines) + 1)):
            if pattern.search(self.lines[number - 1].split("#")[0]):
                return number
        return start

    def line_of_key(self, table: str, key: str, start: int | None = None) -> int:
        """Return the line that defines a key of a table, as `key = ...` below `[table]` or as `[table.key]`."""
        start = start or self.line_of(f"[{table}]")
        head, name = re.escape(table), rf"[\"']?{re.escape(key)}[\"']?"
        pattern = re.compile(rf"\s*(?:\[+{head}\.{name}\]|{name}\s*=)")
        for number, text in enumerate(self.lines[start - 1 :], start):
            if pattern.match(text):
                return number
        return start

    def error(self, line: int, zh: str, en: str) -> LawError:
        return LawError(f"{self.where} 第 {line} 行：{zh}", f"{self.where}, line {line}: {en}")

    def fail(self, line: int, word: str, zh: str, en: str) -> None:
        raise self.error(line, f"「{word}」{zh}。", f'"{word}" {en}.')
