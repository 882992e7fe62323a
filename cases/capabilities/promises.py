"""What a unit promises: on account (挂账销号), because it cannot be solved now, or in an answer (承诺).

A promise is a row beside the case with a clock of its own, due at the end of the promised day. It outlives the case: it
ends once it is kept, or found broken. What was overdue or broken is asked about quarter by quarter (`cases.questions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NoReturn

from sqlalchemy import and_, bindparam, or_, select
from sqlmodel import Session, col

from cases import beside
from cases.answering import answered_for
from cases.errors import FieldError, InvalidFields
from cases.policy import answers_for, duties_of
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.people import Unit, User
from cases.record.promises import Promise
from cases.record.statements import Prepared
from cases.side_clocks import OF_A_UNION, begin, department, end
from cases.sides import Side
from cases.units import RAISED_AT
from cases.words import HANDLERS, Deed, Post, condition, effect, register, role
from workflow.calendar import Calendar
from workflow.errors import Refusal
from workflow.limits import Limit
from workflow.vocabulary import KEEP, PROMISOR, Field

#: Days; a promise further off than ten years binds nobody who makes it.
FURTHEST = 3_660

#: Where a promise was made.
ACCOUNT, ANSWER = "account", "answer"

#: Promises that a desk shows at once.
MOST = 20

_PROMISES, _CASES = table_of(Promise), table_of(Case)
_OF_CASE = Prepared(
    select(_PROMISES).where(_PROMISES.c.case_id == bindparam("case_id")).order_by(_PROMISES.c.number), of_case="case_id"
)

register(
    Field("promise", "text", "承诺事项", "Promise", longest=2_000, is_private=True),
    Field("promised_on", "date", "承诺完成日期", "Promised for", longest=10),
    Field("promise_number", "line", "第几项承诺", "Promise number", longest=4),
)


@role(PROMISOR)
def promisors(db: Session, case: Case) -> Iterable[Post]:
    """Return the desks of the units that made a promise in the case, whoever leads it by now."""
    units = {row.unit_id for row in promises_of(db, case)} if case.id is not None else set()
    return [department(db, unit_id) for unit_id in sorted(units)]


@effect("promise", needs=("promised_on",))
def promise(deed: Deed) -> None:
    """Keep what is promised as the case goes on account, with its day, which must lie ahead."""
    _make(deed, ACCOUNT)


@effect("promise_in_answer")
def promise_in_answer(deed: Deed) -> None:
    """Keep the promise that an answer carries, if it carries one: what, and by when, or neither."""
    has_text, has_day = "promise" in deed.fields, "promised_on" in deed.fields
    if has_text and not has_day:
        _refuse("promised_on", "作出承诺须写明完成日期", "A promise needs the day by which it will be kept")
    if has_day and not has_text:
        _refuse("promise", "写了承诺日期，请写明承诺什么", "There is a day but no promise: say what is promised")
    if has_text:
        _make(deed, ANSWER)


@effect("keep_promise")
def keep_promise(deed: Deed) -> None:
    """Strike the promises with which the case went on account off it: what was promised is done."""
    for row in open_promises(deed.db, deed.case):
        if row.kind == ACCOUNT:
            _end(deed, row, kept_at=deed.at)


@effect("strike_off", needs=("result",))
def strike_off(deed: Deed) -> None:
    """Strike the case off the account by its result, which is an answer as good as any."""
    keep_promise(deed)
    if deed.case.answered_at is None:
        deed.sets["answered_at"] = deed.at


@effect("review_account", needs=("result",))
def review_account(deed: Deed) -> None:
    """Count that what is on account was looked at again; its time in this state begins anew."""
    for row in open_promises(deed.db, deed.case):
        if row.kind == ACCOUNT:
            beside.change(deed, Promise, row.id, reviews=row.reviews + 1, reviewed_at=deed.at)


@effect("keep_promise_done", needs=("result",), only_if=("promise_open",))
def keep_promise_done(deed: Deed) -> None:
    """Note that a promise is kept, with its result; also after the case is closed."""
    _end(deed, _meant(deed, _is_own), kept_at=deed.at)


@effect("break_promise", needs=("reason",), only_if=("promise_overdue",))
def break_promise(deed: Deed) -> None:
    """Find a promise broken, for a reason, once its day has passed."""
    row = _meant(deed)
    if deed.at <= row.due_at:
        zh = f"第 {row.number} 项承诺的日期 {row.promised_on} 还没有过，不能认定未兑现"
        _refuse("promise_number", zh, f"Promise {row.number} is for {row.promised_on}, which has not passed yet")
    _end(deed, row, broken_at=deed.at)


@condition("promise_open")
def promise_open(deed: Deed) -> Refusal | None:
    """Refuse where no promise of the case is still to be kept."""
    if not open_promises(deed.db, deed.case):
        return Refusal("本案没有待兑现的承诺。", "No promise of this case is still to be kept.")
    return None


@condition("promise_overdue")
def promise_overdue(deed: Deed) -> Refusal | None:
    """Refuse where no promise of the case has been left past its day."""
    waiting = open_promises(deed.db, deed.case)
    if any(row.due_at < deed.at for row in waiting):
        return None
    if not waiting:
        return promise_open(deed)
    first = min(row.promised_on for row in waiting)
    return Refusal(
        f"承诺的日期 {first} 还没有过，不能认定未兑现。",
        f"The promised day, {first}, has not passed yet: nothing is broken so far.",
    )


def promises_of(db: Session, case: Case) -> Sequence[Any]:
    """Return the promises of a case in the order in which they were made."""
    return _OF_CASE.rows(db, {"case_id": case.id})


def open_promises(db: Session, case: Case) -> list[Any]:
    """Return the promises of a case that are neither kept nor found broken."""
    return [row for row in promises_of(db, case) if row.kept_at is None and row.broken_at is None]


def to_keep(db: Session, by: User, at: datetime, most: int = MOST) -> Sequence[Any]:
    """Return the promises that a person's units have still to keep, the nearest day first (see `department`)."""
    duties = duties_of(db, by, at)
    if not {duty.role for duty in duties}.intersection((*HANDLERS, *OF_A_UNION)):
        return []
    is_union = col(Unit.kind).in_(RAISED_AT)
    mine = or_(
        and_(~is_union, answered_for(duties, HANDLERS, at)), and_(is_union, answered_for(duties, OF_A_UNION, at))
    )
    is_ours = _PROMISES.c.unit_id.in_(select(col(Unit.id)).where(mine))
    waiting = (_PROMISES.c.kept_at.is_(None), _PROMISES.c.broken_at.is_(None), is_ours)
    wanted = select(_PROMISES, _CASES.c.number.label("case_number"), _CASES.c.title).join(
        _CASES, _CASES.c.id == _PROMISES.c.case_id
    )
    return (
        db.connection().execute(wanted.where(*waiting).order_by(_PROMISES.c.due_at, _PROMISES.c.id).limit(most)).all()
    )


def end_of_day(calendar: Calendar, day: date) -> datetime:
    """Return the end of office hours of a day or, where it is free, of the next working day."""
    eve = datetime.combine(day, time(), calendar.zone) - timedelta(minutes=1)
    return calendar.due(eve, Limit(1, "wd")).at


def _make(deed: Deed, kind: str) -> None:
    """Write a promise of the lead down, or of the case's own union where nobody leads, and start its clock."""
    day = deed.fields["promised_on"]
    today = deed.at.astimezone(deed.calendar.zone).date()
    if not today < day <= today + timedelta(days=FURTHEST):
        _refuse("promised_on", "承诺日期须在今天之后、十年之内", "The promised day must lie ahead, within ten years")
    unit_id, due_at = deed.case.lead_id or deed.case.unit_id, end_of_day(deed.calendar, day)
    row_id = beside.add(
        deed,
        Promise,
        number=len(promises_of(deed.db, deed.case)) + 1,
        kind=kind,
        unit_id=unit_id,
        version=deed.case.version + 1,
        promised_on=day,
        due_at=due_at,
        made_at=deed.at,
    )
    begin(deed, Side(KEEP, unit_id, row_id), due_at)


def _is_own(deed: Deed, row: Any) -> bool:
    """Tell whether the person answers for the unit that made a promise."""
    desk = department(deed.db, row.unit_id)
    return deed.by is not None and answers_for(deed.db, deed.case, desk, deed.by, deed.at, PROMISOR)


def _meant(deed: Deed, may_end: Callable[[Deed, Any], bool] = lambda deed, row: True) -> Any:
    """Return the promise that a form means: the one it names, or the only one they may end. Raises InvalidFields."""
    waiting = [row for row in open_promises(deed.db, deed.case) if may_end(deed, row)]
    numbers = "、".join(str(row.number) for row in waiting)
    given = deed.fields.get("promise_number")
    if given is None:
        if len(waiting) > 1:
            zh, en = f"请写明第几项承诺（{numbers}）", f"Say which promise is meant ({numbers})"
            _refuse("promise_number", zh, en)
        return waiting[0]
    row = next((row for row in promises_of(deed.db, deed.case) if str(row.number) == given), None)
    if row is None:
        zh, en = f"没有第 {given} 项承诺，待兑现的有 {numbers}", f"There is no promise {given}; {numbers} are open"
        _refuse("promise_number", zh, en)
    if row.kept_at is not None:
        _refuse("promise_number", f"第 {given} 项承诺已兑现", f"Promise {given} is kept already")
    if row.broken_at is not None:
        _refuse("promise_number", f"第 {given} 项承诺已认定未兑现", f"Promise {given} was found broken already")
    if not may_end(deed, row):
        zh = f"第 {given} 项承诺由其他单位作出，须由该单位兑现"
        _refuse("promise_number", zh, f"Promise {given} was made by another unit, which has to keep it")
    return row


def _end(deed: Deed, row: Any, **how: datetime) -> None:
    deed.facts.setdefault("promises", []).append(row.number)
    beside.change(deed, Promise, row.id, ended_version=deed.case.version + 1, **how)
    end(deed, Side(KEEP, row.unit_id, row.id))


def _refuse(field: str, zh: str, en: str) -> NoReturn:
    raise InvalidFields([FieldError(field, zh, en)])
