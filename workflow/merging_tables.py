"""Read `[merging]`: how cases that were merged into another one count."""

from __future__ import annotations

from typing import Any

from workflow.beside_tables import BesideTables
from workflow.provisions import Merging
from workflow.vocabulary import EACH, ONCE


class MergingTables(BesideTables):
    """Reads what a law says of cases that go on together."""

    def merging(self, data: dict[str, Any]) -> Merging | None:
        if "merging" not in data:
            return None
        table, line = self.table(data, "merging"), self.line_of("[merging]")
        self.only_keys(table, {"counts"}, line, line + 1)
        counts = self.word(table, "counts", line) or ONCE
        if counts not in (ONCE, EACH):
            self.fail(line, counts, "并案计数只能是 once（合计一件）或 each（逐件计）", "is neither once nor each")
        return Merging(counts, line)
