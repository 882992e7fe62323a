"""The clocks of those who have something to do beside the case: a department with its part, somebody who must decide.

In place of a state such a clock says which limit of the law it is, for whom, and for which row where one unit can have
several: `sign@5`, `answer@5.12`. It ends with the row that it runs for, not with the state of the case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cases import clocks
from cases.record.people import Unit
from cases.sides import Side
from cases.units import RAISED_AT
from cases.words import HANDLERS, Deed, Post
from workflow.definition import Definition
from workflow.limits import Limit
from workflow.vocabulary import DELEGATE, HANDLER, SUPPORT

#: Roles of the law that are the desk of a department.
OF_A_DEPARTMENT = frozenset({HANDLER, SUPPORT, DELEGATE})
#: Who answers for a union that is called to account as a department is.
OF_A_UNION = ("handler", "leader")


def begin(deed: Deed, side: Side, until: Limit | datetime | None = None) -> None:
    """Start the clock of a side matter, with a limit or a due moment of its own, else with the limit of the law.

    A law that knows no such clock has none.
    """
    law = deed.law.definition.besides.get(side.name)
    limit = (until or law.limit) if law is not None else None
    if limit is not None:
        clocks.start(deed, clocks.BESIDE, str(side), limit, deed.facts.setdefault("clocks", []))


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


def _halt(deed: Deed, is_over: Callable[[Any], bool]) -> None:
    if not deed.law.definition.besides:
        return
    noted = deed.facts.setdefault("clocks", [])
    for clock in clocks.running_clocks(deed.db, deed.case_id):
        if clock.kind == clocks.BESIDE and is_over(clock):
            clocks.halt(deed, clock, noted)
    clocks.come_down(deed)
