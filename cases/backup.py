"""Everything in one file that either database can be made from again: the rows of the tables, and the files.

    tables/units.jsonl … tables/events.jsonl    a JSON array a row, parents before children
    files/…                                     the files folder
    manifest.json                               what it is, and each member's size, rows and SHA-256; it comes last

It is a gzipped tar. All tables are read in one snapshot while others go on writing; files come after them, and since
a file is in its folder before a row names it, no row of the snapshot lacks its file. The index of similar cases is left
out: a restored database makes it anew from the texts.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import struct
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import BufferedRandom
from pathlib import Path
from typing import IO, Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Engine, Table, select
from sqlmodel import Session

from cases import audit, raw
from cases.record.columns import Moment, table_of
from cases.record.schema import metadata
from cases.record.search import DERIVED as OF_SEARCHING
from cases.record.similar import DERIVED as OF_SIMILAR
from workflow.errors import Refusal

FORMAT, VERSION = "bihuan-backup", 1
MANIFEST = "manifest.json"
TABLES, FILES = "tables/", "files/"
CHUNK = 1024 * 1024
SEAL_LENGTH = 10 + 5 + 64 + 8


class BackupRefused(Refusal):
    """A backup cannot be written where it was asked for."""


class DamagedBackup(Refusal):
    """An archive is not a whole backup of ours; nothing was restored."""


class Measured:
    """A stream that knows the size and the SHA-256 of what has gone through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.size, self._digest = stream, 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self._count(self._stream.read(size))

    def write(self, data: bytes) -> int:
        """Pass bytes on."""
        return self._stream.write(self._count(data))

    @property
    def facts(self) -> dict[str, Any]:
        """Return size and digest as a manifest tells them."""
        return {"size": self.size, "sha256": self._digest.hexdigest()}

    def _count(self, data: bytes) -> bytes:
        self.size += len(data)
        self._digest.update(data)
        return data


def write(db: Engine, out: Path, files: Path, *, at: datetime, is_forced: bool = False) -> int:
    """Write a backup of a database and its files folder, and return how many rows it holds.

    It appears under its name only when it is whole. Raises BackupRefused, or DatabaseError.
    """
    if out.exists() and not is_forced:
        raise BackupRefused(
            f"文件 {out} 已存在，覆盖请加 --force。", f"The file {out} exists; --force would overwrite it."
        )
    part = out.with_name(out.name + ".part")
    try:
        with _private(part) as target:
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0, compresslevel=6)
            with packed, tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                rows = _pack(db, archive, out.parent, files, at)
            target.seek(0)
            target.write(seal(hashlib.file_digest(target, "sha256").hexdigest()))
        os.replace(part, out)
    except OSError as error:
        raise BackupRefused(f"无法写入 {out}：{error.strerror}。", f"Cannot write {out}: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def kept_tables() -> list[Table]:
    """Return the tables that a backup holds, parents first; what is made from them is made again."""
    derived = {table_of(model) for model in (*OF_SIMILAR, *OF_SEARCHING)}
    return [table for table in metadata.sorted_tables if table not in derived]


def seal(digest: str) -> bytes:
    """Return what an archive ends with: one more gzip member that holds the SHA-256 of all before it.

    The checksums of gzip and tar leave some bits uncovered (headers, the padding of a block); this leaves none, and
    gunzip and tar still read the archive.
    """
    body = digest.encode()
    stored = b"\x01" + struct.pack("<HH", len(body), 0xFFFF - len(body)) + body
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + stored + struct.pack("<II", zlib.crc32(body), len(body))


def is_sealed(source: Path) -> bool:
    """Tell whether every byte of an archive is as it was written. Raises DamagedBackup if there is none."""
    try:
        digest, left = hashlib.sha256(), source.stat().st_size - SEAL_LENGTH
        with source.open("rb") as file:
            while left > 0 and (chunk := file.read(min(CHUNK, left))):
                digest.update(chunk)
                left -= len(chunk)
            return left == 0 and file.read() == seal(digest.hexdigest())
    except OSError as error:
        raise DamagedBackup(
            f"无法读取 {source}：{error.strerror}。", f"Cannot read {source}: {error.strerror}."
        ) from None


def encoder(table: Table) -> Callable[[Any], list[Any]]:
    """Return the function that makes a JSON array of a row."""
    kinds = [_written(column) for column in table.c]
    return lambda row: [None if v is None else kind(v) for kind, v in zip(kinds, row, strict=True)]


def decoder(table: Table) -> Callable[[list[Any]], dict[str, Any]]:
    """Return the function that makes a row of a JSON array, and raises ValueError for one that does not fit."""
    kinds = [(column.name, _read(column)) for column in table.c]

    def decode(values: list[Any]) -> dict[str, Any]:
        pairs = zip(kinds, values, strict=True)
        return {name: None if value is None else kind(value) for (name, kind), value in pairs}

    return decode


def _pack(db: Engine, archive: tarfile.TarFile, folder: Path, files: Path, at: datetime) -> int:
    """Write every table, then every file, then the manifest."""
    members: dict[str, dict[str, Any]] = {}
    with raw.snapshot(db) as session:
        revision = MigrationContext.configure(session.connection()).get_current_revision()
        for table in kept_tables():
            name = f"{TABLES}{table.name}.jsonl"
            # A tar tells a member's size before its content, so a table is written beside the archive first.
            with tempfile.TemporaryFile(dir=folder) as kept:
                rows = _write_rows(session, table, Measured(kept))
                kept.seek(0, os.SEEK_END)
                facts = _add(archive, name, kept, kept.tell())
            members[name] = {**facts, "rows": rows, "columns": [column.name for column in table.c]}
    for path in _files_in(files):
        with path.open("rb") as kept:
            name = FILES + path.relative_to(files).as_posix()
            members[name] = _add(archive, name, kept, os.fstat(kept.fileno()).st_size)
    told = {"format": FORMAT, "version": VERSION, "revision": revision, "made_at": audit.moment(at), "members": members}
    with tempfile.TemporaryFile(dir=folder) as kept:
        size = kept.write(audit.canonical(told).encode())
        _add(archive, MANIFEST, kept, size)
    return sum(member.get("rows", 0) for member in members.values())


def _write_rows(db: Session, table: Table, target: Measured) -> int:
    rows, encode = 0, encoder(table)
    wanted = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=raw.AT_ONCE)
    try:
        for row in db.connection().execute(wanted):
            target.write(audit.canonical(encode(row)).encode() + b"\n")
            rows += 1
    except (ValueError, TypeError, AttributeError):
        raise BackupRefused(
            f"表 {table.name} 中有无法读取的内容，请运行 bihuan verify。",
            f"The table {table.name} holds something unreadable: run bihuan verify.",
        ) from None
    return rows


def _add(archive: tarfile.TarFile, name: str, kept: IO[bytes], size: int) -> dict[str, Any]:
    kept.seek(0)
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    measured = Measured(kept)
    archive.addfile(member, measured)
    return measured.facts


def _files_in(folder: Path) -> Iterator[Path]:
    """Return the files of a folder in order, without those that are still coming in."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path


@contextmanager
def _private(path: Path) -> Iterator[BufferedRandom]:
    """Open a new file that nobody else may read, and have it on the disk when the block ends."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _kind(column: Column[Any]) -> type[Any]:
    return datetime if isinstance(column.type, Moment) else column.type.python_type


def _written(column: Column[Any]) -> Callable[[Any], Any]:
    kind = _kind(column)
    if kind is datetime:
        return audit.moment
    if kind is date:
        return date.isoformat
    if kind is bytes:
        return lambda value: base64.b64encode(value).decode()
    return lambda value: value


def _read(column: Column[Any]) -> Callable[[Any], Any]:
    kind = _kind(column)
    if kind is datetime:
        return datetime.fromisoformat
    if kind is date:
        return date.fromisoformat
    if kind is bytes:
        return base64.b64decode
    return lambda value: value
