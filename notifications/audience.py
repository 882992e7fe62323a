"""Who hears of an event, and as what: one table, asked from top to bottom.

| an event                                     | is told to                         | as       |
|----------------------------------------------|------------------------------------|----------|
| a rung of a ladder                           | whom it told, as the event notes   | its name |
| brought the case to the submitter            | the submitter                      | question |
| brought it to another desk                   | that desk                          | task     |
| brought it to an end                         | the submitter, the lead            | outcome  |
| holds an answer                              | the submitter                      | answer   |
| named departments                            | the support departments            | task     |
| asks for more time                           | whoever may decide it              | request  |
| decided on more time                         | the desk                           | decision |
| was acknowledged by whom it had climbed to   | the desk and its head              | urge     |
| is a note, or a file                         | the desk, the lead, the submitter  | note     |
| is anything else that somebody asks for      | the desk                           | urge     |

The first row that names a person counts for them. Whoever did it hears nothing, nor does anyone who may not see the
case or is disabled, nor the submitter of what is for staff alone. A case that has ended lies on no desk; its supervisor
hears of notes instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlmodel import Session

from cases.apart import passed_over
from cases.attachments import ATTACH
from cases.audience import desks
from cases.policy import people_at
from cases.record.case import Case
from cases.words import OWNER_HEAD, STAFF, SUBMITTER
from notifications.kinds import KINDS
from workflow.definition import SYSTEM, Step
from workflow.machine import Law

LEAD, SUPPORT, SUPERVISOR = "lead", "support", "supervisor"
#: Whom the event itself names, and whom the law lets decide on a request for more time.
NOTED, DECIDERS, DESK = "noted", "deciders", "desk"
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
    def deciders(self) -> set[str]:
        """Return the roles that may decide on more time from here."""
        steps = self.law.definition.steps_from(self.state_to or "")
        return {word for step in steps if "decide_extension" in step.does for word in step.by}

    @property
    def _units(self) -> set[str]:
        """Return which of its units the case changed."""
        return {"lead_id", "unit_id"} & set(self.data.get("set", {}))

    @property
    def _steps(self) -> list[Step]:
        steps = self.law.definition.steps_from(self.state_from or "")
        return [step for step in steps if step.action == self.action]


@dataclass
class Audience:
    """Who hears of one event: people with the kind it is to them, and the units whose desks are told."""

    people: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row of the table: when it applies, as what, to whom."""

    applies: Callable[[Happening], bool]
    kind: str | None
    tells: tuple[str, ...]


def _does(effect: str) -> Callable[[Happening], bool]:
    return lambda event: effect in event.does


def _asks(event: Happening) -> bool:
    is_plain = not event.does and not event.is_note
    return is_plain and event.role != SYSTEM and not event.has_moved and not event.has_ended


TABLE = (
    Row(lambda event: "told" in event.data, None, (NOTED,)),
    Row(lambda event: event.has_moved and event.owner == SUBMITTER, "question", (SUBMITTER,)),
    Row(lambda event: event.has_changed_desks, "task", (DESK,)),
    Row(lambda event: event.has_moved and event.has_ended, "outcome", (SUBMITTER, LEAD)),
    Row(lambda event: event.has_said("answer"), "answer", (SUBMITTER,)),
    Row(_does("assign"), "task", (SUPPORT,)),
    Row(_does("request_extension"), "request", (DECIDERS,)),
    Row(_does("decide_extension"), "decision", (DESK,)),
    Row(_does("acknowledge"), "urge", (DESK, OWNER_HEAD)),
    Row(lambda event: event.is_note, "note", (DESK, LEAD, SUBMITTER)),
    Row(lambda event: event.is_note and event.has_ended, "note", (SUPERVISOR,)),
    Row(_asks, "urge", (DESK,)),
)


def audience_of(db: Session, event: Happening, at: datetime) -> Audience:
    """Return who hears of an event, whether or not they may see the case: that is asked of each person alone."""
    found = Audience()
    for row in TABLE:
        if not row.applies(event):
            continue
        kind = row.kind or (event.action if event.action in KINDS else "remind")
        for unit_id, people in (told for word in row.tells for told in _told(db, event, word, at)):
            if unit_id is not None:
                found.units.setdefault(unit_id, kind)
            for user_id in people:
                found.people.setdefault(user_id, kind)
    actor = event.case.submitter_id if event.role == SUBMITTER else event.actor_id
    for unheard in (actor, event.case.submitter_id if event.is_for_staff else None):
        found.people.pop(unheard or 0, None)
    return found


def _told(db: Session, event: Happening, word: str, at: datetime) -> Iterator[tuple[int | None, list[int]]]:
    """Return the desks that a word stands for, each with the unit that answers for it and the people there."""
    if word == NOTED:
        for role, unit_id, people in event.data["told"]:
            yield (None, _submitter(event)) if role == SUBMITTER else (unit_id, people)
    elif word == SUBMITTER or (word == DESK and event.owner == SUBMITTER):
        yield None, _submitter(event)
    elif word == DESK:
        yield from _at_desks(db, event, event.owner, at)
    elif word == DECIDERS:
        for role in sorted(event.deciders):
            yield from _at_desks(db, event, role, at)
    elif word != OWNER_HEAD or event.owner not in (None, SUBMITTER):
        yield from _at_desks(db, event, word, at)


def _at_desks(db: Session, event: Happening, role: str | None, at: datetime) -> Iterator[tuple[int, list[int]]]:
    for post in desks(db, event.case, role) if role is not None else ():
        unit_id, people = people_at(db, post, at, besides=passed_over(db, event.case, role or ""))
        yield unit_id, [person.id or 0 for person in people]


def _submitter(event: Happening) -> list[int]:
    return [event.case.submitter_id] if event.case.submitter_id is not None else []
