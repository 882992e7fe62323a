"""The receipt, shown once: a number to keep, and what it is good for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from cases.record.case import Case
from web.receipts import UNTOLD
from web.render import page


def receipt_page(request: Request, case: Case, code: str) -> Response:
    """Return the page with a receipt; neither it nor its address bears a number, and no link leads away."""
    return page(request, "receipt.html", headers=UNTOLD, path_and_query="/track", code=code, case=case, stays=True)


def sent_already(request: Request) -> Response:
    """Say that a form was sent before: what it led to was shown then, and is not shown again."""
    return page(request, "receipt.html", headers=UNTOLD, path_and_query="/track", code="", case=None)
