"""What is forgotten by itself: who raised a case, so many days after it was closed, and the receipt that opens it.

| kept                               | days after closing    | setting              |
|------------------------------------|-----------------------|----------------------|
| who raised a case                  | 1095                  | `keep_identity_days` |
| the same, where it never was taken up | 90                 | `keep_rejected_days` |
| the receipt that opens a case      | 365                   | `keep_receipt_days`  |

A case that ends in the stage of its review was never taken up: it was refused or withdrawn there. One that was merged
goes on in another. A look takes some cases, and each look leaves one event (PIPL art. 19, 47).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, or_
from sqlmodel import Session, col, select

from cases import audit
from cases.erased import ERASE_AGAIN, ERASE_DUE, ERASED, Tombstone
from cases.erasing import forget
from cases.record.case import Case
from cases.record.event import ChainHead
from cases.record.people import SignIn
from cases.record.vault import Receipt, Sealed, Veil
from config.settings import Settings

#: The stage in which a case lies before it is taken up.
BEFORE_WORK = "review"
AT_ONCE = 200


def forget_due(db: Session, settings: Settings, at: datetime) -> tuple[int, int]:
    """Forget what is due and return of how many cases, and how many receipts; one event tells of all."""
    cases = _due(db, settings, at)
    for case in cases:
        forget(db, case, with_texts=False)
    receipts = _drop_receipts(db, settings.keep_receipt_days, at)
    if cases or receipts:
        told = {ERASED: [[case.id, False] for case in cases], "receipts": receipts}
        audit.append(db, [audit.Entry(at=at, action=ERASE_DUE, role="system", data=told)])
    return len(cases), receipts


def forget_again(db: Session, stones: Iterable[Tombstone], at: datetime) -> list[str]:
    """Erase in a restored database what was erased after its backup; return where files lie that nobody needs.

    A tombstone whose event the backup holds was already obeyed, and a case that the backup does not hold is gone.
    """
    last = db.connection().execute(select(ChainHead.seq)).scalar_one()
    wanted: dict[int, bool] = {}
    for stone in stones:
        if stone.seq > last:
            wanted[stone.case_id] = wanted.get(stone.case_id, False) or stone.with_texts
    done, gone = [], []
    for case_id, with_texts in sorted(wanted.items()):
        case = db.get(Case, case_id)
        if case is not None:
            gone += forget(db, case, with_texts=with_texts)
            done.append([case_id, with_texts])
    if done:
        audit.append(db, [audit.Entry(at=at, action=ERASE_AGAIN, role="system", data={ERASED: done})])
    return gone


def _due(db: Session, settings: Settings, at: datetime) -> list[Case]:
    """Return the cases of which somebody is still known and that were closed long enough ago."""
    ages = []
    if settings.keep_identity_days:
        ages.append(col(Case.closed_at) <= at - timedelta(days=settings.keep_identity_days))
    if settings.keep_rejected_days:
        never_taken_up = and_(col(Case.stage) == BEFORE_WORK, col(Case.merged_into_id).is_(None))
        ages.append(and_(never_taken_up, col(Case.closed_at) <= at - timedelta(days=settings.keep_rejected_days)))
    if not ages:
        return []
    is_known = or_(
        exists().where(col(Sealed.case_id) == Case.id),
        exists().where(col(Veil.veil_id) == Case.submitter_id),
        col(Case.submitter_id) > 0,
    )
    wanted = select(Case).where(or_(*ages), is_known).order_by(col(Case.id)).limit(AT_ONCE)
    # Whoever acts on one of them waits for the chain: such a case is left to the next look.
    return list(db.exec(wanted.with_for_update(skip_locked=True, of=Case)))


def _drop_receipts(db: Session, days: int, at: datetime) -> int:
    if not days:
        return 0
    ended = (
        select(Receipt.selector, Receipt.veil_id)
        .join(Case, col(Case.submitter_id) == Receipt.veil_id)
        .where(col(Case.closed_at) <= at - timedelta(days=days))
        .limit(AT_ONCE)
    )
    rows = db.exec(ended).all()
    veils = [veil_id for _, veil_id in rows]
    db.connection().execute(delete(SignIn).where(col(SignIn.user_id).in_(veils)))
    dropped = delete(Receipt).where(col(Receipt.selector).in_([selector for selector, _ in rows]))
    return int(db.connection().execute(dropped).rowcount) if rows else 0
