"""What supervisors ask: what is overdue, now or at a past moment, and what the rates are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from cases.errors import BadRequest
from cases.lists import MOST, overdue_now, overdue_then
from cases.policy import visible_to
from cases.rates import rates
from web.api import shapes
from web.visits import Reading

router = APIRouter(tags=["reports"])


@router.get("/overdue", summary="What is, or at a past moment was, overdue, most overdue first")
def read_overdue(
    visit: Reading,
    at: Annotated[str | None, Query(description="RFC 3339; now if left out")] = None,
    unit: Annotated[str | None, Query(description="code; its subtree")] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> shapes.OverdueCases:
    """Return a page of the queue; a past moment is told from the record alone."""
    if at:
        rows, following = overdue_then(visit.db, visit.by, visit.at, _moment(at), unit, cursor, limit)
    else:
        rows, following = overdue_now(visit.db, visit.by, visit.at, unit, cursor, limit)
    plain = set(shapes.OverdueCase.model_fields) - {"late_by"}
    items = [
        shapes.OverdueCase(**{name: getattr(row, name) for name in plain}, late_by=int(row.late_by.total_seconds()))
        for row in rows
    ]
    return shapes.OverdueCases(items=items, next=following)


@router.get("/rates", summary="Response, completion, resolution and satisfaction, with their denominators")
def read_rates(
    visit: Reading,
    since: Annotated[str, Query(alias="from", description="RFC 3339; the period begins here")],
    until: Annotated[str, Query(alias="to", description="RFC 3339; the period ends before this")],
    by: Literal["unit", "category"] | None = None,
) -> shapes.Rates:
    """Return the rates of the cases that the person may see."""
    visible = visible_to(visit.db, visit.by, visit.at, only_parties=True)
    return shapes.Rates(items=rates(visit.db, _moment(since), _moment(until), by, visible))


def _moment(word: str) -> datetime:
    """Return a moment with a zone. Raises BadRequest."""
    try:
        at = datetime.fromisoformat(word)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadRequest(
        f"「{word[:40]}」不是带时区的时刻，请写如 2026-11-20T09:00:00+08:00。",
        f'"{word[:40]}" is no moment with a zone; write 2026-11-20T09:00:00+08:00.',
    )
