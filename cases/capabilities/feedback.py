"""The person who raised a case says whether it is solved, and sends it round again if it is not."""

from __future__ import annotations

from cases.capabilities.assignments import LEAD, SIGNED, current, give
from cases.words import Deed, effect, register
from workflow.vocabulary import Field

#: The word of the one who raised it; marks from 1 to 5, as call centres write them, mean the same three.
RATINGS = {
    "satisfied": ("满意", "Satisfied", "5", "4"),
    "partly_satisfied": ("基本满意", "Partly satisfied", "3"),
    "unsatisfied": ("不满意", "Unsatisfied", "2", "1"),
}

register(Field("rating", "choice", "评价", "Rating", options=RATINGS, column="rating"))


@effect("new_round")
def new_round(deed: Deed) -> None:
    """Count another round, not yet rated; whoever led the last one leads again.

    The rating that sends a case round again stays in sight until the next one; any other was of the round that is over.
    """
    deed.sets["round"] = deed.case.round + 1
    if "rating" not in deed.fields:
        deed.sets["rating"] = None
    take_up_again(deed)


@effect("take_up_again")
def take_up_again(deed: Deed) -> None:
    """Give the case back to the department that led it, which need not sign for it again."""
    if deed.case.lead_id is None or any(row.kind == LEAD for row in current(deed.db, deed.case)):
        return
    give(deed, deed.case.lead_id, LEAD, status=SIGNED, signed_at=deed.at)
