"""The clocks of those who have something to do beside the case: a department with its part, somebody who must decide.

In place of a state such a clock says which limit of the law it is, for whom, and for which row where one unit can have
several: `sign@5`, `answer@5.12`. It ends with the row that it runs for, not with the state of the case.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import Session

from cases import clocks
from cases.record.people import Unit
from cases.units import RAISED_AT
from cases.words import HANDLERS, Deed, Post
from workflow.definition import Definition
from workflow.limits import Limit
from workflow.vocabulary import HANDLER, SUPPORT

#: Roles of the law that are the desk of a department.
OF_A_DEPARTMENT = frozenset({HANDLER, SUPPORT})
#: Who answers for a union that is called to account as a department is.
OF_A_UNION = ("handler", "leader")


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


def begin(deed: Deed, side: Side, within: Limit | None = None) -> None:
    """Start the clock of a side matter, with a limit of its own or the law's; without either there is none."""
    law = deed.law.definition.besides.get(side.name)
    limit = within or (law.limit if law else None)
    if law is not None and limit is not None:
        clocks.start(deed, clocks.BESIDE, str(side), limit, deed.facts.setdefault("clocks", []))


def end(deed: Deed, *sides: Side) -> None:
    """Stop the clocks of side matters, and leave the level that they alone had made the case climb to."""
    if not deed.law.definition.besides:
        return
    noted, ended = deed.facts.setdefault("clocks", []), {str(side) for side in sides}
    for clock in clocks.running_clocks(deed.db, deed.case_id):
        if clock.kind == clocks.BESIDE and clock.state in ended:
            clocks.halt(deed, clock, noted)
    clocks.come_down(deed)


def desk_of(db: Session, definition: Definition, side: Side) -> tuple[str, Post]:
    """Return who has to act before a side clock ends: the role that a rung tells, and the desk."""
    law = definition.besides.get(side.name)
    role = law.owner if law else HANDLER
    if role == HANDLER:
        return role, department(db, side.unit_id)
    return role, Post(HANDLERS if role in OF_A_DEPARTMENT else (role,), side.unit_id)


def department(db: Session, unit_id: int) -> Post:
    """Return the desk of a unit that works on cases; for a union that is its leader, where nobody handles cases."""
    is_union = db.get_one(Unit, unit_id).kind in RAISED_AT
    return Post(OF_A_UNION if is_union else HANDLERS, unit_id)
