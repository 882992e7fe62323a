"""Whose a confidential case is, without anybody's name in it: it belongs to a veil, and only the key tells whose.

Whoever raises a case confidentially has one veil for all such cases, a row of `users` with no name and no duty, found
by a tag of their id that nobody without the key can make. Their cases, and the news of those, carry the veil's id. A
copy of the database therefore tells that two cases are of one person, but not whose they are. Whoever holds a receipt
has a veil with nobody behind it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, select, text
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.keyring import Keyring, NoKey, keyring
from cases.record.at_once import Question
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.law import Installation
from cases.record.people import User
from cases.record.statements import Prepared
from cases.record.vault import Veil

PURPOSE = "veil"
#: Veils have negative ids, drawn by chance: neither a sequence nor their order tells when one came.
DEEPEST = 2**53
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
FINGERPRINT = "key_fingerprint"
#: Without I and O, which read as digits.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
#: Where a session remembers whose veil is whose.
_KNOWN = "veils"
#: Tags that are looked up at once.
AT_ONCE = 500

_VEILS = table_of(Veil)
_NEW = text("INSERT INTO veils (tag, veil_id, sealed) VALUES (:tag, :veil_id, :sealed) ON CONFLICT (tag) DO NOTHING")
_FIRST = text("INSERT INTO installation (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING")
_INSTALLATION = table_of(Installation)
_SEALED_BY = Prepared(select(_INSTALLATION.c.value).where(_INSTALLATION.c.key == FINGERPRINT))
_BY_TAG = Prepared(select(_VEILS.c.veil_id).where(_VEILS.c.tag == bindparam("of_tag")))
_BY_VEIL = Prepared(select(_VEILS.c.sealed).where(_VEILS.c.veil_id == bindparam("of_veil")))


def is_veil(user_id: int) -> bool:
    """Tell whether an id is that of a veil."""
    return user_id < 0


def is_own(db: Session, case: Case, by: User) -> bool:
    """Tell whether a person has raised a case, under their name or a veil."""
    owner = case.submitter_id
    if owner is None or by.id is None:
        return False
    return owner == by.id or (is_veil(owner) and not is_veil(by.id) and owner == veil_of(db, by.id))


def faces(db: Session, user_id: int) -> list[int]:
    """Return the ids that the cases of a person can belong to: their own, and their veil's."""
    veil_id = veil_of(db, user_id)
    return [user_id] if veil_id is None else [user_id, veil_id]


def questions_about(user_id: int) -> list[Question]:
    """Return what is asked to know the veil of a person."""
    return [(_SEALED_BY, {}), (_BY_TAG, {"of_tag": tag_of(user_id)})]


def tag_of(user_id: int) -> str:
    """Return the tag by which the veil of a person is found, which nobody makes without the key; a veil has none."""
    try:
        return "" if is_veil(user_id) else keyring().tag(PURPOSE, str(user_id))
    except NoKey:
        return ""


def veil_by_tag(name: str) -> Any:
    """Return the query for the id of the veil whose tag is the parameter of a name."""
    return select(_VEILS.c.veil_id).where(_VEILS.c.tag == bindparam(name))


def veil_of(db: Session, user_id: int) -> int | None:
    """Return the id of a person's veil; None where they have raised nothing confidentially. Raises NoKey."""
    if is_veil(user_id):
        return None
    known: dict[int, int] = db.info.setdefault(_KNOWN, {})
    if user_id not in known:
        rows = _BY_TAG.rows(db, {"of_tag": ring(db).tag(PURPOSE, str(user_id))})
        if not rows:
            return None
        known[user_id] = rows[0].veil_id
    return known[user_id]


def veils_of(db: Session, users: Collection[int]) -> list[int]:
    """Return the ids of the veils of some people, as far as they have one."""
    tags = [ring(db).tag(PURPOSE, str(user_id)) for user_id in users]
    found: list[int] = []
    for start in range(0, len(tags), AT_ONCE):
        some = tags[start : start + AT_ONCE]
        found += db.exec(select_rows(Veil.veil_id).where(col(Veil.tag).in_(some)))
    return found


def person_behind(db: Session, owner: int | None) -> int | None:
    """Return the id of the person to whom a case belongs; a veil with nobody behind it stands for itself."""
    if owner is None or not is_veil(owner):
        return owner
    rows = _BY_VEIL.rows(db, {"of_veil": owner})
    return int(ring(db).open(PURPOSE, rows[0].sealed, str(owner))) if rows else owner


def about_raiser(case: Case) -> Question:
    """Return what is asked to know to whom a case belongs."""
    return _BY_VEIL, {"of_veil": case.submitter_id or 0}


def veiled(db: Session, by: User) -> int:
    """Return the id of a person's veil, which is made when they first need one."""
    assert by.id is not None
    if is_veil(by.id):
        return by.id
    if (known := veil_of(db, by.id)) is not None:
        return known
    own = ring(db, for_writing=True)
    veil = new_veil(db, by.language)
    sealed = own.seal(PURPOSE, str(by.id), str(veil.id))
    kept = {"tag": own.tag(PURPOSE, str(by.id)), "veil_id": veil.id, "sealed": sealed}
    if cast("CursorResult[Any]", db.connection().execute(_NEW, kept)).rowcount == 0:
        db.delete(veil)  # of two cases that somebody raises first, both belong to the veil that was there first
        db.flush()
        return veil_of(db, by.id) or 0
    return veil.id or 0


def new_veil(db: Session, language: str = "zh") -> User:
    """Write a veil with nobody behind it; when it was made would tell who was there, so all have one date."""
    number = 1 + secrets.randbelow(DEEPEST)
    veil = User(id=-number, login=f"~{number}", name="", language=language, created_at=UNDATED)
    db.add(veil)
    db.flush()
    return veil


def raiser(db: Session, case: Case) -> int | None:
    """Return the id of the person to whom a case belongs, whom its desks pass over."""
    return person_behind(db, case.submitter_id)


def code_name(case: Case) -> str:
    """Return what staff call whoever raised a case, such as K7: it differs from case to case, also of one person."""
    number = int.from_bytes(hashlib.sha256(f"code name {case.number}".encode()).digest()[:8])
    return f"{LETTERS[number % len(LETTERS)]}{number // len(LETTERS) % 9 + 1}"


def ring(db: Session, *, for_writing: bool = False) -> Keyring:
    """Return the keyring, if it is the one that this database was sealed with. Raises NoKey."""
    found = keyring()
    seen: Any = db.info.get(FINGERPRINT)
    if seen is None or for_writing:
        # Held while something is sealed, so that no other key takes its place in between (`cases.rotating`).
        held: Any = {"read": True} if for_writing else None
        row = db.get(Installation, FINGERPRINT, with_for_update=held) if for_writing else None
        if row is None and for_writing:  # of two who seal first, both take what is there then
            db.connection().execute(_FIRST, {"key": FINGERPRINT, "value": found.fingerprint})
            row = db.get(Installation, FINGERPRINT, with_for_update=held)
        rows = [row] if row else _SEALED_BY.rows(db, {})
        seen = db.info[FINGERPRINT] = rows[0].value if rows else ""
    if seen and seen != found.fingerprint:
        raise NoKey(
            "数据库是用另一把密钥密封的：请用 BIHUAN_KEY 或 BIHUAN_KEY_FILE 指定当初的密钥。",
            "This database was sealed with another key: name that one with BIHUAN_KEY or BIHUAN_KEY_FILE.",
        )
    return found
