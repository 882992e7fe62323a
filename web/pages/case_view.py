"""What the page of a case shows, worked out in words, so that the template only places it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cases.access import is_storable
from cases.calendars import calendar, calendar_of
from cases.clock_names import NAMES, clock_name
from cases.clocks import BESIDE, CASE, CLIMB, STATE
from cases.record.case import Attachment, Case
from cases.record.clock import Clock
from cases.record.people import line
from cases.sheet import Happening, Sheet, sheet_of
from cases.units import names_by_code
from web import moments, words
from web.pages.action_forms import ActionForm, forms_of
from web.pages.case_endorsements import Voiced, endorsement_of
from web.pages.case_oversight import ShownOversight, oversight_shown
from web.pages.case_parts import Parts, own_part_done, parts_of
from web.pages.case_promises import Promised, promises_in
from web.pages.case_referral import Referral, referral_of
from web.pages.case_requests import AskedTime, Quarrel, asked_times, quarrels
from web.pages.case_review import Group, groups_of
from web.pages.case_same import Same, same_of
from web.pages.minutes import sentence
from web.pages.rows import Due, due_of, due_words
from web.pages.standing_in import seats
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.definition import Definition
from workflow.limits import Limit

SUBMITTER = "submitter"
#: The page bears it already.
TITLE = "title"


@dataclass(frozen=True)
class Attempt:
    """An action that was refused: what was typed, which sentence says why, and what is wrong with each field."""

    action: str
    typed: Mapping[str, str | list[str]]
    sentence: str
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One of the five steps, and whether the case has passed it, stands in it, or has it still ahead."""

    label: str
    place: str


@dataclass(frozen=True)
class Line:
    """One sentence of the history, with what was filled in and said."""

    at: str
    who: str
    did: str
    to: str
    values: Sequence[tuple[str, str]]
    said: Sequence[tuple[str, str | None, bool]]
    minutes: str


@dataclass(frozen=True)
class Clocked:
    """A running clock in words."""

    id: int | None
    name: str
    limit: str
    due: Due | None
    first_due: str
    is_provisional: bool
    remaining: str


@dataclass(frozen=True)
class View:
    """The page of a case."""

    case: Case
    law: str
    state: str
    is_closed: bool
    due: Due | None
    stages: Sequence[Stage]
    owner: str
    level: str
    unit: str
    lead: str
    submitter: str
    facts: Sequence[tuple[str, str]]
    clocks: Sequence[Clocked]
    history: Sequence[Line]
    parts: Parts
    groups: Sequence[Group]
    attachments: Sequence[Attachment]
    forms: Sequence[ActionForm]
    extensions: Sequence[AskedTime]
    disputes: Sequence[Quarrel]
    zone: str
    done: str
    done_with_part: str
    kept: Sequence[tuple[str, str]]
    may_add: bool
    endorsement: Voiced | None
    promises: Sequence[Promised]
    referral: Referral | None
    oversight: ShownOversight
    same: Same


def view_of(visit: Visit, case: Case, attempt: Attempt | None, done: int | None = None) -> View:
    """Return the page of a case for one person; `done` is the version of the event that they have just written."""
    sheet = sheet_of(visit.db, case, visit.by, visit.at)
    definition, state = sheet.definition, sheet.definition.states[case.state]
    local = calendar_of(visit.db, line(visit.db, case.unit_id))
    lead = sheet.units.get(case.lead_id or 0)
    forms = forms_of(visit, sheet, attempt.action if attempt else None, attempt.typed if attempt else {})
    is_offered = attempt is not None and any(form.action == attempt.action for form in forms)
    return View(
        case=case,
        law=visit.say(definition.title, definition.title_en),
        state=words.label(state, visit.language),
        is_closed=case.closed_at is not None,
        due=due_of(visit, case, definition, local),
        stages=_stages(visit, sheet),
        owner=_owner(visit, sheet, local),
        level=_level(visit, sheet, local),
        unit=sheet.units[case.unit_id].name,
        lead=lead.name if lead else "",
        submitter=sheet.submitter or words.pick(words.APPLICANT, visit.language),
        facts=_facts(visit, sheet, local),
        clocks=[_clocked(visit, row, sheet.definition) for row in _running(sheet)],
        history=_history(visit, sheet, local),
        parts=parts_of(visit, sheet, local),
        groups=groups_of(visit, sheet),
        attachments=sheet.attachments,
        forms=forms,
        extensions=asked_times(visit, case, sheet, local),
        disputes=quarrels(visit, case, sheet, local),
        zone=str(local.zone),
        done=_done(visit, sheet, done),
        done_with_part=own_part_done(visit, sheet, done),
        kept=_kept(visit, sheet, attempt) if attempt and not is_offered else [],
        may_add=sheet.is_submitter or sheet.is_staff,
        endorsement=endorsement_of(visit, case, definition),
        promises=promises_in(visit, sheet, local),
        referral=referral_of(visit, case, local),
        oversight=oversight_shown(visit, sheet, local),
        same=same_of(visit, sheet),
    )


def _stages(visit: Visit, sheet: Sheet) -> list[Stage]:
    names = sheet.definition.stages
    reached = names.index(sheet.case.stage) if sheet.case.stage in names else 0
    is_done = sheet.case.closed_at is not None and reached == len(names) - 1
    places = ["done" if is_done or n < reached else "now" if n == reached else "ahead" for n in range(len(names))]
    return [Stage(words.stage(name, visit.language), place) for name, place in zip(names, places, strict=True)]


def _owner(visit: Visit, sheet: Sheet, local: Calendar) -> str:
    """Say on whose desk the case lies; who sits there is for staff to know."""
    owner = sheet.definition.states[sheet.case.state].owner
    if owner is None:
        return ""
    role = words.role(owner, visit.language)
    desks = []
    for desk in sheet.desks:
        people = "、".join(seats(visit, desk.people[:3], local)) or visit.say("暂无人在岗", "nobody at present")
        desks.append(desk.unit if not sheet.is_staff else f"{desk.unit}（{people}）")
    return f"{role} · {'、'.join(desks)}" if desks else role


def _level(visit: Visit, sheet: Sheet, local: Calendar) -> str:
    """Say whom the case has climbed to, and what they have done about it."""
    level = sheet.level
    if level is None:
        return ""
    people = "" if not sheet.is_staff else "、".join(seats(visit, level.desk.people, local))
    place = f"{words.role(level.role, visit.language)} · {level.desk.unit}" + (f"（{people}）" if people else "")
    if level.measure is None:
        return visit.say(f"已升级至 {place}，尚未阅处", f"It has climbed to {place}, who has not acknowledged it yet")
    measure = words.value(sheet.definition, "measure", level.measure, {}, visit.language)
    return visit.say(f"已升级至 {place}，已阅：{measure}", f"It has climbed to {place}; acknowledged: {measure}")


def _facts(visit: Visit, sheet: Sheet, local: Calendar) -> list[tuple[str, str]]:
    case, definition = sheet.case, sheet.definition
    given = [
        (words.field(definition, name, visit.language), words.value(definition, name, value, {}, visit.language))
        for name in ("category", "tier", "urgency", "rating")
        if (value := getattr(case, name)) is not None and name in definition.vocabulary.fields
    ]
    identity = words.IDENTITIES[case.identity][0] if case.identity in words.IDENTITIES else ("", "")
    return [
        *given,
        (visit.say("身份方式", "Identity"), words.pick(identity, visit.language)),
        (visit.say("提交时间", "Submitted"), moments.exact(case.submitted_at, local)),
        (visit.say("首次答复", "First answered"), moments.exact(case.answered_at, local)),
        (visit.say("办结时间", "Closed"), moments.exact(case.closed_at, local)),
        (visit.say("第几轮", "Round"), str(case.round)),
    ]


def _running(sheet: Sheet) -> list[Clock]:
    """Return the clocks that run, that of the desk first and that of the whole case last."""
    order = {STATE: 0, CLIMB: 1, BESIDE: 2, CASE: 3}
    return sorted((row for row in sheet.clocks if row.stopped_at is None), key=lambda row: order[row.kind])


def _name(visit: Visit, row: Clock, definition: Definition) -> tuple[str, str]:
    """Return what a running clock is called beside the state, which stands above them all."""
    return NAMES[row.kind] if row.kind == STATE else clock_name(visit.db, definition, row.kind, row.state)


def _clocked(visit: Visit, row: Clock, definition: Definition) -> Clocked:
    own = calendar(visit.db, row.calendar)
    limit = Limit.parse(row.limit) if row.limit else None
    return Clocked(
        id=row.id,
        name=words.pick(_name(visit, row, definition), visit.language),
        limit=words.limit(row.limit, visit.language),
        due=due_words(visit, row, own, limit),
        first_due=moments.exact(row.first_due_at, own) if row.first_due_at != row.due_at and row.due_at else "",
        is_provisional=row.is_provisional,
        remaining=visit.say("暂停计时", "standing still") if row.remaining else "",
    )


def _done(visit: Visit, sheet: Sheet, version: int | None) -> str:
    """Return what the event of a version did: the record says it, whatever the browser claims."""
    found = next((happening for happening in sheet.history if happening.version == version), None)
    return words.action(sheet.definition, found.action, visit.language) if found else ""


def _kept(visit: Visit, sheet: Sheet, attempt: Attempt) -> list[tuple[str, str]]:
    """Return what was typed into a form that is not offered any more."""
    units = _unit_names(visit, sheet, [attempt.typed])
    return [
        (
            words.field(sheet.definition, name, visit.language),
            "、".join(
                words.value(sheet.definition, name, given, units, visit.language)
                for given in ([typed] if isinstance(typed, str) else typed)
            ),
        )
        for name, typed in attempt.typed.items()
    ]


def _history(visit: Visit, sheet: Sheet, local: Calendar) -> list[Line]:
    units = _unit_names(visit, sheet, [happening.values for happening in sheet.history])
    return [_line(visit, sheet, happening, units, local) for happening in sheet.history]


def _unit_names(visit: Visit, sheet: Sheet, filled: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return the names of the units whose codes were filled in, by code."""
    fields = sheet.definition.vocabulary.fields
    codes = [
        str(code)
        for values in filled
        for name, value in values.items()
        if name in fields and fields[name].kind in ("unit", "units")
        for code in (value if isinstance(value, list) else [value])
    ]
    return names_by_code(visit.db, filter(is_storable, codes)) if codes else {}


def _line(visit: Visit, sheet: Sheet, happening: Happening, units: Mapping[str, str], local: Calendar) -> Line:
    definition, language = sheet.definition, visit.language
    moved = definition.states.get(happening.state_to or "") if happening.state_to != happening.state_from else None
    return Line(
        at=moments.exact(happening.at, local),
        who=_who(visit, sheet, happening),
        did=words.action(definition, happening.action, language),
        to=words.label(moved, language) if moved else "",
        values=[
            (words.field(definition, name, language), words.value(definition, name, value, units, language))
            for name, value in happening.values.items()
            if name in definition.vocabulary.fields and name != "audience" and value is not None
        ],
        said=[
            (words.field(definition, said.field, language), said.body, said.is_for_staff)
            for said in happening.said
            if said.field != TITLE
        ],
        minutes=sentence(visit, definition, happening.rung, local) if happening.rung else "",
    )


def _who(visit: Visit, sheet: Sheet, happening: Happening) -> str:
    """Say who did something: the applicant by name only where they chose it, staff by role, unit and name."""
    if happening.role == SUBMITTER:
        return sheet.submitter or words.pick(words.APPLICANT, visit.language)
    actor = happening.actor
    if actor is None:
        return words.role(happening.role, visit.language)
    role = "" if happening.role == "anyone" else words.role(happening.role, visit.language)
    whose = visit.say(f"（代{actor.stands_for}）", f" (for {actor.stands_for})") if actor.stands_for else ""
    return " · ".join(part for part in (actor.unit, role, actor.name and f"{actor.name}{whose}") if part)
