"""A request that is repeated with the same key gets the first answer again, and nothing happens twice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from cases.access import is_storable
from cases.errors import FieldError, InvalidFields
from cases.record.case import KeptAnswer
from cases.record.columns import table_of
from cases.record.database import is_sqlite
from cases.veil import ring

LONGEST_KEY = 200
HEADER = "Idempotency-Key"
PENDING = 0
#: An answer is kept this long; a program that has not heard it by then has long given up.
KEPT_FOR = timedelta(days=7)

_ANSWERS = table_of(KeptAnswer)


@dataclass(frozen=True)
class Answer:
    """What was answered first."""

    status: int
    body: str


def claim(db: Session, scope: str, key: str, request: bytes, at: datetime) -> Answer | None:
    """Take a key for this transaction and return None, or return the answer that it already has.

    Of requests at the same time with one key, the first goes on and the others wait for its commit here; if it fails,
    the key is free again. Raises InvalidFields for a key that was used with another request.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not is_storable(key):
        raise _refusal(
            f"{HEADER} 应为 1 至 {LONGEST_KEY} 个字符", f"{HEADER} is a text of 1 to {LONGEST_KEY} characters"
        )
    insert = sqlite.insert if is_sqlite(db) else postgresql.insert
    digest = hashlib.sha256(request).hexdigest()
    row = {"scope": scope, "key": key, "digest": digest, "status": PENDING, "body": "", "at": at}
    taken = (
        db.connection().execute(insert(_ANSWERS).values(row).on_conflict_do_nothing().returning(_ANSWERS.c.key)).first()
    )
    if taken is not None:
        return None
    kept = db.get_one(KeptAnswer, (scope, key))
    if kept.digest != digest:
        raise _refusal(f"同一个 {HEADER} 已用于另一请求", f"This {HEADER} was used with another request")
    return Answer(kept.status, kept.body)


def scope_of(db: Session, kind: str, user_id: int) -> str:
    """Return under which word a person's keys are kept: an answer names a case, and the word does not name them."""
    return f"{kind}:{ring(db).tag('kept answers', str(user_id))}"


def keep(db: Session, scope: str, key: str, answer: Answer) -> None:
    """Keep the answer to a key that was claimed in this transaction."""
    mine = update(_ANSWERS).where(_ANSWERS.c.scope == scope, _ANSWERS.c.key == key)
    db.connection().execute(mine.values(status=answer.status, body=answer.body))


def forget(db: Session, at: datetime) -> None:
    """Delete the answers that have been kept long enough."""
    db.connection().execute(delete(_ANSWERS).where(_ANSWERS.c.at < at - KEPT_FOR))


def _refusal(zh: str, en: str) -> InvalidFields:
    return InvalidFields([FieldError(HEADER, zh, en)])
