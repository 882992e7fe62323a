"""What a form decides: which department's part, which request for more time, with its reason and both limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cases.calendars import calendar
from cases.capabilities.extensions import DECIDE_CASE, DECIDE_PART, requests_of
from cases.hands import open_rows
from cases.record.case import Assignment, Extension
from cases.record.people import Unit
from cases.roster import own_hands
from cases.sheet import Happening, Sheet
from web import moments, words
from web.pages.case_history import who
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.definition import Step
from workflow.errors import Refusal
from workflow.limits import Limit
from workflow.vocabulary import DELEGATE, SUPPORT

PART, REASON, RULE = "part", "reason", "rule"
#: Who acts in a case for a part of it, and what they do about somebody else's.
OF_PARTS, DISPUTE = frozenset({"lead", SUPPORT, DELEGATE}), "dispute_part"
#: What answers a part that was given back, and the status of such a part.
ON_RETURNS, RETURNED = frozenset({"release_part", DISPUTE, "decide_part"}), "returned"
#: Where no part is named, what is done is for the desk of the case and not for the only part there is.
URGE = "urge"


def is_worth_asking(visit: Visit, sheet: Sheet, step: Step) -> bool:
    """Tell whether a part can be chosen: where there is only one, and it is meant at any rate, nobody is asked."""
    return len(with_parts(visit, sheet, step)) >= (1 if URGE in step.does else 2)


def with_parts(visit: Visit, sheet: Sheet, step: Step) -> list[Unit]:
    """Return the units whose parts a step can be about.

    It is one's own where one acts for it; else those that asked for more time, that gave their part back, or that have
    one that is open.
    """
    if PART in step.takes and OF_PARTS.issuperset(step.by) and DISPUTE not in step.does:
        return [sheet.units[row.unit_id] for row in own_hands(visit.db, sheet, visit.by, visit.at)]
    units = [sheet.units[row.unit_id] for row in _parts(sheet, step)]
    if DECIDE_PART not in step.does:
        return units
    asking = {row.unit_id for row in _waiting(visit, sheet, step)}
    return [unit for unit in units if unit.id in asking]


def about(visit: Visit, sheet: Sheet, step: Step) -> list[str]:
    """Return in sentences what a step decides on, request by request; nothing for a step that decides nothing."""
    local = visit.office(sheet.case.unit_id)
    if not ON_RETURNS.isdisjoint(step.does):
        return [said for row in _parts(sheet, step) if (said := _given_back(visit, sheet, row))]
    return [_asked(visit, sheet, row, local) for row in _waiting(visit, sheet, step)]


def _parts(sheet: Sheet, step: Step) -> list[Assignment]:
    rows = [row for row in open_rows(sheet.parts) if row.kind == SUPPORT]
    return [row for row in rows if ON_RETURNS.isdisjoint(step.does) or row.status == RETURNED]


def _waiting(visit: Visit, sheet: Sheet, step: Step) -> Sequence[Extension]:
    """Return the requests for more time that a step decides on, of parts or of the case."""
    is_of_parts = DECIDE_PART in step.does
    if not is_of_parts and DECIDE_CASE not in step.does:
        return []
    rows = requests_of(visit.db, sheet.case)
    waiting = [row for row in rows if row.decided_at is None and row.lapsed_at is None]
    return [row for row in waiting if (row.unit_id is not None) == is_of_parts]


def _asked(visit: Visit, sheet: Sheet, row: Extension, local: Calendar) -> str:
    """Say who asks for how much more time, why, which limit stands and which one it would become."""
    asked = [one for one in sheet.history if one.at == row.asked_at and one.values.get("extra") == row.extra]
    event = next((one for one in asked if (one.role == SUPPORT) == (row.unit_id is not None)), None)
    by = who(visit, sheet, event) if event else ""
    reason = _said(event, REASON)
    clock = next((one for one in sheet.clocks if one.due_at == row.due_at and one.stopped_at is None), None)
    office = calendar(visit.db, clock.calendar) if clock else local
    due, then = moments.exact(row.due_at, office), ""
    if row.due_at is not None:
        try:
            then = moments.exact(office.due(row.due_at, Limit.parse(row.extra)).at, office)
        except Refusal:  # the arithmetic ends in 2200
            then = ""
    zh = f"{by} 申请延长 {words.limit(row.extra, 'zh')}" + (f"：{reason}" if reason else "")
    en = f"{by} asks for {words.limit(row.extra, 'en')} more" + (f": {reason}" if reason else "")
    return visit.say(f"{zh}（现时限 {due}，同意后 {then}）", f"{en} (limit {due}, if granted {then})")


def _given_back(visit: Visit, sheet: Sheet, row: Assignment) -> str:
    """Say who gave a part back, why and by which rule."""
    acts = [one for one in sheet.history if one.part_id == row.id and RULE in one.values]
    if not acts:
        return ""
    reason, rule, unit = _said(acts[-1], REASON), acts[-1].values[RULE], sheet.units[row.unit_id].name
    return visit.say(f"{unit} 退回协办：{reason}（依据 {rule}）", f"{unit} gives its part back: {reason} (by {rule})")


def _said(event: Happening | None, field: str) -> str:
    texts: Iterable[str | None] = [one.body for one in event.said if one.field == field] if event else []
    return next((text for text in texts if text), "")
