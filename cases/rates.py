"""The rates that unions report, each with its denominator; nothing is dropped from one without being counted.

| rate          | numerator                                  | denominator                                      |
|---------------|--------------------------------------------|--------------------------------------------------|
| response      | first answer on or before the limit        | limit of the whole case fell in the period       |
| completion    | closed with an answer                      | accepted and closed                              |
| in time       | answered within the limit, extensions aside| completed                                        |
| resolution    | said satisfied or partly satisfied         | reached: gave any rating                         |
| satisfaction  | satisfied (partly satisfied stands apart)  | rated                                            |

Disputes stand beside them: those that ended in the period, with their minutes of office and of calendar time, in the
row of the unit that turned out to be wrong; one that ended with its case is booked to nobody, and counted apart.

Cases without a limit, without a rating and closed without an answer have columns of their own. What was withdrawn,
merged or rejected was never the handler's to finish: it stands in `not_handled` alone. Where the law lets merged cases
count each, they count with the fate of their lead case instead; each one's own rating counts under any law. Imported
cases whose source does not tell when they ended are excluded, and counted as such. A rating counts for the round in
which it was given.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlmodel import Session

from cases.dispute_rates import ended_disputes
from cases.laws import law_of
from cases.merged_rates import Follower, counts_for_itself, followers_of
from cases.record.case import Case
from cases.record.clock import Clock, ClockSpan
from cases.record.columns import table_of
from cases.record.disputes import Dispute
from cases.record.event import Event
from cases.record.people import Unit
from cases.rerunning import REARRANGE
from workflow.machine import Law

COLUMNS = (
    "key",
    "due", "answered_in_time", "response_rate",
    "ended", "completed", "completion_rate",
    "in_time", "after_extension", "late", "without_limit", "in_time_rate",
    "reached", "solved", "resolution_rate",
    "rated", "satisfied", "partly_satisfied", "unsatisfied", "unrated", "satisfaction_rate",
    "excluded", "not_handled",
    "disputes", "dispute_working_minutes", "dispute_minutes", "disputes_lapsed",
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
_DISPUTES = table_of(Dispute)


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
    period, seen = Period(since, until), true() if visible is None else visible

    def key_of(row: Any, unit_id: int | None) -> str:
        """Return in which row a case counts; by unit, in that of the unit that is named."""
        if by == "unit":
            return str(codes[unit_id or row.lead_id or row.unit_id])
        return str(row.category or "") if by == "category" else "all"

    found = list(_cases(db, period, seen))
    followers = followers_of(db, {case.row.id: case.row.round for case in found}, seen)
    for case in found:
        count = counts[key_of(case.row, None)]
        _count(count, case)
        for other in followers.get(case.row.id, ()):
            _count_follower(count, case, other)
    for dispute in ended_disputes(db, period.holds(_DISPUTES.c.decided_at), seen):
        for name, number in dispute.counts().items():
            counts[key_of(dispute.case, dispute.booked_to_unit_id)][name] += number
    return [_row(key, counts[key]) for key in sorted(counts)]


class Period(NamedTuple):
    """The moments from `since` to before `until`."""

    since: datetime
    until: datetime

    def holds(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that a column lies in the period."""
        return and_(column >= self.since, column < self.until)


class Counted(NamedTuple):
    """A case as it counts: whether its work ended as work does, how its first answer came, its last round's rating."""

    row: Any
    is_handled: bool
    timeliness: str
    rating: str | None


def _cases(db: Session, period: Period, seen: ColumnElement[bool]) -> Iterable[Counted]:
    """Yield the cases that fell due or were closed in the period, each with the clock that ran at its first answer."""
    is_closed, is_due = period.holds(_CASES.c.closed_at), period.holds(_CASES.c.first_due_at)
    which = and_(or_(is_closed, is_due), seen)
    at_the_answer = (
        select(_CLOCKS.c.id)
        .where(_CLOCKS.c.case_id == _CASES.c.id, _CLOCKS.c.kind == "case", _CLOCKS.c.started_at <= _CASES.c.answered_at)
        .order_by(_CLOCKS.c.started_at.desc(), _CLOCKS.c.id.desc())
        .limit(1)
        .correlate(_CASES)
        .scalar_subquery()
    )
    unknown = exists(
        select(_EVENTS.c.seq).where(
            _EVENTS.c.case_id == _CASES.c.id,
            _EVENTS.c.action == "history_close",
            _EVENTS.c.data.contains('"unknown":["closed_at"]', autoescape=True),
        )
    )
    stretches, outdated = _stretches(db, which), _rated_before(db, and_(is_closed, seen))
    rows = db.connection().execute(
        select(
            *(
                _CASES.c[name]
                for name in ("id", "law_id", "unit_id", "lead_id", "category", "state", "rating", "round")
            ),
            *(_CASES.c[name] for name in ("merged_into_id", "first_due_at", "answered_at", "closed_at")),
            func.coalesce(is_closed, false()).label("is_closed"),
            func.coalesce(is_due, false()).label("is_due"),
            unknown.label("is_excluded"),
            _CLOCKS.c.id.label("clock_id"),
            _CLOCKS.c.started_at.label("clock_started_at"),
            _CLOCKS.c.first_due_at.label("clock_first_due_at"),
            _CLOCKS.c.due_at.label("clock_due_at"),
        )
        .outerjoin(_CLOCKS, _CLOCKS.c.id == at_the_answer)
        .where(which)
    )
    for row in rows:
        if row.merged_into_id is not None and counts_for_itself(db, row.law_id):
            continue  # it counts with its lead case
        is_handled = row.closed_at is None or row.state == law_of(db, row.law_id).definition.history_closed
        rating = None if row.id in outdated else row.rating
        yield Counted(row, is_handled, _timeliness(row, stretches.get(row.clock_id, [])), rating)


def _stretches(db: Session, which: ColumnElement[bool]) -> Mapping[int, list[Any]]:
    """Return what had been changed on the clocks of whole cases before the first answer, by clock and in order."""
    rows = db.connection().execute(
        select(_SPANS.c.clock_id, _SPANS.c.why, _SPANS.c.from_at, _SPANS.c.due_at)
        .join(_CLOCKS, _CLOCKS.c.id == _SPANS.c.clock_id)
        .join(_CASES, _CASES.c.id == _CLOCKS.c.case_id)
        .where(which, _CLOCKS.c.kind == "case", _SPANS.c.from_at <= _CASES.c.answered_at)
        .order_by(_SPANS.c.from_at, _SPANS.c.id)
    )
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.clock_id].append(row)
    return found


def _rated_before(db: Session, which: ColumnElement[bool]) -> set[int]:
    """Return the cases whose rating was given in a round before their last one.

    The events tell: the column keeps an unsatisfied rating while the case goes round again, and an event does not
    repeat a rating that the column already holds.
    """
    rows = db.connection().execute(
        select(_CASES.c.id, _CASES.c.law_id, _EVENTS.c.action, _EVENTS.c.data)
        .join(_EVENTS, _EVENTS.c.case_id == _CASES.c.id)
        .where(which, _CASES.c.round > 1, _CASES.c.rating.is_not(None))
        .order_by(_CASES.c.id, _EVENTS.c.version)
    )
    outdated: set[int] = set()
    for row in rows:
        was_set = json.loads(row.data).get("set", {})
        if "round" in was_set:  # by an action that may have rated the round that it ended
            outdated.add(row.id)
        elif "rating" in was_set or _rates(law_of(db, row.law_id), row.action):
            outdated.discard(row.id)
    return outdated


def _rates(law: Law, action: str) -> bool:
    return any(step.action == action and "rating" in step.needs for step in law.definition.steps)


def _timeliness(case: Any, stretches: Sequence[Any]) -> str:
    """Tell how the first answer came, by the limit in force at it; what others did with the case later is not counted.

    While a clock stands still no limit passes: such an answer is as late as the clock was when it stopped.
    """
    if case.answered_at is None:
        return "unanswered"
    due, measured_at = case.clock_first_due_at, case.answered_at
    if case.clock_id is None:
        due = case.first_due_at  # answered before the clock of the whole case began
    elif not stretches and case.clock_due_at is None:
        measured_at = case.clock_started_at  # it has stood still from the beginning
    for stretch in stretches:
        if stretch.due_at is None:
            measured_at = measured_at if stretch.why == REARRANGE else stretch.from_at
        else:
            due, measured_at = stretch.due_at, case.answered_at
    if due is None:
        return "without_limit"
    if measured_at > due:
        return "late"
    return "after_extension" if any(stretch.why == "extend" for stretch in stretches) else "in_time"


def _count(row: dict[str, int], case: Counted) -> None:
    facts, rating, is_answered = case.row, case.rating, case.row.answered_at is not None
    if facts.is_due and case.is_handled:
        row["due"] += 1
        row["answered_in_time"] += is_answered and case.timeliness != "late"
    if not facts.is_closed:
        return
    if not case.is_handled:
        row["not_handled"] += 1
        return
    if facts.is_excluded:
        row["excluded"] += 1
        return
    row["ended"] += 1
    if is_answered:
        row["completed"] += 1
        row[case.timeliness] += 1
    if rating is None:
        row["unrated"] += 1
    else:
        _count_rating(row, rating)


def _count_follower(row: dict[str, int], lead: Counted, follower: Follower) -> None:
    """Count a merged case: with the fate of its lead case, or its rating alone."""
    if follower.is_counted:
        _count(row, lead._replace(rating=follower.rating))
    elif follower.rating and lead.is_handled and lead.row.is_closed and not lead.row.is_excluded:
        _count_rating(row, follower.rating)


def _count_rating(row: dict[str, int], rating: str) -> None:
    row["reached"] += 1
    row["rated"] += 1
    if rating in row:
        row[rating] += 1
    row["solved"] += rating in ("satisfied", "partly_satisfied")


def _row(key: str, counts: dict[str, int]) -> dict[str, Any]:
    """Return the columns in order; a rate without cases behind it is empty, not zero."""
    row: dict[str, Any] = {"key": key, **counts}
    for name, (part, whole) in RATES.items():
        row[name] = round(counts[part] / counts[whole], 4) if counts[whole] else None
    return {name: row[name] for name in COLUMNS}
