"""Prove that a review group can be had: at each unit the reviewers who answer for it are as many as have to vote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from workflow.definition import Definition
from workflow.paths import Finding
from workflow.review_rules import CONVENE
from workflow.staffing import UnitStaff, from_the_top
from workflow.tally import FEWEST
from workflow.vocabulary import PANEL


def prove_quorum(definition: Definition, units: Sequence[UnitStaff]) -> list[Finding]:
    """Return one finding for each unit whose reviewers, nearest for it and for units below, cannot reach the quorum.

    Where nobody reviews at all, `prove_roles` says so. A share of those entitled is reached by as many as there are;
    only where nobody else can be named are two needed, because one is no group.
    """
    least = _least(definition)
    if definition.review is None or least < FEWEST:
        return []
    order, _ = from_the_top(units)
    staff = {unit.code: unit for unit in units}
    desks: dict[str, str | None] = {}
    concerned: dict[str, int] = defaultdict(int)
    for unit in order:
        above = desks.get(unit.parent) if unit.parent is not None else None
        desk = desks[unit.code] = unit.code if unit.reviewers else above
        if desk is not None and staff[desk].reviewers < least:
            concerned[desk] += 1
    return [_finding(staff[code], least, count, definition.review.line) for code, count in concerned.items()]


def _least(definition: Definition) -> int:
    """Return how many reviewers a unit needs at least; none where a group of others can be named."""
    review = definition.review
    if review is None:
        return 0
    if isinstance(review.quorum, int):
        return review.quorum
    convening = [step for step in definition.steps if CONVENE in step.does]
    return 0 if any(PANEL in (*step.needs, *step.takes) for step in convening) else FEWEST


def _finding(unit: UnitStaff, least: int, count: int, line: int) -> Finding:
    return Finding(
        "quorum",
        f"「{unit.name}」的审议人员只有 {unit.reviewers} 人，小组审议至少要 {least} 人表决（涉及 {count} 个单位）："
        "请增设审议人员，或降低 [review] 的法定人数。",
        f"{unit.name} has {unit.reviewers} reviewers, and a group review takes {least} votes at least "
        f"(units concerned: {count}): give more people this duty, or lower the quorum in [review].",
        line,
        (unit.name,),
    )
