"""Create and migrate the schema; a database that a newer program made is refused, never touched."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData
from sqlmodel import Session, SQLModel

from cases.record.database import DatabaseError, engine, explained, reading, transaction
from cases.record.law import Installation
from cases.record.number import new_key

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
MIGRATION_LOCK = 7_230_114_210  # so that two nodes that start together do not both migrate

#: The modules whose tables the record has; importing them is what makes the tables known.
TABLES = (
    "accusations", "calendar", "cards", "case", "clock", "disputes", "endorsements", "erasures", "event", "heads",
    "law", "links", "news", "orders", "people", "promises", "review", "search", "similar", "urging", "vault",
    "watchers",
)  # fmt: skip
for module in TABLES:
    import_module(f"cases.record.{module}")
metadata: MetaData = SQLModel.metadata


def migrate(url: str) -> None:
    """Create the tables of an empty database, or bring an older one up to date; safe to repeat.

    Raises DatabaseError for a database that a newer program made, or that cannot be written.
    """
    _prefer_wal(engine(url))
    with transaction(engine(url)) as db:
        if db.get_bind().dialect.name == "postgresql":
            db.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        _refuse_newer(db)
        config = _config()
        config.attributes["connection"] = db.connection()
        command.upgrade(config, "head")
        if db.get(Installation, "number_key") is None:
            db.add(Installation(key="number_key", value=new_key()))


def is_current(db: Session) -> bool:
    """Tell whether the database has exactly the schema that this program needs."""
    return _revision(db) == _scripts().get_current_head()


def require_current(url: str) -> Engine:
    """Return the engine of a database that is ready for use. Raises DatabaseError for one that is not."""
    db = engine(url)
    name = db.url.render_as_string(hide_password=True)
    missing = DatabaseError(
        f"数据库 {name} 尚未建立或需要升级，请先运行 bihuan init。",
        f"The database {name} is not set up or needs an upgrade: run bihuan init.",
    )
    if db.dialect.name == "sqlite" and not Path(db.url.database or "").is_file():
        raise missing  # connecting would leave an empty file behind
    with reading(db) as session:
        if not is_current(session):
            _refuse_newer(session)
            raise missing
    return db


def _prefer_wal(db: Engine) -> None:
    """Let readers of a SQLite file go on while someone writes; the file remembers it."""
    if db.dialect.name == "sqlite":
        with explained(db), closing(db.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode=WAL")


def _refuse_newer(db: Session) -> None:
    revision = _revision(db)
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseError(
            f"数据库由更新版本的程序建立（{revision}），请先升级本程序。",
            f"A newer version of the program made this database ({revision}); upgrade the program first.",
        )


def _revision(db: Session) -> str | None:
    return MigrationContext.configure(db.connection()).get_current_revision()


@cache
def _scripts() -> ScriptDirectory:
    """Return the migrations that this program has; they are read once."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
