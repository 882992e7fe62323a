"""Endorsement, promises and referrals of a case, and the list of questions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import select

from cases.capabilities.endorsements import voices_of
from cases.capabilities.promises import promises_of
from cases.errors import NotFound, shown
from cases.questions import MOST, asked_by, quarter_of, questions
from cases.record.people import Unit
from cases.sheet import Sheet
from cases.two_times import two_times
from cases.units import units_by_id
from web.api import voice_shapes as shapes
from web.visits import Reading, Visit

router = APIRouter(tags=["reports"])


@router.get("/questions", summary="Promises that were overdue or broken in a quarter, by the unit that made them")
def read_questions(
    visit: Reading,
    quarter: Annotated[str | None, Query(description="such as 2026Q4; this one if left out")] = None,
    unit: Annotated[str | None, Query(description="code; its subtree")] = None,
) -> shapes.Questions:
    """Return the list, of which at most 500 items; it is for representatives, supervisors and leaders."""
    visible = asked_by(visit.db, visit.by, visit.at)
    if visible is None:
        raise NotFound("没有供您查阅的质询清单。", "There is no list of questions for you.")
    chosen = quarter_of(visit.db, quarter, visit.at)
    place = visit.db.exec(select(Unit).where(Unit.code == unit)).first() if unit is not None else None
    if unit is not None and place is None:
        raise NotFound(f"没有代码为 {shown(unit)} 的单位。", f"There is no unit {shown(unit)}.")
    found = questions(visit.db, chosen, visit.at, unit=place, visible=visible, most=MOST, by=visit.by)
    items = [
        shapes.OneQuestion(**{name: getattr(one, name) for name in shapes.OneQuestion.model_fields}) for one in found
    ]
    return shapes.Questions(quarter=chosen.name, items=items)


def voices_in(visit: Visit, sheet: Sheet) -> dict[str, Any]:
    """Return what a case's own answer says of endorsement, promises and referrals."""
    found = voices_of(visit.db, sheet.case, visit.by)
    endorsements = found and shapes.Endorsements(
        count=found.count, mine=found.is_mine, next_threshold=found.next.at if found.next else None
    )
    return {"endorsements": endorsements, "promises": _promises(visit, sheet), "referral": _referral(visit, sheet)}


def _promises(visit: Visit, sheet: Sheet) -> list[shapes.OnePromise]:
    rows = promises_of(visit.db, sheet.case)
    units = units_by_id(visit.db, [row.unit_id for row in rows]) if rows else {}
    said = {(happening.version, text.field): text.body for happening, text in sheet.texts} if rows else {}
    plain = set(shapes.OnePromise.model_fields) - {"unit", "text", "result"}
    return [
        shapes.OnePromise(
            **{name: getattr(row, name) for name in plain},
            unit=units[row.unit_id].code,
            text=said.get((row.version, "promise")),
            result=said.get((row.ended_version, "result")) or said.get((row.ended_version, "reason")),
        )
        for row in rows
    ]


def _referral(visit: Visit, sheet: Sheet) -> shapes.TwoTimes | None:
    found = two_times(visit.db, sheet.case, visit.at, is_staff=sheet.is_staff)
    if found is None:
        return None
    units = units_by_id(visit.db, [one.unit_id for one in found.referrals])
    return shapes.TwoTimes(
        own_seconds=int(found.own.total_seconds()),
        own_working_minutes=found.own_minutes,
        above_seconds=int(found.above.total_seconds()),
        above_working_minutes=found.above_minutes,
        referrals=[
            shapes.OneReferral(
                unit=units[one.unit_id].code,
                referred_at=one.referred_at,
                summary=one.summary,
                replied_at=one.replied_at,
                answer=one.answer,
            )
            for one in found.referrals
        ],
    )
