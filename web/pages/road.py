"""The road of a law, from where a case lies to its end: it tells which action is likely next."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.definition import Definition, Step
from workflow.paths import Arrow, Paths, walk


def likely_first(definition: Definition, here: str, steps: Sequence[Step]) -> list[Step]:
    """Return steps in three groups, each in the order of the law.

    First come those that bring the case nearer to the end of its road, then those that take it elsewhere, and last
    those that leave it where it lies.
    """
    left = _steps_left(definition)
    far = len(left)

    def group(step: Step) -> int:
        if not step.targets:
            return 2
        return 0 if min(left.get(target, far) for target in step.targets) < left.get(here, far) else 1

    return sorted(steps, key=group)


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
