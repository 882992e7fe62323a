"""A record without what protects it, and a transaction in which anything of it may be broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlmodel import Session

from cases.act import find
from cases.attachments import StoredFile, attach
from cases.record.database import transaction
from cases.record.people import User
from tests.cases.world import ROADS, Story, World

TRIGGERS = {
    "sqlite": ("DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete"),
    "postgresql": (
        "DROP TRIGGER events_no_change ON events",
        "ALTER TABLE events DROP CONSTRAINT events_case_id_fkey, DROP CONSTRAINT events_actor_id_fkey",
        "ALTER TABLE passages DROP CONSTRAINT passages_case_id_fkey",
        "ALTER TABLE cases DROP CONSTRAINT cases_law_id_fkey, DROP CONSTRAINT cases_unit_id_fkey, "
        "DROP CONSTRAINT cases_lead_id_fkey, DROP CONSTRAINT cases_merged_into_id_fkey",
    ),
}


def unprotected(world: World) -> World:
    """Fills a world with eight cases whose events come in turn, one with a file, and takes away what protects them."""
    stories = [Story(world, law, unit) for law in ROADS for unit in "CCCC"]
    for step in range(6):
        for place, story in enumerate(stories):
            if place != 2 and step < min(place + 2, len(ROADS[story.law])):
                action, by, form = ROADS[story.law][step]
                story.then(action, by, after=timedelta(minutes=7), **form)
    with transaction(world.db) as db:
        file = StoredFile("工资单.pdf", "application/pdf", 1234, "ab" * 32, "cd" * 16)
        attach(db, find(db, stories[0].number), file, by=db.get_one(User, world.people["zhang"]), at=stories[0].at)
    with world.db.connect() as connection:
        for statement in TRIGGERS[world.db.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.commit()
    return world


@contextmanager
def tampering(world: World) -> Iterator[Session]:
    """Opens a transaction in which anything may be broken, and takes it back."""
    with world.db.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        with Session(connection) as db:
            yield db
            db.rollback()
        connection.rollback()
        if connection.dialect.name == "sqlite":
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]  # it is open
