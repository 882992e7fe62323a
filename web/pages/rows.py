"""Cases as rows of a table: where they lie, with whom, and how much time is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.calendars import calendar as by_name
from cases.laws import law_of
from cases.record.case import Case
from cases.record.clock import Clock
from cases.standing_in import names_of
from cases.tasks import Task
from cases.units import units_by_id
from web import moments, words
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.definition import Definition
from workflow.limits import Limit

SOON = timedelta(days=1)
WORKING = ("wd", "wh")


@dataclass(frozen=True)
class Due:
    """A due moment in words: how it reads, when exactly, and whether it is late or soon."""

    words: str
    exact: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One case in a table."""

    number: str
    title: str
    law: str
    state: str
    stage: str
    unit: str
    lead: str
    category: str
    due: Due | None
    round: int
    closed: str
    todo: str
    due_at: datetime | None
    path: str
    stands_for: str = ""


def rows_of(
    visit: Visit,
    cases: Sequence[Case],
    tasks: Mapping[int, Task] | None = None,
    stands_for: Mapping[int, int] | None = None,
) -> list[Row]:
    """Return cases as rows; where somebody has a `task` beside the case, the row shows its limit and what to do.

    `stands_for` says by case in whose place they wait for the reader.
    """
    whose = stands_for or {}
    names = names_of(visit.db, whose.values())
    units = units_by_id(visit.db, [unit_id for case in cases for unit_id in (case.unit_id, case.lead_id)])
    calendars = {unit_id: visit.office(unit_id) for unit_id in {case.unit_id for case in cases}}
    rows = []
    for case in cases:
        definition, unit = law_of(visit.db, case.law_id).definition, units[case.unit_id]
        lead = units.get(case.lead_id or 0)
        calendar, task = calendars[unit.id or 0], (tasks or {}).get(case.id or 0)
        rows.append(
            Row(
                number=case.number,
                title=case.title,
                law=visit.say(definition.title, definition.title_en),
                state=words.label(definition.states[case.state], visit.language),
                stage=case.stage,
                unit=unit.name,
                lead=lead.name if lead else "",
                category=case.category or "",
                due=_due(visit, case, definition, calendar, task),
                round=case.round,
                closed=moments.exact(case.closed_at, calendar),
                todo=_todo(visit, task) if task else "",
                due_at=task.due_at if task else case.due_at,
                path=f"/cases/{case.number}",
                stands_for=names.get(whose.get(case.id or 0, 0), ""),
            )
        )
    return rows


def due_of(visit: Visit, case: Case, definition: Definition, calendar: Calendar) -> Due | None:
    """Return when a case is due; its working days count where the limit of its state counts them."""
    if case.due_at is None or case.closed_at is not None:
        return None
    chosen = {name: getattr(case, name, None) for name in definition.choices}
    return due_words(visit, case, calendar, definition.limit_of(definition.states[case.state], chosen))


def due_of_clock(visit: Visit, clock: Clock) -> Due | None:
    """Return when a clock is due; its working days count where its own limit counts them."""
    return due_words(visit, clock, by_name(visit.db, clock.calendar), Limit.parse(clock.limit) if clock.limit else None)


def _due(visit: Visit, case: Case, definition: Definition, calendar: Calendar, task: Task | None) -> Due | None:
    """Return when a case is due, or somebody's part of it; without a limit of its own that has none."""
    if task is None:
        return due_of(visit, case, definition, calendar)
    return due_of_clock(visit, task.clock) if task.clock is not None else None


def _todo(visit: Visit, task: Task) -> str:
    word = task.todo or ""
    return words.pick(words.TODOS.get(word) or words.PART_STATUS.get(task.status, ("", "")), visit.language)


def due_words(visit: Visit, case_or_clock: object, calendar: Calendar, limit: Limit | None) -> Due | None:
    """Return the due moment of a case or a clock in words."""
    due_at = getattr(case_or_clock, "due_at", None)
    if due_at is None:
        return None
    in_working_days = limit is None or limit.unit in WORKING
    tone = "late" if due_at < visit.at else "soon" if due_at - visit.at < SOON else "calm"
    text = moments.left(due_at, visit.at, calendar, in_working_days, visit.language)
    return Due(text, moments.exact(due_at, calendar), tone)
