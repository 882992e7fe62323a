"""What the page of a case shows, worked out in words, so that the template only places it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.accused import accusations_of, proposed
from cases.opening_up import asks_for_name, further
from cases.record.case import Attachment, Case
from cases.revealing import is_sealed
from cases.sheet import Sheet, sheet_of
from cases.vault import FIELDS, has_fields, needs_officer
from cases.veil import code_name
from web import moments, words
from web.pages.action_forms import ActionForm, forms_of
from web.pages.attempts import Attempt
from web.pages.case_answer import ToRate, to_rate
from web.pages.case_endorsements import Voiced, endorsement_of
from web.pages.case_history import Line, action_done, kept_of, lines_of
from web.pages.case_identity import showings_of, to_agree
from web.pages.case_oversight import ShownOversight, oversight_shown
from web.pages.case_parts import Parts, own_part_done, parts_of
from web.pages.case_promises import Promised, promises_in
from web.pages.case_referral import Referral, referral_of
from web.pages.case_requests import AskedTime, Quarrel, asked_times, quarrels, who_decides
from web.pages.case_review import Group, groups_of
from web.pages.case_same import LeadRow, Same, same_of
from web.pages.case_where import Clocked, clocks_in, level_of, owner_of
from web.pages.rows import Due, due_of
from web.visits import Visit
from workflow.calendar import Calendar


@dataclass(frozen=True)
class Stage:
    """One of the five steps, and whether the case has passed it, stands in it, or has it still ahead."""

    label: str
    place: str


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
    done_decides: str
    kept: Sequence[tuple[str, str]]
    may_add: bool
    endorsement: Voiced | None
    promises: Sequence[Promised]
    referral: Referral | None
    oversight: ShownOversight
    same: Same
    accused: Sequence[tuple[str, str]]
    is_accused_open: bool
    may_ask_who: bool
    may_erase: bool
    showings: Sequence[tuple[str, str, str]]
    is_sealed: bool
    to_agree: Sequence[str]
    opens_up: Sequence[str]
    opens_with: Mapping[str, tuple[str, str, int]]
    is_told: bool
    to_rate: ToRate | None


def view_of(visit: Visit, case: Case, attempt: Attempt | None, done: int | None = None) -> View:
    """Return the page of a case for one person; `done` is the version of the event that they have just written."""
    sheet = sheet_of(visit.db, case, visit.by, visit.at)
    definition, state = sheet.definition, sheet.definition.states[case.state]
    local = visit.office(case.unit_id)
    lead = sheet.units.get(case.lead_id or 0)
    same, is_there = same_of(visit, sheet), is_sealed(visit.db, case)
    tried, typed = (attempt.action, attempt.typed) if attempt else (None, {})
    forms = forms_of(visit, sheet, tried, typed, same.near)
    is_offered = attempt is not None and any(form.action == attempt.action for form in forms)
    return View(
        case=case,
        law=visit.say(definition.title, definition.title_en),
        state=words.label(state, visit.language),
        is_closed=case.closed_at is not None,
        due=due_of(visit, case, definition, local),
        stages=_stages(visit, sheet, same.lead),
        owner=owner_of(visit, sheet, local),
        level=level_of(visit, sheet, local),
        unit=sheet.units[case.unit_id].name,
        lead=lead.name if lead else "",
        submitter=_applicant(visit, sheet),
        facts=_facts(visit, sheet, same.lead, local),
        clocks=clocks_in(visit, sheet),
        history=lines_of(visit, sheet, local),
        parts=parts_of(visit, sheet, local),
        groups=groups_of(visit, sheet),
        attachments=sheet.attachments,
        forms=forms,
        extensions=asked_times(visit, case, sheet, local),
        disputes=quarrels(visit, case, sheet, local),
        zone=str(local.zone),
        done=action_done(visit, sheet, done),
        done_with_part=own_part_done(visit, sheet, done),
        done_decides=who_decides(visit, case, sheet, done, local),
        kept=kept_of(visit, sheet, attempt.typed) if attempt and not is_offered else [],
        may_add=sheet.is_submitter or sheet.is_staff,
        endorsement=endorsement_of(visit, case, definition),
        promises=promises_in(visit, sheet, local),
        referral=referral_of(visit, case, local, is_staff=sheet.is_staff),
        oversight=oversight_shown(visit, sheet, local),
        same=same,
        accused=_accused(visit, sheet),
        is_accused_open=sheet.is_staff and bool(proposed(visit.db, case)),
        may_erase=sheet.is_staff and not sheet.is_submitter,
        may_ask_who=sheet.is_staff and is_there,
        is_sealed=sheet.is_submitter and is_there,
        to_agree=to_agree(visit, case) if sheet.is_staff and not sheet.is_submitter else [],
        showings=showings_of(visit, case, local) if sheet.is_submitter else [],
        opens_up=further(case) if sheet.is_submitter else (),
        opens_with=FIELDS if sheet.is_submitter and asks_for_name(visit.db, case) else {},
        is_told=sheet.is_submitter and has_fields(visit.db, case.id or 0) and not needs_officer(visit.db, case.id or 0),
        to_rate=to_rate(visit, sheet, same.lead, local),
    )


def _accused(visit: Visit, sheet: Sheet) -> list[tuple[str, str]]:
    """Return the units that a case complains of, or may, for staff: what they think of them is theirs to know."""
    rows = accusations_of(visit.db, sheet.case) if sheet.is_staff else []
    return [(row.name, words.pick(words.ACCUSED[row.status], visit.language)) for row in rows]


def _applicant(visit: Visit, sheet: Sheet) -> str:
    """Return what the reader calls whoever raised the case: staff by their code name, unless they want to be named."""
    name = sheet.submitter or words.pick(words.APPLICANT, visit.language)
    return f"{name} {code_name(sheet.case)}" if sheet.is_staff and not sheet.submitter else name


def _stages(visit: Visit, sheet: Sheet, lead: LeadRow | None) -> list[Stage]:
    """Return the stages with where the case stands; one that was merged stands where its lead case does."""
    names, stage = sheet.definition.stages, lead.stage if lead else sheet.case.stage
    reached = names.index(stage) if stage in names else 0
    is_closed = not lead.is_open if lead else sheet.case.closed_at is not None
    is_done = is_closed and reached == len(names) - 1
    places = ["done" if is_done or n < reached else "now" if n == reached else "ahead" for n in range(len(names))]
    return [Stage(words.stage(name, visit.language), place) for name, place in zip(names, places, strict=True)]


def _facts(visit: Visit, sheet: Sheet, lead: LeadRow | None, local: Calendar) -> list[tuple[str, str]]:
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
        (visit.say("办结时间", "Closed"), lead.closed if lead else moments.exact(case.closed_at, local)),
        (visit.say("第几轮", "Round"), str(case.round)),
    ]
