"""Who is asking: passwords, browsers that are signed in, and tokens of programs. Secrets are kept as digests only."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import ColumnElement, bindparam, delete, not_, or_
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from cases.record.at_once import ask
from cases.record.columns import Moment, table_of
from cases.record.people import Duty, SignIn, Token, User, Waiting, in_force
from cases.record.statements import Prepared
from workflow.errors import Refusal

LONGEST_STAY = timedelta(hours=12)
LONGEST_PAUSE = timedelta(minutes=30)
#: A browser that is used is noted at most this often, so that reading pages writes next to nothing.
NOTED_EVERY = timedelta(minutes=1)

READ, WRITE = "read", "write"
SCOPES = (READ, WRITE)
TOKEN_PREFIX = "bh_"
A_TOKEN = re.compile(r"bh_[A-Za-z0-9_-]{43}")
TOKEN_LASTS, LONGEST_TOKEN = timedelta(days=90), timedelta(days=366)
LONGEST_SECRET = 200
LONGEST_PASSWORD = 1_000


@dataclass(frozen=True)
class Cost:
    """What a guess at a password costs: KiB of memory, passes, lanes (by default OWASP's minimum for Argon2id)."""

    memory: int = 19_456
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True)
class Caller:
    """Someone who has shown who they are; `form_token` is set for a browser, `scope` says what a token may do.

    `sign_in` is the digest of a browser's sign-in, `stepped_up_at` when it last proved who sits there.
    """

    user_id: int
    login: str
    name: str
    language: str
    scope: str = WRITE
    form_token: str | None = None
    needs_noting: bool = False
    sign_in: str | None = None
    stepped_up_at: datetime | None = None


def hash_password(password: str, cost: Cost = Cost()) -> str:  # a frozen value, evaluated once on purpose
    """Return the Argon2id hash of a password."""
    return _hasher(cost).hash(_bytes(password))


def is_password(kept: str | None, password: str, cost: Cost = Cost()) -> bool:  # as above
    """Tell whether a password fits; someone unknown takes as long to refuse as a wrong password."""
    try:
        fits = _hasher(cost).verify(kept or _nobody(cost), _bytes(password))
    except (Argon2Error, InvalidHashError):
        return False
    return fits and kept is not None


def renewed(kept: str | None, password: str, cost: Cost) -> str | None:
    """Return a password that fits hashed at the present cost, so that all take as long to weigh; None where it is."""
    if kept is None or not _hasher(cost).check_needs_rehash(kept):
        return None
    return hash_password(password, cost)


def password_of(db: Session, login: str, at: datetime) -> tuple[int | None, str | None]:
    """Return id and password hash of an active person, nothing for anyone else or once a first password is too old."""
    if not is_storable(login):
        return None, None
    holds = or_(col(User.password_until).is_(None), col(User.password_until) > at)
    row = db.exec(select(User.id, User.password_hash).where(User.login == login, User.is_active, holds)).first()
    return (row[0], row[1]) if row else (None, None)


def still_has(db: Session, user_id: int, kept: str | None) -> User | None:
    """Return a person, held until the transaction ends, if they are active and have the password that was weighed."""
    user = db.exec(select(User).where(User.id == user_id, User.is_active).with_for_update()).first()
    return user if user is not None and user.password_hash == kept else None


def sign_in(db: Session, user_id: int, at: datetime) -> str:
    """Keep a new sign-in and return its secret; sign-ins of the person that have ended are swept out."""
    db.connection().execute(delete(SignIn).where(col(SignIn.user_id) == user_id, _has_ended(at)))
    secret = secrets.token_urlsafe(32)
    token = secrets.token_urlsafe(32)
    row = SignIn(digest=digest(secret), user_id=user_id, form_token=token, created_at=at, seen_at=at)
    row.rights = rights(db, user_id, at)
    db.add(row)
    db.flush()
    return secret


def sign_out(db: Session, secret: str) -> None:
    """Forget a sign-in."""
    db.connection().execute(delete(SignIn).where(col(SignIn.digest) == digest(secret)))


def forget(db: Session, at: datetime) -> None:
    """Delete the sign-ins that have ended."""
    db.connection().execute(delete(SignIn).where(_has_ended(at)))


def browser(db: Session, secret: str, at: datetime) -> Caller | None:
    """Return who is signed in with a cookie; nobody if it has ended, or who they are, or what they may, has changed.

    Whoever is given a duty or loses one signs in anew, so that no sign-in ever gains rights (ASVS 5.0 7.2.4).
    """
    asked = {"digest": digest(secret)}
    ask(db, [(_signed_in(), asked), (_person(), asked), (_held_by_browser(), {**asked, "at": at})])
    row = next(iter(_signed_in().rows(db, asked)), None)
    user = next(iter(_person().rows(db, asked)), None)
    if row is None or user is None or not user.is_active:
        return None
    if at - row.created_at >= LONGEST_STAY or at - row.seen_at >= LONGEST_PAUSE:
        return None
    if row.rights != _as_one(_held_by_browser().rows(db, {**asked, "at": at})):
        return None
    return Caller(
        user.id,
        user.login,
        user.name,
        user.language,
        WRITE,
        row.form_token,
        needs_noting=at - row.seen_at >= NOTED_EVERY,
        sign_in=row.digest,
        stepped_up_at=row.stepped_up_at,
    )


def rights(db: Session, user_id: int, at: datetime) -> str:
    """Return what stands for the duties that a person has at a moment, those in which they stand in for others too."""
    return _as_one(_duties().rows(db, {"user_id": user_id, "at": at}))


def _as_one(rows: Sequence[Any]) -> str:
    return digest(",".join(str(row.id) for row in rows)) if rows else ""


def step_up(db: Session, sign_in: str, at: datetime) -> None:
    """Note that whoever sits at a browser has just proved themselves."""
    row = db.get(SignIn, sign_in)
    if row is not None:
        row.stepped_up_at = at
        db.flush()


def sign_ins_of(db: Session, user_id: int, at: datetime) -> Sequence[SignIn]:
    """Return where a person is signed in, newest first."""
    wanted = select(SignIn).where(SignIn.user_id == user_id, not_(_has_ended(at)))
    return db.exec(wanted.order_by(col(SignIn.seen_at).desc(), col(SignIn.digest))).all()


def end_sign_in(db: Session, user_id: int, sign_in: str) -> None:
    """End one of a person's own sign-ins, by its digest."""
    db.connection().execute(delete(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.digest) == sign_in))


def end_sign_ins(db: Session, user_id: int, besides: str | None = None) -> None:
    """End every sign-in of a person but the one with a digest, also those that wait for their second step."""
    db.connection().execute(delete(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.digest) != (besides or "")))
    db.connection().execute(delete(Waiting).where(col(Waiting.user_id) == user_id))


def end_all_sign_ins(db: Session) -> None:
    """End every sign-in of everybody, the visits with a receipt among them."""
    db.connection().execute(delete(SignIn))
    db.connection().execute(delete(Waiting))


def note_seen(db: Session, secret: str, at: datetime) -> None:
    """Note that a browser was used, so that its pause begins anew."""
    row = db.get(SignIn, digest(secret))
    if row is not None and row.seen_at < at:
        row.seen_at = at
        db.flush()


def make_token(db: Session, user: User, scope: str, at: datetime, expires: datetime | None = None) -> str:
    """Keep a new token for a program that acts as a person, and return it; it is never shown again.

    It lasts ninety days unless told otherwise, and a year at most. Raises Refusal.
    """
    if scope not in SCOPES:
        raise Refusal("令牌范围只能是 read 或 write。", "The scope of a token is read or write.")
    expires = at + TOKEN_LASTS if expires is None else expires
    if not at < expires <= at + LONGEST_TOKEN:
        raise Refusal("令牌有效期须在一年以内。", "A token expires after now, and within a year.")
    if not user.is_active or user.id is None:
        raise Refusal("此人已停用，不能签发令牌。", "Whoever is disabled gets no token.")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    db.add(Token(digest=digest(secret), user_id=user.id, scope=scope, created_at=at, expires_at=expires))
    db.flush()
    return secret


def who(db: Session, secret: object, at: datetime) -> Caller | None:
    """Return whom a token speaks for; nobody if it is none, unknown, revoked or expired, or the person was disabled."""
    if not isinstance(secret, str) or not A_TOKEN.fullmatch(secret):
        return None
    found = db.exec(
        select(Token, User)
        .join(User, col(User.id) == Token.user_id)
        .where(
            Token.digest == digest(secret),
            User.is_active,
            col(Token.revoked_at).is_(None),
            col(Token.expires_at) > at,
        )
    ).first()
    if found is None or found[0].scope not in SCOPES:
        return None
    token, user = found
    return Caller(user.id or 0, user.login, user.name, user.language, token.scope)


@cache
def _duties() -> Prepared:
    held = select(col(Duty.id)).where(Duty.user_id == bindparam("user_id"), in_force(bindparam("at", type_=Moment)))
    return Prepared(held.order_by(col(Duty.id)))


@cache
def _signed_in() -> Prepared:
    sign_ins = table_of(SignIn)
    return Prepared(select_rows(sign_ins).where(sign_ins.c.digest == bindparam("digest")))


@cache
def _person() -> Prepared:
    users, sign_ins = table_of(User), table_of(SignIn)
    named = select_rows(users.c.id, users.c.login, users.c.name, users.c.language, users.c.is_active)
    named = named.join(sign_ins, sign_ins.c.user_id == users.c.id)
    return Prepared(named.where(sign_ins.c.digest == bindparam("digest")))


@cache
def _held_by_browser() -> Prepared:
    held = select_rows(col(Duty.id)).join(SignIn, col(SignIn.user_id) == Duty.user_id)
    held = held.where(col(SignIn.digest) == bindparam("digest"), in_force(bindparam("at", type_=Moment)))
    return Prepared(held.order_by(col(Duty.id)))


def digest(secret: str) -> str:
    """Return the SHA-256 under which a secret is kept."""
    return hashlib.sha256(secret[:LONGEST_SECRET].encode("utf-8", "surrogatepass")).hexdigest()


def is_storable(word: str) -> bool:
    """Tell whether a database can hold a text: neither NUL nor half a character."""
    return "\0" not in word and not any(0xD800 <= ord(sign) <= 0xDFFF for sign in word)


def _bytes(password: str) -> bytes:
    return password[:LONGEST_PASSWORD].encode("utf-8", "replace")


def _has_ended(at: datetime) -> ColumnElement[bool]:
    return or_(col(SignIn.created_at) <= at - LONGEST_STAY, col(SignIn.seen_at) <= at - LONGEST_PAUSE)


@cache
def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)


@cache
def _nobody(cost: Cost) -> str:
    """Return a hash that no password fits, so that an unknown login is as slow as a known one."""
    return _hasher(cost).hash(secrets.token_hex(16))
