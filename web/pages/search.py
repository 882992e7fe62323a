"""Search what is written in the cases one may see, with what was found marked where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from cases.errors import BadRequest
from cases.laws import law_of
from cases.lists import Filters
from cases.record.case import Case
from cases.search.excerpts import Excerpt, Pieces, excerpts, marked
from cases.search.finding import Found, search
from web import words
from web.pages.rows import Row, rows_of
from web.render import page
from web.visits import Reading, Visit
from workflow.definition import STAGES

router = APIRouter(include_in_schema=False)
PAGE = 20


@dataclass(frozen=True)
class Hit:
    """One case that was found: its title with the words marked, and where else they stand."""

    row: Row
    title: Pieces
    where: str
    excerpt: Pieces


@router.get("/search")
def find(
    visit: Reading, q: str = "", stage: str = "", overdue: str = "", unit: str = "", cursor: str | None = None
) -> Response:
    """Show a page of what was found; nothing was searched for yet without words."""
    asked = {"q": q.strip(), "stage": stage, "overdue": overdue, "unit": unit.strip()}
    filters = Filters(stage=stage or None, overdue=True if overdue else None, unit=unit.strip() or None)
    found, wrong = None, ""
    if q.strip():
        try:
            found = search(visit.db, visit.by, visit.at, q.strip(), filters, cursor, PAGE)
        except BadRequest as error:
            wrong = visit.say(error.zh, error.en)
    return page(
        visit.request,
        "search.html",
        status=422 if wrong else 200,
        visitor=visit.caller,
        asked=asked,
        wrong=wrong,
        stages=[(name, words.stage(name, visit.language)) for name in STAGES],
        hits=_hits(visit, found) if found else [],
        is_searched=found is not None,
        is_behind=found is not None and found.is_behind,
        next=_address(asked, found.page.next) if found and found.page.next else "",
        first=_address(asked) if cursor else "",
    )


def _hits(visit: Visit, found: Found) -> list[Hit]:
    told = excerpts(visit.db, found)
    rows = rows_of(visit, found.page.cases)
    return [_hit(visit, case, row, found, told) for case, row in zip(found.page.cases, rows, strict=True)]


def _hit(visit: Visit, case: Case, row: Row, found: Found, told: Mapping[int, Excerpt]) -> Hit:
    excerpt = told.get(case.id or 0)
    return Hit(
        row,
        marked(case.title, found.phrases),
        words.field(law_of(visit.db, case.law_id).definition, excerpt.field, visit.language) if excerpt else "",
        excerpt.pieces if excerpt else (),
    )


def _address(asked: Mapping[str, str], cursor: str = "") -> str:
    """Return the address of a page of the same search."""
    return "/search?" + urlencode({name: value for name, value in {**asked, "cursor": cursor}.items() if value})
