"""Read a law's tables of options, such as `[choices.tier]`: what a case can choose, and the limit it stands for."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from workflow.definition import Choices, Option
from workflow.law_text import CONTROL, LawText
from workflow.vocabulary import Vocabulary

LONGEST_OPTION = 16  # as the columns cases.tier and cases.urgency


class OptionTables(LawText):
    """Reads tables of options, each for a field that a case has a column for."""

    def __init__(self, source: str, where: str, vocabulary: Vocabulary) -> None:
        super().__init__(source, where)
        self.vocabulary = vocabulary

    def choice(self, name: str, table: Any) -> Choices:
        line = self.line_of_key("choices", name)
        if not self.vocabulary.knows_table(name):
            self.fail(line, name, "不是可由流程列出选项的字段", "is no field whose options a law may list")
        if not isinstance(table, dict) or len(table) < 2:
            self.fail(line, name, "应列出默认值和选项", "must list a default and its options")
        default = self.text(table, "default", line)
        options: dict[str, Option] = {}
        for value, row in table.items():
            if value == "default":
                continue
            at = self.line_of_key(f"choices.{name}", value, line)
            if not 0 < len(value) <= LONGEST_OPTION or CONTROL.search(value):
                zh, en = f"选项须为 1 至 {LONGEST_OPTION} 字", f"is no option of 1 to {LONGEST_OPTION} characters"
                self.fail(at, value, zh, en)
            if not isinstance(row, dict):
                self.fail(at, value, "应是一张表", "must be a table")
            self.only_keys(row, {"label", "label_en", "limit"}, at, at)
            limit = self.limit(row["limit"], at) if "limit" in row else None
            options[value] = Option(value, *self.labels(row, at), limit)
        if default not in options:
            self.fail(line, default, "默认值不在选项中", "is the default but no option")
        return Choices(name, default, MappingProxyType(options))
