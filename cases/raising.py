"""A case begins: someone says what the matter is, and to which union."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import Session, select

from cases import desk_clocks
from cases.calendars import calendar_of
from cases.errors import FieldError, InvalidFields
from cases.fields import plain_text
from cases.laws import latest, law_of
from cases.record.case import CONFIDENTIAL, IDENTITIES, NAMED, Case
from cases.record.database import is_sqlite
from cases.record.lines import line
from cases.record.number import number_key, number_of
from cases.record.people import Unit, User
from cases.recording import record
from cases.units import may_raise_at
from cases.veil import is_veil, new_veil, veiled
from cases.words import SUBMITTER, Deed
from workflow.calendar import Calendar
from workflow.definition import State, Step
from workflow.machine import Law

#: How a case comes into being: somebody raises it, or it is taken out of another one.
RAISE, SPLIT_OFF = "raise", "split_off"

LONGEST_TITLE, LONGEST_TEXT, LONGEST_CATEGORY, LONGEST_CODE = 200, 20_000, 100, 64

#: What is wrong with a form that names a law which is not published.
NO_LAW = FieldError("workflow", "没有这个办理流程，请重新选择", "There is no such procedure; choose again")

#: The columns of a case that its first event sets; what the submitter wrote is said, not set: it can be erased.
BORN_WITH = (
    "number", "law_id", "unit_id", "state", "stage", "identity", "round", "level", "entered_at",
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """What someone wants to raise."""

    workflow: str
    unit: str
    title: str
    text: str
    category: str | None = None
    identity: str = CONFIDENTIAL


def raise_case(db: Session, draft: Draft, *, by: User | None, at: datetime) -> Case:
    """Begin a case in the first state of its law; the action that submits it comes next, through `act`.

    `by` is None for a case without an account behind it. Raises InvalidFields, or NotFound for an unknown law.
    """
    version = latest(db, draft.workflow)
    law = law_of(db, cast(int, version.id))
    title, text, category, unit = _checked(db, draft)
    if by is not None and not is_veil(by.id or 0) and not may_raise_at(db, by, unit, at):
        message = FieldError("unit", f"您不能向「{unit.name}」提出诉求", f"You cannot raise a case at {unit.name}")
        raise InvalidFields([message])
    calendar = calendar_of(db, line(db, cast(int, unit.id)))
    first = law.definition.initial
    case = _kept(
        db,
        law,
        calendar,
        law_id=cast(int, version.id),
        unit_id=cast(int, unit.id),
        state=first.name,
        stage=first.stage,
        title=title,
        category=category,
        identity=draft.identity,
        submitter_id=_owner(db, draft, by),
        entered_at=at,
    )
    deed = Deed(db, law, _birth(first), case, by, SUBMITTER, at, calendar)
    deed.said = {"title": title, "text": text} | ({"category": category} if category else {})
    deed.sets = {name: getattr(case, name) for name in BORN_WITH}
    desk_clocks.move(deed, first, first)
    record(deed, is_birth=True)
    return case


def submitter_of(db: Session, case: Case) -> User | None:
    """Return as whom the submitter of a case acts in it: a person who is named, or a veil."""
    return db.get(User, case.submitter_id) if case.submitter_id is not None else None


def split_off(deed: Deed, title: str, text: str, also: Callable[[Deed], None]) -> Case:
    """Begin a case with one matter of the case of a deed: of the same submitter, where that case lies now.

    It was submitted when the first one was; its limits begin now. `also` writes what else belongs to its first event.
    """
    whole = deed.case
    case = _kept(
        deed.db,
        deed.law,
        deed.calendar,
        law_id=whole.law_id,
        unit_id=whole.unit_id,
        state=whole.state,
        stage=whole.stage,
        title=title,
        identity=whole.identity,
        submitter_id=whole.submitter_id,
        submitted_at=whole.submitted_at,
        entered_at=deed.at,
    )
    first, here = deed.law.definition.initial, deed.law.state(whole.state)
    step = _birth(here, SPLIT_OFF, (deed.role,))
    birth = Deed(deed.db, deed.law, step, case, deed.by, deed.role, deed.at, deed.calendar)
    birth.said = {"title": title, "text": text}
    birth.sets = {name: getattr(case, name) for name in (*BORN_WITH, "submitted_at")}
    desk_clocks.move(birth, first, here)
    also(birth)
    record(birth, is_birth=True)
    return case


def _owner(db: Session, draft: Draft, by: User | None) -> int | None:
    """Return the id to which a case will belong: a person's own only where they want to be named."""
    if by is None or draft.identity == NAMED or is_veil(by.id or 0):
        return by.id if by else None
    return veiled(db, by) if draft.identity == CONFIDENTIAL else new_veil(db, by.language).id


def _kept(db: Session, law: Law, calendar: Calendar, *, entered_at: datetime, **values: Any) -> Case:
    """Write the row of a new case under the next number."""
    case_id = _next_id(db)
    year = entered_at.astimezone(calendar.zone).year
    number = number_of(number_key(db), law.definition.prefix, year, case_id)
    case = Case(id=case_id, number=number, entered_at=entered_at, **values)
    db.add(case)
    db.flush()
    return case


def _checked(db: Session, draft: Draft) -> tuple[str, str, str | None, Unit]:
    """Return title, text, category and unit of what someone wants to raise, or name every fault at once."""
    errors: list[FieldError] = []
    texts: dict[str, str] = {}
    for name, label, label_en, longest in (
        ("title", "标题", "Title", LONGEST_TITLE),
        ("text", "内容", "Text", LONGEST_TEXT),
        ("category", "类别", "Category", LONGEST_CATEGORY),
        ("unit", "单位", "Unit", LONGEST_CODE),
    ):
        try:
            texts[name] = plain_text(getattr(draft, name) or "", name, label, label_en, longest)
            if not texts[name] and name != "category":
                errors.append(FieldError(name, f"请填写{label}", f"{label_en} is required"))
        except InvalidFields as error:
            errors += error.errors
    code = texts.get("unit")
    unit = db.exec(select(Unit).where(Unit.code == code, Unit.is_active)).first() if code else None
    if code and unit is None:
        errors.append(FieldError("unit", f"没有代码为 {code} 的单位", f"There is no unit {code}"))
    if draft.identity not in IDENTITIES:
        errors.append(FieldError("identity", "身份方式不对", f"identity must be one of {', '.join(IDENTITIES)}"))
    if errors or unit is None:
        raise InvalidFields(errors)
    return texts["title"], texts["text"], texts["category"] or None, unit


def _birth(first: State, action: str = RAISE, by: tuple[str, ...] = (SUBMITTER,)) -> Step:
    """Return the step by which a case comes into being; it stands in no law, for every law begins alike."""
    return Step(action, "提出", "Raise", (first.name,), (first.name,), by, (), (), {}, (), (), None, 0)


def _next_id(db: Session) -> int:
    """Return the id of the next case, which its number is made of."""
    if is_sqlite(db):
        return (db.exec(select(func.max(Case.id))).one() or 0) + 1
    return int(db.connection().exec_driver_sql("SELECT nextval(pg_get_serial_sequence('cases', 'id'))").scalar_one())
