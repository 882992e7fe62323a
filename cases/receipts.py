"""Receipts: a number that looks like any other, with which somebody without an account comes back to what they raised.

24 digits in blocks of four: eight find the receipt, sixteen prove it (53 bits, kept as a salted Argon2id hash, as ASVS
5.0 6.5.2 asks of codes that short). Every way in which one can be wrong is answered alike and as slowly.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from cases.access import Cost, hash_password, is_password
from cases.record.case import Case
from cases.record.people import User
from cases.record.vault import Receipt
from cases.throttling import EVERYWHERE, MANY, MOST, attempt, count, is_attacked, take_back
from workflow.errors import Refusal

SELECTOR, VERIFIER, BLOCK = 8, 16, 4
#: What is guessed at: one receipt from one network, that receipt from wherever, any receipt from one network. The last
#: two may be tried more often, so that few are held back who merely share a network or whose receipt was seen.
HERE, AT_RECEIPT, FROM_NETWORK = "receipt here", "receipt", "receipt network"
LONGEST = 100


class NoSuchReceipt(Refusal):
    """A code is none: which part of it is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("凭证码不正确，请核对后重试。", "This receipt is not right; check it and try again.")


def issue(db: Session, veil: User, cost: Cost) -> str:
    """Return a new receipt for what belongs to a veil, in blocks of four; it is never shown again."""
    assert veil.id is not None
    while db.get(Receipt, selector := _drawn(SELECTOR)) is not None:
        pass  # one in a hundred million is taken
    verifier = _drawn(VERIFIER)
    db.add(Receipt(selector=selector, verifier=hash_password(verifier, cost), veil_id=veil.id))
    db.flush()
    digits = selector + verifier
    return " ".join(digits[start : start + BLOCK] for start in range(0, len(digits), BLOCK))


def like(db: Session, code: str, network: str, at: datetime) -> tuple[Receipt | None, str]:
    """Count a try; return the receipt that a code begins like, if there is one, and the digits that have to prove it.

    To weigh those takes long on purpose and is done once the count is committed (`proves`). Raises TooManyGuesses.
    """
    selector, verifier = _parts(code)
    for what, who, most in _counted(selector, network):
        attempt(db, what, who, at, most)
    return (db.get(Receipt, selector) if selector else None), verifier


def proves(receipt: Receipt | None, verifier: str, cost: Cost) -> bool:
    """Tell whether digits prove a receipt; one that is not there takes as long to refuse."""
    return is_password(receipt.verifier if receipt else None, verifier, cost)


def known(db: Session, code: str, network: str, at: datetime) -> None:
    """Count a try no more that was right."""
    for what, who, _ in _counted(_parts(code)[0], network):
        take_back(db, what, who, at)


def guessed(db: Session, at: datetime) -> None:
    """Count a try that was wrong or one too many among all of them, until there is alarm."""
    if not is_attacked(db, at):
        count(db, EVERYWHERE, "", at)


def case_of(db: Session, veil_id: int) -> Case | None:
    """Return the case that a receipt is for."""
    return db.exec(select(Case).where(Case.submitter_id == veil_id)).first()


def _counted(selector: str, network: str) -> Sequence[tuple[str, str, int]]:
    """Return what a try is counted at, and how often there within an hour."""
    from_there = (FROM_NETWORK, network, MANY)
    return (
        [(HERE, f"{selector} {network}", MOST), (AT_RECEIPT, selector, MANY), from_there] if selector else [from_there]
    )


def _parts(code: str) -> tuple[str, str]:
    """Return what finds a receipt and what proves it; nothing for what is no code."""
    digits = re.sub(r"[\s-]", "", code[:LONGEST])
    if len(digits) != SELECTOR + VERIFIER or not (digits.isascii() and digits.isdigit()):
        return "", ""
    return digits[:SELECTOR], digits[SELECTOR:]


def _drawn(count: int) -> str:
    return f"{secrets.randbelow(10**count):0{count}d}"
