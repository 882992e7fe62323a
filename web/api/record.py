"""The record of one case: what happened, its clocks and why they stand where they stand; notes that are added."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from cases.act import act
from cases.explaining import Explanation
from cases.explaining import explain as explanations
from cases.laws import law_of
from cases.lists import MOST, bad_cursor
from cases.sheet import clocks_seen, history_of
from web.api import shapes, views
from web.api.versions import optional_version, tag
from web.visits import Reading, Visit, Writing

NOTE = "note"

router = APIRouter(prefix="/cases/{number}", tags=["record"])


@router.get("/events", summary="What happened, oldest first")
def events(
    visit: Reading,
    number: str,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> shapes.Events:
    """Return a page of a case's history."""
    case = visit.case(number)
    definition = law_of(visit.db, case.law_id).definition
    history = [entry for entry in history_of(visit.db, case, visit.by, visit.at) if entry.version > _version(cursor)]
    items = [views.event_of(visit, definition, entry) for entry in history[:limit]]
    return shapes.Events(items=items, next=str(items[-1].version) if len(history) > limit else None)


@router.get("/clocks", summary="Its limits")
def clocks(visit: Reading, number: str) -> shapes.Clocks:
    """Return every clock of a case."""
    rows = clocks_seen(visit.db, visit.case(number), visit.by, visit.at)
    return shapes.Clocks(items=[shapes.OneClock(**views.clock_of(visit.db, row)) for row in rows])


@router.get("/explain", summary="Why its clocks stand where they stand, day by day")
def explain(visit: Reading, number: str) -> shapes.Explanations:
    """Return every clock that a case has had with its stretches and each day that counted, or did not."""
    case = visit.case(number)
    known = {clock.id for clock in clocks_seen(visit.db, case, visit.by, visit.at)}
    items = [_explained(visit, one) for one in explanations(visit.db, case) if one.clock.id in known]
    return shapes.Explanations(items=items)


@router.post("/notes", status_code=201, summary="Add a note for everyone in the case, or for staff alone")
def note(
    visit: Writing,
    number: str,
    new: shapes.NewNote,
    response: Response,
    seen: Annotated[int | None, Depends(optional_version)],
) -> shapes.Noted:
    """Add a note to a case."""
    case = visit.case(number)
    form = {"note": new.text} | ({"audience": new.audience} if new.audience else {})
    act(visit.db, case, NOTE, by=visit.by, at=visit.at, form=form, seen=seen)
    response.headers.update(tag(case.version))
    return shapes.Noted(number=case.number, version=case.version)


def _version(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise bad_cursor()
    return int(cursor)


def _explained(visit: Visit, one: Explanation) -> shapes.Explanation:
    return shapes.Explanation(
        **views.clock_of(visit.db, one.clock),
        days=[
            shapes.ExplainedDay(
                date=day.date,
                weekday=visit.say(day.weekday_zh, day.weekday_en),
                is_counted=day.is_counted,
                why=visit.say(day.zh, day.en),
                minutes=day.minutes,
                total_minutes=day.total_minutes,
                total_days=day.total_days,
            )
            for day in one.days
        ],
        spans=[
            shapes.ExplainedSpan(why=span.why, from_at=span.from_at, until_at=span.until_at, due_at=span.due_at)
            for span in one.stretches
        ],
        rungs=[
            shapes.ExplainedRung(
                do=rung.do, at=rung.at, due_at=rung.due_at, fired_at=rung.fired_at, is_passed=rung.is_passed
            )
            for rung in one.rungs
        ],
    )
