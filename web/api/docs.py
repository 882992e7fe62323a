"""The API's description as a page, made on the server: no script, no outside address."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from web import problems
from web.language import DOCS, language_of
from web.render import page

METHODS = ("get", "post", "put", "patch", "delete")

router = APIRouter(include_in_schema=False)


@router.get(DOCS)
def docs(request: Request) -> HTMLResponse:
    """Return every call with its parameters, and every status that an error can have."""
    schema = request.app.openapi()
    calls = [
        {"method": method.upper(), "path": path, **_call(schema, operation)}
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]
    language = language_of(request)
    statuses = [
        (status, problems.title(status, language), problems.sentence(status, language)) for status in problems.WORDS
    ]
    return page(request, "docs.html", calls=calls, statuses=statuses)


def _call(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    media_type = next(iter(body), None)
    name = body[media_type]["schema"].get("$ref", "").rpartition("/")[2] if media_type else ""
    properties = schema["components"]["schemas"].get(name, {})
    return {
        "summary": operation.get("summary", ""),
        "parameters": [
            {"name": given["name"], "place": given["in"], "is_required": given.get("required", False)}
            for given in operation.get("parameters", [])
        ],
        "media_type": media_type,
        "fields": [
            {"name": field, "is_required": field in properties.get("required", [])}
            for field in properties.get("properties", {})
        ],
        "answers": sorted(operation.get("responses", {})),
    }
