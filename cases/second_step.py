"""A sign-in that waits for its second step: it lasts minutes, grants nothing, and ends as a sign-in or not at all."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from cases import passwords, second_factor
from cases.access import digest
from cases.record.people import User, Waiting
from config.settings import Settings

LASTS = timedelta(minutes=10)
#: What is still to come, in this order.
CODE, ENROL, PASSWORD = "code", "enrol", "password"


@dataclass(frozen=True)
class Waiter:
    """Somebody who has given the right password and is signed in nowhere."""

    user: User
    row: Waiting
    step: str | None


def begin(db: Session, user: User, step: str, at: datetime) -> str:
    """Keep a new waiting sign-in and return its secret; whoever has to enrol gets something to make codes with."""
    if step == ENROL:
        second_factor.begin(db, user)
    secret = secrets.token_urlsafe(32)
    token = secrets.token_urlsafe(32)
    db.add(Waiting(digest=digest(secret), user_id=user.id or 0, form_token=token, created_at=at))
    db.flush()
    return secret


def find(db: Session, secret: str, settings: Settings, at: datetime, *, for_writing: bool = False) -> Waiter | None:
    """Return who waits with a secret, and for what; nobody if it took too long or they were disabled."""
    wanted = select(Waiting, User).join(User, col(User.id) == Waiting.user_id)
    wanted = wanted.where(Waiting.digest == digest(secret), User.is_active)
    found = db.exec(wanted.with_for_update() if for_writing else wanted).first()
    if found is None or at - found[0].created_at >= LASTS:
        return None
    row, user = found
    return Waiter(user, row, next_step(db, user, settings, at, has_given_code=row.has_given_code))


def next_step(db: Session, user: User, settings: Settings, at: datetime, *, has_given_code: bool) -> str | None:
    """Return what a person has still to do before they are signed in."""
    if not has_given_code:
        if second_factor.is_enrolled(db, user.id or 0):
            return CODE
        if second_factor.is_required(db, user, settings.second_factor, at):
            return ENROL
    return PASSWORD if passwords.is_outdated(user, settings.password_profile, at) else None


def end(db: Session, row: Waiting) -> None:
    """Forget a waiting sign-in."""
    db.delete(row)
    db.flush()


def forget(db: Session, at: datetime) -> None:
    """Delete those that took too long."""
    db.connection().execute(delete(Waiting).where(col(Waiting.created_at) <= at - LASTS))
