"""One case as a file that anybody can read and verify: its events, all that hangs on them, its files, and a summary.

    events.jsonl     the events of the case with their hashes, as `bihuan export events --case` writes them
    record.json      the rows that hang on them: texts as far as not erased, files, clocks, what lies beside
    summary.html     the same to be read
    files/<sha256>   the attached files
    manifest.json    what it is, where the chain ended, and size and SHA-256 of each member; the archive's comment is
                     the SHA-256 of this

Nothing in it is compressed, ordered or dated by chance: the archive is what its members make it, so that every byte of
it is either content with a hash or can be made again. Who raised the case is in none of it. Whoever makes a new archive
with new hashes is found by comparing its events with the database, or with a head that has left the host.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import text
from sqlmodel import Session

from cases import audit, hanging, raw
from cases.attachments import place_of
from cases.broken import ChainBroken
from cases.dossier_summary import summary
from cases.hanging import Whole
from cases.record.beside import TABLES
from cases.record.columns import table_of
from cases.verifying import CannotRead, export_events, verify_lines
from workflow.errors import Refusal

FORMAT, VERSION = "bihuan-dossier", 1
EVENTS, RECORD, SUMMARY, FILES, MANIFEST = "events.jsonl", "record.json", "summary.html", "files/", "manifest.json"
#: What a dossier's archive begins with.
MAGIC = b"PK\x03\x04"
DATE = (1980, 1, 1, 0, 0, 0)
#: The rows of a case besides its own, its events and what lies beside it.
LISTS = ("passages", "files", "clocks", "spans", "rungs")
CHUNK = 1024 * 1024


class ChangedDossier(Refusal):
    """A dossier is not what was written, or is none."""


def write(db: Session, case_id: int, out: Path, files: Path, at: datetime) -> int:
    """Write the dossier of a case and return how many events it holds. Raises ChainBroken where they do not hold."""
    with raw.undecoded(db):
        whole = hanging.whole_of(db, case_id)
    lines = list(export_events(db, case_id))
    chain = db.connection().execute(text("SELECT seq, hash FROM chain_head")).one()
    members: dict[str, bytes | Path] = {
        EVENTS: "".join(f"{line}\n" for line in lines).encode(),
        RECORD: audit.canonical(_plain(whole)).encode(),
        SUMMARY: summary(whole, lines[:-1], at).encode(),
    }
    missing = []
    for digest, place in sorted({str(row.digest): str(row.place) for row in whole.files}.items()):
        if (path := place_of(files, place)).is_file():
            members[FILES + digest] = path
        else:
            missing.append(digest)
    told = {
        "format": FORMAT,
        "version": VERSION,
        "number": whole.row["number"],
        "made_at": audit.moment(at),
        "chain": {"seq": chain.seq, "hash": chain.hash},
        "missing": missing,
        "members": {name: _facts(content) for name, content in members.items()},
    }
    manifest = audit.canonical(told).encode()
    with out.open("wb") as target:
        _pack(target, {**members, MANIFEST: manifest}, hashlib.sha256(manifest).hexdigest())
    return len(lines) - 1


def is_one(path: Path) -> bool:
    """Tell whether a file begins as a dossier does; one that cannot be read is left to who reads it."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC or zipfile.is_zipfile(path)
    except OSError:
        return False


def verify(path: Path) -> int:
    """Return how many events a dossier holds. Raises ChangedDossier, or ChainBroken at its first event or row.

    Raises CannotRead where there is no file.
    """
    try:
        with path.open("rb") as file:
            return _verified(file)
    except OSError as error:
        raise CannotRead(
            f"无法读取文件 {path}：{error.strerror}。", f"Cannot read the file {path}: {error.strerror}."
        ) from None


def _verified(file: BinaryIO) -> int:
    members, comment = _members(file)
    manifest = members.get(MANIFEST)
    if manifest is None or hashlib.sha256(manifest).hexdigest().encode() != comment:
        raise _changed(MANIFEST)
    for name, facts in _told(manifest).items():
        content = members.get(name)
        if content is not None and _facts(content) == facts:
            continue
        if name == EVENTS and content is not None:
            verify_lines(io.BytesIO(content))  # which says at which line
        raise _changed(name)
    _require_same_bytes(file, members, comment.decode())
    events = verify_lines(io.BytesIO(members[EVENTS]))
    try:
        whole = _whole(json.loads(members[RECORD]), members[EVENTS].decode().splitlines()[:-1])
        found = next(hanging.of_case(whole, events), None)
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # rows of another shape, in fitting sums
        raise _changed(RECORD) from error
    if found:
        raise ChainBroken(found)
    return events


def _told(manifest: bytes) -> dict[str, Any]:
    """Return the members as a manifest names them. Raises ChangedDossier."""
    try:
        told = json.loads(manifest)
        if (told["format"], told["version"]) != (FORMAT, VERSION) or not {EVENTS, RECORD} <= set(told["members"]):
            raise ValueError(FORMAT)
        return dict(told["members"])
    except (ValueError, TypeError, KeyError) as error:
        raise ChangedDossier(
            "这个案卷的格式本程序不认识。", "This program does not know the format of this dossier."
        ) from error


def _members(file: BinaryIO) -> tuple[dict[str, bytes], bytes]:
    """Return the members of an archive and its comment, whatever their checksums say."""
    size = file.seek(0, io.SEEK_END)
    try:
        with zipfile.ZipFile(file) as archive:
            return {info.filename: _content(file, info, size) for info in archive.infolist()}, archive.comment
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError, IndexError) as error:
        raise ChangedDossier(
            "不是完整的案卷：文件被截断或改动。", "This is no whole dossier: it was cut or changed."
        ) from error


def _content(file: BinaryIO, info: zipfile.ZipInfo, size: int) -> bytes:
    file.seek(info.header_offset + 26)
    lengths = file.read(4)
    file.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), io.SEEK_CUR)
    return file.read(min(info.file_size, size))


def _require_same_bytes(file: BinaryIO, members: Mapping[str, bytes], comment: str) -> None:
    """Make the archive again and compare. Raises ChangedDossier at the first byte that differs."""
    with tempfile.TemporaryFile() as again:
        _pack(cast(BinaryIO, again), members, comment)
        again.seek(0)
        file.seek(0)
        place = 0
        while (here := file.read(CHUNK)) == (there := again.read(CHUNK)):
            if not here:
                return
            place += len(here)
        pairs = zip(here, there, strict=False)
        place += next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(here), len(there)))
    raise ChangedDossier(f"案卷文件第 {place + 1} 个字节被改动。", f"Byte {place + 1} of the dossier was changed.")


def _pack(target: BinaryIO, members: Mapping[str, bytes | Path], comment: str) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = comment.encode()
        for name, content in members.items():
            info = zipfile.ZipInfo(name, DATE)
            info.create_system, info.external_attr = 3, 0o600 << 16
            archive.writestr(info, content if isinstance(content, bytes) else content.read_bytes())


def _facts(content: bytes | Path) -> dict[str, Any]:
    whole = content if isinstance(content, bytes) else content.read_bytes()
    return {"size": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}


def _plain(whole: Whole) -> dict[str, Any]:
    """Return what hangs on the events of a case as JSON: rows as the database holds them, and never whose it is."""
    tables = {name: getattr(whole, name) for name in LISTS}
    beside = {table_of(model).name: rows for model, rows in whole.beside.items()}
    return {
        "case": {**whole.row, "submitter_id": None},
        "rows": {name: _table(rows) for name, rows in {**tables, **beside}.items()},
    }


def _table(rows: Sequence[Any]) -> dict[str, Any]:
    return {"columns": list(rows[0]._fields) if rows else [], "rows": [list(row) for row in rows]}


def _whole(told: Mapping[str, Any], lines: Sequence[str]) -> Whole:
    """Return a case as the database would have handed it out."""
    events = [json.loads(line) for line in lines]
    rows = {name: list(_rows(table)) for name, table in told["rows"].items()}
    return Whole(
        told["case"],
        cast(Any, [_Event(row["seq"], row["version"], raw.stored(row["at"]), row["data"]) for row in events]),
        {model: rows[table_of(model).name] for model in TABLES},
        *(rows[name] for name in LISTS),
    )


_Event = namedtuple("_Event", ("seq", "version", "at", "data"))


def _rows(table: Mapping[str, Any]) -> Iterator[Any]:
    make = namedtuple("_Row", table["columns"])  # type: ignore[misc]  # the columns are those of the database
    return (make(*row) for row in table["rows"])


def _changed(name: str) -> ChangedDossier:
    return ChangedDossier(f"案卷中的 {name} 被改动或缺失。", f"{name} in the dossier was changed or is missing.")
