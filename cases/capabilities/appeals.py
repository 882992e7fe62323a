"""An appeal against not being accepted goes to the union above (信访工作条例 arts. 35–36 as a model)."""

from __future__ import annotations

from cases.calendars import calendar_of
from cases.record.lines import line
from cases.seats import unit_above
from cases.words import Deed, effect


@effect("appeal_to_parent")
def appeal_to_parent(deed: Deed) -> None:
    """Hand the case to the parent union for a fresh review; at the root it is reviewed there again."""
    go_to(deed, unit_above(deed.db, deed.case.unit_id))


def go_to(deed: Deed, unit_id: int) -> None:
    """Give a case to another union, with whose calendar the clocks count that begin now."""
    deed.sets["unit_id"] = unit_id
    deed.calendar = calendar_of(deed.db, line(deed.db, unit_id))
