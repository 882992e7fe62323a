"""Rules on the hands of a case: none is given work without a limit, none is forgotten at the end, none is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.definition import Step
from workflow.paths import Arrow, Finding, Paths, walk
from workflow.vocabulary import DELEGATE, DELEGATED, SUPPORT

#: Effects that give somebody a part who had none before.
GIVING = frozenset({"assign", "add_support"})
LEAD = "lead"


def delegation_deeds(paths: Paths) -> Iterator[Finding]:
    """What is delegated can be signed for and reported by the delegate, and taken back by whoever delegates."""
    definition = paths.definition
    clock = definition.besides.get(DELEGATED)
    steps = _doing(paths, DELEGATE)
    if not steps and clock is None:
        return
    line = steps[0].line if steps else clock.line if clock else 1
    owners = {word for step in steps for word in step.by}
    wanted = [(DELEGATE, {LEAD, SUPPORT}), ("sign_delegated", {DELEGATE}), ("report_delegated", {DELEGATE})]
    wanted += [("take_back", {owner}) for owner in sorted(owners)]
    for effect, roles in wanted:
        if not any(roles.intersection(step.by) for step in _doing(paths, effect)):
            by_zh, by_en = "、".join(sorted(roles)), " or ".join(sorted(roles))
            yield Finding(
                "delegation_deeds",
                f"流程允许委派，却没有由 {by_zh} 采取、带 {effect} 的动作：请补上，否则委派无法了结。",
                f"The law lets work be delegated but has no step by {by_en} that does {effect}: add one, "
                "or a delegation can never end.",
                line,
                ("parts", effect),
            )


def limited_parts(paths: Paths) -> Iterator[Finding]:
    """A department that is added or takes over a part has a limit: the law has the table [parts]."""
    if paths.definition.parts:
        return
    for effect in ("add_support", "transfer_part"):
        for step in _doing(paths, effect):
            yield Finding(
                "limited_parts",
                f"「{step.label}」交给协办单位的事没有时限：请加上 [parts] 表，写明 sign 和 done。",
                f'What "{step.label_en}" gives a support department has no limit: add the table [parts] with sign and '
                "done.",
                step.line,
                (*paths.to(paths.definition.states[step.sources[0]]), step.action),
            )


def held_report(paths: Paths) -> Iterator[Finding]:
    """The lead does not report a case done over the heads of those who still work on it."""
    if not (paths.definition.parts or _doing(paths, DELEGATE)):
        return
    for step in _doing(paths, "answer"):
        if LEAD in step.by and "support_done" not in step.only_if:
            yield Finding(
                "held_report",
                f"「{step.label}」不等协办和委派办完就能报办结：请在 only_if 中加上 support_done。",
                f'"{step.label_en}" reports a case done while departments still work on it: '
                "add support_done to its `only_if`.",
                step.line,
                (*paths.to(paths.definition.states[step.sources[0]]), step.action),
            )


def parts_left(paths: Paths) -> Iterator[Finding]:
    """A case that ends relieves everybody who still has a part in it."""
    if not (paths.definition.parts or _doing(paths, DELEGATE)):
        return
    for arrow in paths.arrows:
        if arrow.target.final and "end_assignments" not in arrow.step.does and _may_have_parts(paths, arrow):
            yield Finding(
                "parts_left",
                f"「{arrow.step.label}」结束案件，却不了结各单位的承办：请在 does 中加上 end_assignments。",
                f'"{arrow.step.label_en}" ends a case and leaves departments with a part in it: '
                "add end_assignments to its `does`.",
                arrow.step.line,
                paths.through(arrow),
            )


def _doing(paths: Paths, effect: str) -> list[Step]:
    return [step for step in paths.definition.steps if effect in step.does]


def _may_have_parts(paths: Paths, last: Arrow) -> bool:
    """Tell whether departments may have a part in a case when it takes a step: one was given it on the way there."""
    giving = [step for step in paths.definition.steps if GIVING.intersection(step.does)]
    starts = {name for step in giving for name in ([step.target] if step.target else step.sources)}
    keeping = [arrow for arrow in paths.arrows if "end_assignments" not in arrow.step.does]
    return any(last.source.name in walk(start, keeping) for start in starts)


DELEGATION_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    delegation_deeds, limited_parts, held_report, parts_left,
)  # fmt: skip
