"""The key of the officer who alone opens identities in the sealed mode: a file that only a passphrase opens.

    {"format":"bihuan-officer","lanes":1,"memory":65536,"passes":3,"public":"…","salt":"…","sealed":"aes:…"}

The public key is what the server has (`vault_officer`); the file stays with the officer.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cases import audit
from cases.access import Cost
from cases.keyring import SealBroken, opened, sealed
from config.settings import AES
from workflow.errors import Refusal

FORMAT, PLACE = "bihuan-officer", "officer"
#: What one guess at a passphrase costs: the file may be copied and tried elsewhere (RFC 9106, second choice).
COST = Cost(memory=65_536, passes=3, lanes=4)
SHORTEST, LONGEST = 12, 1_000
#: No file may ask for more than this.
MOST_MEMORY, MOST_PASSES, MOST_LANES = 262_144, 10, 8


class BadOfficerKey(Refusal):
    """A file is no officer's key, cannot be written, or does not open with this passphrase."""


def make(out: Path, passphrase: str, cost: Cost = COST) -> str:
    """Write a new private key, sealed, for its owner alone, and return the public one. Raises BadOfficerKey."""
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise BadOfficerKey(
            f"口令须为 {SHORTEST} 至 {LONGEST} 个字符。", f"A passphrase has {SHORTEST} to {LONGEST} characters."
        )
    key, salt = X25519PrivateKey.generate(), secrets.token_bytes(16)
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    told = {
        "format": FORMAT,
        "public": public,
        "salt": base64.b64encode(salt).decode(),
        "memory": cost.memory,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "sealed": sealed(_stretched(passphrase, salt, cost), AES, key.private_bytes_raw(), f"{PLACE}|{public}"),
    }
    try:
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(audit.canonical(told) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise BadOfficerKey(f"文件 {out} 已存在，不会覆盖。", f"{out} exists and is not overwritten.") from None
    except OSError as error:
        raise BadOfficerKey(f"无法写入 {out}：{error.strerror}。", f"Cannot write {out}: {error.strerror}.") from None
    return public


def opened_key(text: str, passphrase: str) -> X25519PrivateKey:
    """Return the private key that a file holds. Raises BadOfficerKey, which does not say what was wrong."""
    try:
        told = json.loads(text)
        cost = Cost(int(told["memory"]), int(told["passes"]), int(told["lanes"]))
        if told["format"] != FORMAT or not (
            0 < cost.memory <= MOST_MEMORY and 0 < cost.passes <= MOST_PASSES and 0 < cost.lanes <= MOST_LANES
        ):
            raise ValueError(FORMAT)
        stretched = _stretched(passphrase[:LONGEST], base64.b64decode(told["salt"], validate=True), cost)
        return X25519PrivateKey.from_private_bytes(opened(stretched, told["sealed"], f"{PLACE}|{told['public']}"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, SealBroken):
        raise BadOfficerKey("密钥文件或口令不正确。", "This is no officer's key, or not its passphrase.") from None


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return hash_secret_raw(
        passphrase.encode("utf-8", "replace"), salt, cost.passes, cost.memory, cost.lanes, 32, Type.ID
    )
