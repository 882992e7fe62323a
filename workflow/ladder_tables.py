"""Read a law's ladders, and `[climb]`: whom a matter climbs to that nobody moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.definition import Rung, Step
from workflow.extension_tables import ExtensionTables
from workflow.merging_tables import MergingTables
from workflow.provisions import Climb
from workflow.vocabulary import CLIMB, PARENT, RUNG_DEEDS

RUNG_KEYS = {"at", "do", "tell", "action"}


class LadderTables(MergingTables, ExtensionTables):
    """Reads what happens by itself as a limit nears and passes."""

    def ladder(self, name: str, rows: Any) -> tuple[Rung, ...]:
        start = self.line_of_key("ladders", name)
        if not isinstance(rows, list) or not rows:
            self.fail(start, name, "阶梯须至少有一级", "must have at least one rung")
        rungs: list[Rung] = []
        line = start
        for row in rows:
            line = self.line_of("at", line if not rungs else line + 1)
            self.only_keys(row, RUNG_KEYS, line, line)
            deed = self.text(row, "do", line)
            if deed not in RUNG_DEEDS:
                self.fail(line, deed, "不认识的处置", "is not something a rung can do")
            tell = self.words(row, "tell", line)
            for word in tell:
                if not self.vocabulary.knows_audience(word):
                    self.fail(line, word, "不认识的对象", "is nobody a rung can tell")
            if (deed == "act") != ("action" in row):
                self.fail(line, "action", 'action 与 do = "act" 须同时出现', 'goes with do = "act" and only with it')
            rungs.append(Rung(self.offset(row, line), deed, tuple(tell), self.word(row, "action", line), line))
        return tuple(rungs)

    def check_rungs(
        self, ladders: Mapping[str, tuple[Rung, ...]], steps: tuple[Step, ...], climb: Climb | None
    ) -> None:
        actions = {step.action for step in steps if "system" in step.by}
        for rungs in ladders.values():
            for rung in rungs:
                if rung.do == CLIMB:
                    self.check_climbing(rung, climb)
                if rung.action is not None and rung.action not in actions:
                    self.fail(rung.line, rung.action, "没有由系统采取的这个动作", "is no action the system may take")

    def check_climbing(self, rung: Rung, climb: Climb | None) -> None:
        if climb is None:
            self.fail(rung.line, "climb", "流程没有写明逐级升级的次序 [climb]", "needs a table [climb]")
            return
        if len(rung.tell) > 1:
            self.fail(rung.line, "tell", "升级只能写明从哪一级开始", "names the one rank where climbing begins")
        for word in rung.tell:
            if word.removeprefix(PARENT) not in climb.line:
                self.fail(rung.line, word, "不是升级次序 [climb] 中的一级", "is no rank of the table [climb]")

    def climb(self, data: dict[str, Any]) -> Climb | None:
        table = self.table(data, "climb")
        if not table:
            return None
        line = self.line_of("[climb]")
        self.only_keys(table, {"line", "limit", "after"}, line, line + 4)
        words = self.words(table, "line", line)
        for word in words:
            if not self.vocabulary.knows_rank(word):
                self.fail(line, word, "不是升级次序中的一级", "is nobody a matter can climb to")
        if not words or words[-1] not in self.vocabulary.duties:
            self.fail(line, "line", "升级次序须以上级工会也有的职责结尾", "must end at a duty of a union")
        return Climb(tuple(words), self.limit(table.get("limit"), line), self.limit(table.get("after"), line))
