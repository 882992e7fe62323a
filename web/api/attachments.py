"""Files of a case: added, and fetched as a download that no browser runs."""

from __future__ import annotations

import logging
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import FileResponse
from starlette.datastructures import UploadFile as AnyUpload

from cases.attachments import attach, attachments_of, count_file, discard, files_seen, place_of, store
from cases.errors import NotFound
from cases.record.database import transaction
from cases.stored_files import NotAsAdded, is_as_added
from web.api import shapes, views
from web.api.versions import optional_version
from web.visits import Reading, Visit, Writing

log = logging.getLogger(__name__)

DIGEST = re.compile(r"[0-9a-f]{64}")
#: Whatever a file holds, a browser that shows it anyway runs nothing of it.
INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}

router = APIRouter(prefix="/cases/{number}/attachments", tags=["attachments"])


@router.post("", status_code=201, summary="Add a file: PDF, PNG, JPEG, docx, xlsx or text, 10 MB at most")
def add(
    visit: Writing,
    number: str,
    file: UploadFile,
    seen: Annotated[int | None, Depends(optional_version)],
    part: Annotated[str | None, Form(max_length=64, description="code; the unit I act for, if several")] = None,
) -> shapes.Attached:
    """Add a file to a case; it belongs to the part of the unit that I act for."""
    return added(visit, number, file, seen, part)


@router.get("/{digest}", summary="Fetch a file", response_class=FileResponse)
def fetch(visit: Reading, number: str, digest: str) -> FileResponse:
    """Return a file of a case as a download."""
    return fetched(visit, number, digest)


def added(visit: Visit, number: str, file: AnyUpload, seen: int | None, part: str | None) -> shapes.Attached:
    """Store an uploaded file and note it in the case. Raises TooManyFiles.

    Whoever may not see the case sends nothing. While a file is scanned and cleaned nobody else is kept waiting: the
    transaction is let go, and the case is read again afterwards.
    """
    visit.case(number)
    visit.start_over()
    with transaction(visit.request.app.state.engine) as db:
        count_file(db, visit.caller.user_id, visit.at, visit.settings.uploads_an_hour)
    stored = store(visit.settings.files, file.filename or "", file.file, visit.settings.virus_scanner)
    try:
        case = visit.case(number)
        event = attach(visit.db, case, stored, by=visit.by, at=visit.at, seen=seen, part=part)
    except BaseException:
        discard(visit.settings.files, stored)
        raise
    row = next(row for row in attachments_of(visit.db, case.id or 0) if row.version == event["version"])
    return shapes.Attached(number=case.number, version=case.version, file=views.file_of(row))


def fetched(visit: Visit, number: str, digest: str) -> FileResponse:
    """Return a file of a case that the person may see. Raises NotAsAdded where it was changed in the folder."""
    case = visit.case(number)
    rows = files_seen(visit.db, case, visit.by, visit.at) if DIGEST.fullmatch(digest) else []
    row = next((row for row in rows if row.digest == digest), None)
    path = place_of(visit.settings.files, row.place) if row is not None else None
    if row is None or path is None or not path.is_file():
        raise NotFound("没有这个附件。", "There is no such file.")
    if not is_as_added(path, row.digest):
        log.error("the file of version %s of case %s was changed in the folder", row.version, row.case_id)
        raise NotAsAdded
    return FileResponse(path, media_type=row.media_type, filename=row.name, headers=INERT)
