"""What the migrations make is what the program works with."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from cases.record.database import engine
from cases.record.schema import metadata


def test_the_migrations_make_the_tables_and_indexes_of_the_models(database_url: str) -> None:
    with engine(database_url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
