"""What machines ask about this one: does it live, may it be sent people, how much is open and late."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session, col, func, select
from starlette.responses import JSONResponse, PlainTextResponse

from cases.heartbeat import OLDEST_BEAT, last_beat, lateness, nodes, waiting, was_set
from cases.record.case import Case
from cases.record.clock import Parked
from cases.record.database import DatabaseError, reading
from cases.record.schema import is_current
from config.settings import Settings
from notifications.figures import figures
from web.proxies import comes_from
from web.visits import Moment, is_clock_trusted

#: A name, what it means, and how much it is now.
Figure = tuple[str, str, float]

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> JSONResponse:
    """Tell that the process lives."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def ready(request: Request, at: Moment) -> JSONResponse:
    """Tell whether people may be sent here, and why not."""
    try:
        with reading(request.app.state.engine) as db:
            reasons = _reasons(db, request.app.state.node, at)
        if not is_clock_trusted(request.app):
            reasons.append("the clock of this machine was set far ahead: set it right, or restart if it is right")
    except DatabaseError as error:
        reasons = [error.en]
    return JSONResponse({"status": "unavailable" if reasons else "ok", "reasons": reasons}, 503 if reasons else 200)


@router.get("/metrics")
def metrics(request: Request, at: Moment) -> PlainTextResponse:
    """Return a few figures in the text format of Prometheus.

    How much there is to do is told to whoever watches the installation: who is complained of could count along.
    """
    settings: Settings = request.app.state.settings
    with reading(request.app.state.engine) as db:
        shown = _of_the_machine(db, request.app.state.node, at)
        if comes_from(request, settings.metrics_from):
            shown = (*_of_the_work(db, at), *shown)
    lines = [f"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n" for name, help, value in shown]
    return PlainTextResponse("".join(lines), media_type="text/plain; version=0.0.4")


def _of_the_machine(db: Session, node: str, at: datetime) -> tuple[Figure, ...]:
    """Return what tells how this machine is."""
    beat = last_beat(db, node)
    jumps = sum(was_set(one, at) for one in nodes(db))
    age = (at - beat).total_seconds() if beat else float("nan")
    return (
        ("bihuan_clock_jumps", "Nodes whose clock was set within a day while they ran.", jumps),
        ("bihuan_heartbeat_age_seconds", "Seconds since this node's schedule last beat.", age),
    )


def _of_the_work(db: Session, at: datetime) -> tuple[Figure, ...]:
    """Return what tells how many cases and messages there are, and how late they are."""
    is_open = col(Case.closed_at).is_(None)
    count = select(func.count()).select_from(Case)
    open_cases = db.exec(count.where(is_open)).one()
    overdue = db.exec(count.where(is_open, col(Case.due_at) < at)).one()
    waits, _ = waiting(db, at)
    late = lateness(db) or timedelta()
    news = figures(db, at)
    parked = db.exec(select(func.count()).select_from(Parked).where(col(Parked.released_at).is_(None))).one()
    return (
        ("bihuan_open_cases", "Cases that are open.", open_cases),
        ("bihuan_overdue_cases", "Open cases past their limit.", overdue),
        ("bihuan_waiting_clocks", "Clocks that are due for longer than a beat may take.", waits),
        ("bihuan_parked_clocks", "Clocks that an administrator has to release.", parked),
        ("bihuan_rung_lateness_seconds", "How late the rung came that fired last.", int(late.total_seconds())),
        ("bihuan_untold_events", "Events that nobody has been told of yet.", news.untold),
        ("bihuan_untold_seconds", "How long the oldest of them has waited.", int(news.untold_for.total_seconds())),
        ("bihuan_untellable_events", "Events that could not be told.", news.untellable),
        ("bihuan_overdue_held_messages", "Held messages that nobody has gathered in time.", news.overdue),
        ("bihuan_waiting_messages", "Messages that are still to be sent.", news.waiting),
        ("bihuan_parked_messages", "Messages that were given up.", news.parked),
        ("bihuan_oldest_message_seconds", "How long the oldest of them has waited.", int(news.oldest.total_seconds())),
    )


def _reasons(db: Session, node: str, at: datetime) -> list[str]:
    if not is_current(db):
        return ["the database needs `bihuan init`"]
    beat = last_beat(db, node)
    if beat is None:
        return ["the schedule has not beaten yet"]
    if at - beat >= OLDEST_BEAT:
        return [f"the schedule last beat {int((at - beat).total_seconds())} seconds ago"]
    return []
