"""A batch of imported cases on its way into the record: rows by table, and the events that tell of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.audit import Entry, digest
from cases.capabilities.assignments import ENDED, LEAD, OFFERED, SIGNED
from cases.spreadsheets.places import Desk
from workflow.vocabulary import SUPPORT

AUDIENCE = "parties"

CASES = (
    "id", "number", "law_id", "unit_id", "lead_id", "state", "stage", "title", "category", "tier", "urgency",
    "identity", "round", "level", "version", "rating", "source", "external_id", "submitted_at", "answered_at",
    "entered_at", "due_at", "first_due_at", "closed_at",
)  # fmt: skip
PASSAGES = ("case_id", "version", "field", "audience", "body", "salt")
ASSIGNMENTS = ("id", "case_id", "unit_id", "kind", "status", "round", "assigned_at", "signed_at", "ended_at")
CLOCKS = (
    "case_id", "kind", "state", "round", "limit", "calendar", "is_provisional", "started_at", "first_due_at", "due_at",
    "remaining", "stopped_at", "spans", "term", "rung", "next_at",
)  # fmt: skip
IMPORTED = ("source", "key", "digest", "case_id")


@dataclass
class Tables:
    """Rows of a batch, by table, in the order in which they may be written."""

    assignment_ids: Iterator[int] = field(default_factory=lambda: iter(()))
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

    def say(self, case_id: int, version: int, words: dict[str, str]) -> dict[str, str]:
        """Keep free texts in rows of their own and return their digests for the event."""
        digests = {}
        for name, body in words.items():
            salt = secrets.token_hex(8)
            self.passages.append((case_id, version, name, AUDIENCE, body, salt))
            digests[name] = digest(salt + body)
        return digests

    def assign(
        self, case_id: int, parts: list[Desk], submitted: datetime, closed: datetime | None
    ) -> tuple[list[Any], list[Any]]:
        """Give the lead, which comes first, and the support departments their parts of a case.

        Return what its first and its last event tell of them.
        """
        given: list[Any] = []
        ended: list[Any] = []
        for place, part in enumerate(parts):
            kind, status, signed = (LEAD, SIGNED, submitted) if place == 0 else (SUPPORT, OFFERED, None)
            row_id = next(self.assignment_ids, 0)
            told = {"unit_id": part.id, "kind": kind, "status": status, "round": 1, "assigned_at": submitted}
            given.append(["add", "assignments", row_id, told | ({"signed_at": signed} if signed else {})])
            if closed is not None:
                status = ENDED
                ended.append(["set", "assignments", row_id, {"status": status, "ended_at": closed}])
            self.assignments.append((row_id, case_id, part.id, kind, status, 1, submitted, signed, closed))
        return given, ended
