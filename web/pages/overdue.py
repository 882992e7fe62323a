"""What is late, latest first, among the cases one may see."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cases.lists import late
from web.pages.rows import rows_of
from web.render import page
from web.visits import Reading

router = APIRouter(include_in_schema=False)


@router.get("/overdue")
def overdue(visit: Reading, cursor: str | None = None) -> Response:
    """Show a page of the list."""
    found = late(visit.db, visit.by, visit.at, cursor)
    return page(
        visit.request,
        "overdue.html",
        visitor=visit.caller,
        rows=rows_of(visit, found.cases),
        next=found.next,
        is_first=cursor is None,
    )
