"""Read a law's table `[parts]`: how long each support department has to sign for its part, and to finish it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workflow.definition import PartClock
from workflow.option_tables import OptionTables
from workflow.vocabulary import DONE, SIGN

PART_KEYS = {"label", "label_en", "limit", "ladder"}


class PartTables(OptionTables):
    """Reads the clocks that run for a department's part beside those of the case."""

    def parts(self, data: dict[str, Any], ladders: Mapping[str, Any]) -> Mapping[str, PartClock]:
        table = self.table(data, "parts")
        found: dict[str, PartClock] = {}
        for name, row in table.items():
            line = self.line_of_key("parts", name)
            if name not in (SIGN, DONE):
                self.fail(line, name, "协办时限只有 sign 和 done", "is no clock of a part: there are sign and done")
            if not isinstance(row, dict):
                self.fail(line, name, "应是一张表", "must be a table")
            self.only_keys(row, PART_KEYS, line, line)
            ladder = self.text(row, "ladder", line)
            if ladder not in ladders:
                self.fail(line, ladder, "没有这个阶梯", "is no ladder of this law")
            found[name] = PartClock(name, *self.labels(row, line), self.limit(row.get("limit"), line), ladder, line)
        if table and len(found) < 2:
            self.fail(self.line_of("[parts]"), "parts", "须写明 sign 和 done 两个时限", "needs both sign and done")
        return MappingProxyType(found)
