"""The cases that I could endorse (可附议的提案), newest first."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from cases.capabilities.endorsements import to_endorse, voices_of
from web.pages.rows import Row, rows_of
from web.render import page
from web.visits import Reading

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Endorsable:
    """A case that I could endorse: how many do, how many it needs next, and whether I do."""

    row: Row
    count: int
    next: str
    is_mine: bool


@router.get("/endorse")
def endorse(visit: Reading, cursor: str | None = None) -> Response:
    """Show a page of the list."""
    found, following = to_endorse(visit.db, visit.by, visit.at, cursor)
    shown = []
    for case, row in zip(found, rows_of(visit, found), strict=True):
        voices = voices_of(visit.db, case, visit.by)
        if voices is not None:
            coming = str(voices.next.at) if voices.next else ""
            shown.append(Endorsable(row, voices.count, coming, voices.is_mine))
    return page(
        visit.request,
        "endorse.html",
        visitor=visit.caller,
        rows=shown,
        next=following,
        is_first=cursor is None,
    )
