"""To see who raised a case is an act: asked for with a reason, allowed by a second person, written down, then shown.

Who asks is staff in the case; for a confidential one a second person who oversees it has to agree. What was agreed to
is good for ten minutes, for the one who asked, who signs in once more; each person sees five a day. The event of a
showing is committed before anything is opened, so that no name was ever read without a row that says by whom; whoever
raised the case reads that row (ASVS 5.0 2.3.5, 7.5.3, 16.3.2; 信访工作条例 art. 30).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlmodel import Session, col, func, select

from cases.errors import FieldError, InvalidFields, NotFound
from cases.fields import plain_text
from cases.policy import reads_as_staff
from cases.record.case import ANONYMOUS, NAMED, Case
from cases.record.event import Event
from cases.record.people import User
from cases.record.statements import of_each_case
from cases.record.vault import Reveal
from cases.recording import note
from cases.second_person import WAITS, answers, asks, is_second
from cases.vault import fields_of, has_fields
from cases.veil import is_veil, person_behind
from cases.words import STAFF
from workflow.errors import Refusal

ASK, AGREE, DECLINE, SHOW = "ask_reveal", "agree_reveal", "decline_reveal", "reveal"
LASTS = timedelta(minutes=10)
#: Showings of one person within a day.
A_DAY, MOST = timedelta(days=1), 5
LONGEST_REASON = 500
#: Whoever raised the case reads that it was shown, not that somebody wanted to see it.
AMONG_STAFF: Mapping[str, Any] = {"fields": {"audience": STAFF}}
_OF_CASE = of_each_case(Reveal)


class Showing(NamedTuple):
    """Somebody saw who raised a case: when, the id of whom, and for what reason."""

    at: datetime
    by: int
    reason: str


class NotRevealed(Refusal):
    """Somebody may not see who raised a case, or not now."""


def ask(db: Session, case: Case, reason: object, *, by: User, at: datetime) -> Reveal:
    """Ask to see who raised a case, for a reason. Raises NotRevealed and InvalidFields."""
    _require_sealed(db, case)
    if not reads_as_staff(db, case, by, at):
        raise NotRevealed("您不办理本案，不能申请查看身份。", "You are not staff in this case.")
    if any(row.asked_by == by.id for row in waiting(db, case, at)):
        raise NotRevealed("您已申请过，请等待他人同意。", "You have asked already; somebody has to agree.")
    said = _reason(reason)
    row = Reveal(case_id=case.id or 0, asked_by=by.id or 0, asked_at=at, reason=said)
    if case.identity == NAMED:
        row.agreed_at = at  # they want to be known to whoever handles it
    db.add(row)
    db.flush()
    heard = asks(db, case, row.asked_by, at) if row.agreed_at is None else {}
    _note(db, case, ASK, row, by, at, {**heard, **AMONG_STAFF})
    return row


def agree(db: Session, case: Case, row_id: int, *, by: User, at: datetime, is_allowed: bool = True) -> Reveal:
    """Agree, as the second person, that somebody sees who raised a case, or decline. Raises NotRevealed, NotFound."""
    row = _row(db, case, row_id)
    if row.agreed_at is not None or row.declined_at is not None or at - row.asked_at > WAITS:
        raise NotRevealed("这份申请已处理或已失效。", "This request was answered already, or has lapsed.")
    if not is_second(db, case, row.asked_by, by, at):
        raise NotRevealed(
            "须由本案工会或上级的另一位督查、审议或领导同意，不能由申请人自己或其代理人。",
            "Somebody else who oversees the case has to agree: not who asked, nor whoever stands in for them.",
        )
    row.agreed_by = by.id
    row.agreed_at, row.declined_at = (at, None) if is_allowed else (None, at)
    db.flush()
    _note(db, case, AGREE if is_allowed else DECLINE, row, by, at, {**answers(row.asked_by), **AMONG_STAFF})
    return row


def announce(db: Session, case: Case, row_id: int, *, by: User, at: datetime) -> Reveal:
    """Write down that somebody is about to see who raised a case; this has to be committed before they do.

    The caller has made sure that the person has just signed in once more. Raises NotRevealed, NotFound.
    """
    _require_sealed(db, case)
    row = _row(db, case, row_id)
    if row.asked_by != by.id:
        raise NotFound("没有这份申请。", "There is no such request.")
    if row.agreed_at is None or at - row.agreed_at > LASTS:
        raise NotRevealed(
            "尚未获同意，或同意已超过 10 分钟，请重新申请。",
            "It was not agreed to, or more than ten minutes ago; ask again.",
        )
    if not reads_as_staff(db, case, by, at):
        raise NotRevealed("您不办理本案，不能查看身份。", "You are not staff in this case.")
    if shown_within_a_day(db, by, at) >= MOST:
        raise NotRevealed(f"每人每天最多查看 {MOST} 次身份。", f"Nobody sees more than {MOST} identities a day.")
    row.shown_at = at
    row.times += 1
    db.flush()
    _note(db, case, SHOW, row, by, at, {})
    return row


def shown(db: Session, case: Case, row: Reveal, officer: X25519PrivateKey | None = None) -> dict[str, str]:
    """Return who raised a case, once `announce` is committed. Raises NotRevealed where no such row lies there."""
    kept = db.get(Reveal, row.id)
    if kept is None or kept.shown_at is None or kept.times < row.times:
        raise NotRevealed("没有留下记录，不能显示。", "Nothing was written down, so nothing is shown.")
    assert case.id is not None
    return fields_of(db, case.id, officer) or told_by_account(db, case)


def open_name(db: Session, case: Case) -> str | None:
    """Return the name of who wanted to be named to those who handle their case."""
    if case.identity != NAMED or case.submitter_id is None:
        return None
    owner = person_behind(db, case.submitter_id) or 0
    if is_veil(owner):
        return fields_of(db, case.id or 0).get("name")
    return db.exec(select(User.name).where(User.id == owner)).first()


def is_sealed(db: Session, case: Case) -> bool:
    """Tell whether there is anybody whom a reveal would show."""
    if case.identity == ANONYMOUS or case.submitter_id is None:
        return False
    return has_fields(db, case.id or 0) or not is_veil(person_behind(db, case.submitter_id) or -1)


def waiting(db: Session, case: Case, at: datetime) -> Sequence[Reveal]:
    """Return the requests of a case that can still be answered, or are good for a showing now."""
    rows = _OF_CASE.objects(db, Reveal, {"case_id": case.id})
    return [
        row
        for row in rows
        if row.declined_at is None
        and (at - row.agreed_at <= LASTS if row.agreed_at is not None else at - row.asked_at <= WAITS)
    ]


def showings(db: Session, case: Case) -> Sequence[Showing]:
    """Return each time that somebody saw who raised a case, as the one who raised it may know."""
    asked = {row.id: row for row in db.exec(select(Reveal).where(Reveal.case_id == case.id))}
    shown_then = select(Event.at, Event.data).where(Event.case_id == case.id, Event.action == SHOW)
    found = [(at, asked[json.loads(data)["reveal"]]) for at, data in db.exec(shown_then.order_by(col(Event.seq)))]
    return [Showing(at, row.asked_by, row.reason) for at, row in found]


def shown_within_a_day(db: Session, by: User, at: datetime) -> int:
    """Return how many identities a person has seen within the last day."""
    wanted = select(func.coalesce(func.sum(Reveal.times), 0))
    return int(db.exec(wanted.where(Reveal.asked_by == by.id, col(Reveal.shown_at) > at - A_DAY)).one())


def told_by_account(db: Session, case: Case) -> dict[str, str]:
    """Return what the account of who raised a case tells of them."""
    owner = person_behind(db, case.submitter_id)
    user = db.get(User, owner) if owner is not None and not is_veil(owner) else None
    if user is None:
        return {}
    return (
        {"name": user.name}
        | ({"phone": user.phone} if user.phone else {})
        | ({"contact": user.email} if user.email else {})
    )


def _row(db: Session, case: Case, row_id: int) -> Reveal:
    row = db.get(Reveal, row_id, with_for_update=True) if 0 < row_id < 2**63 else None
    if row is None or row.case_id != case.id:
        raise NotFound("没有这份申请。", "There is no such request.")
    return row


def _require_sealed(db: Session, case: Case) -> None:
    if not is_sealed(db, case):
        raise NotRevealed("本案没有可以查看的身份。", "There is nobody to be shown in this case.")


def _reason(given: object) -> str:
    said = plain_text(given, "reason", "理由", "Reason", LONGEST_REASON)
    if not said:
        raise InvalidFields([FieldError("reason", "请填写理由", "Reason is required")])
    return said


def _note(db: Session, case: Case, action: str, row: Reveal, by: User, at: datetime, told: Mapping[str, Any]) -> None:
    note(db, case, action, by=by, at=at, told={"reveal": row.id, "times": row.times, **told})
