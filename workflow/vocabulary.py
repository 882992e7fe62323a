"""The words a law may use: what a step asks for, does and depends on, and who may take it.

The law itself knows only the words. What they do stands in `cases/capabilities/`, where each word is registered by the
capability it belongs to; a law is read against the vocabulary that results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FieldKind = Literal[
    "line", "text", "choice", "unit", "units", "person", "people", "case", "limit", "date", "yes_no", "percent", "state"
]

#: Every rung of a ladder does one of these; `act` names an action that the system then takes.
CLIMB, ACT = "climb", "act"
RUNG_DEEDS = frozenset({"remind", "overdue", "yellow", "red", CLIMB, ACT})

#: The effect by which somebody endorses a case, and what their number can do besides letting the system act.
ENDORSE, SHORTEN = "endorse", "shorten"

#: The role of a department that has a part beside the lead, and of one that has something else to do.
SUPPORT, HANDLER = "support", "handler"
#: The role of a unit that a department with a part has handed its work to, and of that department.
DELEGATE, DELEGATOR = "delegate", "delegator"

#: The clocks of a department's part: to sign for it, and to finish it; a law may give a delegate one too.
SIGN, DONE, DELEGATED = "sign", "done", "delegated"
#: The clock of whoever has to decide on more time, and of who decides where it is much.
DECIDE, DECIDE_ABOVE = "decide", "decide_above"
#: The clock of a unit that was given an order: to answer it.
ANSWER = "answer"
#: The clock of a promise, and the table of the law whose rows each have a day of their own.
KEEP, PROMISES = "keep", "promises"
#: The role of a unit that made a promise.
PROMISOR = "promisor"
#: Clocks that run beside those of the case: the table of the law that sets them, their names, and whose they are.
BESIDE_CLOCKS: Mapping[str, Mapping[str, str]] = {
    "parts": {SIGN: SUPPORT, DONE: SUPPORT, DELEGATED: DELEGATE},
    "extensions": {DECIDE: "supervisor"},
    "orders": {ANSWER: HANDLER},
    PROMISES: {KEEP: HANDLER},
}

#: The members of a review group, whoever records what they decide, and those of them who have not voted yet.
PANEL, CHAIR, LATE_REVIEWERS = "panel", "chair", "late_reviewers"
#: How merged cases count in the rates: with the case that they were merged into as one, or each for itself.
ONCE, EACH = "once", "each"

#: `parent.supervisor` is the supervisor of the union above the case's own.
PARENT = "parent."


@dataclass(frozen=True)
class Field:
    """What a person fills in when taking an action.

    `kind` decides the form control and the check: a `state` is one of those that the step may lead to, a `person` is a
    login; `longest` is in characters. A `choice` draws its options from
    `options` (value -> zh, en, and what else people write for it) or, where that is empty, from the law's choice table
    of the same name. A field with `column` writes the case's column of that name; one with `is_private` holds free
    text, which is kept in rows of its own so that it can be erased, while the event carries its digest.
    """

    name: str
    kind: FieldKind
    label: str
    label_en: str
    longest: int = 200
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    column: str | None = None
    is_private: bool = False


@dataclass(frozen=True)
class Requirements:
    """What a step must ask for and depend on before an effect may stand in its `does`: fields and conditions."""

    needs: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """All words that are registered, by the place of a law where they may stand; an effect with what it requires."""

    fields: Mapping[str, Field]
    effects: Mapping[str, Requirements]
    conditions: frozenset[str]
    roles: frozenset[str]
    duties: frozenset[str]
    overseers: frozenset[str]
    audiences: frozenset[str]

    def knows_role(self, word: str) -> bool:
        """Tell whether `word` may stand after `owner` and `by`."""
        return word in self.roles or (word.startswith(PARENT) and word.removeprefix(PARENT) in self.duties)

    def knows_table(self, word: str) -> bool:
        """Tell whether a law may have a table of options `word`: a choice without its own that writes this column."""
        field = self.fields.get(word)
        return field is not None and field.kind == "choice" and field.column == word and not field.options

    def knows_rank(self, word: str) -> bool:
        """Tell whether a matter may climb to `word`: a duty that oversees, or the head of whoever has the case."""
        return word in self.overseers or word == "owner_head"

    def knows_audience(self, word: str) -> bool:
        """Tell whether `word` may stand after `tell`."""
        return word in self.audiences or self.knows_role(word)
