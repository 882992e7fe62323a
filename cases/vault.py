"""The vault: what somebody told of themselves with a case, sealed, opened by nobody but `cases.revealing`.

Each case has a key of its own, drawn by chance, under which its fields are sealed; case, field and version are bound to
what is sealed, so that nothing opens at another place. The case's key is sealed under the key of the installation; in
the sealed mode, under the public key of the officer who may reveal, so that the server itself opens nothing. To forget
somebody is to destroy the case's key (PIPL art. 47; NIST SP 800-88, cryptographic erase).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from cases.errors import FieldError, InvalidFields
from cases.fields import plain_text
from cases.keyring import KEY_BYTES, Keyring, SealBroken, opened, sealed
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.record.vault import Sealed
from cases.veil import ring
from config.settings import AES
from workflow.errors import Refusal

#: What somebody can tell of themselves: zh, en, how many characters.
FIELDS: Mapping[str, tuple[str, str, int]] = {
    "name": ("姓名", "Name", 100),
    "phone": ("电话", "Phone", 40),
    "contact": ("其他联系方式", "Other contact", 200),
}
KEY, PURPOSE = "key", "vault"
_VAULT = table_of(Sealed)
_KEY_OF = Prepared(
    select_rows(_VAULT.c.sealed).where(_VAULT.c.case_id == bindparam("case_id"), _VAULT.c.field == KEY),
    of_case="case_id",
)
#: In front of a key that only the officer can open.
BOX = "box"


class NeedsOfficer(Refusal):
    """What is sealed for an officer cannot be opened by the server alone."""

    def __init__(self) -> None:
        super().__init__(
            "本系统处于密封模式，须由身份查看员提供私钥口令。",
            "Identities are sealed for an officer here: their passphrase is needed.",
        )


def told(given: Mapping[str, object]) -> dict[str, str]:
    """Return what somebody told of themselves as it is kept, empty fields left out. Raises InvalidFields."""
    errors: list[FieldError] = []
    found: dict[str, str] = {}
    for name, value in given.items():
        if name not in FIELDS:
            errors.append(
                FieldError(name, "没有这个身份项目", f"there is no such field; known are {', '.join(FIELDS)}")
            )
            continue
        zh, en, longest = FIELDS[name]
        try:
            if text := plain_text(value if isinstance(value, str) else "", name, zh, en, longest):
                found[name] = text
        except InvalidFields as refusal:
            errors += refusal.errors
    if errors:
        raise InvalidFields(errors)
    return found


def keep(db: Session, case_id: int, fields: Mapping[str, str], officer: str = "") -> None:
    """Seal what somebody told of themselves; `officer` is a public key (X25519, base64) in the sealed mode."""
    if not fields:
        return
    own = ring(db, for_writing=True)
    key = secrets.token_bytes(KEY_BYTES[own.profile])
    db.add(Sealed(case_id=case_id, field=KEY, sealed=_wrapped(own, key, case_id, officer)))
    for name, text in fields.items():
        kept = sealed(key, own.profile, text.encode(), place_of(case_id, name))
        db.add(Sealed(case_id=case_id, field=name, sealed=kept))
    db.flush()


def has_fields(db: Session, case_id: int) -> bool:
    """Tell whether anything that can still be opened is kept of who raised a case."""
    return bool(_kept_key(db, case_id))


def needs_officer(db: Session, case_id: int) -> bool:
    """Tell whether what is kept of who raised a case opens with the key of an officer alone."""
    return _kept_key(db, case_id).startswith(BOX + ":")


def _kept_key(db: Session, case_id: int) -> str:
    """Return the wrapped key of a case; nothing where none is kept."""
    return next((row.sealed for row in _KEY_OF.rows(db, {"case_id": case_id})), "")


def fields_of(db: Session, case_id: int, officer: X25519PrivateKey | None = None) -> dict[str, str]:
    """Return what somebody told of themselves; nothing once it was erased. Raises SealBroken or NeedsOfficer.

    Whoever shows it to somebody else has written that down before (`cases.revealing`).
    """
    rows = {row.field: row for row in db.exec(select(Sealed).where(Sealed.case_id == case_id))}
    kept = rows.pop(KEY, None)
    if kept is None:
        return {}
    key = _unwrapped(ring(db), kept.sealed, case_id, officer)
    return {
        name: opened(key, rows[name].sealed, place_of(case_id, name, rows[name].version)).decode()
        for name in FIELDS
        if name in rows
    }


def erase(db: Session, case_id: int) -> bool:
    """Destroy what is kept of who raised a case, its key first; tell whether there was anything."""
    found = has_fields(db, case_id)
    db.connection().execute(delete(Sealed).where(col(Sealed.case_id) == case_id))
    return found


def place_of(case_id: int, name: str, version: int = 1) -> str:
    """Return what a field is bound to when it is sealed."""
    return f"{case_id}|{name}|{version}"


def _wrapped(own: Keyring, key: bytes, case_id: int, officer: str) -> str:
    """Return the key of a case as it is kept."""
    text, place = base64.b64encode(key).decode(), place_of(case_id, KEY)
    if not officer:
        return own.seal(PURPOSE, text, place)
    passing = X25519PrivateKey.generate()
    shared = passing.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(officer)))
    public = base64.b64encode(passing.public_key().public_bytes_raw()).decode()
    return f"{BOX}:{public}:{sealed(_boxed(shared, public), AES, text.encode(), place)}"


def _unwrapped(own: Keyring, kept: str, case_id: int, officer: X25519PrivateKey | None) -> bytes:
    place = place_of(case_id, KEY)
    if not kept.startswith(BOX + ":"):
        return base64.b64decode(own.open(PURPOSE, kept, place))
    if officer is None:
        raise NeedsOfficer
    try:
        _, public, inner = kept.split(":", 2)
        shared = officer.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True)))
    except ValueError:
        raise SealBroken from None
    return base64.b64decode(opened(_boxed(shared, public), inner, place))


def _boxed(shared: bytes, public: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"bihuan box {public}".encode()).derive(shared)
