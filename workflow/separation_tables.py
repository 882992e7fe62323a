"""Read `[separation]`: the capacities that a law keeps apart, each a group of roles (处理人、督查人、审议人分离)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workflow.law_text import NAME
from workflow.option_tables import OptionTables
from workflow.provisions import Capacity


class SeparationTables(OptionTables):
    """Reads who may not act in one case in two capacities."""

    def capacities(self, data: dict[str, Any]) -> Mapping[str, Capacity]:
        table = self.table(data, "separation")
        found: dict[str, Capacity] = {}
        for name in table:
            line = self.line_of_key("separation", name)
            if not NAME.fullmatch(name):
                self.fail(line, name, "须是小写英文、数字和下划线", "is no name for a capacity")
            words = self.words(table, name, line)
            for word in words:
                if not self.vocabulary.knows_role(word):
                    self.fail(line, word, "不认识的角色", "is no role")
                if other := next((one.name for one in found.values() if word in one.roles), None):
                    zh, en = f"已属于「{other}」，不能同时属于两方", f"belongs to {other} already"
                    self.fail(line, word, zh, en)
            if not words:
                self.fail(line, name, "没有写明任何角色", "names no role")
            found[name] = Capacity(name, tuple(words), line)
        if len(found) == 1:
            self.fail(self.line_of("[separation]"), "separation", "须写明至少两方", "needs two capacities at least")
        return MappingProxyType(found)
