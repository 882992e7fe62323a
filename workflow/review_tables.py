"""Read how a review group decides: `[review]`, with its quorum and its majority."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from workflow.ladder_tables import LadderTables
from workflow.provisions import Review
from workflow.tally import FEWEST

REVIEW_KEYS = {"quorum", "majority"}
SHARE = re.compile(r"([1-9][0-9]?)/([1-9][0-9]?)")
#: More than fifty are an assembly and no group.
MOST = 50


class ReviewTables(LadderTables):
    """Reads how many of a group have to vote, and which share of the votes carries."""

    def review(self, data: dict[str, Any]) -> Review | None:
        if "review" not in data:
            return None
        table, line = self.table(data, "review"), self.line_of("[review]")
        self.only_keys(table, REVIEW_KEYS, line, line + 3)
        return Review(self.quorum(table), self.majority(table), line)

    def quorum(self, table: dict[str, Any]) -> int | Fraction:
        line, given = self.line_of_key("review", "quorum"), table.get("quorum")
        if type(given) is int:
            if not FEWEST <= given <= MOST:
                zh, en = f"法定人数须在 {FEWEST} 至 {MOST} 之间", f"must be from {FEWEST} to {MOST} people"
                self.fail(line, str(given), zh, en)
            return given
        return self.share(given, "quorum", line)

    def majority(self, table: dict[str, Any]) -> Fraction:
        line = self.line_of_key("review", "majority")
        share = self.share(table.get("majority"), "majority", line)
        if share < Fraction(1, 2):
            zh, en = "少于一半不能作为多数", "is less than a half, which is no majority"
            self.fail(line, str(table["majority"]), zh, en)
        return share

    def share(self, given: Any, key: str, line: int) -> Fraction:
        found = SHARE.fullmatch(given) if isinstance(given, str) else None
        if found is None:
            count_zh, count_en = ("人数，或", "a number of people, or ") if key == "quorum" else ("", "")
            zh, en = f'须是{count_zh}份额，如 "1/2"', f'must be {count_en}a share such as "1/2"'
            self.fail(line, key if given is None else str(given), zh, en)
        assert found is not None  # `fail` raises
        share = Fraction(int(found[1]), int(found[2]))
        if share > 1:
            self.fail(line, str(given), "份额不能超过全体", "is more than all of them")
        return share
