"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Table, inspect
from sqlalchemy.types import TypeDecorator

# `Any`, because SQLModel's `sa_type` is typed for classes while SQLAlchemy takes instances as well.

#: A surrogate key. SQLite gives row ids only to a column that is exactly INTEGER.
Id: Any = BigInteger().with_variant(Integer(), "sqlite")

#: Text that sorts and compares by its bytes, so that a prefix is a range and an index can answer it.
Path: Any = String(500).with_variant(String(500, collation="C"), "postgresql")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; refuses a naive one, which would mean a different instant on every machine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC, without its zone on SQLite, which cannot store one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value!r}")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the moment as an aware one in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def table_of(model: type[Any]) -> Table:
    """Return the table of a model, for statements that want rows and not objects."""
    table: Table = inspect(model).local_table
    return table
