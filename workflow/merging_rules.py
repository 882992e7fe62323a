"""Rules on cases that were merged into another one: they can be rated and let go, and they follow their lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.definition import SYSTEM, State, Step
from workflow.paths import Finding, Paths

MERGE, RATE, RELEASE, FOLLOW = "merge_into", "rate_merged", "unmerge", "merge_along"
SUBMITTER, REVIEW = "submitter", "review"


def merged_rated(paths: Paths) -> Iterator[Finding]:
    """Whoever raised a merged case can rate what became of it, under a law that says how merged cases count."""
    for state in _merged_states(paths) if paths.definition.merging is not None else ():
        if not any(RATE in step.does and SUBMITTER in step.by for step in _staying(paths, state)):
            yield _finding(
                paths,
                state,
                "merged_rated",
                f"并入他案的案件停在「{state.label}」，提交人却无法评价：请添加由提交人采取、带 {RATE} 的动作。",
                f'Merged cases end in "{state.label_en}" where their submitters cannot rate the outcome: '
                f"add a step of the submitter there that does {RATE}.",
            )


def merged_released(paths: Paths) -> Iterator[Finding]:
    """A merged case goes back to review when the case that it was merged into fails, or when a person finds it wrong.

    A rejected or withdrawn lead case would otherwise take the matters of others with it.
    """
    for state in _merged_states(paths):
        ways = [step for step in paths.definition.steps_from(state.name) if RELEASE in step.does]
        back = [step for step in ways if step.target and _is_in_review(paths, step.target)]
        by = {word for step in back for word in step.by}
        if SYSTEM not in by or not by - {SYSTEM, SUBMITTER}:
            yield _finding(
                paths,
                state,
                "merged_released",
                f"并入他案的案件停在「{state.label}」，主案不予立案或撤回时无法恢复：请添加由系统和工作人员采取、"
                f"带 {RELEASE}、回到审议环节的动作。",
                f'Merged cases end in "{state.label_en}" and would be lost with a lead case that is rejected or '
                f"withdrawn: add a step of the system and of staff back to review that does {RELEASE}.",
            )


def merged_followed(paths: Paths) -> Iterator[Finding]:
    """Cases that were merged into one that is merged itself follow it, so that all point at the case that goes on."""
    for state in _merged_states(paths):
        if not any(FOLLOW in step.does and SYSTEM in step.by for step in _staying(paths, state)):
            yield _finding(
                paths,
                state,
                "merged_followed",
                f"主案再并入他案时，停在「{state.label}」的案件无法随同：请添加由系统采取、带 {FOLLOW} 的动作。",
                f'Cases in "{state.label_en}" cannot follow a lead case that is merged itself: '
                f"add a step of the system there that does {FOLLOW}.",
            )


def merging_table(paths: Paths) -> Iterator[Finding]:
    """What merged cases count for stands in `[merging]`, beside a step that merges."""
    merges = any(MERGE in step.does for step in paths.definition.steps)
    merging = paths.definition.merging
    if merging is not None and not merges:
        yield Finding(
            "merging_table",
            f"流程有 [merging]，却没有带 {MERGE} 的动作：请补上，或删去 [merging]。",
            f"The law has [merging] but no step that does {MERGE}: add one, or drop the table.",
            merging.line,
            ("merging", MERGE),
        )
    for step in paths.definition.steps:
        if merging is None and RATE in step.does:
            yield Finding(
                "merging_table",
                f"「{step.label}」要做 {RATE}，流程却没有 [merging]：请写明并案如何计数。",
                f'"{step.label_en}" does {RATE}, but the law has no [merging]: say how merged cases count.',
                step.line,
                ("merging", step.action),
            )


def _merged_states(paths: Paths) -> list[State]:
    """Return where merged cases end."""
    names = dict.fromkeys(step.target for step in paths.definition.steps if MERGE in step.does and step.target)
    return [paths.definition.states[name] for name in names]


def _staying(paths: Paths, state: State) -> list[Step]:
    return [step for step in paths.definition.steps_from(state.name) if step.target is None]


def _is_in_review(paths: Paths, name: str) -> bool:
    state = paths.definition.states[name]
    return not state.final and state.stage == REVIEW and state.owner != SUBMITTER


def _finding(paths: Paths, state: State, rule: str, zh: str, en: str) -> Finding:
    return Finding(rule, zh, en, state.line, paths.to(state))


MERGING_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    merged_rated,
    merged_released,
    merged_followed,
    merging_table,
)
