"""History: a checked row becomes a case with its passages, parts, clocks and events, each at its own moment.

The rows are what `cases.act` would have left, had the case been raised, answered and closed here; only the actions are
called `history_submit`, `history_answer` and `history_close`, and `recorded_at` says when it was truly written down.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.audit import Entry, digest
from cases.capabilities.assignments import ENDED, LEAD, OFFERED, SIGNED, SUPPORT
from cases.clocks import CASE, STATE
from cases.record.number import number_of
from cases.spreadsheets.faults import BadCell
from cases.spreadsheets.places import Desk
from cases.spreadsheets.record import Record
from workflow import clocks as law_of_clocks
from workflow.calendar import Calendar
from workflow.definition import Definition, State
from workflow.errors import Refusal
from workflow.limits import Limit

ROLE = "history"
IDENTITY = "confidential"
AUDIENCE = "parties"

CASES = (
    "id", "number", "law_id", "unit_id", "lead_id", "state", "stage", "title", "category", "tier", "urgency",
    "identity", "round", "level", "version", "rating", "source", "external_id", "submitted_at", "answered_at",
    "entered_at", "due_at", "first_due_at", "closed_at",
)  # fmt: skip
PASSAGES = ("case_id", "version", "field", "audience", "body", "salt")
ASSIGNMENTS = ("case_id", "unit_id", "kind", "status", "round", "assigned_at", "signed_at", "ended_at")
CLOCKS = (
    "case_id", "kind", "state", "round", "limit", "calendar", "is_provisional", "started_at", "first_due_at", "due_at",
    "remaining", "stopped_at", "spans",
)  # fmt: skip
IMPORTED = ("source", "key", "digest", "case_id")
#: What the first event sets; the rest of a case's columns only later events fill.
BORN_WITH = tuple(
    name for name in CASES if name not in {"id", "title", "version", "rating", "answered_at", "closed_at"}
)


@dataclass
class Tables:
    """Rows of a batch, by table, in the order in which they may be written."""

    cases: list[tuple[Any, ...]] = field(default_factory=list)
    passages: list[tuple[Any, ...]] = field(default_factory=list)
    assignments: list[tuple[Any, ...]] = field(default_factory=list)
    clocks: list[tuple[Any, ...]] = field(default_factory=list)
    imported_rows: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[Entry] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
        yield "cases", CASES, self.cases
        yield "passages", PASSAGES, self.passages
        yield "assignments", ASSIGNMENTS, self.assignments
        yield "clocks", CLOCKS, self.clocks
        yield "imported_rows", IMPORTED, self.imported_rows


@dataclass(frozen=True)
class History:
    """Writes checked rows under one version of a law, from one source, at the moment of the import."""

    law: Definition
    law_id: int
    number_key: bytes
    source: str
    takes_the_law: bool
    at: datetime

    def add(
        self, tables: Tables, record: Record, key: str, case_id: int, unit: Desk, parts: list[Desk], calendar: Calendar
    ) -> None:
        """Add everything that a row leaves in the record. Raises Refusal where the law's arithmetic has no answer."""
        states = self.law.states
        first, last = states[self.law.history_open], states[self.law.history_closed]
        submitted = record.submitted_at
        answered, closed, is_guessed = self._ends(record)
        clocks, provisional = self._clocks(record, first, calendar, closed)
        dues = [due for _, _, _, due, remaining, _ in clocks if due is not None and remaining is None]
        whole = next((first_due for kind, _, first_due, _, _, _ in clocks if kind == CASE), None)
        values: dict[str, Any] = {
            "id": case_id,
            "number": number_of(self.number_key, self.law.prefix, submitted.year, case_id),
            "law_id": self.law_id,
            "unit_id": unit.id,
            "lead_id": (parts[0] if parts else unit).id,
            "state": first.name,
            "stage": first.stage,
            "title": record.title,
            "category": record.category,
            "tier": record.tier,
            "urgency": record.urgency,
            "identity": IDENTITY,
            "round": 1,
            "level": 0,
            "source": self.source,
            "external_id": record.external_id,
            "submitted_at": submitted,
            "entered_at": submitted,
            "due_at": min(dues, default=None),
            "first_due_at": whole,
        }
        noted = [["start", kind, state, limit, due] for kind, state, _, due, _, limit in clocks]
        facts = {"row": record.number}
        said = {"title": record.title, **({"text": record.text} if record.text else {})}
        born = {name: value for name in BORN_WITH if (value := values[name]) is not None}
        steps: list[tuple[datetime, str, dict[str, Any], dict[str, str], dict[str, Any]]] = [
            (submitted, "history_submit", born, said, {"clocks": noted, **facts})
        ]
        if answered is not None:
            words = {"answer": record.answer} if record.answer else {}
            steps.append((answered, "history_answer", {"answered_at": answered}, words, {}))
        if closed is not None:
            ending = {
                "state": last.name,
                "stage": last.stage,
                "entered_at": closed,
                "closed_at": closed,
                "due_at": None,
            }
            if values["due_at"] is None:
                del ending["due_at"]
            stopped = [["stop", kind, state] for kind, state, *_ in clocks]
            # The file says that it is over and not since when: the import is the first moment at which it surely was.
            unsure = {"unknown": ["closed_at"]} if is_guessed else {}
            steps.append((closed, "history_close", ending, {}, {"clocks": stopped, **unsure}))
        steps.sort(key=lambda step: step[0])
        if record.rating:
            steps[-1][2]["rating"] = record.rating
        state: str | None = None
        for version, (at, action, sets, words, more) in enumerate(steps, 1):
            values |= sets
            data = {"set": sets, **more}
            if words:
                data["said"] = self._say(tables, case_id, version, words)
            tables.events.append(Entry(at, action, ROLE, data, case_id, version, state, values["state"], None, self.at))
            state = values["state"]
        values["version"] = len(steps)
        tables.cases.append(tuple(map(values.get, CASES)))
        for kind, clock_state, first_due, due, remaining, limit in clocks:
            tables.clocks.append(
                (case_id, kind, clock_state, 1, limit, calendar.name, provisional.get(kind, False), submitted, first_due,
                 due, remaining, closed, 0)
            )  # fmt: skip
        self._assign(tables, case_id, parts or [unit], submitted, closed)
        tables.imported_rows.append((self.source, key, record.digest, case_id))

    def _ends(self, record: Record) -> tuple[datetime | None, datetime | None, bool]:
        """Return when the case was answered and closed, and whether the latter had to be guessed."""
        answered, closed = record.answered_at, record.closed_at
        is_guessed = False
        if closed is None and record.is_over:
            closed, is_guessed = answered or self.at, answered is None
        if answered is None and record.answer is not None:
            answered = closed or self.at
        return answered, closed, is_guessed

    def _clocks(
        self, record: Record, state: State, calendar: Calendar, closed: datetime | None
    ) -> tuple[list[tuple[Any, ...]], dict[str, bool]]:
        """Return the clocks of a case as (kind, state, first due, due, remaining, limit), and which are provisional."""
        if record.due_at is not None:
            return [(CASE, None, record.due_at, record.due_at, None, None)], {}
        if not self.takes_the_law:
            return [(CASE, None, None, None, None, None)], {}
        chosen = {"tier": record.tier, "urgency": record.urgency}
        limits: list[tuple[str, str | None, Limit | None]] = [(STATE, state.name, self.law.limit_of(state, chosen))]
        if self.law.case_clock is not None:
            limits.append((CASE, None, self.law.limit_of(self.law.case_clock, chosen)))
        clocks: list[tuple[Any, ...]] = []
        provisional = {}
        for kind, name, limit in limits:
            if limit is None:
                continue
            try:
                figures = law_of_clocks.start(calendar, limit, record.submitted_at)
            except Refusal as error:  # the arithmetic ends in 2200
                raise BadCell("", record.submitted_at, error.zh, error.en) from None
            first_due = figures.due_at
            if kind == CASE and state.pauses and closed is None:
                figures = law_of_clocks.pause(calendar, figures, record.submitted_at)
            remaining = str(figures.remaining) if figures.remaining else None
            clocks.append((kind, name, first_due, figures.due_at, remaining, str(limit)))
            provisional[kind] = figures.is_provisional
        return clocks, provisional

    def _say(self, tables: Tables, case_id: int, version: int, words: dict[str, str]) -> dict[str, str]:
        digests = {}
        for name, body in words.items():
            salt = secrets.token_hex(8)
            tables.passages.append((case_id, version, name, AUDIENCE, body, salt))
            digests[name] = digest(salt + body)
        return digests

    def _assign(
        self, tables: Tables, case_id: int, parts: list[Desk], submitted: datetime, closed: datetime | None
    ) -> None:
        """Give the lead and the support departments their parts; a row that names none lies with its own unit."""
        for place, part in enumerate(parts):
            kind, status, signed = (LEAD, SIGNED, submitted) if place == 0 else (SUPPORT, OFFERED, None)
            if closed is not None:
                status = ENDED
            tables.assignments.append((case_id, part.id, kind, status, 1, submitted, signed, closed))
