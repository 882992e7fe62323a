"""What a clock beside the case is known by: which limit it is, whose, and for which row."""

from __future__ import annotations

from typing import NamedTuple

#: The kind of such a clock.
BESIDE = "beside"


class Side(NamedTuple):
    """Which limit of the law, which unit has to act, and for which row beside the case."""

    name: str
    unit_id: int
    row_id: int | None = None

    @classmethod
    def parse(cls, state: str | None) -> Side:
        """Read what a clock has in place of a state."""
        name, _, rest = (state or "").partition("@")
        unit_id, _, row_id = rest.partition(".")
        return cls(name, int(unit_id), int(row_id) if row_id else None)

    def __str__(self) -> str:
        return f"{self.name}@{self.unit_id}" + (f".{self.row_id}" if self.row_id is not None else "")
