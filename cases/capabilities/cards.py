"""Yellow and red cards given by hand, beside those of the ladders (亮牌：黄牌、红牌)."""

from __future__ import annotations

from cases import beside
from cases.audience import addressees
from cases.capabilities.orders import concerned, desk_of_unit
from cases.record.cards import Card
from cases.words import OWNER, OWNER_HEAD, Deed, effect, register
from workflow.vocabulary import HANDLER, Field

COLOURS = {"yellow": ("黄牌", "Yellow card"), "red": ("红牌", "Red card")}

register(Field("colour", "choice", "牌色", "Colour", options=COLOURS))


@effect("card", needs=("colour", "reason"))
def card(deed: Deed) -> None:
    """Give a unit of the case a card, and tell it and its head as the ladder would."""
    unit_id = concerned(deed)
    beside.add(
        deed,
        Card,
        colour=deed.fields["colour"],
        unit_id=unit_id,
        given_by=deed.by.id if deed.by else None,
        as_role=deed.role,
        given_at=deed.at,
        version=deed.case.version + 1,
    )
    side = (HANDLER, desk_of_unit(deed.db, unit_id))
    told = addressees(deed.db, deed.case, (OWNER, OWNER_HEAD), deed.at, side)
    deed.facts |= {"told": [one.noted for one in told], "kind": "card"}
