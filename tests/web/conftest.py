"""An application over the cast, at a moment that the test sets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases.record.database import transaction
from tests.notifications.mailbox import Mailbox
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
