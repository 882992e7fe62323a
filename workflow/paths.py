"""The ways a case can go under a law: arrows, the shortest path to each state, and what a proof found on them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from workflow.definition import Definition, State, Step


@dataclass(frozen=True)
class Finding:
    """One fault of a law: the rule it breaks, a sentence per language, the line, and the path that shows it.

    The path alternates states and actions (`draft`, `submit`, `in_review`), or names units from one up to its root.
    A warning says what will not happen here; the law may be used all the same.
    """

    rule: str
    zh: str
    en: str
    line: int
    path: tuple[str, ...]
    is_warning: bool = False


@dataclass(frozen=True)
class Arrow:
    """One step out of one of its sources, into the state it leads to."""

    source: State
    step: Step
    target: State


class Paths:
    """A law seen as a map: every arrow that moves a case, and the shortest way to each state."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.states = tuple(definition.states.values())
        self.arrows = tuple(
            Arrow(definition.states[source], step, definition.states[target])
            for step in definition.steps
            for source, target in step.moves
        )
        self.ways = walk(definition.initial.name, self.arrows)

    def to(self, state: State) -> tuple[str, ...]:
        """Return the shortest path from the initial state, or the state alone where no path leads to it."""
        return self.ways.get(state.name, (state.name,))

    def through(self, arrow: Arrow) -> tuple[str, ...]:
        """Return the shortest path that ends with this arrow."""
        return (*self.to(arrow.source), arrow.step.action, arrow.target.name)

    def users_of(self, ladder: str) -> tuple[State, ...]:
        """Return the states in which a ladder may fire, as a state's own or as that of the whole case.

        The clock of the whole case stands still in final states and in states that pause.
        """
        clock = self.definition.case_clock
        is_of_case = clock is not None and clock.ladder == ladder
        return tuple(
            state
            for state in self.states
            if state.ladder == ladder or (is_of_case and not state.final and not state.pauses)
        )

    def cycles(self, follows: Callable[[Arrow], bool]) -> Iterator[tuple[Arrow, tuple[str, ...]]]:
        """Yield, once for each set of states, an arrow that closes a cycle of such arrows, and the cycle's path."""
        arrows = [arrow for arrow in self.arrows if follows(arrow)]
        seen: set[frozenset[str]] = set()
        for arrow in arrows:
            back = walk(arrow.target.name, arrows).get(arrow.source.name)
            if back is None or frozenset(back[::2]) in seen:
                continue
            seen.add(frozenset(back[::2]))
            yield arrow, (arrow.source.name, arrow.step.action, *back)


def walk(start: str, arrows: Iterable[Arrow]) -> dict[str, tuple[str, ...]]:
    """Return the shortest path from `start` to every state that these arrows lead to."""
    leaving: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        leaving.setdefault(arrow.source.name, []).append(arrow)
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for arrow in leaving.get(here, []):
            if arrow.target.name not in ways:
                ways[arrow.target.name] = (*ways[here], arrow.step.action, arrow.target.name)
                waiting.append(arrow.target.name)
    return ways
