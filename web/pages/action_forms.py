"""The forms of what I may do now, made from the law: a control for each kind of field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cases.ballots import open_ballot
from cases.capabilities.extensions import REQUEST
from cases.capabilities.part_extensions import REQUEST_PART
from cases.panels import about_candidates
from cases.record.at_once import ask
from cases.sheet import Sheet
from cases.units import about_units_around, units_around
from web import words
from web.api.views import offered
from web.choices import PERSON, about_staff, named, points_passed, reviewers, staff
from web.pages.deciding import PART, about, is_worth_asking, with_parts
from web.pages.road import is_main, likely_first
from web.visits import Visit
from workflow.definition import Step
from workflow.limit_words import USUAL, said
from workflow.vocabulary import Field

#: With more units than this a list to type into is quicker than one to look through.
MOST_TO_LOOK_THROUGH = 60
FEW_OPTIONS = 4
CASE, CHAIR, RECUSE, REVISE = "case", "chair", "recuse", "revise"
#: Controls of which one option is chosen.
ONE_OF = frozenset({"few", "choice", "unit", "person"})
#: What asks for more time, for the case and for a part.
ASKS = frozenset({REQUEST, REQUEST_PART})
#: Kinds of fields that name units, and those that name people.
UNITS, PEOPLE = ("unit", "units"), ("person", "people")
#: The units in which a form asks for a limit; in any other it may be typed.
IN: Mapping[str, words.Pair] = {"wd": ("工作日", "working days"), "d": ("天", "days"), "h": ("小时", "hours")}

Typed = Mapping[str, str | list[str]]
Known = dict[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Control:
    """One field of a form: `kind` decides the control, `options` are value and label, `typed` is what stood there.

    A limit is typed as a number, with its `unit` chosen beside it; `hint` says what is allowed.
    """

    name: str
    label: str
    kind: str
    is_required: bool
    longest: int
    options: Sequence[tuple[str, str]]
    typed: str | list[str]
    unit: str = ""
    hint: str = ""


@dataclass(frozen=True)
class ActionForm:
    """One action: open if it was tried, plain if it asks for nothing; `about` says what it decides on."""

    action: str
    label: str
    is_open: bool
    is_main: bool
    about: Sequence[str]
    controls: Sequence[Control]


def forms_of(
    visit: Visit, sheet: Sheet, tried: str | None, typed: Typed, near: Sequence[tuple[str, str]] = ()
) -> list[ActionForm]:
    """Return a form for each action that the person may take now, the likely ones first.

    `near` are the other cases that a field for a case offers, as number and title; any other may be typed.
    """
    steps = likely_first(sheet.definition, sheet.case.state, offered(visit, sheet.case))
    fields = sheet.definition.vocabulary.fields
    kinds = {fields[name].kind for step in steps for name in (*step.needs, *step.takes)}
    known = _known(visit, sheet, kinds) | {CASE: near}
    return [
        _form(visit, sheet, step, steps, known, typed if step.action == tried else {}, step.action == tried)
        for step in steps
    ]


def _known(visit: Visit, sheet: Sheet, kinds: Iterable[str]) -> Known:
    """Return the units and the people that can be chosen from, by the kinds of fields that name them."""
    found: Known = {}
    case, path = sheet.case, sheet.units[sheet.case.unit_id].path
    names_units, names_people = (not set(own).isdisjoint(kinds) for own in (UNITS, PEOPLE))
    asked = [about_units_around(path)] if names_units else []
    asked += [about_candidates(visit.db, case, visit.at), about_staff(visit.at)] if names_people else []
    ask(visit.db, asked)
    if names_units:
        units = [(unit.code, unit.name) for unit in units_around(visit.db, path)]
        found |= dict.fromkeys(UNITS, units)
    if names_people:
        found |= dict.fromkeys(PEOPLE, reviewers(visit, case))
    return found


def _form(
    visit: Visit, sheet: Sheet, step: Step, steps: Sequence[Step], known: Known, typed: Typed, is_open: bool
) -> ActionForm:
    names = [name for name in (*step.needs, *step.takes) if name not in step.preset]
    needed = set(step.needs)
    if PART in step.takes and not is_worth_asking(visit, sheet, step):
        names.remove(PART)
    if RECUSE in step.does and CHAIR in step.takes:
        if _is_chair(visit, sheet):
            needed.add(CHAIR)  # who follows is named
        else:
            names.remove(CHAIR)
    return ActionForm(
        action=step.action,
        label=words.label(step, visit.language),
        is_open=is_open,
        is_main=is_main(step, steps),
        about=about(visit, sheet, step),
        controls=[_control(visit, sheet, step, name, known, typed.get(name, ""), name in needed) for name in names],
    )


def _control(
    visit: Visit, sheet: Sheet, step: Step, name: str, choosable: Known, typed: str | list[str], is_required: bool
) -> Control:
    known = sheet.definition.vocabulary.fields[name]
    kind: str = known.kind
    options: Sequence[tuple[str, str]] = []
    of_case = named(visit, sheet.case, step, name)
    if of_case is not None:
        options, kind = list(of_case.items()), "choice"
    elif kind == "choice":
        options = list(words.options(sheet.definition, name, visit.language).items())
        kind = "few" if len(options) <= FEW_OPTIONS else kind
    elif kind == "yes_no":
        options = [
            ("yes", words.pick(words.YES_NO[True], visit.language)),
            ("no", words.pick(words.YES_NO[False], visit.language)),
        ]
        kind = "few"
    elif kind == "limit":
        return _limit(visit, sheet, step, known, typed, is_required)
    elif kind == "state":
        options = list(points_passed(visit, sheet.case, sheet.definition, step).items())
        kind = "few"
    elif kind in choosable:
        options = choosable[kind]
        if name == PART:
            options = [(unit.code, unit.name) for unit in with_parts(visit, sheet, step)]
        elif name == PERSON:
            options = staff(visit)
        kind = f"many_{kind}" if len(options) > MOST_TO_LOOK_THROUGH and kind != CASE else kind
    present = getattr(sheet.case, known.column, None) if known.column else None
    shown = (
        typed or (str(present) if present is not None else "") or (_written(sheet, name) if REVISE in step.does else "")
    )
    if not shown and len(options) == 1 and ((kind in ONE_OF and is_required) or of_case is not None):
        shown = options[0][0]  # there is nothing else to choose
    return Control(name, words.label(known, visit.language), kind, is_required, known.longest, options, shown)


def _written(sheet: Sheet, name: str) -> str:
    """Return what was written last under a name, to be corrected."""
    return next((said.body or "" for _, said in reversed(sheet.texts) if said.field == name), "")


def _limit(visit: Visit, sheet: Sheet, step: Step, known: Field, typed: str | list[str], is_required: bool) -> Control:
    """Return the two controls of a limit, a number and its unit, with what the law allows where more time is asked."""
    written = typed if isinstance(typed, str) else ""
    unit = next((unit for unit in IN if written.removesuffix(unit).isdecimal()), "")
    units = [(name, words.pick(pair, visit.language)) for name, pair in IN.items()]
    caps = sheet.definition.extensions
    hint = ""
    if caps is not None and caps.longest is not None and not ASKS.isdisjoint(step.does):
        zh, en = said(caps.longest)
        hint = visit.say(f"一次最多 {zh}", f"{en} at most")
    label = words.label(known, visit.language)
    number = written.removesuffix(unit) if unit else written
    return Control(known.name, label, "limit", is_required, known.longest, units, number, unit or USUAL, hint)


def _is_chair(visit: Visit, sheet: Sheet) -> bool:
    ballot = open_ballot(visit.db, sheet.case)
    return ballot is not None and ballot.chair_id == visit.by.id
