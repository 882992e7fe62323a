"""Passwords: what is asked of a new one, how long it holds, and what a change of it ends.

Two profiles. `asvs` follows ASVS 5.0 6.2 and NIST SP 800-63B: length counts, no classes, no change without a reason. It
demands 8 and recommends 15 characters; here twelve are asked for. `dengbao` follows what is usual for GB/T 22239-2019
8.1.4.1 a: eight characters of three classes, ninety days, none of the last five. Neither takes what is commonly chosen.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from cases import access, personnel
from cases.access import Cost, is_storable
from cases.common_passwords import is_common
from cases.leaked_passwords import is_leaked
from cases.record.people import Duty, FormerPassword, Unit, User
from config.settings import DENGBAO
from workflow.errors import Refusal

SHORTEST, SHORTEST_DENGBAO, LONGEST = 12, 8, 200
CLASSES = 3
AGE = timedelta(days=90)
#: The last passwords, the present one among them, that do not come again under `dengbao`.
KEPT = 5
#: A password that was made for somebody holds so long, and for one sign-in, at which they choose their own.
FIRST_LASTS = timedelta(days=3)
SIGNS, BLOCKS, BLOCK = "abcdefghjkmnpqrstuvwxyz23456789", 5, 4
PRODUCT = ("bihuan", "闭环")


class WeakPassword(Refusal):
    """A new password is not taken; the sentence says why."""


def check(
    db: Session, user: User | None, word: str, profile: str, names: Collection[str] = (), leaked: str = ""
) -> None:
    """Refuse a new password that is too short, easily guessed, or in the file `leaked`. Raises WeakPassword."""
    shortest = SHORTEST_DENGBAO if profile == DENGBAO else SHORTEST
    if not shortest <= len(word) <= LONGEST or not is_storable(word):
        raise WeakPassword(
            f"密码须为 {shortest} 至 {LONGEST} 个字符。", f"A password has {shortest} to {LONGEST} characters."
        )
    if profile == DENGBAO and _classes(word) < CLASSES:
        raise WeakPassword(
            "密码须含大写字母、小写字母、数字、其他字符中的三类。",
            "A password has three of these: capitals, small letters, digits, other characters.",
        )
    if is_common(word, (*PRODUCT, *names, *(_near(db, user) if user else ()))):
        raise WeakPassword(
            "密码太常见或含有账号、单位名称，请换一个。", "This password is easily guessed; choose another."
        )
    if is_leaked(leaked, word):
        raise WeakPassword(
            "这个密码已在别处泄露，请换一个。", "This password got out somewhere before; choose another."
        )


def made() -> str:
    """Return a first password for somebody, of 99 bits; both profiles take it."""
    while True:
        word = "-".join("".join(secrets.choice(SIGNS) for _ in range(BLOCK)) for _ in range(BLOCKS))
        if any(sign.isdigit() for sign in word) and not is_common(word):
            return word


def require_same(word: str, again: str) -> None:
    """Refuse a new password that was mistyped once. Raises WeakPassword."""
    if word != again:
        raise WeakPassword("两次输入的密码不一致。", "The two passwords are not the same.")


def asked(profile: str) -> tuple[str, str]:
    """Return what is asked of a new password, in Chinese and in English."""
    if profile == DENGBAO:
        return (
            f"至少 {SHORTEST_DENGBAO} 位，大写、小写、数字、符号占三类；{AGE.days} 天一换，不同于最近 {KEPT} 次相同。",
            f"At least {SHORTEST_DENGBAO} characters of three kinds; for {AGE.days} days; none of the last {KEPT}.",
        )
    return (
        f"至少 {SHORTEST} 个字符，越长越好，如几个不相干的词。",
        f"At least {SHORTEST} characters; the longer, the better.",
    )


def former(db: Session, user: User, profile: str) -> list[str]:
    """Return the hashes of the passwords that may not come again, which the caller weighs outside a transaction."""
    if profile != DENGBAO:
        return [user.password_hash] if user.password_until is not None and user.password_hash else []
    wanted = select(FormerPassword.password_hash).where(FormerPassword.user_id == user.id)
    older = db.exec(wanted.order_by(col(FormerPassword.id).desc()).limit(KEPT - 1)).all()
    return [*([user.password_hash] if user.password_hash else []), *older]


def refuse_again(word: str, hashes: Sequence[str], cost: Cost) -> None:
    """Refuse one of the last passwords. Raises WeakPassword."""
    if any(access.is_password(kept, word, cost) for kept in hashes):
        raise WeakPassword(f"不能使用最近 {KEPT} 次用过的密码。", f"None of the last {KEPT} passwords comes again.")


def is_outdated(user: User, profile: str, at: datetime) -> bool:
    """Tell whether a password has to be changed at the next sign-in: it was made by somebody else, or is too old."""
    return user.password_until is not None or (profile == DENGBAO and at - (user.password_at or user.created_at) >= AGE)


def keep(
    db: Session,
    user: User,
    hashed: str,
    at: datetime,
    *,
    by: User | None = None,
    besides: str | None = None,
    until: datetime | None = None,
) -> None:
    """Give a person a new password: every other sign-in of theirs ends at once, and an event says so.

    `besides` is the digest of the sign-in in which they change it themselves, `until` how long a first one holds.
    """
    if user.password_hash:
        db.add(FormerPassword(user_id=user.id or 0, password_hash=user.password_hash, until_at=at))
        db.flush()
    rows = select(FormerPassword.id).where(FormerPassword.user_id == user.id).order_by(col(FormerPassword.id).desc())
    old = db.exec(rows.offset(KEPT - 1)).all()
    db.connection().execute(delete(FormerPassword).where(col(FormerPassword.id).in_(old)))
    user.password_hash, user.password_at, user.password_until = hashed, at, until
    db.add(user)
    db.flush()
    access.end_sign_ins(db, user.id or 0, besides)
    personnel.note(db, "set_password", user, at, {}, by=by, role="own" if by else "system")


def _classes(word: str) -> int:
    return sum(
        any(fits(sign) for sign in word)
        for fits in (str.isupper, str.islower, str.isdigit, lambda sign: not (sign.isascii() and sign.isalnum()))
    )


def _near(db: Session, user: User) -> list[str]:
    """Return what anybody would try first of a person: login, name and addresses, and the names of their units."""
    units = db.exec(select(Unit.name).join(Duty, col(Duty.unit_id) == Unit.id).where(Duty.user_id == user.id)).all()
    own = (user.login, user.name, (user.email or "").partition("@")[0], user.phone or "")
    return [word for word in (*own, *units) if word]
