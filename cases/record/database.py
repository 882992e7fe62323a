"""Engines and transactions: the only place where anything is committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from cases.record.statements import READS
from workflow.errors import Refusal

#: Seconds that a writer waits for another one before it gives up with "locked".
PATIENCE = 10


class DatabaseError(Refusal):
    """The database cannot be used; the sentence says why."""


_engines: dict[str, Engine] = {}


#: The statements whose plans a connection keeps: those of a day's work; each costs the server memory, forty times.
STATEMENTS = 300


def engine(url: str) -> Engine:
    """Return the one engine of a database URL (`sqlite:///FILE` or `postgresql://...`).

    What a statement was given, which may be anybody's words, stands in no error of ours. On SQLite every connection
    runs with `synchronous=FULL`: NORMAL loses acknowledged commits in a power cut (measured: 61 % of cuts). WAL is a
    property of the file and is set once, by `cases.record.schema.migrate`.
    """
    if url not in _engines:
        _engines[url] = _made(url)
    return _engines[url]


def release(url: str) -> None:
    """Close the connections of a database that will not be used any more."""
    if made := _engines.pop(url, None):
        made.dispose()


def _made(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            made = create_engine(
                parsed, hide_parameters=True, connect_args={"timeout": PATIENCE, "check_same_thread": False}
            )
            event.listen(made, "connect", _prepare_sqlite)
            event.listen(made, "begin", _begin_sqlite)
            event.listen(made, "checkin", _let_write)
            return made
        if parsed.get_backend_name() == "postgresql":
            made = create_engine(
                parsed,
                pool_size=20,
                max_overflow=20,
                pool_pre_ping=False,
                hide_parameters=True,  # what somebody wrote stands in no error
                connect_args={"options": "-c timezone=UTC"},
            )
            event.listen(made, "connect", _keep_plans)
            event.listen(made, "begin", _begin_postgresql)
            return made
    except (ArgumentError, NoSuchModuleError):
        pass
    raise DatabaseError(
        "数据库地址须以 sqlite:/// 或 postgresql:// 开头。",
        "A database address begins with sqlite:/// or postgresql://.",
    )


def _keep_plans(connection: Any, _: object) -> None:
    """Let PostgreSQL keep the plan of each of our statements: they are more than the driver would hold by default."""
    connection.prepared_max = STATEMENTS


@contextmanager
def transaction(db: Engine) -> Iterator[Session]:
    """Open a session that may write; it is committed when the block ends and rolled back when the block raises."""
    with explained(db), Session(db, autoflush=False, expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def reading(db: Engine) -> Iterator[Session]:
    """Open a session that only reads; it can write nothing, and on SQLite never waits for a writer.

    It ends with a commit of nothing: after a rollback the driver would have PostgreSQL forget all its plans.
    """
    bound, info = db.execution_options(is_reading=True), {READS: True}
    with explained(db), Session(bound, autoflush=False, info=info) as session:
        yield session
        session.expunge_all()
        session.commit()


def is_sqlite(session: Session) -> bool:
    """Tell which of the two databases a session talks to."""
    return session.get_bind().dialect.name == "sqlite"


def is_for_reading(session: Session) -> bool:
    """Tell whether a session was opened by `reading`."""
    return bool(session.info.get(READS))


def _prepare_sqlite(dbapi: Any, record: Any) -> None:
    dbapi.isolation_level = None  # the driver must not begin transactions by itself: see _begin_sqlite
    # What is deleted, such as a sign-in or a former password, does not stay readable in pages that are free.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={PATIENCE * 1000}"):
        dbapi.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer unless told otherwise: a deferred transaction that turns writer loses updates silently.

    One told otherwise writes nothing.
    """
    reading = connection.get_execution_options().get("is_reading")
    driver: Any = connection.connection.dbapi_connection
    if reading:
        driver.execute("PRAGMA query_only=ON")
    driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def _let_write(dbapi: Any, record: Any) -> None:
    if dbapi is not None:
        dbapi.execute("PRAGMA query_only=OFF")


def _begin_postgresql(connection: Connection) -> None:
    """Begin as one that writes nothing where that is what a session is for, else as the database has it."""
    driver: Any = connection.connection.dbapi_connection
    driver.read_only = True if connection.get_execution_options().get("is_reading") else None


@contextmanager
def explained(db: Engine) -> Iterator[None]:
    """Turn what a database says about itself into one sentence a person can act on."""
    driver = db.dialect.loaded_dbapi
    try:
        yield
    except PoolTimeout as error:  # every connection is in use, and none came back in time
        raise DatabaseError(*_sentence(db, "busy")) from error
    except DBAPIError as error:
        if isinstance(error, OperationalError) or error.connection_invalidated or _is_no_database(error.orig):
            raise DatabaseError(*_sentence(db, str(error.orig))) from error
        raise
    except driver.Error as error:  # a statement that went straight to the driver
        if isinstance(error, driver.OperationalError) or _is_no_database(error):
            raise DatabaseError(*_sentence(db, str(error))) from error
        raise


def _is_no_database(error: object) -> bool:
    """Tell whether an error is about the database as a whole: not one, damaged, read-only, or without our tables."""
    said = any(words in str(error) for words in ("not a database", "malformed"))
    return said or getattr(error, "sqlstate", None) in ("25006", "42P01")


def _sentence(db: Engine, said: str) -> tuple[str, str]:
    name = db.url.render_as_string(hide_password=True)
    if "locked" in said or "busy" in said:
        return f"数据库 {name} 正被占用，请稍后再试。", f"The database {name} is locked by another program; try again."
    if "readonly" in said or "read-only" in said:
        return f"数据库 {name} 是只读的，无法写入。", f"The database {name} is read-only; nothing was written."
    if "no such table" in said or "does not exist" in said:
        return f"数据库 {name} 尚未建立，请先运行 bihuan init。", f"The database {name} is not set up: run bihuan init."
    if "not a database" in said or "malformed" in said:
        return f"{name} 不是数据库文件，或已损坏。", f"{name} is not a database, or is damaged."
    if "unable to open" in said:
        return f"打不开数据库文件 {name}。", f"Cannot open the database file {name}."
    if "full" in said:
        return f"磁盘已满，{name} 未写入任何内容。", f"The disk is full; nothing was written to {name}."
    first = said.strip().splitlines()[0] if said.strip() else "unknown"
    return f"数据库 {name} 无法使用：{first}", f"The database {name} cannot be used: {first}"
