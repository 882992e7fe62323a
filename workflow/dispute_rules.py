"""Rules on returns and disputes: what is given back is answered, and what is disputed is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.definition import State, Step
from workflow.paths import Finding, Paths

ADJUDICATOR, LEAD = "adjudicator", "lead"
#: What can bring a matter before the adjudicator, and what decides it there.
GROUNDS = frozenset({"give_back", "dispute_part"})
DECISIONS = frozenset({"assign", "decide_part"})
#: What answers a department that gave the case back, and one that gave its part back.
ANSWERS = frozenset({"assign", "uphold"})
RETURN_PART, ANSWERS_TO_A_PART = "return_part", ("release_part", "dispute_part", "decide_part")


def undecided_dispute(paths: Paths) -> Iterator[Finding]:
    """Whoever has a dispute on the desk decides it: one of their steps from there says who handles the matter.

    Where no step of theirs leads on at all, `stuck_owner` says so.
    """
    for state in paths.states:
        own = [step for step in _leaving(paths, state) if ADJUDICATOR in step.by]
        if state.owner == ADJUDICATOR and own and not any(DECISIONS.intersection(step.does) for step in own):
            yield Finding(
                "undecided_dispute",
                f"裁定人在「{state.label}」没有一个动作确定由谁承办：请在其动作的 does 中加上 assign 或 decide_part。",
                f'No step of the adjudicator in "{state.label_en}" says who handles the matter: add assign or '
                "decide_part to the `does` of one.",
                state.line,
                (*paths.to(state), own[0].action),
            )


def groundless_dispute(paths: Paths) -> Iterator[Finding]:
    """A case comes before the adjudicator only because somebody has given it, or a part of it, back."""
    for arrow in paths.arrows:
        is_new = arrow.target.owner == ADJUDICATOR and arrow.source.owner != ADJUDICATOR
        if is_new and not GROUNDS.intersection(arrow.step.does):
            yield Finding(
                "groundless_dispute",
                f"「{arrow.step.label}」把案件送到「{arrow.target.label}」，却没有退回任何东西，无可裁定："
                "请在 does 中加上 give_back 或 dispute_part。",
                f'"{arrow.step.label_en}" brings a case to "{arrow.target.label_en}" although nothing was given back: '
                "add give_back or dispute_part to its `does`.",
                arrow.step.line,
                paths.through(arrow),
            )


def unanswered_return(paths: Paths) -> Iterator[Finding]:
    """What a department gives back comes to a desk whose owner assigns it anew or upholds the dispatch."""
    for arrow in paths.arrows:
        if "give_back" not in arrow.step.does:
            continue
        leaving = [step for step in _leaving(paths, arrow.target) if arrow.target.owner in step.by]
        if arrow.target.owner == LEAD or not any(ANSWERS.intersection(step.does) for step in leaving):
            yield Finding(
                "unanswered_return",
                f"「{arrow.step.label}」之后，「{arrow.target.label}」的责任人不能改派，也不能维持交办："
                "请为责任人补上带 assign 或 uphold 的动作。",
                f'After "{arrow.step.label_en}", the owner of "{arrow.target.label_en}" can neither assign the case '
                "anew nor uphold the dispatch: give them a step that does assign or uphold.",
                arrow.step.line,
                paths.through(arrow),
            )


def unanswered_part(paths: Paths) -> Iterator[Finding]:
    """A part that is given back can be let go, and quarrelled over, and the quarrel decided."""
    steps = paths.definition.steps
    for step in steps:
        if RETURN_PART not in step.does:
            continue
        done = {word for other in steps for word in other.does}
        for missing in (word for word in ANSWERS_TO_A_PART if word not in done):
            yield Finding(
                "unanswered_part",
                f"协办可以「{step.label}」，流程却没有带 {missing} 的动作：请补上，否则退回无人答复。",
                f'A department can "{step.label_en}", but no step does {missing}: add one, or nobody answers it.',
                step.line,
                (step.sources[0], step.action, missing),
            )


def _leaving(paths: Paths, state: State) -> list[Step]:
    return [arrow.step for arrow in paths.arrows if arrow.source is state and arrow.target is not state]


DISPUTE_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    undecided_dispute,
    groundless_dispute,
    unanswered_return,
    unanswered_part,
)
