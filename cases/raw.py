"""Rows as the database really holds them, without a type that smooths over what is wrong in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy import Row as AnyRow
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from cases.record.columns import Moment, table_of
from cases.record.database import DatabaseError, is_sqlite, reading

Row = AnyRow[*tuple[Any, ...]]

#: Rows that are in memory at once; the rest waits in the database.
AT_ONCE = 1_000

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", re.ASCII)
#: PostgreSQL says of each moment whether it lies before Christ, or two different ones would look alike.
_POSTGRES_MOMENT = """replace(to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US AD'), ' AD', '')"""


@contextmanager
def snapshot(db: Engine) -> Iterator[Session]:
    """Open a session that sees one moment of the whole database while others go on writing.

    Raises DatabaseError with one sentence for whatever the database cannot read.
    """
    with explained(), reading(db) as session:
        if not is_sqlite(session):
            session.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield session


@contextmanager
def explained() -> Iterator[None]:
    """Turn what is left of a damaged database's complaints into one sentence."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise DatabaseError(f"数据库拒绝：{said}", f"The database refuses: {said}") from error


@contextmanager
def undecoded(db: Session) -> Iterator[None]:
    """Let texts that are not UTF-8 come out of SQLite as such instead of as an error."""
    if not is_sqlite(db):
        yield
        return
    dbapi: Any = db.connection().connection.dbapi_connection
    dbapi.text_factory = lambda kept: kept.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        dbapi.text_factory = str


def columns_of(db: Session, model: type[Any], *names: str, of: str = "") -> str:
    """Return the columns of a table, all or those named, for a SELECT; moments as text in UTC to the microsecond."""
    moment = "{0}" if is_sqlite(db) else _POSTGRES_MOMENT
    columns = table_of(model).c
    return ", ".join(
        f'{moment if isinstance(columns[name].type, Moment) else "{0}"} AS "{name}"'.format(f'{of}"{name}"')
        for name in names or columns.keys()
    )


def rows(db: Session, statement: str, **values: Any) -> Iterator[Row]:
    """Return the rows of a statement as a stream; whoever leaves it early closes it."""
    with db.connection().execute(text(statement).execution_options(yield_per=AT_ONCE), values) as result:
        yield from result


def moment_of(kept: Any) -> datetime:
    """Return a stored moment. Raises ValueError unless it stands exactly as it was written."""
    if not isinstance(kept, str) or not _MOMENT.fullmatch(kept):
        raise ValueError("not a moment")
    return datetime.fromisoformat(kept + "+00:00")


def stored(written: Any) -> str | None:
    """Return how a row keeps a moment that an event holds. Raises ValueError for what no engine wrote."""
    if written is None:
        return None
    if not isinstance(written, str) or written[10:11] != "T" or written[26:] != "+00:00":
        raise ValueError("not a moment")
    return f"{written[:10]} {written[11:26]}"


def object_of(kept: Any) -> dict[str, Any]:
    """Return the JSON object of a text; an event without one does not match its hash, which is said elsewhere."""
    try:
        value = json.loads(kept)
    except (TypeError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def table_in(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside another one, empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def word(value: Any) -> str:
    """Return a word of a row that may hold anything, fit to be printed."""
    return ascii(value)[1:-1][:40] if isinstance(value, str) and not value.isprintable() else str(value)[:40]
