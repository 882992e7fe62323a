"""Write many rows at once: the driver's executemany on SQLite, COPY on PostgreSQL; never committed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import cache
from typing import Any

from sqlmodel import Session, SQLModel

from cases.record.columns import Moment
from cases.record.database import is_sqlite

Row = tuple[Any, ...]

#: So many letters has `2026-11-20 09:30:00.000000`; the zone comes after them.
WITHOUT_ZONE = 26

#: Two imports at once would both find a row new; the second one waits for the first one's batch.
IMPORT_LOCK = 7_230_114_211


def write(db: Session, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows of values in the order of the columns; moments are aware, as everywhere."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if is_sqlite(db):
        marks = ", ".join("?" * len(columns))
        stored = _with_stored_moments(table, tuple(columns), rows)
        db.connection().exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', stored)
        return
    driver: Any = db.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def next_ids(db: Session, table: str, count: int) -> list[int]:
    """Return as many fresh ids; on SQLite the caller is the only writer, so that nobody else can take them."""
    if is_sqlite(db):
        last = db.connection().exec_driver_sql(f'SELECT coalesce(max(id), 0) FROM "{table}"').scalar_one()
        return list(range(last + 1, last + 1 + count))
    drawn = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return list(db.connection().exec_driver_sql(drawn, (table, count)).scalars())


def hold_imports(db: Session) -> None:
    """Keep other imports waiting until the transaction ends; on SQLite there is one writer anyway."""
    if not is_sqlite(db):
        db.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({IMPORT_LOCK})")


@cache
def _moments_of(table: str, columns: tuple[str, ...]) -> tuple[int, ...]:
    types = SQLModel.metadata.tables[table].c
    return tuple(place for place, name in enumerate(columns) if isinstance(types[name].type, Moment))


def _with_stored_moments(table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> list[Row]:
    """Return the rows with moments as the text that the Moment type stores: UTC, to the microsecond, without a zone."""
    places = _moments_of(table, columns)
    if not places:
        return list(rows)
    by_column: list[Sequence[Any]] = list(zip(*rows, strict=True))
    # The same moment stands in many columns of a case; to know it by its identity is far cheaper than by its value.
    texts: dict[int, str | None] = {id(None): None}
    for place in places:
        for at in by_column[place]:
            if id(at) not in texts:
                utc = at if at.tzinfo is UTC else at.astimezone(UTC)
                texts[id(at)] = utc.isoformat(" ", "microseconds")[:WITHOUT_ZONE]
        by_column[place] = [texts[id(at)] for at in by_column[place]]
    return list(zip(*by_column, strict=True))
