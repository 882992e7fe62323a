"""The language that a reader has chosen, kept in a cookie."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from web.language import COOKIE
from web.pages.forms import local_path

A_YEAR = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


@router.get("/language/{language}")
def choose(language: Literal["zh", "en"], next: str = "/") -> Response:
    """Keep the choice and go back to where the reader was."""
    answer = RedirectResponse(local_path(next), 303)
    answer.set_cookie(COOKIE, language, max_age=A_YEAR, path="/", httponly=True, samesite="lax")
    return answer
