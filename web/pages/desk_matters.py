"""Rows of my desk beyond a case in its state: what waits for me beside it, and where a merged one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cases.capabilities.orders import number_of
from cases.laws import law_of
from cases.matter import Matter
from cases.merged import leads_of
from cases.record.case import Case
from cases.record.people import Unit
from cases.standing_in import names_of
from cases.units import units_by_id
from web import words
from web.pages.rows import Due, Row, due_of_clock, due_words, rows_of
from web.visits import Visit

#: Where a matter is seen to that has a page of its own.
PLACES = {"agree_reveal": "/identity", "agree_erasure": "/erasure"}


def rows_of_matters(visit: Visit, matters: Sequence[Matter]) -> list[Row]:
    """Return what waits beside cases as rows, each with what is to be done and a limit of its own."""
    units = units_by_id(visit.db, [one.unit_id for one in matters])
    whose = names_of(visit.db, [one.stands_for for one in matters if one.stands_for])
    return [
        replace(
            row,
            todo=_todo(visit, one, units.get(one.unit_id or 0)),
            due=_due(visit, one),
            due_at=one.due_at,
            path=row.path + PLACES.get(one.kind, ""),
            stands_for=whose.get(one.stands_for or 0, ""),
        )
        for row, one in zip(rows_of(visit, [one.case for one in matters]), matters, strict=True)
    ]


def going_on(visit: Visit, cases: Sequence[Case]) -> list[Row]:
    """Return the cases that somebody raised as rows; one that was merged says how the case stands that goes on for it.

    A lead case that is closed is said to be, too: until its answer is rated, the matter is not over.
    """
    leads, rows = leads_of(visit.db, cases), rows_of(visit, cases)
    for place, case in enumerate(cases):
        if (lead := leads.get(case.id or 0)) is not None:
            state = words.label(law_of(visit.db, lead.law_id).state(lead.state), visit.language)
            rows[place] = replace(
                rows[place], todo=visit.say(f"随主案办理：{state}", f"goes on as its lead case: {state}")
            )
    return rows


def _todo(visit: Visit, matter: Matter, unit: Unit | None) -> str:
    law = law_of(visit.db, matter.case.law_id).definition.besides.get(matter.kind)
    own = (law.label, law.label_en) if law is not None else ("", "")
    said = words.pick(words.MATTERS.get(matter.kind, own), visit.language)
    if matter.order is not None:
        return f"{said} {number_of(matter.order)}"
    return said + words.aside(unit.name, visit.language) if unit is not None else said


def _due(visit: Visit, matter: Matter) -> Due | None:
    if matter.clock is not None:
        return due_of_clock(visit, matter.clock)
    return due_words(visit, matter, visit.office(matter.case.unit_id), None)
