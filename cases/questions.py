"""The list of questions (质询清单): promises that were overdue or broken in a quarter, by the unit that made them.

A promise is asked about in every quarter in which it stood overdue: from the end of its day until it was kept or found
broken. What nobody has settled is asked about again in the next quarter. Who may ask learns which unit promised
something by which day, and in which case; its words are for those who may read that case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.calendars import calendar
from cases.errors import BadRequest, shown
from cases.policy import duties_of, reads_as_staff, visible_to
from cases.record.case import Case, Passage
from cases.record.columns import table_of
from cases.record.people import Unit, User, subtree
from cases.record.promises import Promise
from cases.sheet import PARTIES

#: Whose business it is to ask, about the cases of their unit and of all below it.
ASKING = frozenset({"representative", "supervisor", "leader"})
MOST = 500

OPEN, KEPT, BROKEN = "open", "kept", "broken"
QUARTER = re.compile(r"([0-9]{4})Q([1-4])")

_PROMISES, _CASES, _UNITS, _PASSAGES = (table_of(model) for model in (Promise, Case, Unit, Passage))


@dataclass(frozen=True)
class Quarter:
    """Three months of a year, from `since` until before `until`."""

    name: str
    since: datetime
    until: datetime

    @property
    def before(self) -> str:
        """Return the name of the quarter before."""
        year, number = int(self.name[:4]), int(self.name[-1])
        return f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}"

    @property
    def after(self) -> str:
        """Return the name of the quarter after."""
        year, number = int(self.name[:4]), int(self.name[-1])
        return f"{year + 1}Q1" if number == 4 else f"{year}Q{number + 1}"


@dataclass(frozen=True)
class Question:
    """One promise that is asked about; units by code and name, `text` empty once it was erased, or where it is hidden.

    `may_open` tells whether the reader may see the case; who may not read the words there does not read them here.
    `days_late` counts days of the calendar from the promised day to the day on which it was kept or found broken, else
    to the day of asking.
    """

    case_id: int
    unit: str
    unit_name: str
    number: str
    promise: int
    text: str | None
    promised_on: date
    days_late: int
    outcome: str
    ended_at: datetime | None
    may_open: bool = True
    is_hidden: bool = False


def quarter_of(db: Session, name: str | None, at: datetime) -> Quarter:
    """Return a quarter such as `2026Q4`, or that of a moment, as the calendar's zone counts. Raises BadRequest."""
    zone = calendar(db).zone
    if name is None:
        today = at.astimezone(zone)
        name = f"{today.year}Q{(today.month + 2) // 3}"
    found = QUARTER.fullmatch(name)
    if found is None or not 1900 < int(found[1]) < 2200:
        raise BadRequest(f"「{shown(name)}」不是季度，请写如 2026Q4。", f'"{shown(name)}" is no quarter; write 2026Q4.')
    year, number = int(found[1]), int(found[2])
    ends = (year + 1, 1) if number == 4 else (year, 3 * number + 1)
    return Quarter(name, _first_of(year, 3 * number - 2, zone), _first_of(*ends, zone))


def questions(
    db: Session,
    quarter: Quarter,
    at: datetime,
    *,
    unit: Unit | None = None,
    visible: ColumnElement[bool] | None = None,
    most: int | None = None,
    by: User | None = None,
) -> list[Question]:
    """Return what is asked about a quarter as it stood at a moment, unit by unit, the longest overdue first.

    `unit` narrows to promises of a unit and everything below it, `visible` to cases (see `asked_by`). The words are
    those that `by` may read; where nobody is named, all of them.
    """
    ended = {name: _PROMISES.c[name] for name in ("kept_at", "broken_at")}
    wanted = (
        select(
            *(_PROMISES.c[name] for name in ("case_id", "number", "version", "promised_on", "due_at")),
            *ended.values(),
            _CASES.c.number.label("case_number"),
            _UNITS.c.code,
            _UNITS.c.name,
            _UNITS.c.path,
            _PASSAGES.c.body,
            _PASSAGES.c.audience,
        )
        .join(_CASES, _CASES.c.id == _PROMISES.c.case_id)
        .join(_UNITS, _UNITS.c.id == _PROMISES.c.unit_id)
        .join(
            _PASSAGES,
            and_(
                _PASSAGES.c.case_id == _PROMISES.c.case_id,
                _PASSAGES.c.version == _PROMISES.c.version,
                _PASSAGES.c.field == "promise",
            ),
            isouter=True,
        )
        .where(_PROMISES.c.due_at < min(quarter.until, at))
        .where(*(or_(end.is_(None), and_(end > _PROMISES.c.due_at, end >= quarter.since)) for end in ended.values()))
        .order_by(_UNITS.c.path, _PROMISES.c.due_at, _PROMISES.c.id)
        .limit(most)
    )
    if unit is not None:
        first, end = subtree(unit.path)
        wanted = wanted.where(_UNITS.c.path >= first, _UNITS.c.path < end)
    if visible is not None:
        wanted = wanted.where(visible)
    zone = calendar(db).zone
    rows = db.connection().execute(wanted).all()
    found = [_question(row, at, zone) for row in rows]
    if by is None:
        return found
    open_to = _seen(db, rows, by, at)
    return [_for_reader(one, open_to.get(one.case_id), row.audience) for one, row in zip(found, rows, strict=True)]


def asked_by(db: Session, by: User, at: datetime) -> ColumnElement[bool] | None:
    """Return the condition on cases whose promises a person may ask about; None where that is nobody's business."""
    held = [duty for duty in duties_of(db, by, at) if duty.role in ASKING]
    if not held:
        return None
    ranges = [subtree(duty.path) for duty in held]
    below = or_(false(), *(and_(_UNITS.c.path >= first, _UNITS.c.path < end) for first, end in ranges))
    return _CASES.c.unit_id.in_(select(_UNITS.c.id).where(below))


def counted(rows: Iterable[Question]) -> list[tuple[str, str, int, int, int, int]]:
    """Return for each unit how many promises are asked about, and how many are open, were broken and were kept late."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        counts.setdefault((row.unit, row.unit_name), Counter())[row.outcome] += 1
    return [(*unit, found.total(), found[OPEN], found[BROKEN], found[KEPT]) for unit, found in counts.items()]


def grouped(rows: Sequence[Question]) -> dict[tuple[str, str], list[Question]]:
    """Return the questions of each unit, by its code and name."""
    found: dict[tuple[str, str], list[Question]] = {}
    for row in rows:
        found.setdefault((row.unit, row.unit_name), []).append(row)
    return found


def _question(row: Any, at: datetime, zone: tzinfo) -> Question:
    kept_at, broken_at = (end if end is not None and end <= at else None for end in (row.kept_at, row.broken_at))
    outcome = KEPT if kept_at else BROKEN if broken_at else OPEN
    until = (kept_at or broken_at or at).astimezone(zone).date()
    return Question(
        case_id=row.case_id,
        unit=row.code,
        unit_name=row.name,
        number=row.case_number,
        promise=row.number,
        text=row.body,
        promised_on=row.promised_on,
        days_late=(until - row.promised_on).days,
        outcome=outcome,
        ended_at=kept_at or broken_at,
    )


def _seen(db: Session, rows: Iterable[Any], by: User, at: datetime) -> dict[int, bool]:
    """Return which of the cases a person may see, each with whether they are staff in it."""
    ids = sorted({row.case_id for row in rows})
    cases = db.exec(select_rows(Case).where(col(Case.id).in_(ids), visible_to(db, by, at))) if ids else ()
    return {case.id or 0: reads_as_staff(db, case, by, at) for case in cases}


def _for_reader(one: Question, is_staff: bool | None, audience: str | None) -> Question:
    """Return a question as somebody may read it who is staff in its case, or only sees it, or does neither (None)."""
    is_hidden = is_staff is None or (audience not in (None, PARTIES) and not is_staff)
    return replace(one, may_open=is_staff is not None, is_hidden=is_hidden, text=None if is_hidden else one.text)


def _first_of(year: int, month: int, zone: tzinfo) -> datetime:
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
