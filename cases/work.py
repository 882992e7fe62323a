"""Proof of work: whoever submits without an account has their device compute for a moment, which a flood cannot afford.

The task is a word that nobody else can make, good for an hour and for one submission; it is done by a number that gives
the SHA-256 of both so many leading zero bits. Nothing is known of whoever did it. (Dwork and Naor, Pricing via
Processing, 1992.) Who has no script in the browser is let through without, a few times an hour from each network.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from hmac import compare_digest

from sqlmodel import Session

from cases.keyring import keyring
from cases.throttling import HOUR, count

#: As long as a use of it is remembered, so that each task is good once.
LASTS = HOUR
#: Submissions from one network within an hour without work.
WITHOUT = 3
PURPOSE = "work"
TASK = re.compile(r"([\w-]{22})\.([0-9]{1,12})\.([0-9a-f]{40})")
DONE = re.compile(r"[0-9]{1,12}")


def task(at: datetime) -> str:
    """Return a new task: what is to be hashed, until when (seconds since 1970), and a tag of both."""
    word = f"{secrets.token_urlsafe(16)}.{int((at + LASTS).timestamp())}"
    return f"{word}.{keyring().tag(PURPOSE, word)}"


def is_done(db: Session, given: str, done: str, bits: int, at: datetime) -> bool:
    """Tell whether a task of ours was done, in time and for the first time; it counts as used from then on."""
    found = TASK.fullmatch(given)
    if found is None or not DONE.fullmatch(done):
        return False
    word, until, tag = found.groups()
    if not compare_digest(tag, keyring().tag(PURPOSE, f"{word}.{until}")):
        return False
    if at > datetime.fromtimestamp(int(until), UTC) or zeros(word, done) < bits:
        return False
    return count(db, PURPOSE, word, at) == 1


def zeros(word: str, done: str) -> int:
    """Return how many leading bits of the hash of a task and a number are zero."""
    digest = hashlib.sha256(f"{word}:{done}".encode()).digest()
    return 256 - int.from_bytes(digest).bit_length()
