"""The one door: every change of a case goes through here, as one transaction or not at all.

    law       may this person take this action, here, now?           ActionNotAllowed, nothing written
    effects   what the action does beyond moving the case
    clocks    stop, start, stand still
    case      compare-and-set on the version: of two who act at once, one wins and the other is told
    event     what happened, chained to what happened before

The caller opens the transaction (`cases.record.database.transaction`) and commits it by leaving it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, bindparam, literal_column, or_, select
from sqlmodel import Session

from cases import desk_clocks
from cases.access import is_storable
from cases.apart import FOR
from cases.calendars import calendar_of
from cases.errors import FieldError, InvalidFields, no_case, stale
from cases.fields import clean
from cases.hooks import guards, heard, moved
from cases.laws import law_of
from cases.policy import is_of_a_party, roles_in
from cases.record.at_once import Question
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.lines import line
from cases.record.people import User
from cases.record.statements import Prepared
from cases.recording import hold, record
from cases.veil import is_own
from cases.words import ANYONE, ENDORSER, STAFF, SUBMITTER, Deed, conditions, effects
from workflow.calendar import Calendar
from workflow.definition import SYSTEM, State, Step
from workflow.errors import Refusal
from workflow.machine import Law, NotByYou

_CASES = table_of(Case)
_BY_NUMBER = Prepared(select(_CASES).where(_CASES.c.number == bindparam("number")))

_EVENTS = table_of(Event)
_DONE = Prepared(
    select(_EVENTS.c.seq)
    .where(_EVENTS.c.case_id == bindparam("case_id"), _EVENTS.c.version > bindparam("seen"))
    .where(
        or_(
            and_(_EVENTS.c.role != literal_column(f"'{SYSTEM}'"), _EVENTS.c.role != literal_column(f"'{ENDORSER}'")),
            _EVENTS.c.state_from != _EVENTS.c.state_to,
        )
    )
    .limit(literal_column("1"))
)


def act(
    db: Session,
    case: Case,
    action: str,
    *,
    by: User | None,
    at: datetime,
    form: Mapping[str, Any] | None = None,
    seen: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Take an action on a case and return the event that was written; `case` is brought up to date.

    `by` is None for the system. `seen` is the version that the person looked at, by default the one just read; what the
    ladder has told of since, and that somebody endorses the case, is no reason to refuse. `facts` is what else the
    event remembers. Raises ActionNotAllowed, InvalidFields, Stale, and whatever sentence an effect refuses with; then
    nothing may be committed.
    """
    if seen is not None and seen != case.version and not _only_told_since(db, case, seen):
        raise stale(case.number)
    at = hold(db, case, at)
    law = law_of(db, case.law_id)
    deed = _allowed(db, law, case, action, by, at)
    deed.facts |= facts or {}
    if deed.stands_for is not None:
        deed.facts[FOR] = deed.stands_for
    deed.fields = clean(law.definition, deed.step, form or {})
    if deed.role == SUBMITTER and deed.fields.get("audience") == STAFF:
        raise InvalidFields(
            [FieldError("audience", "申请人的留言各方都能看到", "What a submitter says is for everyone")]
        )
    _write_fields(deed)
    for word in deed.step.does:
        effects()[word](deed)
    if target := deed.goes_to or deed.step.target:
        _move(deed, law.state(case.state), law.state(target))
    if deed.role == SUBMITTER:
        for hears in heard():
            hears(deed, law.state(target or case.state))
    event = record(deed)
    for follower in deed.follows:
        act(db, case, follower, by=None, at=at)
    for other in deed.elsewhere:
        act(db, other.case, other.action, by=None, at=at)
    return event


def about_number(number: str) -> Question:
    """Return what is asked to find a case by its number."""
    return _BY_NUMBER, {"number": number}


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
    calendar = calendar_of(db, line(db, case.unit_id))
    return [
        step
        for step in steps
        if any(_refusal(deed) is None for deed in _deeds(db, law, step, case, by, held, at, calendar))
    ]


def _only_told_since(db: Session, case: Case, seen: int) -> bool:
    """Tell whether nothing has happened since a version but rungs, and people who endorse the case, moving nothing."""
    return 0 <= seen < case.version and not _DONE.rows(db, {"case_id": case.id, "seen": seen})


def _allowed(db: Session, law: Law, case: Case, action: str, by: User | None, at: datetime) -> Deed:
    """Return the deed if the law allows it."""
    steps = [step for step in law.definition.steps_from(case.state) if step.action == action]
    words = {word for step in steps for word in step.by}
    held = {SYSTEM: None} if by is None else roles_in(db, case, by, at, words - {SYSTEM})
    calendar = calendar_of(db, line(db, case.unit_id))
    deeds: dict[str, Deed] = {}

    def guard(step: Step) -> Refusal | None:
        first: Refusal | None = None
        for deed in _deeds(db, law, step, case, by, held, at, calendar):
            refusal = _refusal(deed)
            if refusal is None:
                deeds[action] = deed
                return None
            first = first or refusal
        return first

    try:
        law.take(case.state, action, held, guard)
    except NotByYou:
        if by is None:
            raise
        if is_own(db, case, by):
            raise NotByYou(
                f"您是本案申请人，「{steps[0].label}」不由您办理。",
                f"You raised this case; {steps[0].label_en} is not yours to take.",
            ) from None
        if is_of_a_party(db, case, by, at, words):
            raise NotByYou(
                f"您所在的单位是争议一方，「{steps[0].label}」须由他人办理。",
                f"Your own unit is a party to the dispute; {steps[0].label_en} is somebody else's to take.",
            ) from None
        raise
    return deeds[action]


def _deeds(
    db: Session,
    law: Law,
    step: Step,
    case: Case,
    by: User | None,
    held: Mapping[str, int | None],
    at: datetime,
    calendar: Calendar,
) -> Iterator[Deed]:
    """Yield a step as the deed of a person in each role that they hold, in the order of the law."""
    for role in step.by:
        if role not in held:
            continue
        if role == ANYONE and by is not None and is_own(db, case, by):
            role = SUBMITTER  # what the submitter does in a case never names them
        yield Deed(db, law, step, case, by, role, at, calendar, stands_for=held.get(role))


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
    for forbids in guards():
        if refusal := forbids(deed):
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
    for function in moved():
        function(deed, old, new)
    desk_clocks.move(deed, old, new)
