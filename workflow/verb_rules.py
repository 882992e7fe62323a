"""Rules on going back, taking back and orders: nothing gets behind a review by them, and no order waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.paths import Finding, Paths
from workflow.vocabulary import ANSWER

BEFORE_REVIEW = frozenset({"submit", "review"})
GO_BACK, POINT, RECALL, ORDER, ANSWER_ORDER, ORDERED = "go_back", "point", "recall", "order", "answer_order", "ordered"


def picked_point(paths: Paths) -> Iterator[Finding]:
    """A step with several targets asks for the point and checks that it was passed, and no other step does."""
    for step in paths.definition.steps:
        has_several = len(step.targets) > 1
        asks, checks = POINT in step.needs, GO_BACK in step.does
        if not (has_several == asks == checks) or POINT in step.takes:
            yield Finding(
                "picked_point",
                f"「{step.label}」：to 有几个终点、needs 有 {POINT}、does 有 {GO_BACK}，三者须同时写明或都不写。",
                f'"{step.label_en}": several states in `to`, {POINT} in `needs` and {GO_BACK} in `does` belong '
                "together: have all of them, or none.",
                step.line,
                (*paths.to(paths.definition.states[step.sources[0]]), step.action),
            )


def recalled_past_review(paths: Paths) -> Iterator[Finding]:
    """Taking back undoes a step of the same person's, and never leads from before a review to behind it."""
    for arrow in paths.arrows:
        if RECALL not in arrow.step.does:
            continue
        if arrow.source.stage in BEFORE_REVIEW and arrow.target.stage not in BEFORE_REVIEW:
            yield Finding(
                "recalled_past_review",
                f"「{arrow.step.label}」把案件从「{arrow.source.label}」带回「{arrow.target.label}」，越过了审议：请删去。",
                f'"{arrow.step.label_en}" takes a case from "{arrow.source.label_en}" to "{arrow.target.label_en}", '
                "past its review: remove it.",
                arrow.step.line,
                paths.through(arrow),
            )


def recalled_step(paths: Paths) -> Iterator[Finding]:
    """Whoever may take a case back could have sent it there."""
    for arrow in paths.arrows:
        if RECALL not in arrow.step.does:
            continue
        sent = [one for one in paths.arrows if (one.source, one.target) == (arrow.target, arrow.source)]
        if missing := [word for word in arrow.step.by if not any(word in one.step.by for one in sent)]:
            yield Finding(
                "recalled_step",
                f"「{arrow.step.label}」让 {'、'.join(missing)} 撤回，但没有由其从「{arrow.target.label}」转到"
                f"「{arrow.source.label}」的动作：请修改 by 或 to。",
                f'"{arrow.step.label_en}" lets {", ".join(missing)} take a case back, who can never have sent it from '
                f'"{arrow.target.label_en}" to "{arrow.source.label_en}": change `by` or `to`.',
                arrow.step.line,
                paths.through(arrow),
            )


def answered_order(paths: Paths) -> Iterator[Finding]:
    """A law that has orders gives them a limit, and the ordered unit a step to answer from wherever one is issued."""
    law = paths.definition
    issuing = [step for step in law.steps if ORDER in step.does]
    if not issuing and ANSWER not in law.besides:
        return
    line = issuing[0].line if issuing else law.besides[ANSWER].line
    answering = {
        name for step in law.steps if ANSWER_ORDER in step.does and ORDERED in step.by for name in step.sources
    }
    open_states = {state.name for state in paths.states if not state.final}
    if ANSWER not in law.besides or not open_states <= answering:
        yield Finding(
            "answered_order",
            f"有督办单，却没有 [orders] 的 {ANSWER} 时限，或被督办单位在有的状态不能答复：请补上时限，"
            f"以及由 {ORDERED} 从 open 采取、带 {ANSWER_ORDER} 的动作。",
            f"There are orders, but no limit {ANSWER} in [orders], or states in which the ordered unit cannot answer: "
            f"add the limit, and a step of {ORDERED} from open that does {ANSWER_ORDER}.",
            line,
            ("orders", ANSWER),
        )


VERB_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    picked_point,
    recalled_past_review,
    recalled_step,
    answered_order,
)
