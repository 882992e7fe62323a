"""Case numbers that betray neither how many cases there are nor in which order they came."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from weakref import WeakKeyDictionary

from sqlmodel import Session

from cases.record.law import Installation

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs that nobody confuses on the phone
LENGTH = 7
HALF = 17  # bits; 2 × 17 bits fill seven signs out of 31 (31**7 > 2**34)
ROUNDS = 4

_keys: WeakKeyDictionary[Any, bytes] = WeakKeyDictionary()


def number_of(key: bytes, prefix: str, year: int, case_id: int) -> str:
    """Return the number of a case, such as `TA-2026-7KQ3M9X`: the id, shuffled by a keyed Feistel network.

    A permutation never collides and needs no retry; ids beyond 2**34 continue in a second block.
    """
    block, value = divmod(shuffled(key, case_id), 1 << (2 * HALF))
    signs = ""
    for _ in range(LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        signs = ALPHABET[digit] + signs
    return f"{prefix}-{year}-{signs}" + (f"-{block}" if block else "")


def shuffled(key: bytes, number: int, purpose: bytes = b"") -> int:
    """Return what stands for an id where people see it: ids in a row would tell how many others there are."""
    block, rest = divmod(number, 1 << (2 * HALF))
    left, right = rest >> HALF, rest & ((1 << HALF) - 1)
    for turn in range(ROUNDS):
        left, right = right, left ^ _mixed(key, purpose, turn, block, right)
    return (block << (2 * HALF)) | (left << HALF) | right


def unshuffled(key: bytes, value: int, purpose: bytes = b"") -> int:
    """Return the id that a shuffled one stands for; whatever is given stands for some id, there or not."""
    block, rest = divmod(value, 1 << (2 * HALF))
    left, right = rest >> HALF, rest & ((1 << HALF) - 1)
    for turn in reversed(range(ROUNDS)):
        left, right = right ^ _mixed(key, purpose, turn, block, left), left
    return (block << (2 * HALF)) | (left << HALF) | right


def shown_for(db: Session, row_id: int, purpose: bytes) -> int:
    """Return what stands for the id of a row in an address."""
    return shuffled(number_key(db), row_id, purpose)


def meant_by(db: Session, value: int, purpose: bytes) -> int:
    """Return the id of the row that a number in an address stands for; 0 where it stands for none."""
    return unshuffled(number_key(db), value, purpose) if 0 <= value < 2**63 else 0


def number_key(db: Session) -> bytes:
    """Return the key of this installation that numbers are shuffled with; `init` makes it."""
    pool = db.connection().engine.pool
    if pool not in _keys:
        _keys[pool] = bytes.fromhex(db.get_one(Installation, "number_key").value)
    return _keys[pool]


def _mixed(key: bytes, purpose: bytes, turn: int, block: int, half: int) -> int:
    mixed = hashlib.blake2b(purpose + b"%d:%d:%d" % (turn, block, half), key=key, digest_size=4).digest()
    return int.from_bytes(mixed) & ((1 << HALF) - 1)


def new_key() -> str:
    """Return a fresh key, in hexadecimal."""
    return secrets.token_hex(16)
