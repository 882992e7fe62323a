"""An event of a case as the news look at it: what it did, and with whom the case lay before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlmodel import Session

from cases.attachments import ATTACH
from cases.beside import ADD, SET
from cases.clocks import BESIDE
from cases.hands import LEAD
from cases.merged import FEEDBACK
from cases.record.case import Case
from cases.sheet import ASSIGNMENTS
from cases.side_clocks import desk_of
from cases.sides import Side
from cases.words import STAFF, SUBMITTER, Post
from workflow.definition import Step
from workflow.machine import Law
from workflow.vocabulary import DECIDE, DECIDE_ABOVE

#: What decides on more time.
DECIDES = frozenset({"decide_extension", "decide_part_extension"})
#: A rung that fires so much after its moment was held up by an outage.
LATE = timedelta(hours=1)


@dataclass(frozen=True)
class Happening:
    """An event of a case, with the case as it stood right after it."""

    seq: int
    at: datetime
    action: str
    role: str
    actor_id: int | None
    state_from: str | None
    state_to: str | None
    data: dict[str, Any]
    case: Case
    law: Law

    @cached_property
    def does(self) -> set[str]:
        """Return the effects that the law gives the action."""
        return {word for step in self._steps for word in step.does}

    @property
    def is_late(self) -> bool:
        """Tell whether the system was to do this long before it did."""
        rung = self.data.get("rung")
        return rung is not None and self.at - datetime.fromisoformat(rung[-1]) > LATE

    @property
    def owner(self) -> str | None:
        """Return the role on whose desk the case lies now; nobody's once it has ended."""
        return self.law.state(self.state_to).owner if self.state_to else None

    @property
    def is_to_be_rated(self) -> bool:
        """Tell whether the case has come to the submitter with its answer."""
        return self.has_moved and self.owner == SUBMITTER and self.law.state(self.state_to or "").stage == FEEDBACK

    @property
    def owner_before(self) -> str | None:
        """Return the role on whose desk it lay before."""
        return self.law.state(self.state_from).owner if self.state_from else None

    @property
    def has_moved(self) -> bool:
        """Tell whether the case came into another state, or to another unit."""
        return self.state_from != self.state_to or bool(self._units)

    @property
    def has_ended(self) -> bool:
        """Tell whether it lies in a state that nothing follows by itself."""
        return self.state_to is not None and self.law.state(self.state_to).final

    @property
    def has_changed_desks(self) -> bool:
        """Tell whether the case lies with other people than before: a colleague who signs for it tells nobody anew."""
        if self.owner is None or self.owner == SUBMITTER:
            return False
        if "sign" in self.does and "assign" not in self.does:
            return False
        return self.has_moved and (self.owner != self.owner_before or bool(self._units))

    @property
    def is_note(self) -> bool:
        """Tell whether somebody wrote a note or added a file."""
        return self.action == ATTACH or self.has_said("note")

    @property
    def is_for_staff(self) -> bool:
        """Tell whether the submitter is not to know of it."""
        return bool(self.data.get("fields", {}).get("audience") == STAFF)

    def has_said(self, field: str) -> bool:
        """Tell whether a text was written in a field."""
        return field in self.data.get("said", {})

    @property
    def is_of_the_law(self) -> bool:
        """Tell whether the law knows the action: what else is written down is paperwork."""
        return bool(self._steps)

    @property
    def given(self) -> list[int]:
        """Return the units that were given a part beside the lead."""
        return [row["unit_id"] for how, _, row in self._parts if how == ADD and row["kind"] != LEAD]

    def ended(self, *statuses: str) -> list[int]:
        """Return the ids of the parts that ended so."""
        return [row_id for how, row_id, row in self._parts if how == SET and row.get("status") in statuses]

    @property
    def _parts(self) -> list[tuple[str, int, dict[str, Any]]]:
        """Return what the event notes of parts: whether one was added or changed, its id, and the values."""
        notes = self.data.get("rows", [])
        return [(how, row_id, row) for how, table, row_id, row in notes if table == ASSIGNMENTS]

    @property
    def deciders(self) -> set[str]:
        """Return the roles that may decide on more time from here."""
        steps = self.law.definition.steps_from(self.state_to or "")
        return {word for step in steps if DECIDES.intersection(step.does) for word in step.by}

    def decider(self, db: Session) -> Post | None:
        """Return the desk whose clock to decide on more time has begun, if the law sets one."""
        begun = [note[2] for note in self.data.get("clocks", []) if note[:2] == ["start", BESIDE]]
        sides = [Side.parse(state) for state in begun]
        found = (side for side in sides if side.name in (DECIDE, DECIDE_ABOVE))
        return next((desk_of(db, self.law.definition, side)[1] for side in found), None)

    @property
    def _units(self) -> set[str]:
        """Return which of its units the case changed."""
        return {"lead_id", "offered_id", "unit_id"} & set(self.data.get("set", {}))

    @property
    def _steps(self) -> list[Step]:
        steps = self.law.definition.steps_from(self.state_from or "")
        return [step for step in steps if step.action == self.action]
