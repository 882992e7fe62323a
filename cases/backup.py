"""Everything in one file that either database can be made from again: the rows of every table, and the files.

    tables/units.jsonl … tables/events.jsonl    a JSON array a row, parents before children
    files/…                                     the files folder
    manifest.json                               what it is, and each member's size, rows and SHA-256; it comes last

It is a gzipped tar. All tables are read in one snapshot while others go on writing; files come after them, and since
a file is in its folder before a row names it, no row of the snapshot lacks its file.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import Engine, LargeBinary, Table, select
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from cases import audit, raw
from cases.record.columns import Moment
from cases.record.schema import metadata, revision_of
from workflow.errors import Refusal

FORMAT, VERSION = "bihuan-backup", 1
MANIFEST = "manifest.json"
TABLES, FILES = "tables/", "files/"
CHUNK = 1024 * 1024
#: What our own gzip begins with. It is compared, because no checksum covers it.
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


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
        os.replace(part, out)
    except OSError as error:
        raise BackupRefused(f"无法写入 {out}：{error.strerror}。", f"Cannot write {out}: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def revision(db: Session) -> str | None:
    """Return the version of the schema that a database has."""
    return revision_of(db)


def encoder(table: Table) -> Callable[[Any], list[Any]]:
    """Return the function that makes a JSON array of a row."""
    kinds = [_written(column.type.python_type) for column in table.c]
    return lambda row: [None if v is None else kind(v) for kind, v in zip(kinds, row, strict=True)]


def decoder(table: Table) -> Callable[[list[Any]], dict[str, Any]]:
    """Return the function that makes a row of a JSON array. The function raises ValueError for one that does not fit."""
    kinds = [(column.name, _read(column)) for column in table.c]

    def decode(values: list[Any]) -> dict[str, Any]:
        pairs = zip(kinds, values, strict=True)
        return {name: None if value is None else kind(value) for (name, kind), value in pairs}

    return decode
