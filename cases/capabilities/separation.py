"""Nobody judges their own case: the submitter does not review it, the handler does not verify it."""

from __future__ import annotations

from sqlalchemy import bindparam, literal_column, or_, select

from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.statements import Prepared
from cases.words import Deed, condition
from workflow.errors import Refusal

_EVENTS = table_of(Event)
_HANDLED = Prepared(
    select(_EVENTS.c.seq)
    .where(_EVENTS.c.case_id == bindparam("case_id"), _EVENTS.c.actor_id == bindparam("actor_id"))
    .where(or_(*(_EVENTS.c.role == literal_column(f"'{role}'") for role in ("lead", "support", "delegate"))))
    .limit(literal_column("1"))
)


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
    if _HANDLED.rows(deed.db, {"case_id": deed.case_id, "actor_id": deed.by.id}):
        return Refusal("您办理过本案，须由他人核验。", "You handled this case; someone else must verify it.")
    return None
