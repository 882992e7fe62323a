"""Where a capability takes part in what others do: it forbids a step, follows a move or a word, shows people a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement

from cases.words import Deed, vocabulary
from workflow.definition import State
from workflow.errors import Refusal

Guard = Callable[[Deed], Refusal | None]
Moved = Callable[[Deed, State, State], None]
Heard = Callable[[Deed, State], None]
Sees = Callable[[int, datetime], ColumnElement[bool]]

_guards: list[Guard] = []
_moved: list[Moved] = []
_heard: list[Heard] = []
_sees: list[tuple[Sees, bool]] = []


def guard(function: Guard) -> Guard:
    """Let a function forbid any step of any law: it returns the sentence of its refusal, or None."""
    _guards.append(function)
    return function


def on_move(function: Moved) -> Moved:
    """Let a function know whenever a case goes from one state to another, before its clocks do."""
    _moved.append(function)
    return function


def on_word_of_submitter(function: Heard) -> Heard:
    """Let a function know whenever whoever raised a case has acted in it, with the state in which it lies then."""
    _heard.append(function)
    return function


def may_also_see(*, is_staff: bool) -> Callable[[Sees], Sees]:
    """Let people see a case for a reason of their own: the function returns the condition on `Case` for a person's id.

    Who is not staff in a case reads what its submitter may read: no names of staff, nothing said among staff.
    """

    def keep(function: Sees) -> Sees:
        _sees.append((function, is_staff))
        return function

    return keep


def guards() -> Iterable[Guard]:
    """Return the functions that any step must pass."""
    vocabulary()
    return _guards


def moved() -> Iterable[Moved]:
    """Return the functions that are told of a move."""
    vocabulary()
    return _moved


def heard() -> Iterable[Heard]:
    """Return the functions that know of every act of whoever raised a case."""
    vocabulary()
    return _heard


def sees() -> Iterable[tuple[Sees, bool]]:
    """Return the registered reasons to see a case, each with whether it makes somebody staff in it."""
    vocabulary()
    return _sees
