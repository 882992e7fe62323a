"""The second step of a sign-in: six digits that change every half minute (RFC 6238), or a recovery code.

What makes the digits is sealed under the key of the installation. A code is good for its half minute and the ones
beside it, and once (ASVS 5.0 6.5.1, 6.5.5). Ten recovery codes of 120 bits are kept as digests, which is enough for
what is so long (6.5.2), and each is used once. Whoever enrols proves by a code that it works.
"""

from __future__ import annotations

import base64
import secrets
import unicodedata
from datetime import datetime
from hmac import compare_digest

from pyotp import HOTP, TOTP, random_base32
from sqlalchemy import delete
from sqlmodel import Session, col

from cases import personnel, throttling
from cases.access import digest
from cases.deputies import PERSONAL
from cases.duties import ADMINISTRATIONS
from cases.policy import HANDLING, OVERSIGHT, duties_of
from cases.record.people import RecoveryCode, SecondFactor, User
from cases.veil import ring
from config.settings import ADMINISTRATORS, STAFF
from workflow.errors import Refusal

PURPOSE, GUESSED = "totp", "one-time code"
STEP, BESIDE = 30, 1
CODES, CODE_BYTES, BLOCK = 10, 15, 4
LONGEST_CODE = 100
#: Wrong codes of one person within an hour, wherever they come from: who gets so far knows the password.
MOST = 20
ISSUER = "Bihuan 闭环"


class WrongCode(Refusal):
    """A code is wrong, was used before, or is too old."""

    def __init__(self) -> None:
        super().__init__("验证码不正确或已用过。", "The code is not right, or was used before.")


def is_enrolled(db: Session, user_id: int) -> bool:
    """Tell whether a person is asked for a code."""
    row = db.get(SecondFactor, user_id)
    return row is not None and row.confirmed_at is not None


def is_required(db: Session, user: User, wanted: str, at: datetime) -> bool:
    """Tell whether a person must have a second factor: administrators and whoever may see identities, or all staff."""
    held = {duty.role for duty in duties_of(db, user, at)}
    if wanted == STAFF:
        return bool(held - PERSONAL)
    return wanted == ADMINISTRATORS and bool(held & (ADMINISTRATIONS | OVERSIGHT | HANDLING))


def begin(db: Session, user: User) -> None:
    """Make what will make the codes; it counts once it is confirmed. Raises Refusal where there is one already."""
    if is_enrolled(db, user.id or 0):
        raise Refusal("已启用两步验证。", "The second step is set up already.")
    sealed = ring(db, for_writing=True).seal(PURPOSE, random_base32(), place_of(user.id or 0))
    row = db.get(SecondFactor, user.id) or SecondFactor(user_id=user.id or 0, sealed=sealed)
    row.sealed = sealed
    db.add(row)
    db.flush()


def unconfirmed(db: Session, user: User) -> tuple[str, str] | None:
    """Return the secret and the address for an authenticator, as long as no code has confirmed them."""
    row = db.get(SecondFactor, user.id)
    if row is None or row.confirmed_at is not None:
        return None
    secret = _secret(db, row)
    return secret, TOTP(secret).provisioning_uri(name=user.login, issuer_name=ISSUER)


def confirm(db: Session, user: User, code: str, at: datetime) -> list[str] | None:
    """Confirm what was begun by a code and return the recovery codes, which are never shown again; None if wrong."""
    row = db.get(SecondFactor, user.id, with_for_update=True)
    if row is None or row.confirmed_at is not None or not _may_guess(db, user, at):
        return None
    if not _fits(db, row, code, at):
        throttling.failed(db, GUESSED, str(user.id), at)
        return None
    row.confirmed_at = at
    codes = _new_codes(db, user)
    personnel.note(db, "add_second_factor", user, at, {}, by=user, role="own")
    return codes


def passes(db: Session, user: User, code: str, at: datetime) -> bool:
    """Tell whether a code is one of a person who is enrolled, and use it up; a wrong one is counted.

    The caller commits in either case. Raises TooManyGuesses.
    """
    throttling.check(db, GUESSED, str(user.id), at, MOST)
    row = db.get(SecondFactor, user.id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return False
    throttling.check(db, GUESSED, str(user.id), at, MOST)  # what others counted before the row was ours
    if _fits(db, row, code, at) or _is_recovery(db, user, code, at):
        throttling.succeeded(db, GUESSED, str(user.id))
        return True
    throttling.failed(db, GUESSED, str(user.id), at)
    return False


def remove(db: Session, user: User, at: datetime, *, by: User, role: str = "own") -> None:
    """Let a person sign in with the password alone again; an event says who let them. Raises Refusal."""
    if not is_enrolled(db, user.id or 0):
        raise Refusal("没有启用两步验证。", "There is no second step.")
    db.connection().execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    db.delete(db.get_one(SecondFactor, user.id))
    db.flush()
    personnel.note(db, "remove_second_factor", user, at, {}, by=by, role=role)


def _may_guess(db: Session, user: User, at: datetime) -> bool:
    return throttling.counted(db, GUESSED, str(user.id), at) < MOST


def _fits(db: Session, row: SecondFactor, code: str, at: datetime) -> bool:
    """Tell whether a code is one of now that was not used, and note that it is used."""
    digits = unicodedata.normalize("NFKC", code[:LONGEST_CODE]).replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        return False
    made, now = HOTP(_secret(db, row)), int(at.timestamp()) // STEP
    for step in range(max(now - BESIDE, row.last_step + 1), now + BESIDE + 1):
        if compare_digest(made.at(step), digits):
            row.last_step = step
            db.flush()
            return True
    return False


def _is_recovery(db: Session, user: User, code: str, at: datetime) -> bool:
    row = db.get(RecoveryCode, _digest(user, code))
    if row is None or row.user_id != user.id:
        return False
    db.delete(row)
    db.flush()
    personnel.note(db, "use_recovery_code", user, at, {}, by=user, role="own")
    return True


def _new_codes(db: Session, user: User) -> list[str]:
    codes = []
    for _ in range(CODES):
        word = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
        codes.append("-".join(word[start : start + BLOCK] for start in range(0, len(word), BLOCK)))
        db.add(RecoveryCode(digest=_digest(user, codes[-1]), user_id=user.id or 0))
    db.flush()
    return codes


def _digest(user: User, code: str) -> str:
    plain = "".join(sign for sign in code[:LONGEST_CODE].casefold() if sign.isalnum())
    return digest(f"{user.id} {plain}")


def _secret(db: Session, row: SecondFactor) -> str:
    return ring(db).open(PURPOSE, row.sealed, place_of(row.user_id))


def place_of(user_id: int) -> str:
    """Return where a person's secret is sealed to."""
    return f"second factor|{user_id}"
