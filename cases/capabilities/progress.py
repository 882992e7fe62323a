"""How far a department has come with its part, in its own words (填报进度); `cases.progress` rolls it up."""

from __future__ import annotations

from typing import Any

from cases import beside
from cases.capabilities.assignments import current
from cases.capabilities.parts import chosen, mine
from cases.hands import LEAD, OFFERED
from cases.hooks import on_move
from cases.progress import WHOLE
from cases.record.case import Assignment
from cases.words import Deed, condition, effect, register
from workflow.definition import State
from workflow.errors import Refusal
from workflow.vocabulary import Field

REPORT_PROGRESS = "report_progress"
#: Effects of a step by which the lead has the whole case to do again.
AGAIN = frozenset({"take_up_again", "new_round", "go_back"})

register(Field("percent", "percent", "完成进度（%）", "Done (%)", longest=5))


@effect(REPORT_PROGRESS, needs=("percent",), only_if=("part_in_hand",))
def report_progress(deed: Deed) -> None:
    """Keep how far the department has come with its part; it may also be less than before."""
    row = chosen(deed, _in_hand(deed))
    deed.facts["part"] = row.unit_id
    beside.change(deed, Assignment, row.id, progress=deed.fields["percent"])


@condition("part_in_hand")
def part_in_hand(deed: Deed) -> Refusal | None:
    """Refuse where the person's department has signed for no part that is open."""
    if not _in_hand(deed):
        return Refusal("您的单位没有已签收的承办。", "Your department has signed for no part of this case.")
    return None


@on_move
def follow_the_lead(deed: Deed, old: State, new: State) -> None:
    """Count the lead's part as done once it reports the case done, and as not begun when that is sent back."""
    if REPORT_PROGRESS not in deed.law.definition.deeds:
        return
    if deed.role == LEAD and "answer" in deed.step.does:
        _set(deed, [row for row in _of_lead(deed) if row.progress != WHOLE], WHOLE)
    elif AGAIN.intersection(deed.step.does):
        _set(deed, [row for row in _of_lead(deed) if row.progress is not None], None)


def _in_hand(deed: Deed) -> list[Any]:
    return mine(deed, [row for row in current(deed.db, deed.case) if row.status != OFFERED])


def _of_lead(deed: Deed) -> list[Any]:
    return [row for row in current(deed.db, deed.case) if row.kind == LEAD]


def _set(deed: Deed, rows: list[Any], progress: int | None) -> None:
    for row in rows:
        beside.change(deed, Assignment, row.id, progress=progress)
