"""The cast in a database of a test's own, for whoever calls the program."""

import pytest

from cases.record.database import engine, transaction
from tests.cast import cast


@pytest.fixture
def database(database_url: str) -> str:
    """Gives a database with the cast in it."""
    with transaction(engine(database_url)) as db:
        cast(db)
    return database_url
