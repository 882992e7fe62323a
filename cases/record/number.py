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
    block, rest = divmod(case_id, 1 << (2 * HALF))
    left, right = rest >> HALF, rest & ((1 << HALF) - 1)
    for turn in range(ROUNDS):
        mixed = hashlib.blake2b(b"%d:%d:%d" % (turn, block, right), key=key, digest_size=4).digest()
        left, right = right, left ^ (int.from_bytes(mixed) & ((1 << HALF) - 1))
    value, signs = (left << HALF) | right, ""
    for _ in range(LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        signs = ALPHABET[digit] + signs
    return f"{prefix}-{year}-{signs}" + (f"-{block}" if block else "")


def number_key(db: Session) -> bytes:
    """Return the key of this installation that numbers are shuffled with; `init` makes it."""
    pool = db.connection().engine.pool
    if pool not in _keys:
        _keys[pool] = bytes.fromhex(db.get_one(Installation, "number_key").value)
    return _keys[pool]


def new_key() -> str:
    """Return a fresh key, in hexadecimal."""
    return secrets.token_hex(16)
