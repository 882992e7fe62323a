"""What a page says once after an action. A cookie names the event for a minute; what it was stands in the record."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from web.visits import Visit

COOKIE, KEPT_FOR = "bihuan_done", 60
LONGEST_VERSION = 9


def led_to(visit: Visit, number: str, version: int) -> Response:
    """Lead to the page of a case, which will name the event of this version as done."""
    place = f"/cases/{number}"
    answer = RedirectResponse(place, 303)
    answer.set_cookie(
        COOKIE,
        str(version),
        max_age=KEPT_FOR,
        path=place,
        secure=visit.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return answer


def version_done(visit: Visit) -> int | None:
    """Return the version of the event that was just written from this browser."""
    kept = visit.request.cookies.get(COOKIE, "")
    return int(kept) if kept.isascii() and kept.isdigit() and len(kept) <= LONGEST_VERSION else None


def told(visit: Visit, number: str, answer: Response) -> Response:
    """Have a page that names what was done be the only one to do so."""
    if COOKIE in visit.request.cookies:
        secure = visit.settings.secure_cookies
        answer.delete_cookie(COOKIE, path=f"/cases/{number}", secure=secure, httponly=True, samesite="lax")
    return answer
