"""The state of any case, and what was overdue, at any past moment: from the record alone, never from today's rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cases.record.case import Case, Passage
from cases.record.columns import Moment, table_of
from cases.record.event import Event
from cases.record.statements import of_each_case

#: Columns that no event holds: the title is erasable text, the submitter is nobody's business but the case's.
NOT_IN_EVENTS = frozenset({"id", "title", "submitter_id"})
_EVENTS, _PASSAGES = of_each_case(Event, "version"), of_each_case(Passage)
MOMENTS = frozenset(name for name, column in table_of(Case).c.items() if isinstance(column.type, Moment))


def replay(events: Iterable[Any]) -> dict[str, Any]:
    """Return a case's row as its events, or rows of them, have made it in order; what no event set is left out."""
    row: dict[str, Any] = {}
    for event in events:
        row |= json.loads(event.data)["set"]
        row["version"] = event.version
    return {name: _moment(value) if name in MOMENTS else value for name, value in row.items()}


def as_of(db: Session, case_id: int, at: datetime) -> dict[str, Any]:
    """Return a case's row as it stood at a moment; empty before it began."""
    return replay(events_of(db, case_id, at))


def events_of(db: Session, case_id: int, at: datetime | None = None) -> list[Event]:
    """Return the events of a case in order, up to a moment where one is given."""
    events = _EVENTS.objects(db, Event, {"case_id": case_id})
    return events if at is None else [event for event in events if event.at <= at]


def passages_of(db: Session, case_id: int) -> list[Passage]:
    """Return all that was said in a case, in the order in which it was."""
    return _PASSAGES.objects(db, Passage, {"case_id": case_id})


def differences(case: Case, row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return where a case's row and its replayed events disagree: column -> (row, replayed).

    A category that nobody has decided on yet is the submitter's own word, which no event holds.
    """
    undecided = set() if "category" in row else {"category"}
    names = [name for name in Case.model_fields if name not in NOT_IN_EVENTS | undecided]
    return {name: (getattr(case, name), row.get(name)) for name in names if getattr(case, name) != row.get(name)}


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
