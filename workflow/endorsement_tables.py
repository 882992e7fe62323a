"""Read `[endorsement]`: who may endorse a case, and what happens by itself once so many do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.definition import State, Step
from workflow.ladder_tables import LadderTables
from workflow.provisions import Endorsement, Threshold
from workflow.vocabulary import ACT, ENDORSE, SHORTEN

THRESHOLD_KEYS = {"at", "do", "action", "limit", "states"}


class EndorsementTables(LadderTables):
    """Reads the table of endorsement."""

    def endorsement(
        self, data: dict[str, Any], states: Mapping[str, State], steps: tuple[Step, ...]
    ) -> Endorsement | None:
        table = self.table(data, "endorsement")
        if not table:
            return None
        line = self.line_of("[endorsement]")
        self.only_keys(table, {"by", "thresholds"}, line, len(self.lines))
        by = self.words(table, "by", line)
        for word in by:
            if word not in self.vocabulary.duties:
                self.fail(self.line_of(word, line), word, "不是一项职责", "is no duty")
        if not by:
            self.fail(line, "by", "没有写明谁可以附议", "does not say who may endorse")
        rows = table.get("thresholds", [])
        if not isinstance(rows, list):
            self.fail(line, "thresholds", "应是一列门槛", "must be a list of thresholds")
        found: list[Threshold] = []
        at = self.line_of("thresholds", line)
        for row in rows:
            at = self.line_of("at", at + 1)
            found.append(self.threshold(row, states, at))
        starts = dict.fromkeys(name for step in steps if ENDORSE in step.does for name in step.sources)
        return Endorsement(tuple(by), tuple(starts), tuple(found), line)

    def threshold(self, row: Any, states: Mapping[str, State], line: int) -> Threshold:
        self.only_keys(row, THRESHOLD_KEYS, line, line)
        count, deed = row.get("at"), self.text(row, "do", line)
        if not isinstance(count, int) or isinstance(count, bool):
            self.fail(line, "at", "应是附议人数", "must be a number of people")
        if deed not in (ACT, SHORTEN):
            self.fail(line, deed, "不是附议能带来的结果", "is not something a threshold can do")
        for key, wanted in (("action", ACT), ("limit", SHORTEN)):
            if (deed == wanted) != (key in row):
                zh, en = f'{key} 与 do = "{wanted}" 须同时出现', f'goes with do = "{wanted}" and only with it'
                self.fail(line, key, zh, en)
        if deed == ACT and "states" in row:
            self.fail(line, "states", '只与 do = "shorten" 同用', 'goes with do = "shorten" only')
        named = self.words(row, "states", line)
        for name in named:
            if name not in states or states[name].final:
                self.fail(line, name, "不是未终结的状态", "is no open state")
        limit = self.limit(row["limit"], line) if deed == SHORTEN else None
        # Where the law names no states: wherever the case waits for the union.
        waits = [state.name for state in states.values() if not (state.final or state.pauses or state.name in named)]
        chosen = (named or waits) if deed == SHORTEN else []
        return Threshold(count or 0, deed, self.word(row, "action", line), limit, tuple(chosen), line)
