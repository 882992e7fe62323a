"""Who hears of an event, and as what: one table, asked from top to bottom.

| an event                                     | is told to                         | as       |
|----------------------------------------------|------------------------------------|----------|
| a rung of a ladder, an order, a card, a copy | whom it told, as the event notes   | its name |
| asks for a second person, or is their answer | whom it told, as the event notes   | its name |
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
from datetime import datetime

from sqlmodel import Session, col, select

from cases.apart import passed_over
from cases.audience import desks
from cases.hands import LEAD
from cases.merged import merged_cases
from cases.progress import DONE
from cases.record.case import Assignment, Case
from cases.seats import people_at
from cases.words import HANDLERS, OWNER_HEAD, SUBMITTER, Post, listeners
from notifications.happening import Happening
from notifications.kinds import KINDS
from workflow.definition import SYSTEM
from workflow.vocabulary import CHAIR, SHORTEN

SUPPORT, SUPERVISOR = "support", "supervisor"
#: Whoever raised a case that was merged into this one.
MERGED = "of_merged_cases"
#: Whom the event itself names, whoever has to decide on a request for more time, and the department whose part it is.
NOTED, DECIDERS, DESK, PART = "noted", "deciders", "desk", "part"
#: Who was urged, and who watches the case.
URGED, WATCHERS = "urged", "watchers"
#: What asks for more time.
ASKS = frozenset({"request_extension", "request_part_extension"})
#: Departments by what the event did with their parts: given one, ended with the case, taken off, delegating.
GIVEN, RELIEVED, DISCHARGED, DELEGATING = "given", "relieved", "discharged", "delegating"
#: How a part ends that somebody else ends before the case does.
ENDED = "ended"
RELIEVING = ("waived", "transferred", "taken_back", ENDED)


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
    is_plain = event.is_of_the_law and not event.does and not event.is_note
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
