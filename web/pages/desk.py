"""My desk: what waits for me, what I have raised, what was closed lately."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from cases.authority import authority_of
from cases.capabilities.endorsements import open_to
from cases.desks import MOST, desk_of
from cases.matters import matters_of
from cases.policy import duties_of
from cases.questions import asked_by
from cases.raised import as_desk, lately_closed, raised_by
from cases.record.at_once import gather
from cases.tasks import tasks_of
from cases.units import works_for_a_union
from web.pages.case_promises import promises_to_keep
from web.pages.desk_matters import going_on, rows_of_matters
from web.pages.done import left, told_at_home
from web.pages.rows import rows_of
from web.pages.standing_in import standing_in
from web.render import page
from web.visits import Reading

LATELY = timedelta(days=30)

router = APIRouter(include_in_schema=False)


@router.get("/")
def my_desk(visit: Reading) -> Response:
    """Show the cases that lie with me, most urgent first, and once what I did in a case that I see no more."""
    mine, beside = desk_of(visit.db, visit.by, visit.at), matters_of(visit.db, visit.by, visit.at)
    asked = (visit.db, visit.by, visit.at)
    queries = [*raised_by(*asked), lately_closed(*asked, visit.at - LATELY), open_to(*asked).limit(1)]
    *own, closed, endorsable = gather(visit.db, queries)
    raised = as_desk(own)
    waiting = rows_of(visit, mine.cases, tasks_of(visit.db, mine, visit.by, visit.at), mine.stands_for)
    waiting += rows_of_matters(visit, beside.rows)
    waiting.sort(key=lambda row: (row.due_at is None, row.due_at or visit.at))  # a part has a limit of its own
    has_more = mine.has_more or beside.has_more or len(waiting) > MOST
    waiting = waiting[:MOST]
    late = sum(1 for row in waiting if row.due and row.due.tone == "late")
    soon = sum(1 for row in waiting if row.due and row.due.tone == "soon")
    counts = [
        (visit.say("待我办理", "With me"), len(waiting), has_more, "plain"),
        (visit.say("其中逾期", "Overdue"), late, has_more and late == MOST, "late" if late else "plain"),
        (visit.say("24 小时内到期", "Due within 24 hours"), soon, False, "plain"),
        (visit.say("我提出的", "Raised by me"), len(raised.cases), raised.has_more, "plain"),
    ]
    shown = page(
        visit.request,
        "desk.html",
        visitor=visit.caller,
        counts=counts,
        waiting=waiting,
        has_more=has_more,
        raised=going_on(visit, raised.cases),
        closed=rows_of(visit, closed),
        promised=promises_to_keep(visit),
        may_endorse=bool(endorsable),
        may_print=works_for_a_union(duties_of(*asked)),
        may_ask=asked_by(visit.db, visit.by, visit.at) is not None,
        standing_in=standing_in(visit),
        may_arrange=bool(authority_of(visit.db, visit.by, visit.at)),
        left=left(visit),
    )
    return told_at_home(visit, shown)
