"""What openapi.json says of every call alike: who may ask, and how an answer looks that is a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from web import problems
from web.access import cookie_of

TOKEN, SESSION = "token", "session"
PROBLEM = "Problem"
#: FastAPI's own shapes of a 422, which no call answers with.
UNUSED = ("HTTPValidationError", "ValidationError")

_TEXT = {"type": "string"}
_FAULT = {"type": "object", "properties": {"field": _TEXT, "detail": _TEXT}, "required": ["field", "detail"]}
_PROBLEM = {
    "type": "object",
    "description": "A problem as of RFC 9457, in the language of Accept-Language (zh-CN or en).",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {"type": "array", "items": _FAULT, "description": "What is wrong with each field."},
        "version": {"type": "integer", "description": "The fresh version of the case, where one's own was old."},
    },
    "required": ["type", "title", "status", "detail"],
}


class Described(FastAPI):
    """An application whose description also holds what all calls have in common."""

    def openapi(self) -> dict[str, Any]:
        """Return the description; it is made once."""
        if self.openapi_schema is None:
            plain = get_openapi(title=self.title, version=self.version, routes=self.routes)
            self.openapi_schema = _completed(plain, cookie_of(self.state.settings))
        return self.openapi_schema


def _completed(schema: dict[str, Any], cookie: str) -> dict[str, Any]:
    """Return a description with its security schemes, and with the problems that each call can answer with."""
    parts = schema.setdefault("components", {})
    shapes = {name: shape for name, shape in parts.get("schemas", {}).items() if name not in UNUSED}
    parts["schemas"] = shapes | {PROBLEM: _PROBLEM}
    parts["securitySchemes"] = {
        TOKEN: {"type": "http", "scheme": "bearer", "description": "Made by `bihuan token create`."},
        SESSION: {"type": "apiKey", "in": "cookie", "name": cookie, "description": "A browser that has signed in."},
    }
    parts["responses"] = {str(status): _response(status) for status in problems.WORDS}
    schema["security"] = [{TOKEN: []}, {SESSION: []}]
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            for status in _statuses(method, path, "requestBody" in call):
                call["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}
    return schema


def _statuses(method: str, path: str, has_body: bool) -> list[int]:
    """Return the statuses of the problems that a call can answer with."""
    found = [HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE]
    if has_body:
        found.append(HTTPStatus.BAD_REQUEST)
    if path.endswith("/people/deputies"):
        found.append(HTTPStatus.FORBIDDEN)
    if method != "get":
        found += [HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE]
    # Whatever names a case, a law or a unit may name one that is not there.
    if method != "get" or "{number}" in path or path.endswith(("/overdue", "/questions", "/similar")):
        found.append(HTTPStatus.NOT_FOUND)
    if method != "get" and path.endswith("/attachments"):
        found.append(HTTPStatus.TOO_MANY_REQUESTS)
    if "{action}" in path:
        found.append(HTTPStatus.PRECONDITION_REQUIRED)
    return sorted({int(status) for status in found})


def _response(status: int) -> dict[str, Any]:
    shape = {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}
    title = f"{problems.title(status, 'en')} ({problems.title(status, 'zh')})"
    return {"description": title, "content": {problems.MEDIA_TYPE: shape}}
