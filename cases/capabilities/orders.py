"""Orders: a union orders a unit to see to a case and answer by a day, under a number (督办单).

An order is a row with a clock of its own, which runs beside those of the case until the unit answers or the case ends.
Numbers run without a gap for each issuing union and year: 督办〔2026〕3号. Orders in cases that complain of somebody
have numbers of their own, 督办密〔2026〕1号: a unit that misses one of the others would know that there is such a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import text
from sqlmodel import Session

from cases import beside
from cases.accused import accused_units
from cases.audience import addressees
from cases.capabilities.assignments import current, unit_named
from cases.errors import FieldError, InvalidFields
from cases.hooks import on_move
from cases.policy import answers_for
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.lines import line
from cases.record.orders import Order
from cases.record.people import Unit, User
from cases.record.statements import of_each_case
from cases.seats import posts
from cases.side_clocks import begin, department, end
from cases.sides import Side
from cases.units import RAISED_AT
from cases.words import OWNER, OWNER_HEAD, Deed, Post, condition, effect, register, role
from workflow.definition import State
from workflow.errors import Refusal
from workflow.limits import Limit
from workflow.vocabulary import ANSWER, HANDLER, Field

ORDERED = "ordered"
#: Whoever gives a unit more than a year to answer has not ordered anything.
MOST = timedelta(days=366)

_ORDERS = table_of(Order)
_ALL = of_each_case(Order)
#: The row of a union and year is locked until the commit, on either database: two orders never share a number.
_NEXT = text(
    "INSERT INTO order_counts (union_id, year, is_unsaid, last) VALUES (:union_id, :year, :is_unsaid, 1) "
    "ON CONFLICT (union_id, year, is_unsaid) DO UPDATE SET last = order_counts.last + 1 RETURNING last"
)

register(
    Field("order_text", "text", "督办要求", "Order", longest=5_000, is_private=True),
    Field("at_unit", "unit", "送达单位", "To", longest=64),
    Field("answer_within", "limit", "答复期限", "Answer within", longest=24),
    Field("order_number", "line", "督办单号", "Number of the order", longest=40),
)


@role(ORDERED)
def ordered(db: Session, case: Case) -> Iterable[Post]:
    """Return the desks of the units that have an order to answer."""
    units = dict.fromkeys(row.unit_id for row in open_orders(db, case.id or 0))
    return [desk_of_unit(db, unit_id) for unit_id in units]


@effect("order", needs=("order_text",))
def order(deed: Deed) -> None:
    """Order a unit to see to the case and to answer within the law's limit or another; for staff alone."""
    within = Limit.parse(deed.fields["answer_within"]) if "answer_within" in deed.fields else None
    issue(deed, concerned(deed), within)
    deed.among_staff()


@effect("answer_order", needs=("answer",), only_if=("order_open",))
def answer_order(deed: Deed) -> None:
    """Answer an order, which ends its clock; who has several names the one by its number."""
    row = _answered(deed)
    values = {"answered_by": deed.by.id if deed.by else None, "answered_at": deed.at}
    beside.change(deed, Order, row.id, **values, answer_version=deed.case.version + 1)
    deed.facts |= {"order": row.id, "told": [[row.as_role, None, [row.issued_by]]], "kind": "answer"}
    end(deed, Side(ANSWER, row.unit_id, row.id))
    deed.among_staff()


@condition("order_open")
def order_open(deed: Deed) -> Refusal | None:
    """Refuse where no order waits for the person's unit."""
    if not _mine(deed):
        return Refusal("没有待您单位答复的督办单。", "No order waits for your unit's answer.")
    return None


@on_move
def end_orders(deed: Deed, old: State, new: State) -> None:
    """End the orders that nobody has answered, with the case."""
    if new.final and ANSWER in deed.law.definition.besides:
        for row in open_orders(deed.db, deed.case_id):
            beside.change(deed, Order, row.id, ended_at=deed.at)


def issue(deed: Deed, unit_id: int, within: Limit | None = None) -> None:
    """Write an order to a unit, start its clock, and tell the unit and its head. Raises InvalidFields."""
    limit = within or deed.law.definition.besides[ANSWER].limit
    assert limit is not None  # reading a law refuses an order without one
    union_id = issuing_union(deed)
    if unit_id == union_id:
        zh, en = "不能给本工会自己下达督办单，请选择承办单位", "A union cannot order itself; choose a unit of the case"
        _refuse("at_unit", zh, en)
    year = deed.at.astimezone(deed.calendar.zone).year
    series = {"union_id": union_id, "year": year, "is_unsaid": bool(accused_units(deed.db, deed.case))}
    row_id = beside.add(
        deed,
        Order,
        **series,
        number=int(deed.db.connection().execute(_NEXT, series).scalar_one()),
        unit_id=unit_id,
        issued_by=deed.by.id if deed.by else None,
        as_role=deed.role,
        issued_at=deed.at,
        due_at=_due(deed, limit),
        version=deed.case.version + 1,
    )
    begin(deed, Side(ANSWER, unit_id, row_id), limit)
    told = addressees(deed.db, deed.case, (OWNER, OWNER_HEAD), deed.at, (HANDLER, desk_of_unit(deed.db, unit_id)))
    deed.facts |= {"told": [one.noted for one in told], "kind": "urge"}


def number_of(row: Any) -> str:
    """Return the number of an order as it is written."""
    return f"督办{'密' if row.is_unsaid else ''}〔{row.year}〕{row.number}号"


def orders_of(db: Session, case_id: int) -> Sequence[Order]:
    """Return the orders of a case in the order in which they were issued."""
    return _ALL.objects(db, Order, {"case_id": case_id})


def open_orders(db: Session, case_id: int) -> Sequence[Any]:
    """Return the orders of a case that wait for an answer."""
    rows = _ALL.rows(db, {"case_id": case_id})
    return [row for row in rows if row.answered_at is None and row.ended_at is None]


def orders_to_answer(db: Session, case: Case, by: User, at: datetime) -> list[Any]:
    """Return the open orders of a case that wait for a person's own units."""
    rows = open_orders(db, case.id or 0)
    return [row for row in rows if answers_for(db, case, desk_of_unit(db, row.unit_id), by, at, ORDERED)]


def desk_of_unit(db: Session, unit_id: int) -> Post:
    """Return who answers for a unit that was ordered to do something."""
    return department(db, unit_id)


def concerned(deed: Deed) -> int:
    """Return the unit that the form names (`at_unit`), else the lead, else where the case lies. Raises InvalidFields.

    Only who has the case can be called to account for it: its union, its lead, or a support department.
    """
    case = deed.case
    if "at_unit" not in deed.fields:
        if case.lead_id is not None:
            return case.lead_id
        owner = deed.law.state(case.state).owner or ""
        return next((post.unit_id for post in posts(deed.db, case, owner)), case.unit_id)
    unit_id, code = unit_named(deed, "at_unit"), deed.fields["at_unit"]
    if unit_id not in {case.unit_id, case.lead_id, *(row.unit_id for row in current(deed.db, case))}:
        _refuse("at_unit", f"{code} 不承办本案", f"{code} has no part in this case")
    return unit_id


def issuing_union(deed: Deed) -> int:
    """Return the union in whose name somebody orders: that of the desk they act for, or the nearest above it."""
    place = next((post.unit_id for post in posts(deed.db, deed.case, deed.role)), deed.case.unit_id)
    for above in line(deed.db, place):
        if deed.db.get_one(Unit, above.id).kind in RAISED_AT:
            return above.id
    return place


def _due(deed: Deed, limit: Limit) -> datetime:
    try:
        due_at = deed.calendar.due(deed.at, limit).at
    except Refusal as error:
        _refuse("answer_within", error.zh, error.en)
    if due_at - deed.at > MOST:
        _refuse("answer_within", "答复期限最多一年", "An answer is due within a year at most")
    return due_at


def _mine(deed: Deed) -> list[Any]:
    return orders_to_answer(deed.db, deed.case, deed.by, deed.at) if deed.by is not None else []


def _answered(deed: Deed) -> Any:
    """Return the order that is answered. Raises InvalidFields."""
    mine, given = _mine(deed), deed.fields.get("order_number")
    if given is None:
        if len(mine) > 1:
            numbers = "、".join(number_of(row) for row in mine)
            _refuse("order_number", f"请写明答复哪一份：{numbers}", f"Say which order you answer: {numbers}")
        return mine[0]
    if found := next((row for row in mine if number_of(row) == given), None):
        return found
    named = [row for row in orders_of(deed.db, deed.case_id) if number_of(row) == given]
    if not named:
        _refuse("order_number", f"本案没有 {given}", f"This case has no order {given}")
    if all(row.answered_at is not None for row in named):
        _refuse("order_number", f"{given} 已经答复", f"{given} has been answered")
    _refuse("order_number", f"{given} 不是下达给您单位的", f"{given} was issued to another unit")


def _refuse(field: str, zh: str, en: str) -> NoReturn:
    raise InvalidFields([FieldError(field, zh, en)])
