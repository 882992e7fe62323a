"""The clocks of those who have something to do beside the case: a department with its part, somebody who must decide.

In place of a state such a clock says which limit of the law it is, for whom, and for which row where one unit can have
several: `sign@5`, `answer@5.12`. It ends with the row that it runs for, not with the state of the case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from cases import clocks
from cases.words import HANDLERS, Deed, Post
from workflow.definition import Definition
from workflow.vocabulary import DELEGATE, HANDLER, SUPPORT

#: Roles of the law that are the desk of a department.
OF_A_DEPARTMENT = frozenset({HANDLER, SUPPORT, DELEGATE})


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


def begin(deed: Deed, side: Side, due_at: datetime | None = None) -> None:
    """Start the clock of a side matter, which is due at the law's limit or at the moment given.

    A law that knows no such clock has none.
    """
    law = deed.law.definition.besides.get(side.name)
    until = (law.limit or due_at) if law is not None else None
    if until is not None:
        clocks.start(deed, clocks.BESIDE, str(side), until, deed.facts.setdefault("clocks", []))


def end(deed: Deed, *sides: Side) -> None:
    """Stop the clocks of side matters, and leave the level that they alone had made the case climb to."""
    ended = {str(side) for side in sides}
    _halt(deed, lambda clock: clock.state in ended)


def end_of_row(deed: Deed, row_id: int, *names: str) -> None:
    """Stop the clocks of these names that run for one row, whoever's they are."""

    def is_of_row(clock: Any) -> bool:
        side = Side.parse(clock.state)
        return side.row_id == row_id and side.name in names

    _halt(deed, is_of_row)


def desk_of(definition: Definition, side: Side) -> tuple[str, Post]:
    """Return who has to act before a side clock ends: the role that a rung tells, and the desk."""
    law = definition.besides.get(side.name)
    role = law.owner if law else HANDLER
    return role, Post(HANDLERS if role in OF_A_DEPARTMENT else (role,), side.unit_id)


def _halt(deed: Deed, is_over: Callable[[Any], bool]) -> None:
    if not deed.law.definition.besides:
        return
    noted = deed.facts.setdefault("clocks", [])
    for clock in clocks.running_clocks(deed.db, deed.case_id):
        if clock.kind == clocks.BESIDE and is_over(clock):
            clocks.halt(deed, clock, noted)
    clocks.come_down(deed)
