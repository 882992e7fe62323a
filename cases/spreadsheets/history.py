"""History: a checked row becomes a case with its passages, parts, clocks and events, each at its own moment.

The rows are what `cases.act` would have left, had the case been raised, answered and closed here; only the actions are
called `history_submit`, `history_answer` and `history_close`, and `recorded_at` says when it was truly written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from cases.audit import Entry, moment
from cases.clocks import BESIDE, CASE, OF_THE_CASE, STATE, ladder_of, started_note
from cases.record.number import number_of
from cases.sides import Side
from cases.spreadsheets.batch import CASES, Tables
from cases.spreadsheets.faults import BadCell
from cases.spreadsheets.places import Desk
from cases.spreadsheets.record import Record
from workflow import clocks as law_of_clocks
from workflow.calendar import Calendar
from workflow.definition import Definition
from workflow.errors import Refusal
from workflow.ladders import first_after
from workflow.limits import Limit

ROLE = "history"
IDENTITY = "confidential"

#: What the first event sets; the rest of a case's columns only later events fill.
BORN_WITH = tuple(
    name for name in CASES if name not in {"id", "title", "version", "rating", "answered_at", "closed_at"}
)


class Step(NamedTuple):
    """One event of a case to be written: what it set on the case, what was said, and what else it remembers."""

    at: datetime
    action: str
    sets: dict[str, Any]
    said: dict[str, str]
    facts: dict[str, Any]


class ClockRow(NamedTuple):
    """A clock of a case to be written."""

    kind: str
    state: str | None
    first_due_at: datetime | None
    due_at: datetime | None
    remaining: str | None
    limit: str | None
    is_provisional: bool


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
        self,
        tables: Tables,
        record: Record,
        key: str,
        case_id: int,
        unit: Desk,
        parts: list[Desk],
        calendar: Calendar,
    ) -> None:
        """Add everything that a row leaves in the record. Raises BadCell where the law's arithmetic has no answer."""
        answered, closed, is_guessed = self._ends(record)
        clocks = self._clocks(record, parts[1:], calendar, closed)
        case = self._born(record, case_id, unit, parts, clocks, calendar)
        # A row that names no department lies with its own unit.
        given, ended = tables.assign(case_id, parts or [unit], record.submitted_at, closed)
        steps = [self._submission(record, case, clocks, given)]
        if answered is not None:
            words = {"answer": record.answer} if record.answer else {}
            steps.append(Step(answered, "history_answer", {"answered_at": answered}, words, {}))
        if closed is not None:
            steps.append(self._closing(case, closed, clocks, ended, is_guessed))
        steps.sort(key=lambda step: step.at)
        if record.rating:
            steps[-1].sets["rating"] = record.rating
        self._tell(tables, case, steps)
        tables.cases.append(tuple(map(case.get, CASES)))
        tables.clocks.extend(
            (
                case_id, clock.kind, clock.state, 1, clock.limit, calendar.name, clock.is_provisional,
                record.submitted_at, clock.first_due_at, clock.due_at, clock.remaining, closed, 0,
                0, *self._to_come(clock, calendar, closed),
            )
            for clock in clocks
        )  # fmt: skip
        tables.imported_rows.append((self.source, key, record.digest, case_id))

    def _ends(self, record: Record) -> tuple[datetime | None, datetime | None, bool]:
        """Return when the case was answered and closed, and whether the latter had to be guessed.

        Where the file says that it is over and not since when, the import is the first moment at which it surely was.
        """
        answered, closed = record.answered_at, record.closed_at
        is_guessed = closed is None and record.is_over and answered is None
        if closed is None and record.is_over:
            closed = answered or self.at
        if answered is None and record.answer is not None:
            answered = closed or self.at
        return answered, closed, is_guessed

    def _born(
        self, record: Record, case_id: int, unit: Desk, parts: list[Desk], clocks: list[ClockRow], calendar: Calendar
    ) -> dict[str, Any]:
        """Return the columns of the case as it was submitted."""
        state, submitted = self.law.states[self.law.history_open], record.submitted_at
        return {
            "id": case_id,
            "number": number_of(self.number_key, self.law.prefix, submitted.astimezone(calendar.zone).year, case_id),
            "law_id": self.law_id,
            "unit_id": unit.id,
            "lead_id": (parts[0] if parts else unit).id,
            "state": state.name,
            "stage": state.stage,
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
            "due_at": min((c.due_at for c in clocks if c.due_at is not None and c.kind in OF_THE_CASE), default=None),
            "first_due_at": next((clock.first_due_at for clock in clocks if clock.kind == CASE), None),
        }

    def _submission(self, record: Record, case: dict[str, Any], clocks: list[ClockRow], given: list[Any]) -> Step:
        sets = {name: value for name in BORN_WITH if (value := case[name]) is not None}
        said = {"title": record.title, "text": record.text} if record.text else {"title": record.title}
        started = [started_note(c.kind, c.state, c.limit, c.first_due_at, c.remaining) for c in clocks]
        facts = {"clocks": started, "row": record.number, "rows": given}
        return Step(record.submitted_at, "history_submit", sets, said, facts)

    def _closing(
        self, case: dict[str, Any], closed: datetime, clocks: list[ClockRow], ended: list[Any], is_guessed: bool
    ) -> Step:
        state = self.law.states[self.law.history_closed]
        sets = {"state": state.name, "stage": state.stage, "entered_at": closed, "closed_at": closed}
        if case["due_at"] is not None:
            sets |= {"due_at": None}
        stopped = [["stop", clock.kind, clock.state] for clock in clocks]
        facts = {"clocks": stopped, "rows": ended, **({"unknown": ["closed_at"]} if is_guessed else {})}
        return Step(closed, "history_close", sets, {}, facts)

    def _tell(self, tables: Tables, case: dict[str, Any], steps: list[Step]) -> None:
        """Write the events of a case and bring its columns to where the last one leaves them."""
        state: str | None = None
        # The same text that the encoder would make of a moment, made once for all columns that share it.
        written: dict[int, str] = {}
        for version, step in enumerate(steps, 1):
            case |= step.sets
            for value in step.sets.values():
                if isinstance(value, datetime) and id(value) not in written:
                    written[id(value)] = moment(value)
            data: dict[str, Any] = {
                "set": {name: written.get(id(value), value) for name, value in step.sets.items()},
                **step.facts,
            }
            if step.said:
                data["said"] = tables.say(case["id"], version, step.said)
            tables.events.append(
                Entry(step.at, step.action, ROLE, data, case["id"], version, state, case["state"], None, self.at)
            )
            state = case["state"]
        case["version"] = len(steps)

    def _to_come(self, clock: ClockRow, calendar: Calendar, closed: datetime | None) -> tuple[int, datetime | None]:
        """Return which rung comes next, and when; those whose moment lies before the import count as passed."""
        if closed is not None:
            return 0, None
        return first_after(calendar, ladder_of(self.law, clock.kind, clock.state), clock.due_at, self.at)

    def _clocks(
        self, record: Record, supports: list[Desk], calendar: Calendar, closed: datetime | None
    ) -> list[ClockRow]:
        """Return the clocks of a case, the one that its source fixed or those of the law, and of its open parts."""
        if record.due_at is None and not self.takes_the_law:
            return [ClockRow(CASE, None, None, None, None, None, False)]
        of_parts: list[tuple[str, str | None, Limit | None]] = [
            (BESIDE, str(Side(clock.name, part.id)), clock.limit)
            for part in (supports if closed is None else [])
            for clock in self.law.parts.values()
        ]
        if record.due_at is not None:
            fixed = ClockRow(CASE, None, record.due_at, record.due_at, None, None, False)
            return [fixed, *self._begun(of_parts, record, calendar, is_paused=False)]
        state = self.law.states[self.law.history_open]
        chosen = {"tier": record.tier, "urgency": record.urgency}
        limits: list[tuple[str, str | None, Limit | None]] = [(STATE, state.name, self.law.limit_of(state, chosen))]
        if self.law.case_clock is not None:
            limits.append((CASE, None, self.law.limit_of(self.law.case_clock, chosen)))
        return self._begun([*limits, *of_parts], record, calendar, is_paused=state.pauses and closed is None)

    def _begun(
        self, limits: list[tuple[str, str | None, Limit | None]], record: Record, calendar: Calendar, *, is_paused: bool
    ) -> list[ClockRow]:
        """Return clocks that began with the row; that of the whole case may stand still from the outset."""
        clocks = []
        for kind, name, limit in limits:
            if limit is None:
                continue
            try:
                figures = law_of_clocks.start(calendar, limit, record.submitted_at)
            except Refusal as error:  # the arithmetic ends in 2200
                raise BadCell("", record.submitted_at, error.zh, error.en) from None
            first_due_at = figures.due_at
            if kind == CASE and is_paused:
                figures = law_of_clocks.pause(calendar, figures, record.submitted_at)
            left = str(figures.remaining) if figures.remaining else None
            clocks.append(ClockRow(kind, name, first_due_at, figures.due_at, left, str(limit), figures.is_provisional))
        return clocks
