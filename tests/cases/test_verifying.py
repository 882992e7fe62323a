"""Whoever changes the record behind the engine's back is found, at the first event that does not hold."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from cases.act import find
from cases.attachments import StoredFile, attach
from cases.broken import ChainBroken, Finding
from cases.hanging import REPLAYED
from cases.raw import snapshot
from cases.record.database import DatabaseError, is_sqlite, reading, transaction
from cases.record.people import User
from cases.verifying import COLUMNS, CannotRead, case_id_of, export_events, verify_database, verify_file
from tests.cases.world import ROADS, Story, World

SCALE = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "20000")) / 20_000
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


@pytest.fixture
def full(world: World) -> World:
    """Gives a world of eight cases whose events come in turn, one with a file, and without what protects them."""
    stories = [Story(world, law, unit) for law in ROADS for unit in "CCCC"]
    for step in range(6):
        for place, story in enumerate(stories):
            if place != 2 and step < min(place + 2, len(ROADS[story.law])):
                action, by, form = ROADS[story.law][step]
                story.then(action, by, after=timedelta(minutes=7), **form)
    with transaction(world.db) as db:
        file = StoredFile("工资单.pdf", "application/pdf", 1234, "ab" * 32)
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


def finding(db: Session, case_id: int | None = None) -> Finding:
    with pytest.raises(ChainBroken) as caught:
        verify_database(db, case_id)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300
    return caught.value.finding


def run(db: Session, statement: str, **values: Any) -> Any:
    return db.connection().execute(text(statement), values)


class Attack:
    """One random change of the record; each method makes it and returns the event where it has to be found."""

    def __init__(self, db: Session, chance: random.Random) -> None:
        self.db, self.chance = db, chance
        self.last: int = run(db, "SELECT max(seq) FROM events").scalar_one()
        self.seq = chance.randint(1, self.last)

    def field(self) -> int:
        """Changes one character of one column of an event."""
        column = self.chance.choice(COLUMNS)
        if column.endswith("_at") or column == "at":
            return self._moment(column)
        old = run(self.db, f"SELECT {column} FROM events WHERE seq = :seq", seq=self.seq).scalar_one()
        number = column in ("seq", "case_id", "version", "actor_id")
        new = self._other(old, number)
        if column == "seq":
            new = self.chance.choice((0, -self.seq, self.last + self.seq))
        run(self.db, f"UPDATE events SET {column} = :new WHERE seq = :seq", new=new, seq=self.seq)
        return min(self.seq, int(new)) if column == "seq" else self.seq

    def _moment(self, column: str) -> int:
        if is_sqlite(self.db):
            old = run(self.db, f"SELECT {column} || '' FROM events WHERE seq = :seq", seq=self.seq).scalar_one()
            run(self.db, f"UPDATE events SET {column} = :new WHERE seq = :seq", new=self._other(old), seq=self.seq)
        else:
            more = self.chance.choice(("1 microsecond", "-1 microsecond", "1 second", "3 day", "10 year"))
            new = f"{column} + interval '{more}'"
            if self.chance.random() < 0.1:
                new = self.chance.choice(("'infinity'", "'0044-03-15 12:00:00+00 BC'", "'20260-01-01 00:00:00+00'"))
            run(self.db, f"UPDATE events SET {column} = {new} WHERE seq = :seq", seq=self.seq)
        return self.seq

    def _other(self, old: Any, number: bool = False) -> Any:
        """Returns a value that differs in one character."""
        if old is None:
            return 7 if number else "x"
        word = str(old)
        place = self.chance.randrange(len(word)) if word else 0
        signs = "123456789" if number else "0123456789abcdefZ-:. 提"
        new = self.chance.choice([sign for sign in signs if sign != word[place : place + 1]])
        word = word[:place] + new + word[place + 1 :]
        return int(word) if number else word

    def delete(self) -> int:
        """Deletes an event; the last one is missed by its case, at the event before."""
        case_id = run(self.db, "SELECT case_id FROM events WHERE seq = :seq", seq=self.seq).scalar_one()
        run(self.db, "DELETE FROM events WHERE seq = :seq", seq=self.seq)
        if self.seq < self.last:
            return self.seq
        return int(run(self.db, "SELECT max(seq) FROM events WHERE case_id = :id", id=case_id).scalar_one())

    def swap(self) -> int:
        """Swaps the contents of two events."""
        first, second = sorted(self.chance.sample(range(1, self.last + 1), 2))
        rows = [
            dict(run(self.db, "SELECT * FROM events WHERE seq = :s", s=s).mappings().one()) for s in (first, second)
        ]
        rows[0]["seq"], rows[1]["seq"] = second, first
        run(self.db, "DELETE FROM events WHERE seq IN (:first, :second)", first=first, second=second)
        for row in rows:
            names = ", ".join(row)
            run(self.db, f"INSERT INTO events ({names}) VALUES ({', '.join(f':{n}' for n in row)})", **row)
        return first

    def passage(self) -> int:
        """Changes one character of something said, of its salt, or of who may read it."""
        rows = run(self.db, "SELECT * FROM passages").mappings().all()
        row = self.chance.choice(rows)
        column = self.chance.choice(("body", "body", "salt", "field", "audience"))
        statement = f"UPDATE passages SET {column} = :new WHERE id = :id"
        run(self.db, statement, new=self._other(row[column]), id=row["id"])
        return self._event_of(row)

    def silence(self) -> int:
        """Deletes something said, or erases half of it, or says it twice."""
        row = self.chance.choice(run(self.db, "SELECT * FROM passages").mappings().all())
        statement = self.chance.choice(
            (
                "DELETE FROM passages WHERE id = :id",
                "UPDATE passages SET body = NULL WHERE id = :id",
                "UPDATE passages SET salt = NULL WHERE id = :id",
                "INSERT INTO passages (id, case_id, version, field, audience, body, salt) SELECT 9999, case_id, "
                "version, field, audience, body, salt FROM passages WHERE id = :id",
            )
        )
        run(self.db, statement, id=row["id"])
        return self._event_of(row)

    def row(self) -> int:
        """Changes a column of a case."""
        case = self.chance.choice(run(self.db, "SELECT * FROM cases").mappings().all())
        column = self.chance.choice((*REPLAYED, "version", "title"))
        if column.endswith("_at"):
            new: Any = self.chance.choice(("2031-01-01 00:00:00.000000", "2026-11-16 01:00:00.000001"))
            new = new if is_sqlite(self.db) else f"{new}+00"
            statement = f"UPDATE cases SET {column} = CAST(:new AS timestamptz) WHERE id = :id"
            statement = statement.replace("CAST(:new AS timestamptz)", ":new") if is_sqlite(self.db) else statement
        else:
            new = self._other(
                case[column], column in ("law_id", "unit_id", "lead_id", "round", "level", "version", "merged_into_id")
            )
            statement = f"UPDATE cases SET {column} = :new WHERE id = :id"
        run(self.db, statement, new=new, id=case["id"])
        return int(run(self.db, "SELECT max(seq) FROM events WHERE case_id = :id", id=case["id"]).scalar_one())

    def law(self) -> int:
        """Changes one character of a law."""
        row = self.chance.choice(run(self.db, "SELECT id, source FROM laws ORDER BY id").all())
        run(self.db, "UPDATE laws SET source = :new WHERE id = :id", new=self._other(row.source), id=row.id)
        return int(row.id)  # laws are the first events of this world

    def file(self) -> int:
        """Changes the digest under which a file lies."""
        row = run(self.db, "SELECT * FROM attachments").mappings().one()
        run(self.db, "UPDATE attachments SET digest = :new", new=self._other(row["digest"]))
        return self._event_of(row)

    def _event_of(self, row: Any) -> int:
        statement = "SELECT seq FROM events WHERE case_id = :case_id AND version = :version"
        return int(run(self.db, statement, case_id=row["case_id"], version=row["version"]).scalar_one())


KINDS: tuple[Callable[[Attack], int], ...] = (
    *[Attack.field] * 4, Attack.delete, Attack.swap, *[Attack.passage] * 2, Attack.silence, *[Attack.row] * 3,
    Attack.law, Attack.file,
)  # fmt: skip


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


@pytest.mark.parametrize("deed", ["UPDATE events SET role = 'x' WHERE seq = 2", "DELETE FROM events WHERE seq = 2"])
def test_the_database_itself_refuses_to_change_an_event(world: World, deed: str) -> None:
    with pytest.raises(DBAPIError, match="events are never changed"), world.db.connect() as connection:
        connection.exec_driver_sql(deed)


def test_a_database_without_its_tables_is_refused_in_one_sentence(full: World) -> None:
    # SQLite takes the name of a column that is gone for a text in quotes.
    with pytest.raises((DatabaseError, ChainBroken)), tampering(full) as db:
        run(db, "ALTER TABLE events DROP COLUMN role")
        verify_database(db)


# --- exported files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def exports(tmp_path: Path, migrated_sqlite_url: str) -> dict[str, bytes]:
    """Gives an export of a whole installation and one of a case, as bytes."""
    world = World(migrated_sqlite_url)
    stories = [Story(world, law) for law in ROADS for _ in range(2)]
    for step in range(4):
        for story in stories:
            action, by, form = ROADS[story.law][step]
            story.then(action, by, **form)
    with reading(world.db) as db:
        made = {"whole": list(export_events(db)), "case": list(export_events(db, case_id_of(db, stories[1].number)))}
    return {name: "".join(f"{line}\n" for line in lines).encode() for name, lines in made.items()}


def broken_line(path: Path, data: bytes) -> int | None:
    path.write_bytes(data)
    with pytest.raises(ChainBroken) as caught:
        verify_file(path)
    assert str(caught.value).isprintable()
    return caught.value.finding.line


def test_an_export_holds(tmp_path: Path, exports: dict[str, bytes]) -> None:
    path = tmp_path / "export.jsonl"
    for data in exports.values():
        path.write_bytes(data)
        assert verify_file(path) == data.count(b"\n") - 1


@pytest.mark.parametrize("kind", ["whole", "case"])
def test_every_random_tampering_of_an_export_is_found_at_its_first_line(
    tmp_path: Path, exports: dict[str, bytes], kind: str
) -> None:
    seed = secrets.randbelow(10**9)
    print("seed", seed)
    chance, data, path = random.Random(seed), exports[kind], tmp_path / "export.jsonl"
    lines = data.splitlines(keepends=True)
    for _ in range(round(1_000 * SCALE)):
        match chance.choice(("byte", "byte", "byte", "delete", "swap", "repeat", "cut", "append")):
            case "byte":
                place = chance.randrange(len(data))
                other = chance.choice([value for value in range(256) if value != data[place]])
                changed, expected = bytearray(data), data[:place].count(b"\n") + 1
                changed[place] = other
                assert broken_line(path, bytes(changed)) == expected, (place, other)
            case "delete":
                place = chance.randrange(len(lines))
                assert broken_line(path, b"".join(lines[:place] + lines[place + 1 :])) == place + 1
            case "swap":
                first, second = sorted(chance.sample(range(len(lines)), 2))
                swapped = lines.copy()
                swapped[first], swapped[second] = lines[second], lines[first]
                assert broken_line(path, b"".join(swapped)) == first + 1, (first, second)
            case "repeat":
                place = chance.randrange(len(lines))
                assert broken_line(path, b"".join([*lines[: place + 1], *lines[place:]])) == place + 2
            case "cut":
                place = chance.randrange(len(data))
                assert broken_line(path, data[:place]) == data[:place].count(b"\n") + 1
            case "append":
                extra = chance.choice((b"\n", b"\0", b" ", b"{}\n", lines[-1], lines[0]))
                assert broken_line(path, data + extra) == len(lines) + 1


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"{}\n", b"[" * 100_000, b"1" * 10_000 + b"\n", b'"\\ud800"\n', b"null\n"]
)
def test_something_else_is_no_export(tmp_path: Path, data: bytes) -> None:
    assert broken_line(tmp_path / "export.jsonl", data) == 1


def test_a_folder_and_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.jsonl"):
        with pytest.raises(CannotRead, match="Cannot read the file"):
            verify_file(path)


def test_a_changed_event_is_not_exported(full: World) -> None:
    with tampering(full) as db:
        run(db, "UPDATE events SET role = 'x' WHERE seq = 9")
        with pytest.raises(ChainBroken):
            list(export_events(db))
