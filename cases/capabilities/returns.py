"""A department that says a case is not its own, and the adjudicator who decides (退单, 权属裁定).

The adjudicator is the supervisor of the lowest unit that stands above everyone concerned (信访工作条例 art. 24: several
units that do not agree turn to their common superior).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, or_, select

from cases.capabilities.assignments import RETURNED, relieve_lead
from cases.record.case import Assignment, Case
from cases.record.people import Unit, ancestors
from cases.words import Deed, Post, effect, role


@role("adjudicator")
def adjudicator(db: Session, case: Case) -> Iterable[Post]:
    """Return the supervisor's desk at the common superior of the case's union and every department it was given to."""
    parts = select(Assignment.unit_id).where(Assignment.case_id == case.id)
    paths = db.exec(select(Unit.path).where(or_(col(Unit.id) == case.unit_id, col(Unit.id).in_(parts))))
    return [Post(("supervisor",), common_superior(list(paths)))]


@effect("give_back")
def give_back(deed: Deed) -> None:
    """End the lead's part as returned; nobody leads until the adjudicator has decided."""
    relieve_lead(deed, RETURNED)
    deed.sets["lead_id"] = None


def common_superior(paths: list[str]) -> int:
    """Return the id of the lowest unit whose subtree holds all paths; the root of the first one if there is none."""
    lines = [list(reversed(ancestors(path))) for path in paths]
    common = lines[0][0]
    for steps in zip(*lines, strict=False):
        if len(set(steps)) > 1:
            break
        common = steps[0]
    return common
