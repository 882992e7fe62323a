"""What goes wrong, as HTTP: a page for browsers, problem+json (RFC 9457) under /api, in the reader's language."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cases.access import Caller
from cases.act import find
from cases.deputies import PERSONAL
from cases.errors import BadRequest, FieldError, InvalidFields, NotFound, Stale
from cases.policy import duties_of
from cases.record.database import DatabaseError, reading
from cases.record.people import User
from cases.stored_files import NotAsAdded
from cases.throttling import TooManyGuesses
from config import clock
from config.settings import SettingsError
from web import problems
from web.access import NotAllowed, NotSignedIn, identify, known
from web.headers import headers_of
from web.language import Language, language_of
from web.render import BARE_HEADER, page, path_and_query
from web.visits import WrongClock
from workflow.errors import Refusal
from workflow.machine import ActionNotAllowed, NotByYou, UnknownAction

log = logging.getLogger(__name__)


class TooLarge(Refusal):
    """A body is larger than is taken."""


class MissingCondition(Refusal):
    """A change came without the version that it was decided on."""


#: The first class that fits decides.
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NotByYou, 403),
    (NotFound, 404),
    (UnknownAction, 404),
    (Stale, 409),
    (NotAsAdded, 409),
    (ActionNotAllowed, 409),
    (InvalidFields, 422),
    (BadRequest, 422),
    (TooLarge, 413),
    (MissingCondition, 428),
    (TooManyGuesses, 429),
    (WrongClock, 503),
    (DatabaseError, 503),
    (Refusal, 422),
)
#: PostgreSQL's words for two transactions that could not both be: serialization failure and deadlock.
RACES = ("40001", "40P01")
#: The constraint that two break who write the same version of a case.
ONE_EVENT_A_VERSION = "ix_events_case"


def install(app: FastAPI) -> None:
    """Have an application, whose engine is known, answer every error in one way."""

    def refused(request: Request, error: Exception) -> Response:
        return answer_to(request, error)

    for kind in (Refusal, HTTPException, RequestValidationError, StaleDataError, DBAPIError, SettingsError, Exception):
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(_driver(app).Error, refused)  # statements that go straight to it raise its own


def answer_to(request: Request, error: Exception) -> Response:
    """Return the answer to an error."""
    language = language_of(request)
    status, title, detail, errors = told(error, language, _driver(request.app))
    extra: dict[str, Any] = {}
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s failed", request.method, _door(request), exc_info=error)
    elif isinstance(error, NotAllowed | NotByYou | NotFound | TooManyGuesses):
        log.warning("%s %s refused with %s to %s", request.method, _door(request), status, _told_of(request, error))
    # The answer to an unforeseen error leaves outside the middleware that adds these to all others.
    headers = headers_of(request.app.state.settings) | dict(getattr(error, "headers", None) or {})
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = "900"
    if not problems.is_wanted(request):
        if isinstance(error, NotSignedIn):
            return _to_sign_in(request)
        return page(
            request,
            "error.html",
            status=status,
            headers=headers,
            visitor=_visitor(request, error),
            **BARE_HEADER,
            title=title,
            detail=detail,
            errors=errors,
            code=status,
        )
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Stale) and (version := _fresh_version(request)) is not None:
        extra["version"] = version
    return problems.problem(status, title, detail, errors, language, headers, **extra)


def told(error: Exception, language: Language, driver: Any) -> tuple[int, str, str, list[dict[str, str]]]:
    """Return status, title, sentence and field errors of an error; `driver` is the module of the database's driver."""
    status = _status(error, driver)
    sentence, errors = problems.sentence(status, language), []
    if isinstance(error, RequestValidationError):
        errors = problems.validation_errors(error, language)
    elif isinstance(error, Refusal) and not (isinstance(error, DatabaseError) and status == HTTPStatus.CONFLICT):
        sentence = error.zh if language == "zh" else error.en
        errors = field_errors(error.errors, language) if isinstance(error, InvalidFields) else []
    return status, problems.title(status, language), sentence, errors


def field_errors(errors: tuple[FieldError, ...], language: Language) -> list[dict[str, str]]:
    """Return field errors in one language."""
    return [{"field": error.field, "detail": error.zh if language == "zh" else error.en} for error in errors]


def too_large(is_file: bool) -> TooLarge:
    """Return the answer to a body that is too large."""
    most = "10 MB" if is_file else "1 MB"
    return TooLarge(f"提交的内容超过 {most}。", f"The body is larger than {most}.")


def _status(error: Exception, driver: Any) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    said = _said_by_driver(error)
    if isinstance(error, StaleDataError) or _is_race(said):
        return 409
    if isinstance(error, RequestValidationError) or isinstance(said, driver.DataError):
        return 422
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def _driver(app: Any) -> Any:
    """Return the module of the database's driver."""
    return app.state.engine.dialect.loaded_dbapi


def _said_by_driver(error: Exception) -> BaseException | None:
    """Return what the driver itself said, whether SQLAlchemy or a sentence of ours came around it."""
    said = error.__cause__ if isinstance(error, DatabaseError) else error
    return said.orig if isinstance(said, DBAPIError) else said


def _is_race(said: BaseException | None) -> bool:
    """Tell whether a transaction failed only because another one was there; SQLite has one writer and no races."""
    constraint = getattr(getattr(said, "diag", None), "constraint_name", None)
    return getattr(said, "sqlstate", None) in RACES or constraint == ONE_EVENT_A_VERSION


def _to_sign_in(request: Request) -> Response:
    """Send a browser to the sign-in page, and from there back to the page it wanted to read."""
    wanted = path_and_query(request)
    return RedirectResponse("/sign-in" + ("?" + urlencode({"next": wanted}) if wanted != "/" else ""), 303)


def _visitor(request: Request, error: Exception) -> Caller | None:
    """Return who is signed in, for the head of a page; nobody where that cannot be told, for this page never fails."""
    caller = known(request)
    if caller is not None or isinstance(error, DatabaseError):
        return caller  # a database that has just failed is not asked again
    try:
        return identify(request, clock.now())
    except Exception:  # whatever is wrong with the database, or with the one who asks
        return None


def _door(request: Request) -> str:
    """Return which door somebody stood at, without the number of a case."""
    return getattr(request.scope.get("route"), "path", "an address that is none")


def _told_of(request: Request, error: Exception) -> str:
    """Return whom the log names: staff by their id, and nobody who may have raised a case (docs/decisions/0024)."""
    caller = _visitor(request, error)
    if caller is None:
        return "somebody who is not signed in"
    try:
        with reading(request.app.state.engine) as db:
            roles = {duty.role for duty in duties_of(db, db.get_one(User, caller.user_id), clock.now())}
    except DatabaseError:
        return "somebody"
    return f"user {caller.user_id}" if roles - PERSONAL else "somebody who is no staff"


def _fresh_version(request: Request) -> int | None:
    """Return the version that a case has now, for someone whose own was out of date and who may see the case."""
    number = request.path_params.get("number")
    if number is None:
        return None
    with reading(request.app.state.engine) as db:
        return find(db, number.upper()).version
