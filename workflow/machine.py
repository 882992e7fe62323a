"""The only door to `transitions`: one machine per law version, unregistered, so that nothing is written on a case.

The library decides whether an arrow may be taken; the record decides whether it was (compare-and-set). Measured traps
that shape this file: `add_model` is quadratic and refuses SQLModel rows, auto transitions bypass every guard, a false
guard answers False without a word. Hence a bare `Subject`, no model, and a refusal that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import cast

from transitions import EventData, Machine, MachineError

from workflow.definition import Definition, State, Step
from workflow.errors import Refusal

#: Tells why a step may not be taken now, or None.
Guard = Callable[[Step], Refusal | None]


class ActionNotAllowed(Refusal):
    """The law refuses an action: not from here, not by this person, or not under these conditions."""


class UnknownAction(ActionNotAllowed):
    """The law has no such action."""


class NotFromHere(ActionNotAllowed):
    """The action does not start from the state in which the case lies."""


class NotByYou(ActionNotAllowed):
    """The action is open to others, not to the person who asked."""


class NotNow(ActionNotAllowed):
    """The action is yours and starts here, but a condition of the law is not met."""


@dataclass(slots=True)
class Subject:
    """What the machine moves: the state of a case, and the arrow that was taken."""

    state: str
    step: Step | None = None
    refusal: Refusal | None = None


class Law:
    """A definition that can be asked: what may happen from here, and what happens if it does."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._steps: dict[tuple[str, str], list[Step]] = {}
        self._machine = Machine(
            model=None,
            states=list(definition.states),
            initial=definition.initial.name,
            auto_transitions=False,
            send_event=True,
        )
        for step in definition.steps:
            for source in step.sources:  # of several targets a person picks one, and the machine leaves the case there
                self._steps.setdefault((source, step.action), []).append(step)
                self._machine.add_transition(
                    step.action, source, step.target, conditions=_allows(step), before=_remember(step)
                )

    def state(self, name: str) -> State:
        """Return a state by name."""
        return self.definition.states[name]

    def take(self, state: str, action: str, roles: Collection[str], guard: Guard = lambda step: None) -> Step:
        """Return the step that `action` takes from `state` for someone with these roles.

        Raises UnknownAction, NotFromHere, NotByYou, or NotNow with the sentence of the guard.
        """
        if action not in self._machine.events:
            raise UnknownAction(
                f"「{self.definition.title}」没有动作「{action}」。",
                f"{self.definition.title_en} has no action {action}.",
            )
        subject = Subject(state)
        try:
            taken = self._machine.events[action].trigger(subject, roles=roles, guard=guard)
        except MachineError:
            label, title = self.state(state), self._title(action)
            raise NotFromHere(
                f"案件现处「{label.label}」，不能「{title.label}」。",
                f"The case is in {label.label_en}; {title.label_en} is not possible from there.",
            ) from None
        if taken and subject.step is not None:
            return subject.step
        if subject.refusal is not None:
            raise NotNow(subject.refusal.zh, subject.refusal.en)
        title = self._title(action)
        raise NotByYou(f"「{title.label}」不由您办理。", f"{title.label_en} is not yours to take.")

    def actions_for(self, state: str, roles: Collection[str]) -> tuple[Step, ...]:
        """Return the steps that people with these roles may take from a state, read from the table."""
        return tuple(step for step in self.definition.steps_from(state) if not set(step.by).isdisjoint(roles))

    def _title(self, action: str) -> Step:
        return next(step for step in self.definition.steps if step.action == action)


def _allows(step: Step) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        if set(step.by).isdisjoint(event.kwargs["roles"]):
            return False
        subject = cast(Subject, event.model)
        subject.refusal = event.kwargs["guard"](step)
        return subject.refusal is None

    return condition


def _remember(step: Step) -> Callable[[EventData], None]:
    def before(event: EventData) -> None:
        cast(Subject, event.model).step = step

    return before
