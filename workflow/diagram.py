"""Draw a law: its states and stages as Mermaid pictures, and who may do what as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable

from workflow.definition import STAGES, Definition, State, Step
from workflow.role_names import Language, role_names

STAGE_NAMES: dict[str, tuple[str, str]] = {
    "submit": ("提交", "Submit"),
    "review": ("审议", "Review"),
    "handle": ("办理", "Handle"),
    "supervise": ("督查", "Supervise"),
    "feedback": ("反馈", "Feedback"),
}

TABLE_HEADS: dict[Language, tuple[str, ...]] = {
    "zh": ("动作", "从", "到", "由谁", "须填", "期限", "条件"),
    "en": ("Action", "From", "To", "By", "Needs", "Within", "Only if"),
}

#: Words that Mermaid reads as its own; a composite's name ends in `_stage`, so a state of that name is renamed too.
RESERVED = frozenset(
    {"accdescr", "acctitle", "as", "choice", "class", "classdef", "click", "constructor", "default", "direction", "end"}
    | {"fork", "hide", "href", "join", "note", "root", "root_end", "root_start", "scale", "state", "statediagram"}
    | {"style", "subgraph", "title"}
)


def mermaid(definition: Definition, language: Language = "zh") -> str:
    """Return the states of a law and the arrows between them as a Mermaid `stateDiagram-v2`.

    Each of the five stages is a composite state around its states. Steps that leave a case where it lies are left out.
    """
    lines = ["stateDiagram-v2", "    direction TB"]
    for stage in _stages(definition):
        lines.append(f'    state "{_stage_name(stage, language)}" as {stage}_stage {{')
        for state in definition.states.values():
            if state.stage == stage:
                lines.append(f'        state "{_plain(_label(state, language))}" as {_id(state.name)}')
        lines.append("    }")
    lines.append(f"    [*] --> {_id(definition.initial.name)}")
    for (source, target), labels in _arrows(definition, language).items():
        lines.append(f"    {_id(source)} --> {_id(target)} : {' / '.join(dict.fromkeys(labels))}")
    lines += [f"    {_id(state.name)} --> [*]" for state in definition.states.values() if state.final]
    return "\n".join(lines) + "\n"


def lifecycle(definition: Definition, language: Language = "zh") -> str:
    """Return the five stages and the ways between them as a Mermaid `flowchart`: forward solid, back dotted.

    A step back into a final state ends a case and sends it back to nobody, so it is no way between stages.
    """
    ways: dict[tuple[str, str], bool] = {}
    for step in definition.steps:
        for source, target in step.moves:
            here, there = definition.states[source], definition.states[target]
            is_forward = STAGES.index(there.stage) > STAGES.index(here.stage)
            if here.stage != there.stage and (is_forward or not there.final):
                ways[here.stage, there.stage] = is_forward
    lines = ["flowchart LR"]
    lines += [f'    {stage}["{_stage_name(stage, language)}"]' for stage in _stages(definition)]
    in_order = sorted(ways.items(), key=lambda way: (not way[1], *map(STAGES.index, way[0])))
    lines += [f"    {here} {'-->' if is_forward else '-.->'} {there}" for (here, there), is_forward in in_order]
    return "\n".join(lines) + "\n"


def table(definition: Definition, language: Language = "zh") -> str:
    """Return who may do what as a Markdown table, one row per step, in the order of the law."""
    heads = TABLE_HEADS[language]
    rows = [heads, tuple("---" for _ in heads)]
    rows += [_row(definition, step, language) for step in definition.steps]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(definition: Definition, step: Step, language: Language) -> tuple[str, ...]:
    stays = "不变" if language == "zh" else "stays"
    fields = definition.vocabulary.fields
    needs = (fields[word].label if language == "zh" else fields[word].label_en for word in step.needs)
    cells = (
        _label(step, language),
        _sources(definition, step, language),
        _joined((_label(definition.states[name], language) for name in step.targets), language) or stays,
        role_names(step.by, language),
        _joined(needs, language),
        "" if step.within is None else str(step.within),
        _joined((f"`{word}`" for word in step.only_if), language),
    )
    return tuple(" ".join(cell.split()).replace("|", "\\|") for cell in cells)


def _sources(definition: Definition, step: Step, language: Language) -> str:
    states = [definition.states[name] for name in step.sources]
    if len(states) == len(definition.states) > 1:
        return "任何状态" if language == "zh" else "any state"
    if len(states) > 1 and states == [state for state in definition.states.values() if not state.final]:
        return "任何未终结状态" if language == "zh" else "any open state"
    return _joined((_label(state, language) for state in states), language)


def _arrows(definition: Definition, language: Language) -> dict[tuple[str, str], list[str]]:
    """Return the labels of the actions between each two states, in the order of the law."""
    labels: dict[tuple[str, str], list[str]] = {}
    for step in definition.steps:
        for move in step.moves:
            labels.setdefault(move, []).append(_plain(_label(step, language)))
    return labels


def _stages(definition: Definition) -> list[str]:
    """Return the stages in which the law has a state, in the order of the loop."""
    used = {state.stage for state in definition.states.values()}
    return [stage for stage in STAGES if stage in used]


def _stage_name(stage: str, language: Language) -> str:
    zh, en = STAGE_NAMES[stage]
    return zh if language == "zh" else en


def _label(thing: State | Step, language: Language) -> str:
    return thing.label if language == "zh" else thing.label_en


def _joined(words: Iterable[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(words)


def _id(name: str) -> str:
    """Return a name that Mermaid takes for a state; the underline keeps `note` and `note_` apart."""
    plain = name.rstrip("_")
    return f"{name}_" if plain in RESERVED or plain.removesuffix("_stage") in STAGES else name


def _plain(label: str) -> str:
    """Return a label without the signs that mean something to Mermaid."""
    return " ".join(label.split()).translate(str.maketrans(':;"#<>%', "：；”＃‹›％"))
