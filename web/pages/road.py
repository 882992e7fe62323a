"""The road of a law, from where a case lies to its end: it tells which action is likely next."""

from __future__ import annotations

from collections.abc import Sequence

from cases.capabilities.extensions import DECIDE_CASE, DECIDE_PART
from workflow.definition import Definition, Step
from workflow.paths import Arrow, Paths, walk

#: What answers somebody who waits: for more time, and for a word on the part that they gave back.
ANSWERS = frozenset({DECIDE_CASE, DECIDE_PART, "release_part", "decide_part"})


def likely_first(definition: Definition, here: str, steps: Sequence[Step]) -> list[Step]:
    """Return steps in four groups, each in the order of the law.

    First come those that answer somebody who waits, then those that bring the case nearer to the end of its road, then
    those that take it elsewhere, and last those that leave it where it lies.
    """
    left = _steps_left(definition)
    far = len(left)

    def group(step: Step) -> int:
        if is_answer(step):
            return -1
        if not step.targets:
            return 2
        return 0 if min(left.get(target, far) for target in step.targets) < left.get(here, far) else 1

    return sorted(steps, key=group)


def is_answer(step: Step) -> bool:
    """Tell whether a step answers somebody who waits for a decision."""
    return not ANSWERS.isdisjoint(step.does)


def is_main(step: Step, steps: Sequence[Step]) -> bool:
    """Tell whether a step is one of those that are meant here: an answer, or what moves the case.

    Where an answer itself moves the case, nothing else does.
    """
    return is_answer(step) or (bool(step.targets) and not any(is_answer(other) and other.targets for other in steps))


def _steps_left(definition: Definition) -> dict[str, int]:
    """Return how many steps of people lie between each state and the end of the road, a final state of the last stage.

    A state from which no road leads there, such as one that ends a case early, is not in it.
    """
    arrows = [arrow for arrow in Paths(definition).arrows if arrow.step.is_for_people]
    backwards = [Arrow(arrow.target, arrow.step, arrow.source) for arrow in arrows]
    left: dict[str, int] = {}
    for end in definition.states.values():
        if end.final and end.stage == definition.stages[-1]:
            for name, way in walk(end.name, backwards).items():
                left[name] = min(len(way) // 2, left.get(name, len(way)))
    return left
