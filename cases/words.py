"""The law's words, and how a capability registers one: a field, an effect, a condition, a role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlmodel import Session

from cases.record.case import Case
from cases.record.people import DUTIES, OVERSEERS, User
from workflow.calendar import Calendar
from workflow.definition import SYSTEM, Step
from workflow.errors import Refusal
from workflow.machine import Law
from workflow.vocabulary import Field, Requirements, Vocabulary

SUBMITTER = "submitter"
ANYONE = "anyone"
ENDORSER = "endorser"

#: Whoever does something in these roles is never named by the event: that somebody did is all it says.
UNNAMED = frozenset({SUBMITTER, ENDORSER})

#: Whom a rung can tell besides the law's roles: whoever has the case now, and the head of their unit.
OWNER, OWNER_HEAD = "owner", "owner_head"

#: Who works at the desk of a department.
HANDLERS = ("handler", "head")

#: Who may read what is said in a case, besides everyone in it.
STAFF = "staff"


@dataclass(frozen=True)
class Post:
    """A desk: whoever has one of these duties at the unit or, where nobody has, at the nearest unit above it.

    Where `people` names persons by id, the desk is theirs alone, whatever their duties. One that `reaches_down` is no
    desk that anything lies on: it stands for everyone with such a duty at the unit or anywhere below it. Nobody counts
    who has a duty, whichever it be, at one of the units `not_of`: they have an interest in what is decided there.
    """

    duties: tuple[str, ...]
    unit_id: int
    people: tuple[int, ...] = ()
    reaches_down: bool = False
    not_of: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Elsewhere:
    """An action that the system takes on another case because of what was done with this one."""

    case: Case
    action: str


@dataclass
class Deed:
    """One action being taken: what the words of the law read and what they write.

    `fields` are the cleaned values of the form, `sets` the columns of the case that change, `said` the free texts by
    field, `facts` what else the event remembers. Effects write their own rows (`cases.beside`); they never commit.
    `follows` are the actions that the system takes right after this one, in the same transaction; `elsewhere` those
    that it then takes on other cases, which whoever names them has held already (`cases.recording.hold_others`).
    `goes_to` is the state that was picked among those of the step; `keeps_clock` lets that desk go on with the clock
    that it had. `stands_for` is the id of whoever the person stands in for, where their role is another's alone.
    """

    db: Session
    law: Law
    step: Step
    case: Case
    by: User | None
    role: str
    at: datetime
    calendar: Calendar
    fields: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    follows: list[str] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    goes_to: str | None = None
    keeps_clock: bool = False
    stands_for: int | None = None

    @property
    def case_id(self) -> int:
        """Return the id of the case, which every case that can be acted on has."""
        assert self.case.id is not None
        return self.case.id

    def among_staff(self) -> None:
        """Keep this action, and what is said in it, from whoever is not staff in the case."""
        self.fields["audience"] = STAFF
        self.facts.setdefault("fields", {})["audience"] = STAFF

    def now(self, column: str) -> Any:
        """Return a column of the case as it will be once this action is written."""
        return self.sets.get(column, getattr(self.case, column))


Effect = Callable[[Deed], None]
Condition = Callable[[Deed], Refusal | None]
Role = Callable[[Session, Case], Iterable[Post]]
Listeners = Callable[[Session, int], Iterable[int]]

_fields: dict[str, Field] = {}
_effects: dict[str, Effect] = {}
_requirements: dict[str, Requirements] = {}
_clerical: set[str] = set()
_conditions: dict[str, Condition] = {}
_roles: dict[str, Role] = {}
_audiences: dict[str, Role] = {}
_listeners: dict[str, Listeners] = {}


def register(*fields: Field) -> None:
    """Make fields known to the law."""
    for word in fields:
        _once(_fields, word.name)
        _fields[word.name] = word


def effect(
    word: str, *, needs: tuple[str, ...] = (), only_if: tuple[str, ...] = (), clerical: bool = False
) -> Callable[[Effect], Effect]:
    """Make a function known to the law as something an action does beyond moving the case.

    It may rely on the fields in `needs` being filled in and on the conditions in `only_if`: every law is proven to ask.
    What is `clerical` decides nothing in the case: whoever did no more has not acted in it in any capacity.
    """

    def keep(function: Effect) -> Effect:
        _once(_effects, word)
        _effects[word] = function
        _requirements[word] = Requirements(needs, only_if)
        if clerical:
            _clerical.add(word)
        return function

    return keep


def condition(word: str) -> Callable[[Condition], Condition]:
    """Make a function known to the law as a condition; it returns the sentence of its refusal, or None."""

    def keep(function: Condition) -> Condition:
        _once(_conditions, word)
        _conditions[word] = function
        return function

    return keep


def role(word: str) -> Callable[[Role], Role]:
    """Make a function known to the law as a role; it returns the desks that hold the role in a case."""

    def keep(function: Role) -> Role:
        _once(_roles, word)
        _roles[word] = function
        return function

    return keep


def audience(word: str) -> Callable[[Role], Role]:
    """Make a function known to the law as somebody whom a rung can tell, though no step is theirs by that word."""

    def keep(function: Role) -> Role:
        _audiences[word] = function
        return function

    return keep


def listener(word: str) -> Callable[[Listeners], Listeners]:
    """Make a function known to the law as somebody to tell: it returns the ids of people for the id of a case."""

    def keep(function: Listeners) -> Listeners:
        _listeners[word] = function
        return function

    return keep


@cache
def vocabulary() -> Vocabulary:
    """Return every registered word; the capabilities are imported for it."""
    import cases.capabilities  # noqa: F401  # imported here, because capabilities import this module

    return Vocabulary(
        fields=dict(_fields),
        effects=MappingProxyType(dict(_requirements)),
        conditions=frozenset(_conditions),
        roles=frozenset(_roles) | {SUBMITTER, ANYONE, SYSTEM},
        duties=frozenset(DUTIES),
        overseers=frozenset(OVERSEERS),
        audiences=frozenset({*_audiences, *_listeners, OWNER, OWNER_HEAD}),
    )


def effects() -> Mapping[str, Effect]:
    """Return the registered effects by word."""
    vocabulary()
    return _effects


def is_clerical(step: Step) -> bool:
    """Tell whether a step does nothing that counts as having acted in a case: copies, watches, links or withdraws."""
    vocabulary()
    return not step.targets and bool(step.does) and _clerical.issuperset(step.does)


def conditions() -> Mapping[str, Condition]:
    """Return the registered conditions by word."""
    vocabulary()
    return _conditions


def audiences() -> Mapping[str, Role]:
    """Return the registered audiences by word."""
    vocabulary()
    return _audiences


def listeners() -> Mapping[str, Listeners]:
    """Return by word who is told of a case besides its desks."""
    vocabulary()
    return _listeners


def roles() -> Mapping[str, Role]:
    """Return the registered roles by word."""
    vocabulary()
    return _roles


def _once(known: Mapping[str, object], word: str) -> None:
    """Refuse a word that another capability has registered: the law could not tell them apart."""
    if word in known:
        raise ValueError(f"the word {word} is registered twice")
