"""Rules on promises: what was promised is kept or found broken, is told to who oversees it, and is not got rid of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.definition import Step
from workflow.paths import Finding, Paths
from workflow.vocabulary import CLIMB, PARENT, PROMISES, PROMISOR

#: Effects that keep a promise on account, that keep one in an answer, and that settle either.
ON_ACCOUNT, IN_ANSWER = "promise", "promise_in_answer"
SETTLES = (("keep_promise_done", True), ("break_promise", False))
STRIKES_OFF = frozenset({"keep_promise", "strike_off"})
#: Who sees to it that promises are kept.
OVERSEEING = frozenset({"supervisor", "leader"})


def promise_deeds(paths: Paths) -> Iterator[Finding]:
    """A promise can be kept, and can be found broken by somebody else, wherever a case lies: it outlives the case."""
    clocks = [clock for clock in paths.definition.besides.values() if clock.table == PROMISES]
    everywhere = set(paths.definition.states)
    for clock in clocks:
        for effect, is_own in SETTLES:
            steps = [step for step in paths.definition.steps if effect in step.does and step.target is None]
            if not any((PROMISOR in step.by) is is_own and everywhere <= set(step.sources) for step in steps):
                whose_zh, whose_en = (
                    ("作出承诺的单位（promisor）", "the unit that promised (promisor)")
                    if is_own
                    else ("其他人", "somebody else")
                )
                yield Finding(
                    "promise_deeds",
                    f'流程有 [promises]，却没有由{whose_zh}从任何状态（from = "any"）采取、不改变状态、'
                    f"带 {effect} 的动作：请补上，否则承诺无法了结。",
                    f'The law has [promises] but no step by {whose_en} from = "any" that stays in place and does '
                    f"{effect}: add one, or a promise can never be settled.",
                    clock.line,
                    (PROMISES, effect),
                )


def promise_ladder(paths: Paths) -> Iterator[Finding]:
    """The ladder of a promise ends, after its day, at who oversees it; it neither climbs nor moves a closed case."""
    for clock in paths.definition.besides.values():
        if clock.table != PROMISES:
            continue
        ladder = paths.definition.ladders[clock.ladder]
        bad = next((rung for rung in ladder if rung.do in (CLIMB, "act")), None)
        last = bad or ladder[-1]
        told = {word.removeprefix(PARENT) for word in last.tell}
        if bad is not None or last.at.count < 0 or last.do == "remind" or not told & OVERSEEING:
            yield Finding(
                "promise_ladder",
                f"承诺在结案之后仍然计时：阶梯 {clock.ladder} 不能升级、不能由系统办理，"
                "最后一级须在到期之后告知督查或分管领导。",
                f"A promise runs on after the case: the ladder {clock.ladder} neither climbs nor lets the system act, "
                "and its last rung, after the day, tells the supervisor or the leader.",
                last.line,
                (PROMISES, clock.name, str(last.at)),
            )


def account_exit(paths: Paths) -> Iterator[Finding]:
    """What went on account with a promise comes off it by its result, or goes to the union above; no other way."""
    kept = {step.target for step in paths.definition.steps if ON_ACCOUNT in step.does and step.target is not None}
    for arrow in paths.arrows:
        if arrow.source.name not in kept or arrow.target is arrow.source or _is_a_way_out(arrow.step):
            continue
        if (arrow.target.owner or "").startswith(PARENT):
            continue
        yield Finding(
            "account_exit",
            f"「{arrow.step.label}」让挂账案件不凭办理结果就离开「{arrow.source.label}」："
            "请在 does 中写明销号并要求填写 result，或上报上级工会。",
            f'"{arrow.step.label_en}" takes a case off "{arrow.source.label_en}" without a result: let it strike the '
            "promise off and need a result, or refer the case up.",
            arrow.step.line,
            paths.through(arrow),
        )


PROMISE_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (promise_deeds, promise_ladder, account_exit)


def _is_a_way_out(step: Step) -> bool:
    return bool(STRIKES_OFF.intersection(step.does)) and "result" in step.needs and "system" not in step.by
