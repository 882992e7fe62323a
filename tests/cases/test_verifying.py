"""Whoever changes the record behind the engine's back is found, at the first event that does not hold."""

from __future__ import annotations

import os
import random
import secrets

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from cases.broken import ChainBroken, Finding
from cases.raw import snapshot
from cases.record.database import DatabaseError
from cases.verifying import case_id_of, export_events, verify_database
from tests.cases.attacks import KINDS, Attack, run
from tests.cases.tampering import TRIGGERS, tampering
from tests.cases.world import Story, World

SCALE = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "20000")) / 20_000


def finding(db: Session, case_id: int | None = None) -> Finding:
    with pytest.raises(ChainBroken) as caught:
        verify_database(db, case_id)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300
    return caught.value.finding


def test_an_untouched_record_holds(full: World) -> None:
    with snapshot(full.db) as db:
        events = run(db, "SELECT count(*) FROM events").scalar_one()
        assert verify_database(db) == events > 30
        for case_id, version in run(db, "SELECT id, version FROM cases").all():
            assert verify_database(db, case_id) == version


def test_every_random_tampering_is_found_at_its_first_event(full: World) -> None:
    seed = secrets.randbelow(10**9)
    print("seed", seed)
    chance = random.Random(seed)
    done = 0
    while done < round(300 * SCALE):
        kind = chance.choice(KINDS)
        with tampering(full) as db:
            try:
                expected = kind(Attack(db, chance))
            except DBAPIError:
                continue  # the database itself refused it: the number was taken or too long
            found = finding(db)
            assert found.seq == expected, (kind, found)
        done += 1
    with snapshot(full.db) as db:
        verify_database(db)


def test_a_case_alone_is_verified_without_the_others(full: World) -> None:
    with snapshot(full.db) as db:
        number, case_id = run(db, "SELECT number, id FROM cases ORDER BY id").first()
        assert case_id_of(db, number) == case_id
    with tampering(full) as db:
        run(db, "UPDATE events SET role = 'x' WHERE case_id <> :id", id=case_id)
        verify_database(db, case_id)
        seq = run(db, "SELECT seq FROM events WHERE case_id = :id AND version = 3", id=case_id).scalar_one()
        run(db, "DELETE FROM events WHERE seq = :seq", seq=seq)
        after = run(db, "SELECT seq FROM events WHERE case_id = :id AND version = 4", id=case_id).scalar_one()
        assert (finding(db, case_id).seq, finding(db, case_id).case) == (after, number)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET action = CAST(action AS BLOB) WHERE seq = 9",
        "UPDATE events SET action = CAST(x'616263ff' AS TEXT) WHERE seq = 9",
        "UPDATE events SET data = data || char(0) || 'x' WHERE seq = 9",
        "UPDATE events SET data = CAST(x'00' AS TEXT) WHERE seq = 9",
        "UPDATE events SET at = 1 WHERE seq = 9",
        "UPDATE events SET at = replace(at, ' ', 'T') WHERE seq = 9",
        "UPDATE events SET at = '' WHERE seq = 9",
        "UPDATE events SET at = '2026-13-45 99:99:99.000000' WHERE seq = 9",
        "UPDATE events SET version = 'three' WHERE seq = 9",
        "UPDATE events SET version = 1e300 WHERE seq = 9",
        "UPDATE events SET case_id = 'x' WHERE seq = 9",
        "UPDATE events SET case_id = 1.5 WHERE seq = 9",
        "UPDATE events SET hash = upper(hash) WHERE seq = 9",
        "UPDATE events SET previous = upper(previous) WHERE seq = 9",
        "UPDATE events SET actor_id = CAST(x'ff' AS BLOB) WHERE seq = 9",
    ],
)
def test_what_no_column_should_hold_is_found_in_sqlite(migrated_sqlite_url: str, change: str) -> None:
    world = World(migrated_sqlite_url)
    stories = [Story(world).up_to("accept") for _ in range(3)]
    assert stories
    with world.db.connect() as connection:
        for statement in TRIGGERS["sqlite"]:
            connection.exec_driver_sql(statement)
        connection.commit()
    with tampering(world) as db:
        run(db, change.replace(":99", "\\:99"))
        assert finding(db).seq == 9


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE passages SET body = CAST(x'ff00' AS TEXT)",
        "UPDATE passages SET body = CAST(body AS BLOB)",
        "UPDATE passages SET version = 'x', case_id = 'y'",
        "UPDATE cases SET entered_at = 'soon'",
        "UPDATE cases SET entered_at = x'00'",
        "UPDATE cases SET number = CAST(x'ff' AS TEXT) WHERE id = 1",
        "UPDATE laws SET source = x'ff'",
        "UPDATE laws SET name = CAST(x'ff' AS TEXT) WHERE id = 1",
        "DELETE FROM laws WHERE id = 2",
        "DELETE FROM cases WHERE id = 1",
        "DELETE FROM passages",
        "UPDATE cases SET version = 'x'",
        "DELETE FROM events",
    ],
)
def test_rows_beyond_all_reason_are_found_and_said_in_one_sentence(migrated_sqlite_url: str, change: str) -> None:
    world = World(migrated_sqlite_url)
    Story(world).up_to("accept")
    with world.db.connect() as connection:
        for statement in TRIGGERS["sqlite"]:
            connection.exec_driver_sql(statement)
        connection.commit()
    with tampering(world) as db:
        run(db, change)
        assert finding(db).fault.zh


def test_an_erased_text_leaves_the_chain_whole(full: World) -> None:
    with tampering(full) as db:
        run(db, "UPDATE passages SET body = NULL, salt = NULL")
        verify_database(db)


def test_a_database_without_its_tables_is_refused_in_one_sentence(full: World) -> None:
    # SQLite takes the name of a column that is gone for a text in quotes.
    with pytest.raises((DatabaseError, ChainBroken)), tampering(full) as db:
        run(db, "ALTER TABLE events DROP COLUMN role")
        verify_database(db)


def test_a_changed_event_is_not_exported(full: World) -> None:
    with tampering(full) as db:
        run(db, "UPDATE events SET role = 'x' WHERE seq = 9")
        with pytest.raises(ChainBroken):
            list(export_events(db))
