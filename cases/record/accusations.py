"""Units that a case complains of, or may complain of because its text names them (被反映单位)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from cases.record.columns import Id, Moment

PROPOSED, CONFIRMED, CLEARED = "proposed", "confirmed", "cleared"


class Accusation(SQLModel, table=True):
    """A unit that a case may complain of; until it is `cleared`, none of its people sees the case or hears of it.

    `status` is `proposed` where the text names the unit and nobody has looked yet, `confirmed`, or `cleared`.
    """

    __tablename__ = "accusations"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    case_id: int = Field(sa_type=Id, foreign_key="cases.id", index=True)
    unit_id: int = Field(sa_type=Id, foreign_key="units.id", index=True)
    status: str = Field(max_length=16)
    since_at: datetime = Field(sa_type=Moment)
