"""Read a law from its TOML file into a `Definition`, or say in one sentence which line and which word is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workflow.definition import (
    ANY,
    OPEN,
    STAGES,
    CaseClock,
    Choices,
    Definition,
    State,
    Step,
)
from workflow.endorsement_tables import EndorsementTables
from workflow.law_text import NAME, LawError
from workflow.review_tables import ReviewTables
from workflow.separation_tables import SeparationTables
from workflow.vocabulary import BESIDE_CLOCKS, Vocabulary

LAW_KEYS = {
    "name",
    "title",
    "title_en",
    "prefix",
    "raised_by",
    "stages",
    "case",
    "climb",
    *BESIDE_CLOCKS,
    "review",
    "merging",
    "endorsement",
    "separation",
    "history",
    "choices",
    "states",
    "steps",
    "ladders",
}
STATE_KEYS = {"stage", "label", "label_en", "owner", "limit", "ladder", "pauses", "final"}
STEP_KEYS = {
    "action",
    "label",
    "label_en",
    "from",
    "to",
    "by",
    "needs",
    "takes",
    "preset",
    "does",
    "only_if",
    "within",
}
LONGEST_LAW = 1_000_000
LONGEST_TITLE = 100  # as the column laws.title
PREFIX = re.compile(r"[A-Z]{1,6}")


def load(path: Path, vocabulary: Vocabulary) -> Definition:
    """Read the law in a file.

    Raises LawError for a file that is not there, not UTF-8, not TOML, or uses a word the vocabulary does not know.
    """
    try:
        source = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LawError(f"读不到流程文件 {path}：{error.strerror}", f"Cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LawError(f"{path} 不是 UTF-8 文本。", f"{path} is not UTF-8 text.") from None
    return parse(source, str(path), vocabulary)


def parse(source: str, where: str, vocabulary: Vocabulary) -> Definition:
    """Read a law from its text; `where` is the name used in errors."""
    if len(source) > LONGEST_LAW:
        raise LawError(f"{where} 超过一百万字，不像流程文件。", f"{where} has over a million characters; no law does.")
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise LawError(f"{where}：不是有效的 TOML（{error}）", f"{where}: not valid TOML ({error})") from None
    except RecursionError:
        raise LawError(f"{where}：括号嵌套太深。", f"{where}: brackets are nested too deep.") from None
    return _Reader(source, where, vocabulary).law(data)


class _Reader(ReviewTables, EndorsementTables, SeparationTables):
    """Walks the parsed TOML top to bottom; each method reads one kind of table."""

    def law(self, data: dict[str, Any]) -> Definition:
        self.only_keys(data, LAW_KEYS, 1, len(self.lines))
        stages = self.words(data, "stages", 1) or STAGES
        for stage in stages:
            if stage not in STAGES:
                self.fail(self.line_of("stages"), stage, "环节只有五个：" + "、".join(STAGES), "is no stage")
        choices = {name: self.choice(name, table) for name, table in self.table(data, "choices").items()}
        ladders = {name: self.ladder(name, rungs) for name, rungs in self.table(data, "ladders").items()}
        states = {
            name: self.state(name, row, stages, ladders, choices) for name, row in self.table(data, "states").items()
        }
        if not states:
            self.fail(1, "states", "没有任何状态", "is missing: the law has no state")
        starts = self.step_lines()
        raw_steps = data.get("steps", [])
        if not isinstance(raw_steps, list) or not all(isinstance(row, dict) for row in raw_steps):
            self.fail(self.line_of("steps"), "steps", "应是一列步骤", "must be a list of steps")
        if len(starts) < len(raw_steps):  # keys in an unusual order: every step is then reported at its list's head
            starts = [self.line_of("steps")] * len(raw_steps)
        ends = [*starts[1:], len(self.lines) + 1]
        steps = tuple(self.step(row, states, starts[i], max(ends[i], starts[i] + 1)) for i, row in enumerate(raw_steps))
        climb = self.climb(data)
        self.check_rungs(ladders, steps, climb)
        history = self.table(data, "history")
        for key in ("open", "closed"):
            if self.word(history, key, self.line_of("[history]")) not in states:
                self.fail(self.line_of("[history]"), str(history.get(key)), f"history.{key} 须是状态", "is no state")
        return Definition(
            name=self.name(data, "name", self.line_of("name")),
            title=self.text(data, "title", self.line_of("title"), LONGEST_TITLE),
            title_en=self.text(data, "title_en", self.line_of("title_en"), LONGEST_TITLE),
            prefix=self.prefix(data),
            raised_by=self.raised_by(data),
            stages=tuple(stages),
            states=MappingProxyType(states),
            steps=steps,
            ladders=MappingProxyType(ladders),
            choices=MappingProxyType(choices),
            case_clock=self.case_clock(data, ladders, choices),
            climb=climb,
            besides=self.besides(data, ladders),
            review=self.review(data),
            merging=self.merging(data),
            endorsement=self.endorsement(data, states, steps),
            extensions=self.extensions(data),
            capacities=self.capacities(data),
            history_open=history["open"],
            history_closed=history["closed"],
            vocabulary=self.vocabulary,
            source=self.source,
            where=self.where,
        )

    def prefix(self, data: dict[str, Any]) -> str:
        value = self.text(data, "prefix", self.line_of("prefix"))
        if not PREFIX.fullmatch(value):
            self.fail(self.line_of("prefix"), value, "须是一至六个大写字母", "must be one to six capital letters")
        return value

    def raised_by(self, data: dict[str, Any]) -> frozenset[str]:
        line = self.line_of("raised_by") if "raised_by" in data else 1
        duties = self.words(data, "raised_by", line)
        for word in duties:
            if word not in self.vocabulary.duties:
                self.fail(line, word, "不是一项职责", "is no duty")
        return frozenset(duties)

    def state(
        self,
        name: str,
        row: Any,
        stages: Iterable[str],
        ladders: Mapping[str, Any],
        choices: Mapping[str, Choices],
    ) -> State:
        line = self.line_of_key("states", name)
        if not NAME.fullmatch(name) or name in (OPEN, ANY):
            self.fail(line, name, "状态名须是小写英文、数字和下划线", "is no name for a state")
        if not isinstance(row, dict):
            self.fail(line, name, "应是一张表", "must be a table")
        self.only_keys(row, STATE_KEYS, line, line)
        if row.get("stage") not in stages:
            self.fail(line, str(row.get("stage")), "不是本流程的环节", "is no stage of this law")
        owner = self.word(row, "owner", line)
        if owner is not None and not self.vocabulary.knows_role(owner):
            self.fail(line, owner, "不认识的责任人", "is no role")
        ladder = self.word(row, "ladder", line)
        if ladder is not None and ladder not in ladders:
            self.fail(line, ladder, "没有这个阶梯", "is no ladder of this law")
        limit, limit_by = self.limit_or_table(row.get("limit"), choices, line)
        label, label_en = self.labels(row, line)
        return State(
            name=name,
            stage=row["stage"],
            label=label,
            label_en=label_en,
            owner=owner,
            limit=limit,
            limit_by=limit_by,
            ladder=ladder,
            pauses=self.flag(row, "pauses", line),
            final=self.flag(row, "final", line),
            line=line,
        )

    def step(self, row: dict[str, Any], states: Mapping[str, State], line: int, end: int) -> Step:
        self.only_keys(row, STEP_KEYS, line, end - 1)
        action = self.name(row, "action", line)
        sources: list[str] = []
        for word in self.words(row, "from", line) or [""]:
            if word in (OPEN, ANY):
                sources += [s.name for s in states.values() if word == ANY or not s.final]
            elif word in states:
                sources.append(word)
            else:
                self.fail(self.line_of(word, line, end), word, f"动作 {action} 的起点不是状态", "is no state")
        if not sources:  # `open` in a law whose states are all final
            self.fail(line, action, "没有起点", "starts nowhere")
        targets = self.words(row, "to", line)
        for target in targets:
            if target not in states:
                self.fail(self.line_of(target, line, end), target, f"动作 {action} 的终点不是状态", "is no state")
        by = self.words(row, "by", line)
        if not by:
            self.fail(line, action, "没有写明由谁采取（by）", "does not say by whom")
        known = {"needs": self.vocabulary.fields, "takes": self.vocabulary.fields}
        for key, words in {**known, "does": self.vocabulary.effects, "only_if": self.vocabulary.conditions}.items():
            for word in self.words(row, key, line):
                if word not in words:
                    self.fail(self.line_of(word, line, end), word, f"{key} 中不认识的词", f"is no word for {key}")
        for word in by:
            if not self.vocabulary.knows_role(word):
                self.fail(self.line_of(word, line, end), word, "不认识的角色", "is no role")
        preset = row.get("preset", {})
        asked = [*self.words(row, "needs", line), *self.words(row, "takes", line)]
        if not isinstance(preset, dict) or not all(isinstance(v, str) for v in preset.values()):
            self.fail(line, "preset", "应是一张表", "must be a table of words")
        for word in preset:
            if word not in asked:
                self.fail(
                    self.line_of("preset", line, end), word, "预设了没有要求的字段", "is preset but not asked for"
                )
        label, label_en = self.labels(row, line)
        return Step(
            action=action,
            label=label,
            label_en=label_en,
            sources=tuple(dict.fromkeys(sources)),
            targets=tuple(dict.fromkeys(targets)),
            by=tuple(by),
            needs=tuple(self.words(row, "needs", line)),
            takes=tuple(self.words(row, "takes", line)),
            preset=MappingProxyType(dict(preset)),
            does=tuple(self.words(row, "does", line)),
            only_if=tuple(self.words(row, "only_if", line)),
            within=self.limit(row["within"], line) if "within" in row else None,
            line=line,
        )

    def case_clock(
        self, data: dict[str, Any], ladders: Mapping[str, Any], choices: Mapping[str, Choices]
    ) -> CaseClock | None:
        table = self.table(data, "case")
        if not table:
            return None
        line = self.line_of("[case]")
        self.only_keys(table, {"limit", "ladder"}, line, line + 3)
        limit, limit_by = self.limit_or_table(table.get("limit", ""), choices, line)
        ladder = self.text(table, "ladder", line)
        if ladder not in ladders:
            self.fail(line, ladder, "没有这个阶梯", "is no ladder of this law")
        return CaseClock(limit, limit_by, ladder)
