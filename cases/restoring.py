"""Make a database and a files folder from a backup: all of it, or nothing.

The archive is read twice: first to the end, to see that every byte is there, then into one transaction, which is
committed only if the rows are as many as they were and the chain of events holds.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

from alembic.script import ScriptDirectory
from sqlalchemy import Column, Table, bindparam, delete, func, insert, inspect, select, update
from sqlmodel import Session

from cases import raw
from cases.administering import RESTORE, note
from cases.backup import (
    CHUNK,
    FILES,
    FORMAT,
    MANIFEST,
    TABLES,
    VERSION,
    DamagedBackup,
    Measured,
    decoder,
    is_sealed,
    kept_tables,
)
from cases.erased import Tombstone
from cases.erasing import remove
from cases.forgetting import forget_again
from cases.record.columns import table_of
from cases.record.database import engine, is_sqlite, transaction
from cases.record.event import ChainHead
from cases.record.law import Installation
from cases.record.news import NewsCursor
from cases.record.schema import MIGRATIONS, migrate
from cases.verifying import verify_database
from workflow.errors import Refusal

#: Tables that have a row of their own in a new database.
BORN_WITH_A_ROW = (table_of(Installation), table_of(ChainHead), table_of(NewsCursor))
Manifest = Mapping[str, Any]


class NoPlace(Refusal):
    """A backup cannot be restored there: something is there already, or nothing can be written."""


def restore(
    url: str, source: Path, files: Path, *, tombstones: Sequence[Tombstone] = (), at: datetime | None = None
) -> int:
    """Restore a backup into an empty database and an empty folder, and return how many events hold.

    What tombstones tell of as erased after the backup is erased again. Given a moment, the restoring leaves an event.
    Raises DamagedBackup, NoPlace, ChainBroken or DatabaseError; then no row and no file has been written.
    """
    manifest = check(source)
    if files.exists() and (not files.is_dir() or any(files.iterdir())):
        raise NoPlace(f"文件夹 {files} 不是空的。", f"The folder {files} is not empty.")
    with raw.explained(), transaction(engine(url)) as db:
        _require_empty(db)
    migrate(url)
    coming = files.with_name(files.name + ".part")
    shutil.rmtree(coming, ignore_errors=True)
    try:
        with raw.explained(), transaction(engine(url)) as db:
            _require_empty(db)
            for table in BORN_WITH_A_ROW:  # our own rows, which the new database got a moment ago
                db.connection().execute(delete(table))
            _unpack(db, source, coming)
            _require_counts(db, manifest)
            events = verify_database(db)
            if at is not None:
                remove(coming, forget_again(db, tombstones, at))
                note(db, RESTORE, at, {"backup": manifest["made_at"], "events": events})
                events = verify_database(db)
            _put(coming, files)
    except BaseException as error:
        shutil.rmtree(coming, ignore_errors=True)
        if isinstance(error, OSError):
            raise NoPlace(
                f"无法写入 {files}：{error.strerror}。", f"Cannot write {files}: {error.strerror}."
            ) from error
        raise
    return events


def check(source: Path) -> Manifest:
    """Return what an archive says it holds, after reading all of it. Raises DamagedBackup."""
    found: dict[str, dict[str, Any]] = {}
    told: Any = None
    if not is_sealed(source):
        raise _damaged(source)
    with _opened(source) as archive:
        for member, stream in _members(archive):
            measured = Measured(stream)
            if member.name == MANIFEST:
                told = json.loads(measured.read())
                continue
            lines = 0
            while chunk := measured.read(CHUNK):
                lines += chunk.count(b"\n")
            found[member.name] = measured.facts | ({"rows": lines} if member.name.startswith(TABLES) else {})
    if not isinstance(told, dict) or (told.get("format"), told.get("version")) != (FORMAT, VERSION):
        raise _damaged(source)
    members = told.get("members")
    if not isinstance(members, dict) or found != {name: _without_columns(facts) for name, facts in members.items()}:
        raise _damaged(source)
    _require_schema(told)
    return told


def _require_schema(manifest: Manifest) -> None:
    """Refuse a backup of another schema: its rows would not fit."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    ours = {f"{TABLES}{table.name}.jsonl": [column.name for column in table.c] for table in kept_tables()}
    theirs = {name: facts["columns"] for name, facts in manifest["members"].items() if name.startswith(TABLES)}
    if manifest["revision"] != head or ours != theirs:
        raise DamagedBackup(
            f"备份的数据库版本是 {manifest['revision']}，本程序是 {head}；请用备份时的程序恢复，再升级。",
            f"The backup has the schema {manifest['revision']}, this program {head}: restore it with the program that "
            "made it, then upgrade.",
        )


def _require_empty(db: Session) -> None:
    there = set(inspect(db.connection()).get_table_names())
    for table in kept_tables():
        if (
            table.name in there
            and table not in BORN_WITH_A_ROW
            and db.connection().execute(select(table).limit(1)).first()
        ):
            name = db.get_bind().engine.url.render_as_string(hide_password=True)
            raise NoPlace(
                f"数据库 {name} 中已有数据（{table.name}），只能恢复到空的数据库。",
                f"The database {name} has rows already ({table.name}); a backup is restored into an empty one.",
            )


def _unpack(db: Session, source: Path, files: Path) -> None:
    """Put every row into its table and every file into its place."""
    tables = {f"{TABLES}{table.name}.jsonl": table for table in kept_tables()}
    with _opened(source) as archive:
        for member, stream in _members(archive):
            if member.name in tables:
                _insert(db, tables[member.name], stream)
            elif member.name.startswith(FILES):
                path = files.joinpath(*PurePosixPath(member.name).parts[1:])
                with _writing(files):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("wb") as target:
                        shutil.copyfileobj(stream, target, CHUNK)


def _put(coming: Path, files: Path) -> None:
    """Give the files their place, as the last thing before the rows are committed."""
    if coming.exists():
        with _writing(files):
            if files.exists():
                files.rmdir()
            coming.rename(files)


@contextmanager
def _writing(files: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoPlace(f"无法写入 {files}：{error.strerror}。", f"Cannot write {files}: {error.strerror}.") from error


def _insert(db: Session, table: Table, stream: IO[bytes]) -> None:
    """Insert the rows of a table; those that point at rows of the same table do so once all are there."""
    connection, decode = db.connection(), decoder(table)
    inward = [c for c in table.c if any(key.column.table is table for key in c.foreign_keys)]
    pointing: dict[str, list[dict[str, Any]]] = {column.name: [] for column in inward}
    lines = iter(stream)
    while batch := [decode(json.loads(line)) for line in islice(lines, raw.AT_ONCE)]:
        for row in batch:
            for column in inward:
                if row[column.name] is not None:
                    pointing[column.name].append({"row_id": row["id"], "other": row[column.name]})
                    row[column.name] = None
        connection.execute(insert(table), batch)
    for name, rows in pointing.items():
        if rows:
            point = update(table).where(table.c.id == bindparam("row_id")).values({name: bindparam("other")})
            connection.execute(point, rows)
    if not is_sqlite(db):
        _continue_numbers(db, table)


def _continue_numbers(db: Session, table: Table) -> None:
    """Let PostgreSQL give the next row the id after the last one."""
    column: Column[Any] | None = table.autoincrement_column
    if column is None:
        return
    last = db.connection().execute(select(func.max(column))).scalar_one()
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    if last is not None and db.connection().execute(select(sequence)).scalar_one() is not None:
        db.connection().execute(select(func.setval(sequence, last)))


def _require_counts(db: Session, manifest: Manifest) -> None:
    for table in kept_tables():
        rows = db.connection().execute(select(func.count()).select_from(table)).scalar_one()
        if rows != manifest["members"][f"{TABLES}{table.name}.jsonl"]["rows"]:
            raise DamagedBackup(
                f"表 {table.name} 恢复后的行数不符。", f"The table {table.name} has not come back with all its rows."
            )


def _members(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Return the members of an archive; a name that leads elsewhere, or a member after the manifest, is an error."""
    is_over = False
    for member in archive:
        parts = PurePosixPath(member.name).parts
        stream = archive.extractfile(member) if member.isfile() else None
        if stream is None or is_over or ".." in parts or member.name.startswith("/") or "\\" in member.name:
            raise tarfile.TarError(member.name)
        yield member, stream
        is_over = member.name == MANIFEST


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive as a stream and read it to its end. Raises DamagedBackup for whatever is wrong with it."""
    try:
        with gzip.open(source, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
            yield archive
    except Refusal:
        raise
    except (OSError, EOFError, zlib.error, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise _damaged(source) from error


def _without_columns(facts: Any) -> Any:
    return {key: value for key, value in facts.items() if key != "columns"} if isinstance(facts, dict) else facts


def _damaged(source: Path) -> DamagedBackup:
    return DamagedBackup(
        f"{source} 不是完整的备份，未恢复任何内容。", f"{source} is not a whole backup; nothing was restored."
    )
