"""What the migrations make is what the program works with."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from cases.record.database import engine
from cases.record.schema import metadata
from cases.record.search import DOCUMENTS


def is_of_a_model(name: str | None, kind: str, _: object) -> bool:
    """Tell whether a model describes a table: the words that are searched lie in what each database has for them."""
    return kind != "table" or not str(name).startswith(DOCUMENTS)


def test_the_migrations_make_the_tables_and_indexes_of_the_models(database_url: str) -> None:
    with engine(database_url).connect() as connection:
        made = MigrationContext.configure(connection, opts={"include_name": is_of_a_model})
        assert compare_metadata(made, metadata) == []
