"""The rates that unions report, each with its denominator; nothing is dropped from one without being counted.

| rate          | numerator                                  | denominator                                      |
|---------------|--------------------------------------------|--------------------------------------------------|
| response      | first answer on or before the limit        | limit of the whole case fell in the period       |
| completion    | closed with an answer                      | accepted and closed, withdrawn or merged aside   |
| in time       | answered within the limit, extensions aside| completed                                        |
| resolution    | said satisfied or partly satisfied         | reached: gave any rating                         |
| satisfaction  | satisfied (partly satisfied stands apart)  | rated                                            |

Cases without a limit, without a rating and closed without an answer have columns of their own. Imported cases whose
source does not tell when they ended are excluded, and counted as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlmodel import Session

from cases.record.case import Case
from cases.record.clock import Clock, ClockSpan
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.people import Unit

COLUMNS = (
    "key",
    "due", "answered_in_time", "response_rate",
    "ended", "completed", "completion_rate",
    "in_time", "after_extension", "late", "without_limit", "in_time_rate",
    "reached", "solved", "resolution_rate",
    "rated", "satisfied", "partly_satisfied", "unsatisfied", "unrated", "satisfaction_rate",
    "excluded",
)  # fmt: skip
COUNTS = tuple(name for name in COLUMNS if name != "key" and not name.endswith("_rate"))
RATES = {
    "response_rate": ("answered_in_time", "due"),
    "completion_rate": ("completed", "ended"),
    "in_time_rate": ("in_time", "completed"),
    "resolution_rate": ("solved", "reached"),
    "satisfaction_rate": ("satisfied", "rated"),
}

_CASES = table_of(Case)
_CLOCKS = table_of(Clock)
_SPANS = table_of(ClockSpan)
_UNITS = table_of(Unit)
_EVENTS = table_of(Event)


def rates(
    db: Session,
    since: datetime,
    until: datetime,
    by: str | None = None,
    visible: ColumnElement[bool] | None = None,
) -> list[dict[str, Any]]:
    """Return one row of rates, or one for each responsible unit or category, for the period [since, until).

    `visible` narrows to the cases that a person may see (see `cases.policy`).
    """
    counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    if by is None:
        counts["all"]  # an empty period still has its row of zeros
    codes = {row.id: row.code for row in db.connection().execute(select(_UNITS.c.id, _UNITS.c.code))}
    for case in _cases(db, since, until, visible):
        key = (
            {None: "all", "category": case.category or ""}.get(by)
            if by != "unit"
            else codes[case.lead_id or case.unit_id]
        )
        _count(counts[str(key)], case, since, until)
    return [_row(key, counts[key]) for key in sorted(counts)]


def _cases(db: Session, since: datetime, until: datetime, visible: ColumnElement[bool] | None) -> Iterable[Any]:
    """Select the cases that fell due or were closed in the period, with the last clock of the whole case."""
    last = (
        select(_CLOCKS.c.id)
        .where(_CLOCKS.c.case_id == _CASES.c.id, _CLOCKS.c.kind == "case")
        .order_by(_CLOCKS.c.id.desc())
        .limit(1)
        .correlate(_CASES)
        .scalar_subquery()
    )
    extended = exists(select(_SPANS.c.id).where(_SPANS.c.clock_id == _CLOCKS.c.id, _SPANS.c.why == "extend"))
    unknown = exists(
        select(_EVENTS.c.seq).where(
            _EVENTS.c.case_id == _CASES.c.id,
            _EVENTS.c.version == _CASES.c.version,
            _EVENTS.c.data.contains('"unknown":["closed_at"]'),
        )
    )
    within = or_(
        and_(_CASES.c.closed_at >= since, _CASES.c.closed_at < until),
        and_(_CASES.c.first_due_at >= since, _CASES.c.first_due_at < until),
    )
    return db.connection().execute(
        select(
            _CASES.c.unit_id,
            _CASES.c.lead_id,
            _CASES.c.category,
            _CASES.c.rating,
            _CASES.c.first_due_at,
            _CASES.c.answered_at,
            _CASES.c.closed_at,
            _CLOCKS.c.due_at,
            _CLOCKS.c.remaining,
            extended.label("was_extended"),
            unknown.label("is_excluded"),
        )
        .outerjoin(_CLOCKS, _CLOCKS.c.id == last)
        .where(within, true() if visible is None else visible)
    )


def _count(row: dict[str, int], case: Any, since: datetime, until: datetime) -> None:
    limit = case.due_at or case.first_due_at
    if case.first_due_at and since <= case.first_due_at < until:
        row["due"] += 1
        row["answered_in_time"] += bool(case.answered_at and case.answered_at <= limit)
    if case.closed_at is None or not since <= case.closed_at < until:
        return
    if case.is_excluded:
        row["excluded"] += 1
        return
    row["ended"] += 1
    if case.answered_at is None:
        row["unrated"] += case.rating is None
        return
    row["completed"] += 1
    row[_timeliness(case, limit)] += 1
    if case.rating is None:
        row["unrated"] += 1
        return
    row["reached"] += 1
    row["rated"] += 1
    if case.rating in row:
        row[case.rating] += 1
    row["solved"] += case.rating in ("satisfied", "partly_satisfied")


def _timeliness(case: Any, limit: datetime | None) -> str:
    """Tell when the work was done: the answer counts, not the days a worker took to rate it."""
    if limit is None:
        return "without_limit"
    is_late = case.remaining.startswith("-") if case.remaining else case.answered_at > limit
    if is_late:
        return "late"
    return "after_extension" if case.was_extended else "in_time"


def _row(key: str, counts: dict[str, int]) -> dict[str, Any]:
    """Return the columns in order; a rate without cases behind it is empty, not zero."""
    row: dict[str, Any] = {"key": key, **counts}
    for name, (part, whole) in RATES.items():
        row[name] = round(counts[part] / counts[whole], 4) if counts[whole] else None
    return {name: row[name] for name in COLUMNS}
