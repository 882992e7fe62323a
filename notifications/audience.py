"""Who hears of an event, and as what: one table, asked from top to bottom.

| an event                                     | is told to                         | as       |
|----------------------------------------------|------------------------------------|----------|
| a rung of a ladder, an order, a card, a copy | whom it told, as the event notes   | its name |
| brought the case to the submitter            | the submitter                      | question |
| brought it to another desk                   | that desk                          | task     |
| brought it to an end                         | the submitter, the lead            | outcome  |
| let a group vote anew                        | the desk                           | task     |
| named another chair of a group               | the chair                          | task     |
| holds an answer                              | the submitter                      | answer   |
| took a matter out of the case, or let it go  | the submitter                      | note     |
| is what others think who were merged into it | the supervisor                     | note     |
| named departments                            | the support departments            | task     |
| gave departments a part                      | each of them                       | task     |
| ended parts with the case                    | each department that had one       | outcome  |
| ended a part beside the lead in another way  | the department that had it         | decision |
| reported back what was delegated             | the department that delegated it   | task     |
| reported a part done                         | the lead                           | note     |
| asks for more time                           | whoever may decide it              | request  |
| decided on more time                         | the desk                           | decision |
| gives a part back                            | the lead                           | task     |
| let a department go, or gave its part time   | that department                    | decision |
| kept a promise, struck it off or reviewed it  | the submitter                      | answer   |
| found a promise broken                       | the lead                           | urge     |
| made the desk's limit shorter                | the desk and its head              | urge     |
| was acknowledged by whom it had climbed to   | the desk and its head              | urge     |
| urges                                        | the desk, or the part's department | urge     |
| is a note, or a file                         | the desk, the lead, the submitter  | note     |
| is anything else that somebody asks for      | the desk                           | urge     |
| moved the case                               | whoever watches it                 | watch    |

Of a lead case that is answered, comes to be rated or is closed, whoever raised a case that was merged into it hears as
well, as news of their own case.

The first row that names a person counts for them. Whoever did it hears nothing, nor does anyone who may not see the
case or is disabled, nor the submitter of what is for staff alone. A case that has ended lies on no desk; its supervisor
hears of notes instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from cases.apart import passed_over
from cases.attachments import ATTACH
from cases.audience import desks
from cases.beside import ADD, SET
from cases.clocks import BESIDE
from cases.merged import FEEDBACK, merged_cases
from cases.progress import DONE
from cases.record.case import Assignment, Case
from cases.seats import people_at
from cases.sheet import ASSIGNMENTS
from cases.side_clocks import desk_of
from cases.sides import Side
from cases.words import HANDLERS, OWNER_HEAD, STAFF, SUBMITTER, Post, listeners
from notifications.kinds import KINDS
from workflow.definition import SYSTEM, Step
from workflow.machine import Law
from workflow.vocabulary import CHAIR, DECIDE, DECIDE_ABOVE, SHORTEN

LEAD, SUPPORT, SUPERVISOR = "lead", "support", "supervisor"
#: Whoever raised a case that was merged into this one.
MERGED = "of_merged_cases"
#: Whom the event itself names, whoever has to decide on a request for more time, and the department whose part it is.
NOTED, DECIDERS, DESK, PART = "noted", "deciders", "desk", "part"
#: Who was urged, and who watches the case.
URGED, WATCHERS = "urged", "watchers"
#: What asks for more time, and what decides on it.
ASKS = frozenset({"request_extension", "request_part_extension"})
DECIDES = frozenset({"decide_extension", "decide_part_extension"})
#: Departments by what the event did with their parts: given one, ended with the case, taken off, delegating.
GIVEN, RELIEVED, DISCHARGED, DELEGATING = "given", "relieved", "discharged", "delegating"
#: How a part ends that somebody else ends before the case does.
ENDED = "ended"
RELIEVING = ("waived", "transferred", "taken_back", ENDED)
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


@dataclass
class Audience:
    """Who hears of one event: people with the kind it is to them, and the units whose desks are told.

    `merged` are those to whom it is news of a case of their own that was merged into this one.
    """

    people: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    merged: dict[int, tuple[Case, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row of the table: when it applies, as what, to whom."""

    applies: Callable[[Happening], bool]
    kind: str | None
    tells: tuple[str, ...]


def _does(effect: str) -> Callable[[Happening], bool]:
    return lambda event: effect in event.does


def _is_of_a_promise(event: Happening) -> bool:
    return not event.does.isdisjoint({"keep_promise_done", "strike_off", "review_account"})


def _shortens(event: Happening) -> bool:
    return any(note[0] == SHORTEN for note in event.data.get("clocks", []))


def _asks(event: Happening) -> bool:
    is_plain = not event.does and not event.is_note
    return is_plain and event.role != SYSTEM and not event.has_moved and not event.has_ended


TABLE = (
    Row(lambda event: "told" in event.data, None, (NOTED,)),
    Row(lambda event: event.has_moved and event.owner == SUBMITTER, "question", (SUBMITTER,)),
    Row(lambda event: event.has_changed_desks, "task", (DESK,)),
    Row(lambda event: event.has_moved and event.has_ended, "outcome", (SUBMITTER, LEAD)),
    Row(_does("vote_again"), "task", (DESK,)),
    Row(_does("name_chair"), "task", (CHAIR,)),
    Row(lambda event: event.has_said("answer"), "answer", (SUBMITTER,)),
    Row(lambda event: event.is_to_be_rated, "question", (MERGED,)),
    Row(lambda event: event.has_moved and event.has_ended, "outcome", (MERGED,)),
    Row(lambda event: event.has_said("answer"), "answer", (MERGED,)),
    Row(lambda event: bool({"split", "unmerge"} & event.does), "note", (SUBMITTER,)),
    Row(_does("rate_merged"), "note", (SUPERVISOR,)),
    Row(_does("assign"), "task", (SUPPORT,)),
    Row(lambda event: bool(event.given), "task", (GIVEN,)),
    Row(lambda event: event.has_ended and bool(event.ended(ENDED)), "outcome", (RELIEVED,)),
    Row(lambda event: not event.has_ended and bool(event.ended(*RELIEVING)), "decision", (DISCHARGED,)),
    Row(_does("report_delegated"), "task", (DELEGATING,)),
    Row(_does("report_part"), "note", (LEAD,)),
    Row(lambda event: bool(ASKS & event.does), "request", (DECIDERS,)),
    Row(_does("decide_extension"), "decision", (DESK,)),
    Row(_does("return_part"), "task", (LEAD,)),
    Row(lambda event: bool({"release_part", "decide_part", "decide_part_extension"} & event.does), "decision", (PART,)),
    Row(_is_of_a_promise, "answer", (SUBMITTER,)),
    Row(_does("break_promise"), "urge", (LEAD,)),
    Row(_shortens, "urge", (DESK, OWNER_HEAD)),
    Row(_does("acknowledge"), "urge", (DESK, OWNER_HEAD)),
    Row(_does("urge"), "urge", (URGED,)),
    Row(lambda event: event.is_note, "note", (DESK, LEAD, SUBMITTER)),
    Row(lambda event: event.is_note and event.has_ended, "note", (SUPERVISOR,)),
    Row(_asks, "urge", (DESK,)),
    Row(lambda event: event.has_moved, "watch", (WATCHERS,)),
)


def audience_of(db: Session, event: Happening, at: datetime) -> Audience:
    """Return who hears of an event, whether or not they may see the case: that is asked of each person alone."""
    found = Audience()
    for row in TABLE:
        if not row.applies(event):
            continue
        kind = row.kind or next(word for word in (event.data.get("kind"), event.action, "remind") if word in KINDS)
        if MERGED in row.tells:
            for other in merged_cases(db, event.case):
                found.merged.setdefault(other.submitter_id or 0, (other, kind))
            continue
        for unit_id, people in (told for word in row.tells for told in _told(db, event, word, at)):
            if unit_id is not None:
                found.units.setdefault(unit_id, kind)
            for user_id in people:
                found.people.setdefault(user_id, kind)
    actor = event.case.submitter_id if event.role == SUBMITTER else event.actor_id
    if event.is_for_staff:
        found.merged.clear()
    for unheard in (actor, event.case.submitter_id if event.is_for_staff else None):
        found.people.pop(unheard or 0, None)
        found.merged.pop(unheard or 0, None)
    for user_id in found.people:
        found.merged.pop(user_id, None)  # one event is told to nobody twice
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
    elif word in (GIVEN, RELIEVED, DISCHARGED, DELEGATING):
        yield from _at_departments(db, event, _departments(db, event, word), at)
    elif word == WATCHERS:
        yield None, list(listeners()[word](db, event.case.id or 0))
    elif word == URGED and "part" in event.data:
        for post in desks(db, event.case, SUPPORT):
            if post.unit_id == event.data["part"]:
                yield _at_desk(db, event, post, at, SUPPORT)
    elif word == URGED:
        yield from _told(db, event, DESK, at)
    elif word == DECIDERS and (decider := event.decider(db)) is not None:
        yield _at_desk(db, event, decider, at, "supervisor")
    elif word == DECIDERS:
        for role in sorted(event.deciders):
            yield from _at_desks(db, event, role, at)
    elif word == PART:
        if "part" in event.data:
            yield _at_desk(db, event, Post(HANDLERS, event.data["part"]), at, SUPPORT)
    elif word != OWNER_HEAD or event.owner not in (None, SUBMITTER):
        yield from _at_desks(db, event, word, at)


def _at_desks(db: Session, event: Happening, role: str | None, at: datetime) -> Iterator[tuple[int, list[int]]]:
    for post in desks(db, event.case, role) if role is not None else ():
        yield _at_desk(db, event, post, at, role or "")


def _at_desk(db: Session, event: Happening, post: Post, at: datetime, role: str) -> tuple[int, list[int]]:
    unit_id, people = people_at(db, post, at, besides=passed_over(db, event.case, role))
    return unit_id, [person.id or 0 for person in people]


def _departments(db: Session, event: Happening, word: str) -> list[int]:
    """Return the units whose part an event gave or ended, or whose delegate reported."""
    if word == GIVEN:
        return event.given
    statuses = {RELIEVED: (ENDED,), DISCHARGED: RELIEVING, DELEGATING: (DONE,)}[word]
    rows = select(Assignment).where(col(Assignment.id).in_(event.ended(*statuses)))
    if word == DISCHARGED:
        rows = rows.where(Assignment.kind != LEAD)
    if word == DELEGATING:
        rows = select(Assignment).where(col(Assignment.id).in_(rows.with_only_columns(col(Assignment.parent_id))))
    return [row.unit_id for row in db.exec(rows.order_by(col(Assignment.id)))]


def _at_departments(
    db: Session, event: Happening, units: Iterable[int], at: datetime
) -> Iterator[tuple[int, list[int]]]:
    for wanted in units:
        unit_id, people = people_at(db, Post(HANDLERS, wanted), at, besides=passed_over(db, event.case, SUPPORT))
        yield unit_id, [person.id or 0 for person in people]


def _submitter(event: Happening) -> list[int]:
    return [event.case.submitter_id] if event.case.submitter_id is not None else []
