"""The database itself refuses to change or to lose an event, whichever words it is told to do it with."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from cases.raw import snapshot
from cases.verifying import verify_database
from tests.cases.world import Story, World

COLUMNS = "seq, case_id, version, at, recorded_at, action, state_from, state_to, actor_id, role, data, previous, hash"
OTHER = COLUMNS.replace("role", "'x'")
ANYWHERE = (
    "UPDATE events SET role = 'x' WHERE seq = 2",
    "DELETE FROM events WHERE seq = 2",
    "DELETE FROM events",
    "INSERT INTO events SELECT * FROM events WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET role = 'x'",
    "INSERT INTO events SELECT * FROM events WHERE seq = 4 ON CONFLICT (case_id, version) DO UPDATE SET version = 99",
)
SQLITE = (
    "INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 2",
    f"INSERT OR REPLACE INTO events ({COLUMNS}) SELECT {OTHER} FROM events WHERE seq = 2",
    f"REPLACE INTO events ({COLUMNS}) SELECT {OTHER} FROM events WHERE seq = 4",
    f"REPLACE INTO events ({COLUMNS}) SELECT {OTHER.replace('seq', 'seq + 1000', 1)} FROM events WHERE seq = 4",
    f"REPLACE INTO events ({COLUMNS}) SELECT {OTHER.replace('seq', 'CAST(seq AS TEXT)', 1)} FROM events WHERE seq = 4",
    "UPDATE OR REPLACE events SET seq = 4 WHERE seq = 5",
    "UPDATE OR REPLACE events SET version = 1 WHERE seq = 5",
)
POSTGRESQL = ("TRUNCATE events", "TRUNCATE events CASCADE", "TRUNCATE cases CASCADE")


def refused(world: World, deed: str) -> None:
    """Do it, see it refused, and see that nothing came of it."""
    Story(world).up_to("accept")
    with (
        pytest.raises(DBAPIError, match=r"events are never changed|cannot truncate a table referenced"),
        world.db.begin() as connection,
    ):
        connection.exec_driver_sql(deed)
    with snapshot(world.db) as db:
        assert verify_database(db) > 4


@pytest.mark.parametrize("deed", ANYWHERE)
def test_no_event_is_changed_or_deleted(world: World, deed: str) -> None:
    refused(world, deed)


@pytest.mark.parametrize("deed", SQLITE)
def test_sqlite_does_not_put_an_event_in_the_place_of_another(migrated_sqlite_url: str, deed: str) -> None:
    refused(World(migrated_sqlite_url), deed)


@pytest.mark.parametrize("deed", POSTGRESQL)
def test_postgresql_does_not_empty_the_table_of_events(migrated_postgres_url: str, deed: str) -> None:
    refused(World(migrated_postgres_url), deed)
