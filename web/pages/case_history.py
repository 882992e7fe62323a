"""What happened to a case, line by line and in words: who did what, with what was filled in and said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.access import is_storable
from cases.sheet import Happening, Sheet
from cases.units import names_by_code
from web import moments, words
from web.pages.minutes import sentence
from web.visits import Visit
from workflow.calendar import Calendar

SUBMITTER = "submitter"
#: The page bears it already.
TITLE = "title"


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
    return [_line(visit, sheet, happening, units, local) for happening in sheet.history]


def action_done(visit: Visit, sheet: Sheet, version: int | None) -> str:
    """Return what the event of a version did: the record says it, whatever the browser claims."""
    found = next((happening for happening in sheet.history if happening.version == version), None)
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
