"""What is kept of somebody with a case they raised, for themselves: all that they may read, and what they told.

It is written down before anything is opened, and the caller commits in between, as for a reveal (PIPL art. 45).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlmodel import Session, select

from cases import audit
from cases.errors import NotFound
from cases.record.case import Case
from cases.record.people import User
from cases.record.vault import Sealed
from cases.recording import note
from cases.revealing import showings, told_by_account
from cases.sheet import sheet_of
from cases.vault import KEY, NeedsOfficer, fields_of
from cases.veil import is_own
from cases.words import SUBMITTER

EXPORT_OWN = "export_own"
FACTS = (
    "number", "title", "category", "state", "stage", "identity", "round", "rating", "submitted_at", "answered_at",
    "closed_at",
)  # fmt: skip


def announce(db: Session, case: Case, *, by: User, at: datetime) -> None:
    """Write down that somebody is about to take out what is kept of them with a case. Raises NotFound."""
    if not is_own(db, case, by):
        raise NotFound("没有这件案件。", "There is no such case.")
    note(db, case, EXPORT_OWN, by=by, at=at, told={}, role=SUBMITTER)


def own_data(
    db: Session, case: Case, *, by: User, at: datetime, officer: X25519PrivateKey | None = None
) -> dict[str, Any]:
    """Return everything kept of a case that whoever raised it may read, as JSON can hold it. Raises NotFound.

    In the sealed mode the server names the fields that it keeps and cannot open.
    """
    if not is_own(db, case, by):
        raise NotFound("没有这件案件。", "There is no such case.")
    sheet = sheet_of(db, case, by, at)
    told = {
        "exported_at": at,
        "case": {name: getattr(case, name) for name in FACTS} | {"unit": sheet.units[case.unit_id].name},
        "identity": _identity(db, case, officer),
        "seen_by": [
            {"at": one.at, "reason": one.reason} for one in showings(db, case)
        ],
        "history": [
            {
                "version": one.version,
                "at": one.at,
                "action": one.action,
                "role": one.role,
                "unit": one.actor.unit if one.actor else None,
                "from": one.state_from,
                "to": one.state_to,
                "texts": {said.field: said.body for said in one.said},
            }
            for one in sheet.history
        ],
        "clocks": [
            {"kind": one.kind, "limit": one.limit, "started_at": one.started_at, "due_at": one.due_at}
            for one in sheet.clocks
        ],
        "files": [
            {"name": one.name, "type": one.media_type, "size": one.size, "sha256": one.digest, "added_at": one.added_at}
            for one in sheet.attachments
        ],
    }  # fmt: skip
    return dict(json.loads(audit.canonical(told)))


def _identity(db: Session, case: Case, officer: X25519PrivateKey | None) -> dict[str, Any]:
    assert case.id is not None
    try:
        return fields_of(db, case.id, officer) or told_by_account(db, case)
    except NeedsOfficer:
        names = db.exec(select(Sealed.field).where(Sealed.case_id == case.id)).all()
        return {"sealed_for_officer": sorted(set(names) - {KEY})}
