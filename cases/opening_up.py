"""Whoever raised a case may let more be known of them than they chose at first; nobody else may, and it goes one way.

From anonymous to confidential: what they tell is sealed. To named: those who handle the case read the name. The event
says that it was done and nothing of who did it (ADR 0022).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col

from cases.audience import addressees
from cases.errors import FieldError, InvalidFields, NotFound
from cases.record.case import ANONYMOUS, CONFIDENTIAL, NAMED, Case
from cases.record.people import User
from cases.recording import note
from cases.revealing import open_name
from cases.vault import erase, fields_of, has_fields, keep, needs_officer, told
from cases.veil import is_own, is_veil, person_behind
from cases.words import OWNER, SUBMITTER

OPEN_UP = "open_up"
#: From what tells nothing to what tells most.
MODES = (ANONYMOUS, CONFIDENTIAL, NAMED)


def further(case: Case) -> Sequence[str]:
    """Return the modes that tell more of who raised a case than the one that was chosen."""
    return MODES[MODES.index(case.identity) + 1 :] if case.identity in MODES else ()


def asks_for_name(db: Session, case: Case) -> bool:
    """Tell whether nothing is known yet that could be shown: there is no account behind the case."""
    return is_veil(person_behind(db, case.submitter_id) or 0)


def open_up(
    db: Session, case: Case, mode: str, about: Mapping[str, object], *, by: User, at: datetime, officer: str = ""
) -> None:
    """Let more be known of who raised a case, as they themselves ask; `about` is what they tell of themselves.

    What is told anew takes the place of what was kept, field by field. `officer` is a public key in the sealed mode.
    Raises NotFound for anybody else and InvalidFields.
    """
    if not is_own(db, case, by):
        raise NotFound("没有这件案件。", "There is no such case.")
    if mode not in further(case):
        raise InvalidFields([FieldError("identity", "只能比原来更公开", "It can only be more open than it is")])
    assert case.id is not None
    if asks_for_name(db, case):
        _tell(db, case, case.id, mode, told(about), officer)
    event = {
        "set": {"identity": mode},
        "kind": "note",
        "told": [one.noted for one in addressees(db, case, [OWNER], at)],
    }
    note(db, case, OPEN_UP, by=by, at=at, told=event, role=SUBMITTER)
    db.connection().execute(update(Case).where(col(Case.id) == case.id).values(identity=mode))
    set_committed_value(case, "identity", mode)
    if mode == NAMED:
        assert open_name(db, case)


def _tell(db: Session, case: Case, case_id: int, mode: str, fields: Mapping[str, str], officer: str) -> None:
    """Seal what somebody without an account tells of themselves. Raises InvalidFields where there is no name."""
    is_open = has_fields(db, case_id) and not needs_officer(db, case_id)
    if not fields and (is_open or (has_fields(db, case_id) and mode != NAMED)):
        return
    if is_open:  # what is not told anew stays as it was told
        fields = {**fields_of(db, case_id), **fields}
    if "name" not in fields:
        raise InvalidFields([FieldError("name", "请填写姓名", "Name is required")])
    erase(db, case_id)
    keep(db, case_id, fields, officer if mode == CONFIDENTIAL else "")  # who is named is shown by their name
