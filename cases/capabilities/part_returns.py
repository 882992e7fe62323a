"""A support department that says its part is not its own (退回协办): the lead agrees, or the adjudicator decides.

Until then the part stays open and its clocks run on, so that nobody gains time by it.
"""

from __future__ import annotations

from typing import Any

from cases import beside
from cases.capabilities.assignments import OFFERED, RETURNED, SIGNED, current, end_with_delegations, of_unit_meant
from cases.capabilities.disputes import ABOUT_PART, decided_about, open_dispute, open_dispute_of
from cases.capabilities.extensions import lapse
from cases.policy import answers_for
from cases.record.case import Assignment
from cases.words import HANDLERS, Deed, Post, condition, effect, register
from workflow.errors import Refusal
from workflow.vocabulary import SUPPORT, Field

register(Field("release", "yes_no", "是否准予退回协办", "Let the department go"))


@effect("return_part", needs=("reason", "rule"), only_if=("part_returnable",))
def return_part(deed: Deed) -> None:
    """Note that the department gives its part back; the part stays open until that is answered."""
    row = _mine(deed, OFFERED, SIGNED)[0]
    deed.facts["part"] = row.unit_id
    beside.change(deed, Assignment, row.id, status=RETURNED)
    lapse(deed, row.unit_id)


@effect("release_part", needs=("part",), only_if=("part_returned",))
def release_part(deed: Deed) -> None:
    """Let a department go that has given its part back."""
    row = _returned(deed)
    deed.facts["part"] = row.unit_id
    end_with_delegations(deed, row, current(deed.db, deed.case), RETURNED)


@effect("dispute_part", needs=("reason",), only_if=("part_returned",))
def dispute_part(deed: Deed) -> None:
    """Bring it before the adjudicator whether a department may give its part back."""
    row = _returned(deed)
    deed.facts["part"] = row.unit_id
    assert deed.case.lead_id is not None  # a case with a support department has a lead
    parties = (row.unit_id, deed.case.lead_id) if deed.role == SUPPORT else (deed.case.lead_id, row.unit_id)
    open_dispute(deed, ABOUT_PART, row, *parties)


@effect("decide_part", needs=("release", "reason"), only_if=("about_a_part",))
def decide_part(deed: Deed) -> None:
    """Let the department go, or leave it its part where it was."""
    dispute = open_dispute_of(deed.db, deed.case)
    assert dispute is not None  # the law asks for `about_a_part`
    rows = current(deed.db, deed.case)
    for row in rows:
        if row.id == dispute.assignment_id:
            deed.facts["part"] = row.unit_id
            if deed.fields["release"]:
                end_with_delegations(deed, row, rows, RETURNED)


@condition("part_returnable")
def part_returnable(deed: Deed) -> Refusal | None:
    """Refuse where the department has no part in hand, or must keep it by a decision."""
    rows = _mine(deed, OFFERED, SIGNED)
    if not rows:
        return Refusal("您的单位没有可退回的协办。", "Your department has no part that it could give back.")
    if decided_about(deed, rows[0].id):
        return Refusal(
            "已裁定由您单位协办，不能再退。",
            "It was decided that your department keeps its part; it cannot be given back again.",
        )
    return None


@condition("part_returned")
def part_returned(deed: Deed) -> Refusal | None:
    """Refuse where no department, or not the person's own, has given its part back."""
    if not (_mine(deed, RETURNED) if deed.role == SUPPORT else _parts(deed, RETURNED)):
        return Refusal("没有单位退回协办，无需处理。", "No department has given its part back.")
    return None


@condition("about_a_part")
def about_a_part(deed: Deed) -> Refusal | None:
    """Refuse where the dispute is not about a support department's part."""
    dispute = open_dispute_of(deed.db, deed.case)
    if dispute is None or dispute.about != ABOUT_PART:
        return Refusal(
            "本争议不是协办争议：请裁定由谁主办。", "This dispute is not about a part: decide who leads the case."
        )
    return None


def _returned(deed: Deed) -> Any:
    """Return the part that is meant, of the person's own or of all that were given back. Raises InvalidFields."""
    return of_unit_meant(
        deed,
        _mine(deed, RETURNED) if deed.role == SUPPORT else _parts(deed, RETURNED),
        none=("没有待答复的退回", "has given no part back that waits for an answer"),
        several=(
            "有多个单位退回协办，请写明是哪一个",
            "Several departments have given their parts back; say which is meant",
        ),
    )


def _mine(deed: Deed, *statuses: str) -> list[Any]:
    by = deed.by
    if by is None:
        return []
    rows = _parts(deed, *statuses)
    return [row for row in rows if answers_for(deed.db, deed.case, Post(HANDLERS, row.unit_id), by, deed.at, SUPPORT)]


def _parts(deed: Deed, *statuses: str) -> list[Any]:
    rows = current(deed.db, deed.case)
    return [row for row in rows if row.kind == SUPPORT and row.status in statuses]
