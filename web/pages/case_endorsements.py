"""How a case is endorsed, on its page: how many do, whether I do, and what their number brings about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.capabilities.endorsements import voices_of
from cases.record.case import Case
from web import words
from web.visits import Visit
from workflow.definition import Definition
from workflow.provisions import Threshold


@dataclass(frozen=True)
class Voiced:
    """The endorsement of a case in words; each threshold with whether it has been passed."""

    count: int
    is_mine: bool
    is_open: bool
    thresholds: Sequence[tuple[str, bool]]


def endorsement_of(visit: Visit, case: Case, definition: Definition) -> Voiced | None:
    """Return how a case is endorsed; None where it is not and cannot be, so that the page does not speak of it."""
    voices = voices_of(visit.db, case, visit.by)
    if voices is None or not (voices.count or case.endorsable_by):
        return None
    return Voiced(
        count=voices.count,
        is_mine=voices.is_mine,
        is_open=case.endorsable_by is not None,
        thresholds=[(_brings(visit, definition, one), one.at <= voices.count) for one in voices.thresholds],
    )


def _brings(visit: Visit, definition: Definition, one: Threshold) -> str:
    """Say what a threshold brings about."""
    if one.limit is not None:
        limit = str(one.limit)
        return visit.say(
            f"满 {one.at} 人：时限缩短为 {words.limit(limit, 'zh')}",
            f"{one.at} people: the limit becomes {words.limit(limit, 'en')}",
        )
    goals = [step.targets[0] for step in definition.steps if step.action == one.action and step.targets]
    if not goals:
        deed = words.action(definition, one.action or "", visit.language)
        return visit.say(f"满 {one.at} 人：{deed}", f"{one.at} people: {deed}")
    state = words.label(definition.states[goals[0]], visit.language)
    return visit.say(f"满 {one.at} 人：自动转入「{state}」", f"{one.at} people: it goes on by itself to “{state}”")
