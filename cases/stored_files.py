"""Files as they lie in the folder: each is what was added, byte by byte, or it is not handed out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session

from cases.attachments import place_of
from cases.broken import ChainBroken, Fault, Finding
from cases.record.case import Attachment, Case
from cases.record.columns import table_of
from workflow.errors import Refusal

MISSING = Fault("附件文件缺失", "the file that was attached is missing")
CHANGED = Fault("附件文件被改动", "the file that was attached was changed")

_CASES, _FILES = table_of(Case), table_of(Attachment)


class NotAsAdded(Refusal):
    """A file in the folder is not the one that was added."""

    def __init__(self) -> None:
        super().__init__(
            "这份附件与记录不符，不能下载；请告知系统管理员核验（bihuan verify --files）。",
            "This file is not the one that was added, so it is not handed out; ask the administrator to verify it "
            "(bihuan verify --files).",
        )


def is_as_added(path: Path, digest: str) -> bool:
    """Tell whether a file has the digest of what was added."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def check_files(db: Session, folder: Path) -> int:
    """Return how many files lie in a folder as they were added. Raises ChainBroken for the first that does not.

    A file that was erased has no salt, and is not looked for.
    """
    kept = select(_FILES.c.place, _FILES.c.digest, _CASES.c.number).join(_CASES, _CASES.c.id == _FILES.c.case_id)
    count = 0
    for row in db.connection().execute(kept.where(_FILES.c.salt.is_not(None)).order_by(_FILES.c.id)):
        path = place_of(folder, row.place)
        if not path.is_file():
            raise ChainBroken(Finding(MISSING, case=row.number))
        if not is_as_added(path, row.digest):
            raise ChainBroken(Finding(CHANGED, case=row.number))
        count += 1
    return count
