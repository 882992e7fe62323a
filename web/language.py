"""Which language an answer speaks: the reader's own choice, else what their browser asks for, Chinese first."""

from __future__ import annotations

from typing import Literal, cast

from starlette.requests import Request

Language = Literal["zh", "en"]
COOKIE = "bihuan_language"
#: The one page under /api; everything else there speaks to programs.
DOCS = "/api/docs"


def language_of(request: Request) -> Language:
    """Return the language of a request; a program says it with Accept-Language alone."""
    if request.url.path == DOCS or not request.url.path.startswith("/api/"):
        chosen = request.cookies.get(COOKIE)
        if chosen in ("zh", "en"):
            return cast(Language, chosen)
    default: Language = request.app.state.settings.language
    return preferred(request.headers.get("accept-language", ""), default)


def preferred(accept: str, default: Language) -> Language:
    """Return the language that an Accept-Language header prefers among ours."""
    best, weight = default, 0.0
    for part in accept[:500].split(","):
        tag, _, rest = part.strip().partition(";")
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest.strip() else 1.0
        except ValueError:
            continue
        word = tag.strip().lower().split("-")[0]
        if quality > weight and (word == "zh" or word == "en"):
            best, weight = ("zh" if word == "zh" else "en"), quality
    return best
