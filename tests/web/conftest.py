"""An application over the cast, at a moment that the test sets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.visitors import Office


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """Gives the application with the cast in it, once on each engine."""
    with Office(database_url, tmp_path / "files") as office:
        yield office


@pytest.fixture
def sqlite_office(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    """Gives the application on SQLite, for what no database has a part in."""
    with Office(migrated_sqlite_url, tmp_path / "files") as office:
        yield office
