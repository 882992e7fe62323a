"""What happened to a case, line by line and in words: who did what, with what was filled in and said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.access import is_storable
from cases.capabilities.extensions import DECIDE_PART, requests_of
from cases.sheet import Happening, Sheet
from cases.units import names_by_code
from web import moments, words
from web.pages.minutes import sentence
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.definition import SYSTEM

SUBMITTER = "submitter"
#: What the case was raised as; the page bears its title already.
FIRST, TITLE = 1, "title"
#: What is filled in where more time is decided on.
APPROVE = "approve"

#: What was decided on, in words, by the moment of the decision and by whether it was about a part.
Decided = Mapping[tuple[datetime, bool], Sequence[tuple[str, str]]]


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


def lines_of(visit: Visit, sheet: Sheet, local: Calendar) -> list[Line]:
    """Return the history of a case as the reader may know it, oldest first."""
    units = _unit_names(visit, sheet, [happening.values for happening in sheet.history])
    decided = _decided(visit, sheet)
    return [_line(visit, sheet, happening, units, decided, local) for happening in sheet.history]


def action_done(visit: Visit, sheet: Sheet, version: int | None) -> str:
    """Return what the event of a version did: the record says it, whatever the browser claims.

    What the system did upon it, in the same act, is not what somebody has done.
    """
    found = next((happening for happening in sheet.history if happening.version == version), None)
    if found is not None and found.role == SYSTEM:
        before = [one for one in sheet.history if one.version < found.version and one.role != SYSTEM]
        found = before[-1] if before else found
    return words.action(sheet.definition, found.action, visit.language) if found else ""


def kept_of(visit: Visit, sheet: Sheet, typed: Mapping[str, str | list[str]]) -> list[tuple[str, str]]:
    """Return in words what was typed into a form that is not offered any more."""
    units, definition = _unit_names(visit, sheet, [typed]), sheet.definition
    return [
        (
            words.field(definition, name, visit.language),
            words.listed(
                [
                    words.value(definition, name, one, units, visit.language)
                    for one in ([given] if isinstance(given, str) else given)
                ],
                visit.language,
            ),
        )
        for name, given in typed.items()
    ]


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


def _decided(visit: Visit, sheet: Sheet) -> Decided:
    """Return for how long and for whom more time was decided on, by moment and by whether it was a part's."""
    if not any(APPROVE in happening.values for happening in sheet.history):
        return {}
    rows, language = requests_of(visit.db, sheet.case), visit.language
    extra, part = words.field(sheet.definition, "extra", language), words.field(sheet.definition, "part", language)
    return {
        (row.decided_at, row.unit_id is not None): [
            (part, sheet.units[row.unit_id].name if row.unit_id else visit.say("全案", "the case")),
            (extra, words.limit(row.extra, language)),
        ]
        for row in rows
        if row.decided_at is not None
    }


def _line(
    visit: Visit,
    sheet: Sheet,
    happening: Happening,
    units: Mapping[str, str],
    decided: Decided,
    local: Calendar,
) -> Line:
    definition, language = sheet.definition, visit.language
    moved = definition.states.get(happening.state_to or "") if happening.state_to != happening.state_from else None
    return Line(
        at=moments.exact(happening.at, local),
        who=who(visit, sheet, happening),
        did=words.action(definition, happening.action, language),
        to=words.label(moved, language) if moved else "",
        values=[
            *(decided.get((happening.at, _is_of_part(sheet, happening)), ()) if APPROVE in happening.values else ()),
            *(
                (words.field(definition, name, language), words.value(definition, name, value, units, language))
                for name, value in happening.values.items()
                if name in definition.vocabulary.fields and value is not None and not _is_told(name, happening)
            ),
        ],
        said=[
            (words.field(definition, said.field, language), said.body, said.is_for_staff)
            for said in happening.said
            if said.field != TITLE or happening.version > FIRST
        ],
        minutes=sentence(visit, definition, happening.rung, local) if happening.rung else "",
    )


def _is_of_part(sheet: Sheet, happening: Happening) -> bool:
    """Tell whether an event decided on more time for a part."""
    return any(DECIDE_PART in step.does for step in sheet.definition.steps if step.action == happening.action)


def _is_told(name: str, happening: Happening) -> bool:
    """Tell whether a value needs no words of its own: who may read a line, and the part that is named before it."""
    return name == "audience" or (name == "part" and APPROVE in happening.values)


def who(visit: Visit, sheet: Sheet, happening: Happening) -> str:
    """Say who did something: the applicant by name only where they chose it, staff by role, unit and name."""
    if happening.role == SUBMITTER:
        return sheet.submitter or words.pick(words.APPLICANT, visit.language)
    actor = happening.actor
    if actor is None:
        return words.role(happening.role, visit.language)
    role = "" if happening.role == "anyone" else words.role(happening.role, visit.language)
    whose = visit.say(f"（代{actor.stands_for}）", f" (for {actor.stands_for})") if actor.stands_for else ""
    return " · ".join(part for part in (actor.unit, role, actor.name and f"{actor.name}{whose}") if part)
