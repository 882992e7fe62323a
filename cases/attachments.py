"""Files that belong to a case: they lie under random names in the files folder, the case's history says they came."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlmodel import Session, col, select

from cases import audit
from cases.cleaning import clean
from cases.errors import FieldError, InvalidFields, shown, stale
from cases.hands import own_parts
from cases.media import ENDINGS, HEAD, media_type, refused_file
from cases.policy import reads_as_staff, takes_part
from cases.record.case import Assignment, Attachment, Case
from cases.record.columns import table_of
from cases.record.people import User
from cases.record.statements import of_each_case
from cases.recording import note
from cases.throttling import TooManyGuesses, count
from cases.units import units_by_id
from cases.veil import is_own
from cases.virus_scanner import scan
from cases.words import ANYONE, SUBMITTER
from workflow.machine import NotByYou
from workflow.vocabulary import DELEGATE

ATTACH = "attach"
#: What is counted by whom it comes from.
SENT_BY = "file"
LONGEST_NAME = 200
LARGEST = 10 * 1024 * 1024
CHUNK = 64 * 1024
#: Signs that mean something in the paths of some system.
UNSAFE_IN_NAMES = re.compile(r'[<>:"|?*]')

_CASES = table_of(Case)
_OF_CASE = of_each_case(Attachment)


class TooManyFiles(TooManyGuesses):
    """Somebody has sent more files within the hour than people send."""

    def __init__(self) -> None:
        super().__init__("一小时内上传的文件过多，请稍后再传。", "Too many files within an hour; send the rest later.")


@dataclass(frozen=True)
class StoredFile:
    """A file that lies in the folder: what it is called, what it really is, and under which name it lies."""

    name: str
    media_type: str
    size: int
    digest: str
    place: str


def count_file(db: Session, user_id: int, at: datetime, most: int) -> None:
    """Count a file that somebody sends, whatever becomes of it: to look at it is what costs. Raises TooManyFiles."""
    if count(db, SENT_BY, str(user_id), at) > most:
        raise TooManyFiles


def store(folder: Path, name: str, source: BinaryIO, scanner: str = "") -> StoredFile:
    """Keep a file under a random name, made anew by its kind, and return what it is then.

    Raises InvalidFields if it is empty, too large, of no known type, found by the virus scanner at the address
    `scanner`, or cannot be made clean. It is written beside its place and moved there, so that a half written file is
    never found under a name; of what came nothing stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _coming(folder) as came, _coming(folder) as made:
        with came.open("wb") as target:
            head = _receive(source, target)
        found = media_type(came, head)
        if not head:
            raise refused_file("文件是空的，请检查后重新选择", "The file is empty; check it and choose again")
        if found is None:
            raise refused_file(
                "只接受 PDF、PNG、JPEG、Word（docx）、Excel（xlsx）和纯文本文件",
                "Only PDF, PNG, JPEG, Word (docx), Excel (xlsx) and plain text files are taken",
            )
        if scanner:
            scan(came, scanner)
        with made.open("w+b") as target:
            clean(came, target, found)
            target.flush()
            os.fsync(target.fileno())
            size = target.seek(0, os.SEEK_END)
            target.seek(0)
            digest = hashlib.file_digest(target, "sha256").hexdigest()
        file = StoredFile(_plain_name(name, found), found, size, digest, secrets.token_hex(16))
        place = place_of(folder, file.place)
        place.parent.mkdir(exist_ok=True)
        os.replace(made, place)
    return file


def discard(folder: Path, file: StoredFile) -> None:
    """Take a file away that no case has taken."""
    place_of(folder, file.place).unlink(missing_ok=True)


def place_of(folder: Path, place: str) -> Path:
    """Return where a file lies."""
    return folder / place[:2] / place


def attach(
    db: Session,
    case: Case,
    file: StoredFile,
    *,
    by: User,
    at: datetime,
    seen: int | None = None,
    part: str | None = None,
) -> dict[str, Any]:
    """Add a stored file to a case and return the event that was written; `case` is brought up to date.

    The caller has asked whether the person may see the case; who merely reads along adds nothing. What somebody adds
    who acts for one part of it belongs to that part; who acts for several names the unit with `part`. A file's name may
    tell who somebody is, so the event holds a salted digest of it. Raises NotByYou, Stale, and InvalidFields for a part
    that is not theirs.
    """
    if not takes_part(db, case, by, at):
        raise NotByYou("附件由申请人和办理各方添加。", "Files are added by the applicant and by those in the case.")
    if seen is not None and seen != case.version:
        raise stale(case.number)
    assignment_id = _part_of(db, case, by, at, part)
    salt, case_id = secrets.token_hex(8), case.id or 0
    told = {
        "digest": file.digest,
        "place": file.place,
        "size": file.size,
        "type": file.media_type,
        "name": audit.digest(salt + file.name),
        **({"part": assignment_id} if assignment_id is not None else {}),
    }

    def keep(version: int) -> None:
        db.add(
            Attachment(
                case_id=case_id,
                version=version,
                name=file.name,
                salt=salt,
                media_type=file.media_type,
                size=file.size,
                digest=file.digest,
                place=file.place,
                added_at=at,
                assignment_id=assignment_id,
            )
        )
        db.flush()

    role = SUBMITTER if is_own(db, case, by) else ANYONE
    return note(db, case, ATTACH, by=by, at=at, told={"file": told}, role=role, before=keep)


def _part_of(db: Session, case: Case, by: User, at: datetime, code: str | None) -> int | None:
    """Return the id of the part that a person adds a file for; None where it is for the case as a whole."""
    open_parts = select(Assignment).where(Assignment.case_id == case.id, col(Assignment.ended_at).is_(None))
    mine = [] if is_own(db, case, by) else own_parts(db, case, db.exec(open_parts), by, at)
    if code:
        units = units_by_id(db, [row.unit_id for row in mine])
        mine = [row for row in mine if units[row.unit_id].code == code]
        if not mine:
            zh, en = f"您不办理 {shown(code)} 的承办", f"You do not act for {shown(code)} in this case"
            raise InvalidFields([FieldError("part", zh, en)])
    return mine[0].id if len(mine) == 1 else None


def attachments_of(db: Session, case_id: int) -> Sequence[Attachment]:
    """Return the files of a case, in the order in which they came."""
    return _OF_CASE.objects(db, Attachment, {"case_id": case_id})


def files_seen(db: Session, case: Case, by: User, at: datetime) -> Sequence[Attachment]:
    """Return the files of a case that a person may have: none for who merely reads along.

    What a delegate adds is for staff, as their answer is (docs/decisions/0017).
    """
    assert case.id is not None
    if not takes_part(db, case, by, at):
        return []
    files = attachments_of(db, case.id)
    if reads_as_staff(db, case, by, at):
        return files
    delegated = select(Assignment.id).where(Assignment.case_id == case.id, Assignment.kind == DELEGATE)
    among_staff = set(db.exec(delegated))
    return [file for file in files if file.assignment_id not in among_staff]


@contextmanager
def _coming(folder: Path) -> Iterator[Path]:
    """Give a file that is on its way; it is gone afterwards unless it was moved to its place."""
    handle, path = tempfile.mkstemp(dir=folder, prefix=".coming-")
    os.close(handle)
    try:
        yield Path(path)
    finally:
        Path(path).unlink(missing_ok=True)


def _receive(source: BinaryIO, target: BinaryIO) -> bytes:
    """Copy what comes, up to the most that is taken, and return its beginning."""
    size, head = 0, b""
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise refused_file("文件超过 10 MB", "The file is larger than 10 MB")
        head = head if len(head) >= HEAD else (head + chunk)[:HEAD]
        target.write(chunk)
    return head


def _plain_name(name: str, kind: str) -> str:
    """Return a file's own name without folders and signs that do not print, of bearable length.

    It ends as files of its kind do, for what a desk opens a file with is told by its end: a text called 工资.hta runs.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    plain = UNSAFE_IN_NAMES.sub("_", plain).strip(" .")
    endings = ENDINGS[kind]
    ending = next((known for known in endings if plain.lower().endswith(known)), "")
    stem = (plain[: -len(ending)] if ending else plain).strip(" .") or "file"
    ending = plain[-len(ending) :] if ending else endings[0]
    return stem[: LONGEST_NAME - len(ending)] + ending
