"""Read the limits that a law sets for what runs beside the case: `[parts]` for the parts of support departments."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workflow.definition import BesideClock
from workflow.option_tables import OptionTables
from workflow.vocabulary import BESIDE_CLOCKS, DONE, PROMISES, SIGN

#: Tables whose rows each have a day of their own instead of a limit.
WITH_DAYS = frozenset({PROMISES})
CLOCK_KEYS = {"label", "label_en", "limit", "ladder", "owner"}


class BesideTables(OptionTables):
    """Reads the clocks that run beside those of the case."""

    def besides(self, data: dict[str, Any], ladders: Mapping[str, Any]) -> Mapping[str, BesideClock]:
        found: dict[str, BesideClock] = {}
        for table, owners in BESIDE_CLOCKS.items():
            rows = self.table(data, table)
            found |= {name: self.beside(table, name, row, ladders) for name, row in rows.items() if name in owners}
        self.parts(self.table(data, "parts"))
        return MappingProxyType(found)

    def beside(self, table: str, name: str, row: Any, ladders: Mapping[str, Any]) -> BesideClock:
        line = self.line_of_key(table, name)
        if not isinstance(row, dict):
            self.fail(line, name, "应是一张表", "must be a table")
        self.only_keys(row, CLOCK_KEYS, line, line)
        ladder = self.text(row, "ladder", line)
        if ladder not in ladders:
            self.fail(line, ladder, "没有这个阶梯", "is no ladder of this law")
        owner = self.word(row, "owner", line) or BESIDE_CLOCKS[table][name]
        if owner not in (*self.vocabulary.duties, BESIDE_CLOCKS[table][name]):
            self.fail(line, owner, "不是一项职责", "is no duty")
        limit = None if table in WITH_DAYS else self.limit(row.get("limit"), line)
        return BesideClock(table, name, *self.labels(row, line), limit, ladder, owner, line)

    def parts(self, table: Mapping[str, Any]) -> None:
        """Refuse a table `[parts]` that lacks one of a part's clocks, or holds anything but those and a delegate's."""
        for name in table:
            if name not in BESIDE_CLOCKS["parts"]:
                zh, en = "协办时限只有 sign、done 和 delegated", "is no clock of a part: sign, done or delegated"
                self.fail(self.line_of_key("parts", name), name, zh, en)
        if table and not {SIGN, DONE} <= set(table):
            self.fail(self.line_of("[parts]"), "parts", "须写明 sign 和 done 两个时限", "needs both sign and done")
