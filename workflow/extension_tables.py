"""Read `[extensions]`: how often and how long more time may be had, and who decides where it is much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from workflow.beside_tables import BesideTables
from workflow.definition import BesideClock
from workflow.provisions import ExtensionCaps, Higher
from workflow.vocabulary import DECIDE, DECIDE_ABOVE, PARENT

KEYS = {"most", "longest", "above", DECIDE}


class ExtensionTables(BesideTables):
    """Reads the caps on more time."""

    def besides(self, data: dict[str, Any], ladders: Mapping[str, Any]) -> Mapping[str, BesideClock]:
        """Return all clocks beside the case; whoever decides where it is much has one like the others, but their own.

        The owner of the clock is a duty: of `parent.leader` the leader, who is then asked at the union above.
        """
        found = dict(super().besides(data, ladders))
        caps = self.extensions(data)
        if caps is not None and caps.above is not None and DECIDE in found:
            duty = caps.above.by.removeprefix(PARENT)
            found[DECIDE_ABOVE] = replace(found[DECIDE], name=DECIDE_ABOVE, owner=duty, line=caps.line)
        return MappingProxyType(found)

    def extensions(self, data: dict[str, Any]) -> ExtensionCaps | None:
        table = self.table(data, "extensions")
        if not table:
            return None
        start = self.line_of("[extensions]")
        self.only_keys(table, KEYS, start, start + len(table))
        most = table.get("most")
        line = self.line_of_key("extensions", "most")
        if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
            self.fail(line, str(most), "应是正整数：一轮最多延期几次", "must say how often, as a whole number from one")
        longest = table.get("longest")
        line = self.line_of_key("extensions", "longest")
        limit = self.limit(longest, line) if longest is not None else None
        above = self.higher(table["above"]) if "above" in table else None
        return ExtensionCaps(most, limit, above, start)

    def higher(self, row: Any) -> Higher:
        line = self.line_of_key("extensions", "above")
        self.only_keys(row, {"longer_than", "by"}, line, line)
        by = self.text(row, "by", line)
        if by.removeprefix(PARENT) not in self.vocabulary.duties:
            self.fail(line, by, "不是一项职责", "is no duty")
        return Higher(self.limit(row.get("longer_than"), line), by)
