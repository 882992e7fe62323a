"""An appeal against not being accepted goes to the union above (信访工作条例 arts. 35–36 as a model)."""

from __future__ import annotations

from cases.policy import unit_above
from cases.words import Deed, effect


@effect("appeal_to_parent")
def appeal_to_parent(deed: Deed) -> None:
    """Hand the case to the parent union for a fresh review; at the root it is reviewed there again."""
    deed.sets["unit_id"] = unit_above(deed.db, deed.case.unit_id)
