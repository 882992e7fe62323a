"""The receipt, shown once: a number to keep, and what it is good for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from cases.record.case import Case
from web.render import page


def receipt_page(request: Request, case: Case, code: str) -> Response:
    """Return the page with a receipt; it bears no number of a case, and neither does its address."""
    return page(request, "receipt.html", path_and_query="/track", code=code, case=case)
