"""Who acted in a case in one capacity, and may therefore not act in it in another (处理人、督查人、审议人分离).

A law may keep capacities apart, each a group of its roles: whoever acted in a case in one of them acts in it in no
other, whatever their duties, in whichever round, whether in person, in somebody's place, or by somebody who stood in
for them. As with whoever raised the case, a desk passes them over: who comes next answers for it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from cases.accused import people_of_the_accused
from cases.laws import law_of
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.statements import Prepared
from cases.veil import raiser
from cases.words import is_clerical
from workflow.definition import Definition

#: What an event says of somebody who stood in for another: whose place it was.
FOR = "for"

_EVENTS = table_of(Event)
_ACTED = Prepared(
    select(_EVENTS.c.actor_id, _EVENTS.c.role, _EVENTS.c.action, _EVENTS.c.data).where(
        _EVENTS.c.case_id == bindparam("case_id"), _EVENTS.c.actor_id.is_not(None)
    ),
    of_case="case_id",
)


def acted(db: Session, case: Case, roles: Collection[str]) -> frozenset[int]:
    """Return the ids of those who acted in a case in one of some roles, and of those in whose place they did.

    Who did only clerical things, such as watching or linking it, has not acted in it.
    """
    found: set[int] = set()
    paperwork = clerical(law_of(db, case.law_id).definition) if roles else ()
    for actor_id, role, action, data in _ACTED.rows(db, {"case_id": case.id}) if roles else ():
        if role in roles and action not in paperwork:
            found.add(actor_id)
            if (stood_in_for := for_whom(data)) is not None:
                found.add(stood_in_for)
    return frozenset(found)


def clerical(definition: Definition) -> frozenset[str]:
    """Return the actions of a law by which nobody acts in a case in any capacity."""
    counting = {step.action for step in definition.steps if not is_clerical(step)}
    return frozenset(step.action for step in definition.steps) - counting


def others(definition: Definition, role: str) -> frozenset[str]:
    """Return the roles that a law keeps apart from a role."""
    own = definition.separation.get(role)
    if own is None:
        return frozenset()
    return frozenset(word for word, capacity in definition.separation.items() if capacity != own)


def barred(db: Session, case: Case, role: str) -> frozenset[int]:
    """Return the ids of those who may not act in a case in a role, because they acted in it in another capacity."""
    definition = law_of(db, case.law_id).definition
    return acted(db, case, others(definition, role)) if definition.separation else frozenset()


def passed_over(db: Session, case: Case, role: str) -> frozenset[int]:
    """Return the ids of those whom a role's desk passes over: whoever raised the case, is barred, or is accused."""
    owner = raiser(db, case)
    raised_by = frozenset() if owner is None else frozenset({owner})
    return raised_by | barred(db, case, role) | people_of_the_accused(db, case)


def for_whom(data: str) -> int | None:
    """Return the id of the person in whose place somebody acted, as their event tells, or None."""
    if f'"{FOR}":' not in data:
        return None  # nearly always, and much sooner than the text is read
    found: Any = json.loads(data).get(FOR)
    return found if isinstance(found, int) else None
