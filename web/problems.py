"""Errors for machines: `application/problem+json` (RFC 9457), one shape for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from web.language import DOCS, Language

MEDIA_TYPE = "application/problem+json"
MACHINE_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")

#: Title and, where nothing more is known, the sentence of a status.
WORDS = {
    400: ("请求无法识别", "Bad request", "请求格式不对。", "The request cannot be read."),
    401: ("未登录", "Not signed in", "请先登录。", "Sign in first."),
    403: ("无权办理", "Not allowed", "您无权这样做。", "You may not do that."),
    404: ("未找到", "Not found", "没有这一页，或者您不能查看。", "There is no such thing, or it is not for you."),
    405: ("方法不允许", "Method not allowed", "此地址不接受这种请求。", "The address does not take such a request."),
    409: ("已被他人办理", "Conflict", "有人同时办理了同一案件，请重试。", "Someone acted at the same time; try again."),
    413: ("内容过大", "Too large", "提交的内容过大。", "The body is too large."),
    422: ("填写有误", "Invalid", "提交的内容有误。", "What was sent is not valid."),
    428: ("缺少版本", "Precondition required", "请带上版本。", "Say which version you saw."),
    429: ("过于频繁", "Too many requests", "请稍后再试。", "Try again later."),
    500: ("系统出错", "Internal error", "系统出错，未保存任何内容；请稍后再试或告知管理员。",
          "Something went wrong and nothing was saved; try again later or tell an administrator."),
    503: ("暂时不可用", "Unavailable", "系统暂时不可用，请稍后再试。", "The service is unavailable; try again later."),
}  # fmt: skip
#: What pydantic says of a field, by its kind of fault; anything else is plainly wrong.
FAULTS = {
    "missing": ("必填", "is required"),
    "extra_forbidden": ("没有这一项", "is not asked for"),
    "string_too_long": ("过长", "is too long"),
    "string_too_short": ("过短", "is too short"),
    "less_than_equal": ("过大", "is too large"),
    "greater_than_equal": ("过小", "is too small"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
}
OTHER_FAULT = ("填写有误", "is not valid")
LONGEST_NAME = 64


def is_wanted(request: Request) -> bool:
    """Tell whether a request comes from a machine."""
    return request.url.path.startswith(MACHINE_PATHS) and request.url.path != DOCS


def problem(
    status: int,
    title: str,
    detail: str,
    errors: Sequence[Mapping[str, str]],
    language: Language,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> JSONResponse:
    """Return an answer in the one shape of errors."""
    body: dict[str, Any] = {
        "type": f"{DOCS}#status-{status}", "title": title, "status": status, "detail": detail, **extra
    }  # fmt: skip
    if errors:
        body["errors"] = [{name: _printable(text) for name, text in error.items()} for error in errors]
    body["detail"] = _printable(detail)
    answer = JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)
    answer.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
    return answer


def title(status: int, language: Language) -> str:
    """Return the title of a status."""
    zh, en, _, _ = _words(status)
    return zh if language == "zh" else en


def sentence(status: int, language: Language) -> str:
    """Return what is said of a status where nothing more is known."""
    _, _, zh, en = _words(status)
    return zh if language == "zh" else en


def validation_errors(error: RequestValidationError, language: Language) -> list[dict[str, str]]:
    """Return what is wrong with each field of a request."""
    found = []
    for fault in error.errors():
        place = [str(part) for part in fault["loc"] if part not in ("body", "query", "path", "header")]
        name = ".".join(place)[:LONGEST_NAME] or "body"
        zh, en = FAULTS.get(str(fault["type"]), OTHER_FAULT)
        found.append({"field": name, "detail": f"{name} {zh}" if language == "zh" else f"{name} {en}"})
    return found


def _words(status: int) -> tuple[str, str, str, str]:
    return WORDS.get(status) or WORDS[500 if status >= 500 else 400]


def _printable(text: str) -> str:
    """Return a text that JSON can carry: half characters, which clients can send, become question marks."""
    return text.encode("utf-8", "replace").decode()
