"""Lists of cases that page by key: what I may see, newest first; what is late, latest first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, select

from cases.access import is_storable
from cases.errors import BadRequest, NotFound, shown
from cases.policy import visible_to
from cases.queries import Overdue, overdue
from cases.record.case import Case
from cases.record.people import Unit, User, subtree
from cases.units import units_by_id

MOST = 100
LONGEST_WORD = 200


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed down to; `unit` is a code (see `of_unit`)."""

    state: str | None = None
    stage: str | None = None
    unit: str | None = None
    category: str | None = None
    overdue: bool | None = None


@dataclass(frozen=True)
class Page:
    """One page of a list and the cursor of the next; the last page has none."""

    cases: Sequence[Case]
    next: str | None


def newest(db: Session, by: User, at: datetime, filters: Filters, cursor: str | None, limit: int) -> Page:
    """Return a page of the cases a person may see, newest first. Raises BadRequest for a cursor that is none."""
    conditions = [visible_to(db, by, at), *narrowed(db, filters, at)]
    if cursor is not None:
        conditions.append(col(Case.id) < id_of(db, by, at, cursor))
    wanted = select(Case).where(*conditions).order_by(col(Case.id).desc()).limit(limit + 1)
    found = db.exec(wanted).all()
    # The cursor is a number, for an id would betray how many cases there are.
    return Page(found[:limit], found[limit - 1].number if len(found) > limit else None)


def late(
    db: Session, by: User, at: datetime, cursor: str | None = None, limit: int = 50, unit: str | None = None
) -> Page:
    """Return a page of the open cases past their limit that a person may see, most overdue first.

    Raises BadRequest for a cursor that is none, NotFound for a unit that is none.
    """
    conditions = [col(Case.closed_at).is_(None), col(Case.due_at) < at, visible_to(db, by, at, only_parties=True)]
    if unit is not None:
        conditions.append(of_unit(_path_of(db, unit)))
    if cursor is not None:
        due_at, case_id = _late_key(db, by, at, cursor)
        conditions.append(or_(col(Case.due_at) > due_at, and_(col(Case.due_at) == due_at, col(Case.id) > case_id)))
    wanted = select(Case).where(*conditions).order_by(col(Case.due_at), col(Case.id)).limit(limit + 1)
    found = db.exec(wanted).all()
    return Page(found[:limit], _late_cursor(found[limit - 1]) if len(found) > limit else None)


def overdue_now(
    db: Session, by: User, at: datetime, unit: str | None, cursor: str | None, limit: int
) -> tuple[list[Overdue], str | None]:
    """Return the page of `overdue_then` for this moment; it costs what it shows, for the rows of the cases know it."""
    page = late(db, by, at, cursor, limit, unit)
    units = units_by_id(db, [unit_id for case in page.cases for unit_id in (case.unit_id, case.lead_id)])
    return [_overdue(case, units, at) for case in page.cases], page.next


def overdue_then(
    db: Session, by: User, at: datetime, then: datetime, unit: str | None, cursor: str | None, limit: int
) -> tuple[list[Overdue], str | None]:
    """Return a page of what was overdue at another moment, most overdue first, among what a person may see now.

    Raises BadRequest for a cursor that is none, NotFound for a unit that is none.
    """
    if unit is not None:
        _path_of(db, unit)
    rows = overdue(db, then, unit=unit, visible=visible_to(db, by, at, only_parties=True))
    rows.sort(key=_place)  # of those that are due at one moment the oldest comes first, as in `late`
    if cursor is not None:
        key = _late_key(db, by, at, cursor)
        rows = [row for row in rows if _place(row) > key]
    page = rows[:limit]
    return page, _cursor_at(page[-1].due_at, page[-1].number) if len(rows) > limit else None


def of_unit(path: str) -> ColumnElement[bool]:
    """Return the condition that a case is of a unit: it, or its lead department, lies there or anywhere below."""
    first, end = subtree(path)
    units = select(Unit.id).where(col(Unit.path) >= first, col(Unit.path) < end)
    return or_(col(Case.unit_id).in_(units), col(Case.lead_id).in_(units))


def bad_cursor() -> BadRequest:
    """Return the answer for a cursor that no list has given out."""
    return BadRequest("翻页标记无效，请从第一页重新开始。", "The cursor is not one of ours; begin with the first page.")


def narrowed(db: Session, filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of filters. Raises BadRequest for one that no case can hold."""
    for word in (filters.state, filters.stage, filters.unit, filters.category):
        if word is not None and (len(word) > LONGEST_WORD or not is_storable(word)):
            raise BadRequest(
                "筛选条件过长或含有不能保存的字符。", "A filter is too long or holds an unusable character."
            )
    conditions: list[ColumnElement[bool]] = []
    if filters.state is not None:
        conditions.append(col(Case.state) == filters.state)
    if filters.stage is not None:
        conditions.append(col(Case.stage) == filters.stage)
    if filters.category is not None:
        conditions.append(col(Case.category) == filters.category)
    if filters.unit is not None:
        path = db.exec(select(Unit.path).where(Unit.code == filters.unit)).first()
        conditions.append(of_unit(path) if path else false())
    if filters.overdue is not None:
        is_late = and_(col(Case.closed_at).is_(None), col(Case.due_at).is_not(None), col(Case.due_at) < at)
        conditions.append(is_late if filters.overdue else ~is_late)
    return conditions


def _path_of(db: Session, code: str) -> str:
    """Return where a unit lies. Raises NotFound."""
    path = db.exec(select(Unit.path).where(Unit.code == code)).first() if is_storable(code) else None
    if path is None:
        raise NotFound(f"没有代码为 {shown(code, 64)} 的单位。", f"There is no unit {shown(code, 64)}.")
    return path


def _overdue(case: Case, units: Mapping[int, Unit], at: datetime) -> Overdue:
    assert case.id is not None and case.due_at is not None
    lead = units.get(case.lead_id or 0)
    return Overdue(
        case_id=case.id,
        number=case.number,
        external_id=case.external_id,
        unit=units[case.unit_id].code,
        lead=lead.code if lead else None,
        category=case.category,
        stage=case.stage,
        state=case.state,
        due_at=case.due_at,
        late_by=at - case.due_at,
        level=case.level,
    )


def id_of(db: Session, by: User, at: datetime, number: str) -> int:
    """Return the id behind a cursor; one that names a case of others is as wrong as an invented one."""
    if len(number) > 32 or not is_storable(number):
        raise bad_cursor()
    found = db.exec(select(Case.id).where(Case.number == number, visible_to(db, by, at))).first()
    if found is None:
        raise bad_cursor()
    return found


def _late_cursor(case: Case) -> str:
    assert case.due_at is not None
    return _cursor_at(case.due_at, case.number)


def _place(row: Overdue) -> tuple[datetime, int]:
    return row.due_at, row.case_id


def _late_key(db: Session, by: User, at: datetime, cursor: str) -> tuple[datetime, int]:
    due_at, number = _key_of(cursor)
    return due_at, id_of(db, by, at, number)


def _cursor_at(due_at: datetime, number: str) -> str:
    return base64.urlsafe_b64encode(f"{due_at.isoformat()}~{number}".encode()).decode().rstrip("=")


def _key_of(cursor: str) -> tuple[datetime, str]:
    try:
        plain = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        due, number = plain.decode("ascii").split("~")
        due_at = datetime.fromisoformat(due)
        if due_at.tzinfo is not None:
            return due_at.astimezone(UTC), number
    except (ValueError, OverflowError, binascii.Error):
        pass
    raise bad_cursor()
