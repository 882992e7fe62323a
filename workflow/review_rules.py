"""Rules on group review: a group is convened for each vote, and whatever comes of the vote is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.definition import Definition, State, Step
from workflow.paths import Finding, Paths
from workflow.vocabulary import CHAIR

CONVENE, VOTE, RECUSE, AGAIN = "convene", "vote", "recuse", "vote_again"
#: What must be recorded for each outcome, and what lets a case go on when nothing carries.
RECORDS = ("record_accept", "record_reject", "record_return")
UNDECIDED = frozenset({"nothing_carried", "no_decision"})


def review_table(paths: Paths) -> Iterator[Finding]:
    """A law whose people vote says when they have decided, and one that says so lets them vote."""
    law = paths.definition
    voting = next((step for step in law.steps if {CONVENE, VOTE, AGAIN}.intersection(step.does)), None)
    if voting is not None and law.review is None:
        yield Finding(
            "review_table",
            f"「{voting.label}」属于小组审议，流程却没有 [review]：请写明法定人数 quorum 和多数 majority。",
            f'"{voting.label_en}" is part of a group review, but the law has no [review]: say its quorum and majority.',
            voting.line,
            (voting.sources[0], voting.action),
        )
    if law.review is not None and not any(VOTE in step.does for step in law.steps):
        yield Finding(
            "review_table",
            "流程有 [review]，却没有带 vote 的动作：请补上，或删去 [review]。",
            "The law has [review] but no step that does vote: add one, or remove [review].",
            law.review.line,
            ("review", VOTE),
        )


def vote_convened(paths: Paths) -> Iterator[Finding]:
    """A case comes to a vote only with a group that was convened for it."""
    for arrow in paths.arrows:
        if arrow.target is arrow.source or not is_voting(paths.definition, arrow.target):
            continue
        if not {CONVENE, AGAIN}.intersection(arrow.step.does):
            yield Finding(
                "vote_convened",
                f"「{arrow.step.label}」把案件送到「{arrow.target.label}」，却没有组成小组："
                f"请在 does 中加上 {CONVENE}。",
                f'"{arrow.step.label_en}" brings a case to "{arrow.target.label_en}" without a group: '
                f"add {CONVENE} to its `does`.",
                arrow.step.line,
                paths.through(arrow),
            )


def vote_recorded(paths: Paths) -> Iterator[Finding]:
    """Wherever votes are cast, the chair can record whatever carries, and somebody goes on when nothing does."""
    for state in paths.states:
        if not is_voting(paths.definition, state):
            continue
        steps = paths.definition.steps_from(state.name)
        missing = [word for word in RECORDS if not any(_leads_out(step, word, state) for step in steps)]
        if not any(UNDECIDED.intersection(step.only_if) and step.target is not None for step in steps):
            missing.append(AGAIN)
        if any(RECUSE in step.does and CHAIR not in (*step.needs, *step.takes) for step in steps):
            missing.append(CHAIR)
        for word in missing:
            yield Finding(
                "vote_recorded",
                f"在「{state.label}」，{_wanting(word)[0]}：请补上，否则表决无人收尾。",
                f'In "{state.label_en}" {_wanting(word)[1]}: add it, or a vote has no end.',
                state.line,
                (*paths.to(state), word),
            )


REVIEW_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (review_table, vote_convened, vote_recorded)


def is_voting(definition: Definition, state: State) -> bool:
    """Tell whether votes are cast in a state."""
    return any(VOTE in step.does for step in definition.steps_from(state.name))


def _leads_out(step: Step, word: str, state: State) -> bool:
    return word in step.does and CHAIR in step.by and step.target not in (None, state.name)


def _wanting(word: str) -> tuple[str, str]:
    if word == CHAIR:
        return (
            f"组长回避时不能指定接任者，{RECUSE} 的 takes 中没有 {CHAIR}",
            f"a chair who withdraws can name nobody to follow: `takes` of {RECUSE} lacks {CHAIR}",
        )
    if word == AGAIN:
        return "没有任何结果通过时无路可走，缺少再次表决或解散小组的动作", (
            "there is no way on when nothing carries: a step that votes again or dissolves the group is missing"
        )
    return f"没有由组长采取、带 {word} 的动作", f"no step of the {CHAIR} does {word}"
