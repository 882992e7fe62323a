"""Pages: Jinja2 templates, escaped always, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web import words
from web.language import language_of

FOLDER = Path(__file__).resolve().parent
TEMPLATES = FOLDER / "templates"
STATIC = FOLDER / "static"

#: What the header of a page shows where nobody can be asked.
BARE_HEADER = {"unread": 0, "is_administrator": False, "is_auditor": False, "may_arrange": False}

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """Return a page; templates say everything with `t(zh, en)` and `label(thing)`."""
    language = language_of(request)

    def t(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    def label(thing: Any) -> str:
        return str(thing.label if language == "zh" else thing.label_en or thing.label)

    # A page for somebody is made while their visit's session is open; the answer to an error is made after it, and
    # says itself that its header is bare.
    visit = request.state.visit if values.get("visitor") and "unread" not in values else None
    header = {name: getattr(visit, name) for name in BARE_HEADER} if visit else BARE_HEADER
    shown = _environment.get_template(template).render(
        {"visitor": None, "here": request.url.path, "path_and_query": path_and_query(request), "stays": False}
        | header
        | {"t": t, "label": label, "language": language, "words": words}
        | values
    )
    answer = HTMLResponse(shown, status, dict(headers or {}))
    answer.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
    return answer


def path_and_query(request: Request) -> str:
    """Return where a reader finds the page of a request again, without the host; what was sent has no such place."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    return request.url.path + ("?" + request.url.query if request.url.query else "")
