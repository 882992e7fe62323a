"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Table, inspect
from sqlalchemy.types import TypeDecorator

# `Any`, because SQLModel's `sa_type` is typed for classes while SQLAlchemy takes instances as well.

#: A surrogate key. SQLite gives row ids only to a column that is exactly INTEGER.
Id: Any = BigInteger().with_variant(Integer(), "sqlite")

#: Text that sorts and compares by its bytes, so that a prefix is a range and an index can answer it.
Path: Any = String(500).with_variant(String(500, collation="C"), "postgresql")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; refuses a naive one, which would mean a different instant on every machine.

    SQLite keeps it as text, `2026-11-16 01:00:00.000000`: always this long, so that it sorts and compares as text.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Return what turns a moment into the database's own."""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Return what turns the database's own into a moment."""
        return _from_text if dialect.name == "sqlite" else _to_utc


# An action writes and reads the same few moments a dozen times.
@lru_cache(maxsize=4096)
def _to_text(value: datetime | None) -> str | None:
    utc = _to_utc(value)
    return utc.isoformat(" ", "microseconds")[:26] if utc else None


@lru_cache(maxsize=4096)
def _from_text(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError(f"a moment without a zone: {value!r}")
    return value.astimezone(UTC)


def table_of(model: type[Any]) -> Table:
    """Return the table of a model, for statements that want rows and not objects."""
    table: Table = inspect(model).local_table
    return table
