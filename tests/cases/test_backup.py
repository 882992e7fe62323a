"""A backup is everything, of one moment, for either database; a damaged one restores nothing."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import secrets
import tarfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, update
from sqlmodel import col

from cases.backup import BackupRefused, DamagedBackup, kept_tables, seal, write
from cases.broken import ChainBroken
from cases.raw import snapshot
from cases.record.database import DatabaseError, engine, release, transaction
from cases.record.people import Unit, User
from cases.record.schema import metadata, migrate
from cases.record.search import DOCUMENTS
from cases.restoring import NoPlace, check, restore
from cases.verifying import verify_database
from tests.cases.world import HOUR, Story, World
from tests.cast import MONDAY

SCALE = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "20000")) / 20_000
#: Tables that are made again from others and are in no backup.
DERIVED = {"indexed_cases", "case_grams", "gram_counts", "similar_cursor", "search_cursor"}
#: Tables that have a row in a database that was only made.
BORN_WITH_A_ROW = {"installation", "chain_head", "news_cursor", "search_cursor", "similar_cursor"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Gives a files folder with two files and one that is still coming in."""
    folder = tmp_path / "files"
    for name, content in (("ab/abcd", b"\x00\xff" * 5_000), ("cd/cdef", "工资单".encode()), (".coming-1", b"half")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def lived_in(world: World) -> World:
    """Gives a world with cases and a unit whose parent came after it."""
    continue_numbers(world)
    for law in ("proposal", "grievance"):
        Story(world, law).up_to("report")
        Story(world, law).up_to("submit")
    with transaction(world.db) as db:
        db.connection().execute(update(Unit).where(col(Unit.id) == 4).values(parent_id=9))
    return world


def continue_numbers(world: World) -> None:
    """Lets PostgreSQL number people after those of the cast, who came with numbers of their own."""
    if world.db.dialect.name == "postgresql":
        with transaction(world.db) as db:
            for table in ("units", "users"):
                last = f"(SELECT max(id) FROM {table})"
                db.connection().exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")


def rows_of(url: str) -> dict[str, list[str]]:
    with snapshot(engine(url)) as db:
        return {
            table.name: [
                repr(tuple(row)) for row in db.connection().execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("target", ["empty_sqlite_url", "empty_postgres_url"])
def test_a_backup_restores_every_row_and_file_on_either_database(
    lived_in: World, files: Path, tmp_path: Path, target: str, request: pytest.FixtureRequest
) -> None:
    out, other = tmp_path / "backup.tar.gz", tmp_path / "restored" / "files"
    url = str(request.getfixturevalue(target)).replace("bihuan.db", "restored.db")
    write(lived_in.db, out, files, at=MONDAY)
    events = restore(url, out, other)
    assert rows_of(url) == rows_of(lived_in.url)
    with snapshot(engine(url)) as db:
        assert verify_database(db) == events > 10
    assert sorted(path.relative_to(other).as_posix() for path in other.rglob("*") if path.is_file()) == [
        "ab/abcd",
        "cd/cdef",
    ]
    assert (other / "ab/abcd").read_bytes() == (files / "ab/abcd").read_bytes()
    # Life goes on where it stopped: the next rows get numbers of their own.
    with transaction(engine(url)) as db:
        db.add(User(login="new", name="新人", created_at=MONDAY))
    restored = object.__new__(World)
    restored.__dict__.update(lived_in.__dict__, url=url, db=engine(url))
    Story(restored, at=MONDAY + 9 * HOUR).up_to("satisfied")
    with snapshot(engine(url)) as db:
        assert verify_database(db) > events
    release(url)


def test_a_database_that_was_only_made_is_empty(migrated_sqlite_url: str, tmp_path: Path) -> None:
    world, out = World(migrated_sqlite_url), tmp_path / "backup.tar.gz"
    Story(world).up_to("accept")
    write(world.db, out, tmp_path / "none", at=MONDAY)
    url = f"sqlite:///{tmp_path / 'made.db'}"
    migrate(url)
    assert restore(url, out, tmp_path / "none") > 0
    assert rows_of(url) == rows_of(world.url)
    release(url)


def test_every_table_is_in_a_backup(database_url: str) -> None:
    with snapshot(engine(database_url)) as db:
        names = inspect(db.connection()).get_table_names()
    there = {name for name in names if not name.startswith(DOCUMENTS)}
    assert there - {table.name for table in kept_tables()} - {"alembic_version"} == DERIVED


def test_a_backup_is_of_one_moment_while_others_write(lived_in: World, tmp_path: Path) -> None:
    is_over = threading.Event()

    def go_on() -> None:
        while not is_over.is_set():
            Story(lived_in).up_to("sign_for")

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        for turn in range(5):
            out = tmp_path / f"{turn}.tar.gz"
            write(lived_in.db, out, tmp_path / "none", at=MONDAY)
            url = f"sqlite:///{tmp_path / f'{turn}.db'}"
            assert restore(url, out, tmp_path / f"files{turn}") > 0
            release(url)
    finally:
        is_over.set()
        writer.join()


def test_it_never_overwrites_unless_told_to(lived_in: World, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.tar.gz"
    out.write_bytes(b"mine")
    with pytest.raises(BackupRefused, match="--force"):
        write(lived_in.db, out, files, at=MONDAY)
    assert out.read_bytes() == b"mine"
    write(lived_in.db, out, files, at=MONDAY, is_forced=True)
    assert check(out)["members"]
    assert out.stat().st_mode & 0o077 == 0
    with tarfile.open(out, "r:gz") as archive:  # as anybody else would open it
        assert archive.getnames()[-1] == "manifest.json"
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(BackupRefused, match="Cannot write"):
        write(lived_in.db, tmp_path / "nowhere" / "backup.tar.gz", files, at=MONDAY)


def test_a_damaged_backup_is_refused_and_nothing_is_made(migrated_sqlite_url: str, files: Path, tmp_path: Path) -> None:
    world, out = World(migrated_sqlite_url), tmp_path / "backup.tar.gz"
    Story(world).up_to("accept")
    write(world.db, out, files, at=MONDAY)
    seed = secrets.randbelow(10**9)
    print("seed", seed)
    chance, data = random.Random(seed), out.read_bytes()
    spots = [
        *range(12),
        *range(len(data) - 10, len(data)),
        *(chance.randrange(len(data)) for _ in range(round(200 * SCALE))),
    ]
    bad = tmp_path / "bad.tar.gz"
    for place in spots:
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        for damaged in (bytes(changed), data[:place]):
            bad.write_bytes(damaged)
            with pytest.raises(DamagedBackup):
                restore(f"sqlite:///{tmp_path / 'new.db'}", bad, tmp_path / "new")
    assert not (tmp_path / "new.db").exists() and not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "tar", "outside"])
def test_something_else_is_no_backup(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "in.tar.gz"
    match kind:
        case "folder":
            path.mkdir()
        case "text":
            path.write_text("hello")
        case "tar" | "outside":
            with (
                path.open("wb") as file,
                gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0, compresslevel=6) as packed,
                tarfile.open(fileobj=packed, mode="w|") as archive,
            ):
                archive.addfile(tarfile.TarInfo("files/../../outside" if kind == "outside" else "inside"))
            path.write_bytes(path.read_bytes() + seal(hashlib.sha256(path.read_bytes()).hexdigest()))
    with pytest.raises(DamagedBackup):
        restore(f"sqlite:///{tmp_path / 'new.db'}", path, tmp_path / "new")
    assert not (tmp_path / "new.db").exists()


def test_only_an_empty_place_is_restored_into(lived_in: World, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.tar.gz"
    write(lived_in.db, out, files, at=MONDAY)
    before = rows_of(lived_in.url)
    with pytest.raises(NoPlace, match="has rows already"):
        restore(lived_in.url, out, tmp_path / "new")
    assert rows_of(lived_in.url) == before
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(NoPlace, match="is not empty"):
        restore(url, out, files)
    assert not (tmp_path / "new").exists()


def test_a_backup_of_a_broken_record_leaves_no_row_and_no_file(
    migrated_sqlite_url: str, files: Path, tmp_path: Path
) -> None:
    world, out = World(migrated_sqlite_url), tmp_path / "backup.tar.gz"
    Story(world).up_to("accept")
    with transaction(world.db) as db:
        db.connection().exec_driver_sql("UPDATE cases SET state = 'x'")
    write(world.db, out, files, at=MONDAY)
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(ChainBroken):
        restore(url, out, tmp_path / "new")
    assert not (tmp_path / "new").exists() and not (tmp_path / "new.part").exists()
    assert [rows for name, rows in rows_of(url).items() if rows and name not in BORN_WITH_A_ROW] == []
    release(url)


def test_a_moment_that_cannot_be_read_stops_a_backup_in_one_sentence(migrated_sqlite_url: str, tmp_path: Path) -> None:
    world = World(migrated_sqlite_url)
    with transaction(world.db) as db:
        db.connection().exec_driver_sql("UPDATE users SET created_at = 'soon'")
    with pytest.raises((BackupRefused, DatabaseError)):
        write(world.db, tmp_path / "backup.tar.gz", tmp_path / "files", at=MONDAY)
    assert list(tmp_path.glob("backup*")) == []
