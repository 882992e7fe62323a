"""Nobody judges their own case: the submitter does not review it, the handler does not verify it."""

from __future__ import annotations

from sqlmodel import select

from cases.record.event import Event
from cases.words import Deed, condition
from workflow.errors import Refusal

HANDLING_ROLES = ("lead", "support")


@condition("not_the_submitter")
def not_the_submitter(deed: Deed) -> Refusal | None:
    """Refuse a decision on a case that one raised oneself (信访工作条例 art. 28: staff with an interest withdraw)."""
    if deed.by is not None and deed.by.id == deed.case.submitter_id:
        return Refusal("您是本案申请人，须由他人审议。", "You raised this case; someone else must decide on it.")
    return None


@condition("not_the_handler")
def not_the_handler(deed: Deed) -> Refusal | None:
    """Refuse a check of work that one did oneself, in this round or an earlier one."""
    if deed.by is None:
        return None
    handled = select(Event.seq).where(
        Event.case_id == deed.case.id,
        Event.actor_id == deed.by.id,
        Event.role.in_(HANDLING_ROLES),  # type: ignore[attr-defined]  # a column
    )
    if deed.db.exec(handled.limit(1)).first() is not None:
        return Refusal("您办理过本案，须由他人核验。", "You handled this case; someone else must verify it.")
    return None
