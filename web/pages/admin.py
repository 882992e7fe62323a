"""What the system administrator sees to: clocks that are parked, nodes that died, clocks that nobody sweeps."""

from __future__ import annotations

from fastapi import APIRouter
from sqlmodel import col, func, select
from starlette.responses import RedirectResponse, Response

from cases import heartbeat
from cases.calendars import calendar
from cases.open_work import deserted
from cases.outlook import REASONS
from cases.parking import NOBODY, release
from cases.record.case import Case
from cases.record.clock import Parked
from web import moments
from web.access import NotAllowed
from web.pages.forms import Form
from web.render import page
from web.visits import Reading, Visit, Writing

MOST = 100
SEE_OTHER = 303

router = APIRouter(prefix="/admin", include_in_schema=False)


@router.get("")
def show(visit: Reading) -> Response:
    """Show what waits for an administrator."""
    require_administrator(visit)
    local = calendar(visit.db)
    kept = select(Parked, Case.number).join(Case, col(Case.id) == Parked.case_id)
    held = col(Parked.released_at).is_(None)
    found = visit.db.exec(kept.where(held).order_by(col(Parked.id).desc()).limit(MOST)).all()
    count = visit.db.exec(select(func.count()).select_from(Parked).where(held)).one()
    waiting, since = heartbeat.waiting(visit.db, visit.at)
    return page(
        visit.request,
        "admin.html",
        visitor=visit.caller,
        parked=[
            {
                "id": row.id,
                "number": number,
                "since": moments.exact(row.parked_at, local),
                "is_nobody": row.why == NOBODY,
                "summary": visit.say(*REASONS[row.why])
                if row.why == NOBODY
                else row.detail.strip().splitlines()[-1][:300],
                "detail": row.detail,
            }
            for row, number in found
        ],
        parked_count=count,
        deserted=[(desk.word, desk.unit.name, desk.cases) for _, desk in deserted(visit.db, visit.at, visit.by)],
        nodes=[
            {
                "name": node.node,
                "beat": moments.exact(node.beat_at, local),
                "is_silent": visit.at - node.beat_at >= heartbeat.OLDEST_BEAT,
                "jump": node.jumped_by if heartbeat.was_set(node, visit.at) else None,
            }
            for node in heartbeat.nodes(visit.db)
        ],
        waiting=waiting,
        since=moments.exact(since, local),
    )


@router.post("/parked/{parked_id}/release")
def let_go(visit: Writing, parked_id: int, form: Form) -> Response:
    """Let a parked clock go on; the next sweep takes it up."""
    require_administrator(visit)
    release(visit.db, parked_id, by=visit.by, at=visit.at)
    return RedirectResponse("/admin", SEE_OTHER)


def require_administrator(visit: Visit) -> None:
    """Raise NotAllowed for anyone but a system administrator."""
    if not visit.is_administrator:
        raise NotAllowed("只有系统管理员可以查看此页。", "Only a system administrator may see this page.")
