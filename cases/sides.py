"""What a clock beside the case is known by: which limit it is, whose, and for which row."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from cases.record.columns import Id

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


class SideUnit(GenericFunction[int]):
    """The unit that what a clock beside the case has in place of a state names, as a query reads it."""

    type = Id
    inherit_cache = True


class SideRow(GenericFunction[int]):
    """The row that what a clock beside the case has in place of a state names, as a query reads it; 0 or none if it is
    for none."""

    type = Id
    inherit_cache = True


@compiles(SideUnit, "sqlite")
def _unit_on_sqlite(element: SideUnit, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"CAST(substr({text}, instr({text}, '@') + 1) AS INTEGER)"


@compiles(SideUnit, "postgresql")
def _unit_on_postgresql(element: SideUnit, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"CAST(NULLIF(split_part(split_part({text}, '@', 2), '.', 1), '') AS BIGINT)"


@compiles(SideRow, "sqlite")
def _row_on_sqlite(element: SideRow, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"CAST(substr({text}, instr({text}, '.') + 1) AS INTEGER)"


@compiles(SideRow, "postgresql")
def _row_on_postgresql(element: SideRow, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"CAST(NULLIF(split_part(split_part({text}, '@', 2), '.', 2), '') AS BIGINT)"
