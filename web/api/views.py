"""Rows of the record as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from cases.act import actions_for
from cases.clock_names import clock_code
from cases.laws import law_of
from cases.record.case import Attachment, Case
from cases.record.clock import Clock
from cases.record.people import Unit
from cases.sheet import Happening, Said, Sheet, sheet_of
from cases.sides import BESIDE
from cases.units import units_by_id
from web import words
from web.api import shapes
from web.api.hands import progress_of_case, withheld_actions
from web.api.oversight_shapes import in_oversight
from web.api.requests import disputes_in, extensions_of
from web.api.review_shapes import review_of
from web.api.same import related
from web.api.voices import voices_in
from web.choices import named, points_passed
from web.visits import Visit
from workflow.definition import Definition, Step


def in_list(visit: Visit, cases: Sequence[Case]) -> list[shapes.CaseInList]:
    """Return cases as a list shows them."""
    units = units_by_id(visit.db, [unit_id for case in cases for unit_id in (case.unit_id, case.lead_id)])
    return [shapes.CaseInList(**_columns(visit, case, units)) for case in cases]


def one_case(visit: Visit, case: Case) -> shapes.OneCase:
    """Return a case with all that the person may know and do."""
    sheet = sheet_of(visit.db, case, visit.by, visit.at)
    lead = sheet.units.get(case.lead_id or 0)
    return shapes.OneCase(
        **_columns(visit, case, sheet.units),
        unit_name=sheet.units[case.unit_id].name,
        lead_name=lead.name if lead else None,
        texts=[text_of(visit, sheet.definition, happening, said) for happening, said in sheet.texts],
        assignments=_parts(sheet),
        progress=progress_of_case(sheet),
        withheld=withheld_actions(visit, sheet),
        review=review_of(visit, sheet),
        attachments=[file_of(row) for row in sheet.attachments],
        extensions=extensions_of(visit, case, sheet),
        disputes=disputes_in(visit, case, sheet),
        oversight=in_oversight(visit, sheet),
        related=related(visit, case),
        actions=[action_of(visit, case, sheet.definition, step) for step in offered(visit, case)],
        **voices_in(visit, sheet),
    )


def offered(visit: Visit, case: Case) -> list[Step]:
    """Return what the person may do now, each action once."""
    steps = actions_for(visit.db, case, visit.by, visit.at)
    return list({step.action: step for step in reversed(steps)}.values())[::-1]


def action_of(visit: Visit, case: Case, definition: Definition, step: Step) -> shapes.Action:
    """Return an action with the fields it asks for; one that the law has filled in already is not asked."""
    fields = []
    for name in (*step.needs, *step.takes):
        if name in step.preset:
            continue
        known = definition.vocabulary.fields[name]
        fields.append(
            shapes.ActionField(
                name=name,
                label=words.label(known, visit.language),
                kind=known.kind,
                required=name in step.needs,
                longest=known.longest,
                options=_options(visit, case, definition, step, name),
            )
        )
    return shapes.Action(name=step.action, label=words.label(step, visit.language), fields=fields)


def _options(visit: Visit, case: Case, definition: Definition, step: Step, name: str) -> dict[str, str]:
    """Return what a field of an action offers: value -> label; nothing where anything goes."""
    kind = definition.vocabulary.fields[name].kind
    of_case = named(visit, case, step, name)
    if of_case is not None:
        return of_case
    if kind == "state":
        return points_passed(visit, case, definition, step)
    return words.options(definition, name, visit.language) if kind == "choice" else {}


def event_of(visit: Visit, definition: Definition, happening: Happening) -> shapes.OneEvent:
    """Return one event; of the columns that it set, only those that a person filled in are told."""
    known = definition.vocabulary.fields
    actor = happening.actor
    return shapes.OneEvent(
        version=happening.version,
        at=happening.at,
        action=happening.action,
        label=words.action(definition, happening.action, visit.language),
        role=happening.role,
        actor=shapes.EventActor(name=actor.name, unit=actor.unit, stands_for=actor.stands_for) if actor else None,
        state_from=happening.state_from,
        state_to=happening.state_to,
        values={name: value for name, value in happening.values.items() if name in known},
        texts=[text_of(visit, definition, happening, said) for said in happening.said],
    )


def text_of(visit: Visit, definition: Definition, happening: Happening, said: Said) -> shapes.Text:
    """Return something that was said."""
    return shapes.Text(
        version=happening.version,
        field=said.field,
        label=words.field(definition, said.field, visit.language),
        audience="staff" if said.is_for_staff else "parties",
        text=said.body,
    )


def clock_of(db: Session, row: Clock) -> dict[str, Any]:
    """Return the fields of a clock; one beside the case says `done@D`, and no number of a row."""
    state = clock_code(db, row.kind, row.state) if row.kind == BESIDE else row.state
    return {name: getattr(row, name) for name in shapes.OneClock.model_fields} | {"state": state}


def file_of(row: Attachment) -> shapes.File:
    """Return a file of a case."""
    return shapes.File(**{name: getattr(row, name) for name in shapes.File.model_fields})


def _columns(visit: Visit, case: Case, units: Mapping[int, Unit]) -> dict[str, Any]:
    law = law_of(visit.db, case.law_id)
    lead = units.get(case.lead_id or 0)
    computed = {
        "workflow": law.definition.name,
        "state_label": words.label(law.state(case.state), visit.language),
        "unit": units[case.unit_id].code,
        "lead": lead.code if lead else None,
    }
    plain = set(shapes.CaseInList.model_fields) - set(computed)
    return {name: getattr(case, name) for name in plain} | computed


def _parts(sheet: Sheet) -> list[shapes.Part]:
    return [
        shapes.Part(
            unit=sheet.units[row.unit_id].code,
            name=sheet.units[row.unit_id].name,
            kind=row.kind,
            status=row.status,
            round=row.round,
            assigned_at=row.assigned_at,
            signed_at=row.signed_at,
            ended_at=row.ended_at,
        )
        for row in sheet.parts
    ]
