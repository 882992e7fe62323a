"""To forget who raised a case: by whoever raised it, or by two people of the staff; the case itself stays.

What is kept of them in the vault is destroyed, its key first. A case of an account moves to a fresh veil with nobody
behind it, and nothing of it is left in that account's news. What they wrote and the files they added go as well where
that is asked for: the events keep digests that nobody can turn back. The event of an erasure is its tombstone, which
names the case and nobody; the chain still holds (PIPL art. 47; docs/decisions/0002).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from cases.attachments import place_of
from cases.erased import ERASE, ERASED
from cases.errors import FieldError, InvalidFields, NotFound
from cases.fields import plain_text
from cases.policy import reads_as_staff
from cases.record.case import Attachment, Case, KeptAnswer, Passage
from cases.record.database import explained
from cases.record.erasures import Erasure
from cases.record.event import Event
from cases.record.news import Notification
from cases.record.people import User
from cases.record.statements import of_each_case
from cases.record.vault import Veil
from cases.recording import note
from cases.revealing import AMONG_STAFF, LONGEST_REASON, is_sealed
from cases.second_person import WAITS, answers, asks, is_second
from cases.vault import erase
from cases.veil import is_own, is_veil, new_veil, person_behind
from cases.words import ANYONE, SUBMITTER
from workflow.errors import Refusal

ASK, DECLINE = "ask_erasure", "decline_erasure"
#: What stands in place of a title that is gone.
NO_TITLE = "（已删除 erased）"
#: It is chosen from a list, and the case is handled by it.
NOT_FREE = "category"
#: Where a session remembers whose veil is whose (`cases.veil`).
_KNOWN = "veils"
_OF_CASE = of_each_case(Erasure)


class NotErased(Refusal):
    """Somebody may not erase who raised a case, or not now."""


def by_holder(db: Session, case: Case, *, by: User, at: datetime, with_texts: bool = False) -> list[str]:
    """Forget who raised a case, as they themselves ask; return where files lie that nobody needs any more.

    `by` is the veil of a receipt, or the account. The caller gives those to `remove` once this is committed.
    Raises NotErased.
    """
    if not is_own(db, case, by):
        raise NotErased("只有申请人本人可以这样删除。", "Only whoever raised the case can erase it so.")
    if not is_sealed(db, case) and not with_texts:
        raise NotErased("本案没有留存身份，无可删除。", "Nothing is kept of who raised this case.")
    return _erased(db, case, by, at, SUBMITTER, {"with_texts": with_texts})


def ask(db: Session, case: Case, reason: object, *, by: User, at: datetime, with_texts: bool = False) -> Erasure:
    """Ask, as staff of a case, that who raised it be forgotten. Raises NotErased and InvalidFields."""
    if not reads_as_staff(db, case, by, at) or is_own(db, case, by):
        raise NotErased("您不办理本案，不能申请删除身份。", "You are not staff in this case.")
    if not is_sealed(db, case) and not with_texts:
        raise NotErased("本案没有留存身份，无可删除。", "Nothing is kept of who raised this case.")
    if any(row.asked_by == by.id for row in waiting(db, case, at)):
        raise NotErased("您已申请过，请等待他人同意。", "You have asked already; somebody has to agree.")
    said = plain_text(reason, "reason", "理由", "Reason", LONGEST_REASON)
    if not said:
        raise InvalidFields([FieldError("reason", "请填写理由", "Reason is required")])
    row = Erasure(case_id=case.id or 0, asked_by=by.id or 0, asked_at=at, reason=said, with_texts=with_texts)
    db.add(row)
    db.flush()
    told = {"erasure": row.id, "with_texts": with_texts, **asks(db, case, row.asked_by, at), **AMONG_STAFF}
    note(db, case, ASK, by=by, at=at, told=told)
    return row


def agree(db: Session, case: Case, row_id: int, *, by: User, at: datetime, is_allowed: bool = True) -> list[str]:
    """Agree, as the second person, that who raised a case is forgotten, which is done at once, or decline.

    Returns where files lie that nobody needs any more. Raises NotErased, NotFound.
    """
    row = db.get(Erasure, row_id, with_for_update=True) if 0 < row_id < 2**63 else None
    if row is None or row.case_id != case.id:
        raise NotFound("没有这份申请。", "There is no such request.")
    if row.agreed_at is not None or row.declined_at is not None or at - row.asked_at > WAITS:
        raise NotErased("这份申请已处理或已失效。", "This request was answered already, or has lapsed.")
    if not is_second(db, case, row.asked_by, by, at):
        raise NotErased(
            "须由本案工会或上级的另一位督查、审议或领导同意，不能由申请人自己或其代理人。",
            "Somebody else who oversees the case has to agree: not who asked, nor whoever stands in for them.",
        )
    row.agreed_by = by.id
    row.agreed_at, row.declined_at = (at, None) if is_allowed else (None, at)
    db.flush()
    told = {"erasure": row.id, "with_texts": row.with_texts, **answers(row.asked_by)}
    if not is_allowed:
        note(db, case, DECLINE, by=by, at=at, told={**told, **AMONG_STAFF})
        return []
    return _erased(db, case, by, at, ANYONE, told)


def waiting(db: Session, case: Case, at: datetime) -> Sequence[Erasure]:
    """Return the requests of a case that can still be answered."""
    rows = _OF_CASE.objects(db, Erasure, {"case_id": case.id})
    return [row for row in rows if row.agreed_at is row.declined_at is None and at - row.asked_at <= WAITS]


def forget(db: Session, case: Case, *, with_texts: bool) -> list[str]:
    """Destroy what is kept of who raised a case, without an event; return where files lie that nobody needs any more.

    Whoever calls it writes the tombstone in the same transaction.
    """
    assert case.id is not None
    erase(db, case.id)
    _leave_account(db, case)
    kept = delete(KeptAnswer).where(col(KeptAnswer.body).contains(case.number, autoescape=True))
    db.connection().execute(kept)
    return _silence(db, case) if with_texts else []


def remove(files: Path, places: Sequence[str]) -> None:
    """Remove files that nobody needs any more from the folder."""
    for place in places:
        place_of(files, place).unlink(missing_ok=True)


def scrub(engine: Engine, *, is_waiting: bool = True) -> None:
    """Let SQLite write its log back and empty it, where what was erased would still lie.

    Whoever reads for longer than that waits keeps it from being emptied: the schedule of the server does it again, and
    does not wait, for meanwhile nobody could write.
    What PostgreSQL needs holds whole tables for a while and is for its administrator to choose (docs/record.md).
    """
    if engine.dialect.name == "sqlite":
        with explained(engine), closing(engine.raw_connection()) as connection:  # outside of any transaction
            cursor = connection.cursor()
            (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute(f"PRAGMA busy_timeout={patience if is_waiting else 0}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={patience}")


def _erased(db: Session, case: Case, by: User, at: datetime, role: str, told: dict[str, Any]) -> list[str]:
    gone = forget(db, case, with_texts=told["with_texts"])
    tombstone = {**told, ERASED: [[case.id, told["with_texts"]]]}
    note(db, case, ERASE, by=by, at=at, told=tombstone, role=role)
    return gone


def _leave_account(db: Session, case: Case) -> None:
    """Move a case of an account to a veil with nobody behind it, and drop the account's news of it."""
    owner = case.submitter_id
    person = person_behind(db, owner)
    if owner is None or person is None or is_veil(person):
        return
    db.connection().execute(
        delete(Notification).where(col(Notification.case_id) == case.id, col(Notification.user_id).in_([owner, person]))
    )
    _set(db, case, "submitter_id", new_veil(db).id)
    others = select(Case.id).where(Case.submitter_id == owner).limit(1)
    if is_veil(owner) and db.exec(others).first() is None:  # the link would tell that there was something
        db.connection().execute(delete(Veil).where(col(Veil.veil_id) == owner))
        db.info.pop(_KNOWN, None)


def _silence(db: Session, case: Case) -> list[str]:
    """Empty what whoever raised a case has written in it, and the names of their files."""
    theirs = select(Event.version).where(Event.case_id == case.id, Event.role == SUBMITTER)
    versions = [version for version in db.exec(theirs) if version is not None]
    said = update(Passage).where(
        col(Passage.case_id) == case.id, col(Passage.version).in_(versions), col(Passage.field) != NOT_FREE
    )
    db.connection().execute(said.values(body=None, salt=None))
    _set(db, case, "title", NO_TITLE)
    added = db.exec(select(Attachment).where(Attachment.case_id == case.id, col(Attachment.version).in_(versions)))
    gone = [file for file in added.all() if file.salt is not None]
    for file in gone:
        file.name, file.salt = "", None
        db.add(file)
    db.flush()
    return sorted(file.place for file in gone)


def _set(db: Session, case: Case, name: str, value: Any) -> None:
    """Write a column that no event holds, and bring the row in hand up to date."""
    db.connection().execute(update(Case).where(col(Case.id) == case.id).values({name: value}))
    set_committed_value(case, name, value)
