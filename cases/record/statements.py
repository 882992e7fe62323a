"""Statements that every action runs: compiled once for each database, then handed straight to the driver.

SQLAlchemy spends some 60 µs on each execution to find out what is the same every time; an action has a dozen of them,
and sqlite3 itself needs 3 µs. The statements are still written in SQLAlchemy, run in the session's own transaction,
and give and take the same Python values. Lists (`IN`) are not for here: their text changes with their length.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import Dialect, Executable, Insert, Select, bindparam, select
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel

from cases.record.columns import table_of

Model = TypeVar("Model", bound=SQLModel)
Convert = Callable[[Any], Any] | None
Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class Prepared:
    """One statement, ready for each dialect that has asked for it; an INSERT names the columns it is given.

    A SELECT whose parameters are the id of a case, and perhaps of who reads it, names them with `of_case` and `by`: it
    belongs to the file of a case, which whoever shows one reads at once (`cases.record.at_once`).
    """

    def __init__(self, statement: Executable, *columns: str, of_case: str = "", by: str = "") -> None:
        self.statement = statement
        self.columns = columns
        self._ready: dict[str, Ready] = {}
        if of_case:
            OF_A_CASE[self] = (of_case, by)

    def run(self, db: Session, values: dict[str, Any]) -> int:
        """Execute with these values and return how many rows were touched."""
        cursor, ready = self._cursor(db)
        cursor.execute(ready.sql, ready.bound(values))
        return int(cursor.rowcount)

    def returned(self, db: Session, values: dict[str, Any]) -> Any:
        """Execute with these values and return the one value that the statement gives back."""
        cursor, ready = self._cursor(db)
        cursor.execute(ready.sql, ready.bound(values))
        return cursor.fetchone()[0]

    def rows(self, db: Session, values: dict[str, Any]) -> Sequence[Any]:
        """Execute a SELECT with these values and return its rows as named tuples.

        A session that only reads asks the same once in each transaction: who may do what is asked again and again.
        """
        answers = answers_of(db)
        if answers is None:
            return self._asked(db, values)
        key = (self, tuple(values.items()))
        if key not in answers:
            answers[key] = self._asked(db, values)
        found: Sequence[Any] = answers[key]
        return found

    def _asked(self, db: Session, values: dict[str, Any]) -> Sequence[Any]:
        cursor, ready = self._cursor(db)
        cursor.execute(ready.sql, ready.bound(values))
        return [ready.row(found) for found in cursor.fetchall()]

    def objects(self, db: Session, model: type[Model], values: dict[str, Any]) -> list[Model]:
        """Execute a SELECT of a model's whole table and return its rows as objects that no session watches."""
        return [unwatched(model, row._asdict()) for row in self.rows(db, values)]

    def spoken(self, db: Session, values: dict[str, Any]) -> tuple[str, Any]:
        """Return what the driver would be told: the text and its values."""
        _, ready = self._cursor(db)
        return ready.sql, ready.bound(values)

    @cached_property
    def references(self) -> list[tuple[int, str]]:
        """Return which of the selected columns refer to which tables, each by its place."""
        columns = self.statement.selected_columns if isinstance(self.statement, Select) else ()
        keys = [(place, list(column.foreign_keys)) for place, column in enumerate(columns)]
        return [(place, own[0].column.table.name) for place, own in keys if own]

    def ready(self, dialect: Dialect) -> Ready:
        """Return the statement as a dialect has it."""
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = Ready(self.statement, self.columns, dialect)
        return ready

    def _cursor(self, db: Session) -> tuple[Any, Ready]:
        driver, dialect = driver_of(db)
        return driver.cursor(), self.ready(dialect)


#: What is asked about each case that is shown, with the names of the parameters that are its id and its reader's.
OF_A_CASE: dict[Prepared, tuple[str, str]] = {}


def of_each_case(model: type[SQLModel], order: str = "id") -> Prepared:
    """Return the statement for all rows of a model that belong to the case `case_id`, in order."""
    table = table_of(model)
    return Prepared(
        select(table).where(table.c.case_id == bindparam("case_id")).order_by(table.c[order]), of_case="case_id"
    )


# Where a session remembers the driver's connection of its running transaction, which does not change until it ends.
_DRIVER = "driver"
#: How a session is marked that only reads, and where it remembers what it was answered.
READS, _ANSWERS = "reads", "answers"
MOST_ANSWERS = 500


def driver_of(db: Session) -> tuple[Any, Dialect]:
    """Return the driver's connection of a session's running transaction, and its dialect."""
    kept = db.info.get(_DRIVER)
    if kept is None or kept[0] is not db.get_transaction():
        connection = db.connection()
        kept = db.info[_DRIVER] = (db.get_transaction(), connection.connection.dbapi_connection, connection.dialect)
    return kept[1], kept[2]


def answers_of(db: Session) -> dict[Any, Any] | None:
    """Return what was answered in the running transaction of a session that only reads; None for one that may write."""
    if not db.info.get(READS):
        return None
    kept = db.info.get(_ANSWERS)
    if kept is None or kept[0] is not db.get_transaction() or kept[0] is None:
        db.connection()  # from here on a transaction runs
        kept = db.info[_ANSWERS] = (db.get_transaction(), {})
    answers: dict[Any, Any] = kept[1]
    if len(answers) >= MOST_ANSWERS:
        answers.clear()  # who reads the whole record keeps no second copy of it
    return answers


def is_remembering(db: Session) -> bool:
    """Tell whether a session only reads, and so asks nothing twice."""
    return bool(db.info.get(READS))


def remembered(
    db: Session, what: object, keys: Collection[Key], find: Callable[[list[Key]], Mapping[Key, Found]]
) -> dict[Key, Found]:
    """Return what is found by keys, asking a session that only reads for none of them twice in a transaction."""
    answers = answers_of(db)
    missing = [key for key in keys if answers is None or (what, key) not in answers]
    found = find(missing) if missing else {}
    if answers is None:
        return dict(found)
    answers.update({(what, key): found.get(key) for key in missing})
    return {key: answers[what, key] for key in keys if answers.get((what, key)) is not None}


def know(db: Session, what: object, found: Mapping[Key, Found]) -> None:
    """Remember what was found besides, in a session that only reads."""
    answers = answers_of(db)
    if answers is not None:
        answers.update({(what, key): value for key, value in found.items()})


def unwatched(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Return an object with some values: nothing is written when it changes, unlike one the ORM has loaded."""
    _configured()
    made: Model = manager_of_class(model).new_instance()
    made.__dict__.update(values)
    return made


@cache
def _configured() -> None:
    """Let SQLAlchemy finish its mappers, which it otherwise does at the first query of the ORM."""
    configure_mappers()


class Ready:
    """The statement's text for one dialect, and how values go in and come out."""

    def __init__(self, statement: Executable, columns: Sequence[str], dialect: Dialect) -> None:
        keys = {"column_keys": list(columns)} if isinstance(statement, Insert) or columns else {}
        compiled: Any = statement.compile(dialect=dialect, **keys)  # type: ignore[attr-defined]  # every statement has it
        self.sql = compiled.string
        self.is_positional = compiled.positional
        converts = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()
        }
        fixed = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        self.names: list[str] = compiled.positiontup if self.is_positional else list(converts)
        self.parts: list[tuple[str, Any, Convert]] = [(name, fixed.get(name), converts[name]) for name in self.names]
        self.converted: list[tuple[int, Callable[[Any], Any]]] = []
        self.types: list[TypeEngine[Any]] = []
        if isinstance(statement, Select):
            selected = list(statement.selected_columns)
            self.types = [column.type for column in selected]
            for place, column in enumerate(selected):
                if convert := column.type.dialect_impl(dialect).result_processor(dialect, None):
                    self.converted.append((place, convert))
            row: Any = namedtuple("Row", [str(c.key) for c in selected])  # type: ignore[misc]  # known only now
            self.make = row._make

    def bound(self, values: dict[str, Any]) -> Any:
        """Return the values as the driver wants them."""
        given = [
            values.get(name, fixed) if convert is None else convert(values.get(name, fixed))
            for name, fixed, convert in self.parts
        ]
        return given if self.is_positional else dict(zip(self.names, given, strict=True))

    def row(self, found: Sequence[Any]) -> Any:
        """Return a row as Python values."""
        values = list(found)
        for place, convert in self.converted:
            values[place] = convert(values[place])
        return self.make(values)
