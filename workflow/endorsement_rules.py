"""Rules on endorsement: each threshold can be reached where it counts, and what it brings about can happen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflow.definition import SYSTEM, Definition, State, Step
from workflow.limits import Limit
from workflow.paths import Finding, Paths
from workflow.provisions import Endorsement, Threshold
from workflow.vocabulary import ENDORSE
from workflow.waiting import MINUTES, WORKING

ENDORSER = "endorser"


def endorsement_table(paths: Paths) -> Iterator[Finding]:
    """A law says who may endorse if and only if it lets somebody endorse, and never before a case was handed in."""
    definition, steps = paths.definition, [step for step in paths.definition.steps if ENDORSE in step.does]
    law, first = definition.endorsement, definition.initial
    if law is None:
        for step in steps:
            yield Finding(
                "endorsement_table",
                f"「{step.label}」让人附议，流程却没有 [endorsement]：请写明谁可以附议、满多少人怎么办。",
                f'"{step.label_en}" lets people endorse, but the law has no [endorsement]: say who may, and what their '
                "number brings about.",
                step.line,
                (step.sources[0], step.action),
            )
        return
    if not any(ENDORSER in step.by for step in steps):
        yield Finding(
            "endorsement_table",
            f"流程有 [endorsement]，却没有由 {ENDORSER} 采取、带 {ENDORSE} 的动作：请补上。",
            f"The law has [endorsement] but no step by {ENDORSER} that does {ENDORSE}: add one.",
            law.line,
            ("endorsement",),
        )
    for step in steps:
        if first.name in step.sources:
            yield Finding(
                "endorsement_table",
                f"「{first.label}」尚未提出，不能「{step.label}」：请从提出之后的状态开始。",
                f'"{first.label_en}" is nobody else\'s to see, and "{step.label_en}" starts there: let it start later.',
                step.line,
                (first.name, step.action),
            )


def threshold_order(paths: Paths) -> Iterator[Finding]:
    """Thresholds are counts of people, and rise."""
    thresholds = _thresholds(paths)
    for one in thresholds[:1]:
        if one.at < 1:
            yield _unordered(
                one, f"门槛 {one.at} 不是人数：至少是 1。", f"A threshold of {one.at} counts nobody: 1 at least."
            )
    for lower, higher in pairwise(thresholds):
        if higher.at <= lower.at:
            yield _unordered(
                higher,
                f"门槛 {higher.at} 排在 {lower.at} 之后却不更高：请从低到高排列，各不相同。",
                f"The threshold {higher.at} stands after {lower.at} and is no higher: let them rise.",
            )


def threshold_unmet(paths: Paths) -> Iterator[Finding]:
    """What a threshold brings about starts in a state in which it can be reached, and the system can do it there."""
    law = paths.definition.endorsement
    for one in _thresholds(paths):
        if one.action is None or law is None:
            continue
        steps = [step for step in paths.definition.steps if step.action == one.action and _system_can(step)]
        if not any(set(law.states).intersection(step.sources) for step in steps):
            yield Finding(
                "threshold_unmet",
                f"满 {one.at} 人附议时系统要采取 {one.action}，但在能附议的状态里系统没有这一步，"
                "或它要填写内容、附有条件：请为系统补上没有这些要求的一步。",
                f"At {one.at} endorsers the system takes {one.action}, but where people can endorse it has no such "
                "step, or one that asks for fields, conditions or a time within: give it one without them.",
                one.line,
                ("endorsement", str(one.at), one.action),
            )


def threshold_shortens(paths: Paths) -> Iterator[Finding]:
    """A limit that a threshold makes shorter is shorter than one that the law gives."""
    for one in _thresholds(paths):
        if one.limit is None:
            continue
        limits = [limit for name in one.states for limit in _limits_of(paths.definition, paths.definition.states[name])]
        if not any(_is_shorter(one.limit, limit) for limit in limits):
            yield Finding(
                "threshold_shortens",
                f"满 {one.at} 人附议把时限缩短为 {one.limit}，但没有一个状态的时限比它长：请改短，或写明别的状态。",
                f"At {one.at} endorsers the limit becomes {one.limit}, but no state there has a longer one: make it "
                "shorter, or name other states.",
                one.line,
                ("endorsement", str(one.at), str(one.limit)),
            )


ENDORSEMENT_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    endorsement_table,
    threshold_order,
    threshold_unmet,
    threshold_shortens,
)


@dataclass(frozen=True)
class UnitVoices:
    """A unit, the unit above it, the people in it who could endorse, and whether cases are raised with it."""

    code: str
    name: str
    parent: str | None
    people: frozenset[int]
    takes_cases: bool = True


def prove_voices(definition: Definition, units: Iterable[UnitVoices]) -> list[Finding]:
    """Return one warning for each threshold that units with all below them have too few people for.

    A case of such a unit cannot reach it; who raised it does not count. The cost grows with the units and their depth.
    """
    law = definition.endorsement
    if law is None:
        return []
    units = list(units)
    above = {unit.code: unit.parent for unit in units}
    names = {unit.code: unit.name for unit in units}
    entitled: dict[str, set[int]] = defaultdict(set)
    for unit in units:
        code: str | None = unit.code
        seen: set[str] = set()
        while code in above and code not in seen:
            entitled[code] |= unit.people
            seen.add(code)
            code = above[code]
    asked = [unit.code for unit in units if unit.takes_cases]
    short = {one: [names[code] for code in asked if len(entitled[code]) <= one.at] for one in law.thresholds}
    return [_too_few(one, codes) for one, codes in short.items() if codes]


def _too_few(one: Threshold, short: Sequence[str]) -> Finding:
    return Finding(
        "too_few_voices",
        f"「{short[0]}」等 {len(short)} 个单位（连同下级）可附议的人不足 {one.at} 名（不含提交人），"
        "这里的案件达不到这个门槛。",
        f"{short[0]} (units concerned: {len(short)}) with all below has fewer than {one.at} people besides the "
        "submitter who could endorse: no case there reaches this threshold.",
        one.line,
        tuple(short[:5]),
        is_warning=True,
    )


def _thresholds(paths: Paths) -> tuple[Threshold, ...]:
    law: Endorsement | None = paths.definition.endorsement
    return law.thresholds if law else ()


def _unordered(one: Threshold, zh: str, en: str) -> Finding:
    return Finding("threshold_order", zh, en, one.line, ("endorsement", str(one.at)))


def _system_can(step: Step) -> bool:
    """Tell whether the system can take a step that a number of people brings about: it fills in nothing."""
    return SYSTEM in step.by and not (set(step.needs) - set(step.preset) or step.only_if or step.within)


def _limits_of(definition: Definition, state: State) -> list[Limit]:
    if state.limit_by is None:
        return [state.limit] if state.limit else []
    return [option.limit for option in definition.choices[state.limit_by].options.values() if option.limit]


def _is_shorter(one: Limit, other: Limit) -> bool:
    """Tell whether a limit can end before another; of working and calendar time nobody can tell beforehand."""
    if (one.unit in WORKING) is not (other.unit in WORKING):
        return True
    return one.count * MINUTES[one.unit] < other.count * MINUTES[other.unit]
