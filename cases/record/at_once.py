"""Ask many statements in one: a page that shows a case asks the database once for all that its file holds.

Each row comes back as one JSON array, with the number of the statement that it answers. Whoever asks such a statement
afterwards in the same transaction, which only reads, has its answer already and need not know of this.
"""

from __future__ import annotations

import json
import re
from base64 import b16decode
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Dialect,
    LargeBinary,
    Select,
    func,
    inspect,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from cases.record.columns import Moment
from cases.record.statements import OF_A_CASE, Prepared, Ready, answers_of, driver_of, unwatched

#: A statement with the values of its parameters.
Question = tuple[Prepared, dict[str, Any]]

#: What SQLite says of a statement that is nested deeper than its parser goes, 100 levels; it is asked alone then.
TOO_DEEP = "parser stack overflow"
#: Sets of statements that have been put together before.
MOST_KNOWN = 100
_KNOWN: dict[tuple[tuple[Prepared, ...], str], _Together] = {}
_PARAMETER = re.compile(r"%\((\w+)\)s")


def open_file(db: Session, case_id: int, reader_id: int) -> dict[str, set[int]]:
    """Read all that is kept of one case, where a session only reads; return the ids that it names, by their table."""
    asked = [
        (prepared, {name: case_id, **({reader: reader_id} if reader else {})})
        for prepared, (name, reader) in OF_A_CASE.items()
    ]
    ask(db, asked)
    answers = answers_of(db) or {}
    named: dict[str, set[int]] = {}
    for prepared, values in asked:
        for place, table in prepared.references:
            ids = (row[place] for row in answers.get((prepared, tuple(values.items())), ()))
            named.setdefault(table, set()).update(one for one in ids if one is not None)
    return named


def ask(db: Session, questions: Iterable[Question]) -> None:
    """Ask statements in one, where a session only reads; those that were answered before are not asked again."""
    answers = answers_of(db)
    if answers is None:
        return
    asked = [one for one in questions if (one[0], tuple(one[1].items())) not in answers]
    if not asked:
        return
    driver, dialect = driver_of(db)
    together = _together(tuple(prepared for prepared, _ in asked), dialect)
    found: list[list[Any]] = [[] for _ in asked]
    cursor = driver.cursor()
    for place, row in cursor.execute(together.sql, together.bound([values for _, values in asked])):
        found[place].append(together.row(place, row))
    for (prepared, values), rows in zip(asked, found, strict=True):
        answers[prepared, tuple(values.items())] = rows


def gather(db: Session, wanted: Sequence[Select[Any]]) -> list[list[Any]]:
    """Return the rows of each of some SELECTs, asked in one; what is selected as a model is an unwatched object."""
    if not wanted:
        return []
    _, dialect = driver_of(db)
    array = func.json_array if dialect.name == "sqlite" else func.json_build_array
    inner = [one.subquery() for one in wanted]
    shapes = [_Shape(one, list(sub.c), dialect) for one, sub in zip(wanted, inner, strict=True)]
    asked = [select(literal_column(str(place)), array(*sub.c)) for place, sub in enumerate(inner)]
    found: list[list[Any]] = [[] for _ in wanted]
    try:
        rows = db.connection().execute(union_all(*asked)).all()
    except OperationalError as error:
        if TOO_DEEP not in str(error.orig):
            raise
        each = zip(shapes, wanted, strict=True)
        return [[shape.made(row) for row in db.connection().execute(one)] for shape, one in each]
    for place, row in rows:
        found[place].append(shapes[place].row(json.loads(row) if isinstance(row, str) else row))
    return found


class _Shape:
    """How the rows of one SELECT are read: which of its columns make up which model, and how each value is revived."""

    def __init__(self, wanted: Select[Any], columns: Sequence[ColumnElement[Any]], dialect: Dialect) -> None:
        self.revive = [_revive(column.type, dialect) for column in columns]
        self.models: list[tuple[Any, Sequence[str]]] = []
        for described in wanted.column_descriptions:
            model = described["expr"] if isinstance(described["expr"], type) else None
            mapper: Any = inspect(model) if model else None
            self.models.append((model, [one.key for one in mapper.column_attrs] if mapper else [""]))

    def row(self, kept: Sequence[Any]) -> Any:
        """Return one row that went through JSON."""
        pairs = zip(self.revive, kept, strict=True)
        return self.made([value if convert is None or value is None else convert(value) for convert, value in pairs])

    def made(self, values: Sequence[Any]) -> Any:
        """Return one row: a tuple, or the object itself where nothing else is selected."""
        found: list[Any] = []
        for model, names in self.models:
            own, values = values[: len(names)], values[len(names) :]
            if model is None:
                found.append(own[0])
            else:  # where nothing was joined there is no object
                is_there = any(value is not None for value in own)
                found.append(unwatched(model, dict(zip(names, own, strict=True))) if is_there else None)
        return found[0] if len(found) == 1 else tuple(found)


class _Together:
    """Some statements as one for a dialect, and how values go in and rows come out."""

    def __init__(self, statements: Sequence[Prepared], dialect: Dialect) -> None:
        self.ready = [prepared.ready(dialect) for prepared in statements]
        self.is_positional = dialect.positional
        self.revive = [[_revive(kind, dialect) for kind in one.types] for one in self.ready]
        texts = [self._own(place, one.sql) for place, one in enumerate(self.ready)]
        names = [[f"c{number}" for number in range(len(one.types))] for one in self.ready]
        parts = [
            f"p{place}({', '.join(columns)}) AS ({text})"
            for place, (columns, text) in enumerate(zip(names, texts, strict=True))
        ]
        rows = [
            f"SELECT {place}, {_array(columns, one, dialect)} FROM p{place}"
            for place, (columns, one) in enumerate(zip(names, self.ready, strict=True))
        ]
        self.sql = f"WITH {', '.join(parts)} {' UNION ALL '.join(rows)}"

    def bound(self, values: Sequence[dict[str, Any]]) -> Any:
        """Return the values of all statements as the driver wants them."""
        bound = [one.bound(own) for one, own in zip(self.ready, values, strict=True)]
        if self.is_positional:
            return [value for own in bound for value in own]
        return {f"q{place}_{name}": value for place, own in enumerate(bound) for name, value in own.items()}

    def row(self, place: int, text: Any) -> Any:
        """Return a row of one of the statements, as that statement alone would give it."""
        kept = json.loads(text) if isinstance(text, str) else text
        revived = [
            value if convert is None or value is None else convert(value)
            for convert, value in zip(self.revive[place], kept, strict=True)
        ]
        return self.ready[place].make(revived)

    def _own(self, place: int, sql: str) -> str:
        """Return the text of one statement with parameters that no other has."""
        return sql if self.is_positional else _PARAMETER.sub(rf"%(q{place}_\1)s", sql)


def _together(statements: tuple[Prepared, ...], dialect: Dialect) -> _Together:
    key = (statements, dialect.name)
    if key not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = _Together(statements, dialect)
    return _KNOWN[key]


def _array(columns: Sequence[str], ready: Ready, dialect: Dialect) -> str:
    """Return a row as one JSON array; SQLite has to be told how to write bytes."""
    if dialect.name != "sqlite":
        return f"json_build_array({', '.join(columns)})"
    written = [
        f"CASE WHEN {name} IS NOT NULL THEN hex({name}) END" if isinstance(kind, LargeBinary) else name
        for name, kind in zip(columns, ready.types, strict=True)
    ]
    return f"json_array({', '.join(written)})"


def _revive(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what turns a value that went through JSON into what the driver would have given."""
    if isinstance(kind, LargeBinary):
        return b16decode if dialect.name == "sqlite" else lambda text: bytes.fromhex(text[2:])
    if dialect.name == "sqlite":
        convert: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
        return convert
    if isinstance(kind, Moment):
        return lambda text: datetime.fromisoformat(text).astimezone(UTC)
    return date.fromisoformat if isinstance(kind, Date) else None
