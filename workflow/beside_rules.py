"""Rules on what runs beside the case: a part can be signed for, finished and waived, and nothing waits in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.paths import Finding, Paths
from workflow.vocabulary import CLIMB, PROMISES, SUPPORT
from workflow.waiting import POWERLESS

#: What must be possible with a part, and whether it is the department's own to do.
DEEDS = (("sign_part", True), ("report_part", True), ("waive_part", False))


def part_deeds(paths: Paths) -> Iterator[Finding]:
    """A department can sign for its part and finish it, and somebody else can waive it."""
    parts = paths.definition.parts
    if not parts:
        return
    line = next(iter(parts.values())).line
    for effect, is_own in DEEDS:
        steps = [step for step in paths.definition.steps if effect in step.does]
        if not any((SUPPORT in step.by) is is_own for step in steps):
            whose_zh, whose_en = ("协办单位", "a support department") if is_own else ("其他人", "somebody else")
            yield Finding(
                "part_deeds",
                f"流程有 [parts]，却没有由{whose_zh}采取、带 {effect} 的动作：请补上，否则协办无法了结。",
                f"The law has [parts] but no step of {whose_en} that does {effect}: add one, or a part can never end.",
                line,
                ("parts", effect),
            )


def part_ladder(paths: Paths) -> Iterator[Finding]:
    """The ladder of a part ends, after its limit, with somebody who can waive the part, or climbs.

    It lets the system do nothing: an act moves the case, and the clock of the part would go on without a rung.
    """
    waivers = {word for step in paths.definition.steps if "waive_part" in step.does for word in step.by}
    for part in paths.definition.parts.values():
        ladder = paths.definition.ladders[part.ladder]
        last = next((rung for rung in ladder if rung.action is not None), ladder[-1])
        is_after = last.at.count >= 0 and last.do not in ("remind", "act")
        if not (is_after and (last.do == CLIMB or waivers.intersection(last.tell))):
            yield Finding(
                "part_ladder",
                f"阶梯 {part.ladder} 最后没有把「{part.label}」交到能免除协办的人手上，也没有升级：请补上一级。",
                f'The last rung of the ladder {part.ladder} brings "{part.label_en}" to nobody who can waive the part, '
                "and does not climb: add a rung that does.",
                last.line,
                ("parts", part.name, str(last.at)),
            )


def beside_ladder(paths: Paths) -> Iterator[Finding]:
    """The ladder of any other clock beside the case ends, after its limit, with somebody else, or climbs."""
    for clock in paths.definition.besides.values():
        if clock.table == PROMISES or clock.name in paths.definition.parts:
            continue  # `part_ladder` and `promise_ladder` ask for more
        ladder = paths.definition.ladders[clock.ladder]
        last = next((rung for rung in ladder if rung.action is not None), ladder[-1])
        others = set(last.tell) - POWERLESS - {clock.owner}
        if last.at.count < 0 or last.do in ("remind", "act") or not (last.do == CLIMB or others):
            yield Finding(
                "beside_ladder",
                f"阶梯 {clock.ladder} 最后没有把「{clock.label}」交到责任人以外有权处置的人手上：请补上一级。",
                f'The last rung of the ladder {clock.ladder} brings "{clock.label_en}" to nobody but the one who is '
                "late: add a rung that tells somebody with the power to act, or climbs.",
                last.line,
                (clock.table, clock.name, str(last.at)),
            )


BESIDE_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (part_deeds, part_ladder, beside_ladder)
