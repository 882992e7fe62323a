"""The one door: every change of a case goes through here, as one transaction or not at all.

    law       may this person take this action, here, now?           ActionNotAllowed, nothing written
    effects   what the action does beyond moving the case
    clocks    stop, start, stand still
    case      compare-and-set on the version: of two who act at once, one wins and the other is told
    event     what happened, chained to what happened before

The caller opens the transaction (`cases.record.database.transaction`) and commits it by leaving it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases import audit, clocks
from cases.access import is_storable
from cases.calendars import calendar_of
from cases.errors import FieldError, InvalidFields, no_case, stale
from cases.fields import clean, plain_text
from cases.laws import latest, law_of
from cases.policy import roles_in
from cases.record.case import IDENTITIES, Case, Passage
from cases.record.columns import table_of
from cases.record.database import is_sqlite
from cases.record.number import number_key, number_of
from cases.record.people import Unit, User, line
from cases.record.statements import Prepared
from cases.words import ANYONE, SUBMITTER, Deed, conditions, effects
from workflow.definition import SYSTEM, Definition, State, Step
from workflow.errors import Refusal
from workflow.machine import Law

LONGEST_TITLE, LONGEST_TEXT, LONGEST_CATEGORY, LONGEST_CODE = 200, 20_000, 100, 64

_CASES = table_of(Case)
_PASSAGES = table_of(Passage)
_ONE = update(_CASES).where(_CASES.c.id == bindparam("case_id"), _CASES.c.version == bindparam("seen"))
_HOLD = Prepared(
    select(_CASES.c.id)
    .where(_CASES.c.id == bindparam("case_id"), _CASES.c.version == bindparam("seen"))
    .with_for_update(key_share=True)
)
_saves: dict[tuple[str, ...], Prepared] = {}  # one for each set of columns that an action changes
_BY_NUMBER = Prepared(select(_CASES).where(_CASES.c.number == bindparam("number")))
_SAY = Prepared(insert(_PASSAGES).inline(), "case_id", "version", "field", "audience", "body", "salt")


@dataclass(frozen=True)
class Draft:
    """What someone wants to raise."""

    workflow: str
    unit: str
    title: str
    text: str
    category: str | None = None
    identity: str = "confidential"


def act(
    db: Session,
    case: Case,
    action: str,
    *,
    by: User | None,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> dict[str, Any]:
    """Take an action on a case and return the event that was written; `case` is brought up to date.

    `by` is None for the system. `seen` is the version that the person looked at, by default the one just read. Raises
    ActionNotAllowed, InvalidFields, Stale, and whatever sentence an effect refuses with; then nothing may be committed.
    """
    if seen is not None and seen != case.version:
        raise stale(case.number)
    _hold(db, case)
    at = max(at, case.entered_at)  # the clocks of two nodes may differ; the history of a case never runs backwards
    law = law_of(db, case.law_id)
    deed = _allowed(db, law, case, action, by, at)
    deed.fields = clean(law.definition, deed.step, form or {})
    _write_fields(deed)
    for word in deed.step.does:
        effects()[word](deed)
    if deed.step.target is not None:
        _move(deed, law.state(case.state), law.state(deed.step.target))
    return _record(deed)


def raise_case(db: Session, draft: Draft, *, by: User | None, at: datetime) -> Case:
    """Begin a case in the first state of its law; the action that submits it comes next, through `act`.

    `by` is None for a case without an account behind it. Raises InvalidFields, or NotFound for an unknown law.
    """
    version = latest(db, draft.workflow)
    law = law_of(db, cast(int, version.id))
    title, text, category, unit = _checked(db, draft)
    case_id = _next_id(db)
    calendar = calendar_of(line(db, cast(int, unit.id)))
    first = law.definition.initial
    case = Case(
        id=case_id,
        number=number_of(number_key(db), law.definition.prefix, at.astimezone(calendar.zone).year, case_id),
        law_id=cast(int, version.id),
        unit_id=cast(int, unit.id),
        state=first.name,
        stage=first.stage,
        title=title,
        category=category,
        identity=draft.identity,
        submitter_id=by.id if by else None,
        entered_at=at,
    )
    db.add(case)
    db.flush()
    deed = Deed(db, law, _birth(first), case, by, SUBMITTER, at, calendar)
    deed.said = {"title": title, "text": text}
    deed.sets = {name: getattr(case, name) for name in BORN_WITH}
    clocks.move(deed, first, first)
    _record(deed, is_birth=True)
    return case


def find(db: Session, number: str) -> Case:
    """Return a case by its number. Raises NotFound."""
    found = _BY_NUMBER.objects(db, Case, {"number": number}) if is_storable(number) else []
    if not found:
        raise no_case(number)
    return found[0]


def actions_for(db: Session, case: Case, by: User, at: datetime) -> list[Step]:
    """Return what a person may do with a case now: the law's arrows, less those whose conditions are not met."""
    law = law_of(db, case.law_id)
    steps = [step for step in law.definition.steps_from(case.state) if step.is_for_people]
    held = roles_in(db, case, by, at, {word for step in steps for word in step.by})
    calendar = calendar_of(line(db, case.unit_id))
    offered = []
    for step in steps:
        role = next((word for word in step.by if word in held), None)
        if role and _refusal(Deed(db, law, step, case, by, role, at, calendar)) is None:
            offered.append(step)
    return offered


#: The columns of a case that its first event sets.
BORN_WITH = (
    "number", "law_id", "unit_id", "state", "stage", "category", "identity", "round", "level", "entered_at",
)  # fmt: skip


def _hold(db: Session, case: Case) -> None:
    """Make everyone else wait who acts on the case; SQLite has one writer anyway.

    Without that, two on PostgreSQL take the case's clocks and parts in different orders and wait for each other, and
    a condition reads what the other has just written.
    """
    if not is_sqlite(db) and not _HOLD.rows(db, {"case_id": case.id, "seen": case.version}):
        raise stale(case.number)


def _allowed(db: Session, law: Law, case: Case, action: str, by: User | None, at: datetime) -> Deed:
    """Return the deed if the law allows it."""
    steps = [step for step in law.definition.steps_from(case.state) if step.action == action]
    words = {word for step in steps for word in step.by}
    held = {SYSTEM} if by is None else roles_in(db, case, by, at, words - {SYSTEM})
    calendar = calendar_of(line(db, case.unit_id))
    deeds: dict[str, Deed] = {}

    def guard(step: Step) -> Refusal | None:
        role = next(word for word in step.by if word in held)
        if role == ANYONE and by is not None and by.id == case.submitter_id:
            role = SUBMITTER  # what the submitter does in a case never names them
        deeds[action] = Deed(db, law, step, case, by, role, at, calendar)
        return _refusal(deeds[action])

    law.take(case.state, action, held, guard)
    return deeds[action]


def _refusal(deed: Deed) -> Refusal | None:
    """Return why the law's conditions forbid a step now, or None."""
    step = deed.step
    if step.within is not None and deed.at > deed.calendar.due(deed.case.entered_at, step.within).at:
        return Refusal(
            f"「{step.label}」须在 {step.within} 内提出，期限已过。",
            f"{step.label_en} had to come within {step.within}.",
        )
    for word in step.only_if:
        if refusal := conditions()[word](deed):
            return refusal
    return None


def _write_fields(deed: Deed) -> None:
    """Put each value where its field says: a column of the case, a text of its own, or the event's facts."""
    known = deed.law.definition.vocabulary.fields
    for name, value in deed.fields.items():
        if known[name].column:
            deed.sets[cast(str, known[name].column)] = value
        if known[name].is_private:
            deed.said[name] = value
        elif not known[name].column:
            deed.facts.setdefault("fields", {})[name] = value


def _move(deed: Deed, old: State, new: State) -> None:
    deed.sets |= {"state": new.name, "stage": new.stage, "entered_at": deed.at}
    if deed.case.submitted_at is None and old.name == deed.law.definition.initial.name and not new.final:
        deed.sets["submitted_at"] = deed.at
    if old.final != new.final:
        deed.sets["closed_at"] = deed.at if new.final else None
    clocks.move(deed, old, new)


def _record(deed: Deed, *, is_birth: bool = False) -> dict[str, Any]:
    """Write the case, what was said and the event, and bring the row in hand up to date."""
    case, version = deed.case, deed.case.version + 1
    values = {name: value for name, value in deed.sets.items() if getattr(case, name) != value}
    if not _saved(deed, {**values, "version": version}):
        raise stale(case.number)
    event = audit.Entry(
        at=deed.at,
        action=deed.step.action,
        role=deed.role,
        actor_id=None if deed.by is None or deed.role == SUBMITTER else deed.by.id,
        case_id=case.id,
        version=version,
        state_from=None if is_birth else case.state,
        state_to=deed.now("state"),
        data={
            "set": deed.sets if is_birth else values,
            **({"said": _say(deed, version)} if deed.said else {}),
            **deed.facts,
        },
    )
    for name, value in {**values, "version": version}.items():
        set_committed_value(case, name, value)
    return audit.append(deed.db, [event])[0]


def _saved(deed: Deed, values: dict[str, Any]) -> bool:
    """Write the case if it still has the version that was seen."""
    columns = tuple(sorted(values))
    save = _saves.get(columns) or _saves.setdefault(columns, Prepared(_ONE, *columns))
    return save.run(deed.db, {**values, "case_id": deed.case_id, "seen": deed.case.version}) == 1


def _say(deed: Deed, version: int) -> dict[str, str]:
    """Keep free texts in rows of their own and return their digests for the event."""
    audience = str(deed.fields.get("audience", "parties"))
    digests: dict[str, str] = {}
    passage = {"case_id": deed.case_id, "version": version, "audience": audience}
    for name, body in deed.said.items():
        salt = secrets.token_hex(8)
        _SAY.run(deed.db, {**passage, "field": name, "body": body, "salt": salt})
        digests[name] = audit.digest(salt + body)
    return digests


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
    unit = db.exec(select_rows(Unit).where(Unit.code == code, Unit.is_active)).first() if code else None
    if code and unit is None:
        errors.append(FieldError("unit", f"没有代码为 {code} 的单位", f"There is no unit {code}"))
    if draft.identity not in IDENTITIES:
        errors.append(FieldError("identity", "身份方式不对", f"identity must be one of {', '.join(IDENTITIES)}"))
    if errors or unit is None:
        raise InvalidFields(errors)
    return texts["title"], texts["text"], texts["category"] or None, unit


def _birth(first: State) -> Step:
    """Return the step by which a case comes into being; it stands in no law, for every law begins alike."""
    return Step("raise", "提出", "Raise", (first.name,), first.name, (SUBMITTER,), (), (), {}, (), (), None, 0)


def _next_id(db: Session) -> int:
    """Return the id of the next case, which its number is made of."""
    if is_sqlite(db):
        return int(db.exec(select(func.coalesce(func.max(col(Case.id)), 0))).scalar_one()) + 1  # type: ignore[call-overload]  # a Core select
    return int(db.connection().exec_driver_sql("SELECT nextval(pg_get_serial_sequence('cases', 'id'))").scalar_one())


__all__ = ["Definition", "Draft", "act", "actions_for", "find", "raise_case"]
