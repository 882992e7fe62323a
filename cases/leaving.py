"""Let nobody act as a person any more: who is disabled is out at once, and their history stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from cases.access import end_sign_ins
from cases.record.people import Token, User


def disable(db: Session, user: User, at: datetime) -> None:
    """Disable a person: their browsers are signed out and their tokens end."""
    user.is_active = False
    db.add(user)
    db.flush()
    sign_out(db, user)
    lapsed = update(Token).where(col(Token.user_id) == user.id, col(Token.revoked_at).is_(None))
    db.connection().execute(lapsed.values(revoked_at=at))


def sign_out(db: Session, user: User) -> None:
    """Sign a person out of every browser, and of those where a sign-in waits for its second step."""
    end_sign_ins(db, user.id or 0)
