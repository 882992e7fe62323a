"""An application over the cast, at a moment that the test sets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases.record.database import release, transaction
from tests.conftest import copy_sqlite
from tests.notifications.mailbox import Mailbox
from tests.web.matrix import People
from tests.web.visitors import Office, person


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


@pytest.fixture
def mailed(office: Office) -> Iterator[tuple[Office, Mailbox]]:
    """Gives the application with a mail server, whose people have addresses."""
    with Mailbox() as box:
        office.app.state.settings = replace(office.app.state.settings, **box.settings, sms_url="https://sms.example")
        with transaction(office.engine) as db:
            for login in ("li", "wang"):
                person(db, login).email = f"{login}@example.org"
        yield office, box


@pytest.fixture(scope="module")
def people(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Gives the application with everybody of the larger world in it, for tests that change none of its cases."""
    folder = tmp_path_factory.mktemp("people")
    copy_sqlite(migrated_sqlite, folder / "bihuan.db")
    with People(f"sqlite:///{folder / 'bihuan.db'}", folder / "files") as office:
        yield office
    release(f"sqlite:///{folder / 'bihuan.db'}")
