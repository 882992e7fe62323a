"""Another key for the installation: all that the old one sealed is sealed again under the new one, or nothing is.

It is one transaction. The database tells by a fingerprint which key is its own, so that whoever dies half-way leaves a
database of the old key or one of the new, and a program that still has the other key is refused by both. What is sealed
for an officer is opened by their own key and stays as it is. Backups keep the key that was theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from cases import second_factor
from cases import veil as veils
from cases.administering import note
from cases.keyring import Keyring, NoKey, SealBroken
from cases.record.law import Installation
from cases.record.people import SecondFactor
from cases.record.vault import Guess, Sealed, Veil
from cases.vault import BOX, KEY
from cases.vault import PURPOSE as VAULT
from cases.vault import place_of as place_in_vault
from workflow.errors import Refusal

ROTATE = "rotate_key"


class NotRotated(Refusal):
    """A key cannot be replaced: something cannot be opened with it, or the other one is the same."""


class Rotated(NamedTuple):
    """What was sealed again."""

    veils: int
    keys: int
    factors: int


def rotate(db: Session, old: Keyring, new: Keyring, at: datetime) -> Rotated:
    """Seal everything again that the key of this installation has sealed, and leave an event.

    Raises NotRotated or NoKey; then nothing has changed.
    """
    if old.is_same(new):
        raise NotRotated("新旧密钥相同。", "The new key is the old one.")
    _require_own(db, old)
    tally = Rotated(_veils(db, old, new), _keys(db, old, new), _factors(db, old, new))
    # What was guessed at in this hour is counted under tags that the old key has made.
    db.connection().execute(delete(Guess))
    row = db.get_one(Installation, veils.FINGERPRINT)
    row.value = new.fingerprint
    db.flush()
    _verify(db, new)
    db.info.clear()
    note(db, ROTATE, at, {"from": old.fingerprint, "to": new.fingerprint, **tally._asdict()})
    return tally


def unopened(db: Session, own: Keyring) -> Iterator[str]:
    """Yield what the key of an installation should open and does not, each by its table and place."""
    for veil in db.exec(select(Veil).order_by(col(Veil.veil_id))):
        try:
            own.open(veils.PURPOSE, veil.sealed, str(veil.veil_id))
        except SealBroken:
            yield f"veils {veil.veil_id}"
    for kept in db.exec(select(Sealed).where(Sealed.field == KEY).order_by(col(Sealed.case_id))):
        try:
            if not kept.sealed.startswith(BOX + ":"):
                own.open(VAULT, kept.sealed, place_in_vault(kept.case_id, KEY))
        except SealBroken:
            yield f"vault {kept.case_id}"
    for factor in db.exec(select(SecondFactor).order_by(col(SecondFactor.user_id))):
        try:
            own.open(second_factor.PURPOSE, factor.sealed, second_factor.place_of(factor.user_id))
        except SealBroken:
            yield f"second_factors {factor.user_id}"


def _require_own(db: Session, old: Keyring) -> None:
    """Hold the fingerprint, for which whoever seals something waits, and refuse a key that is not the database's."""
    row = db.get(Installation, veils.FINGERPRINT, with_for_update=True)
    if row is None:
        raise NotRotated("数据库中尚无密封的内容，直接改用新密钥即可。", "Nothing is sealed yet: just use the new key.")
    if row.value != old.fingerprint:
        raise NoKey(
            "数据库是用另一把密钥密封的：请用 BIHUAN_KEY 或 BIHUAN_KEY_FILE 指定当初的密钥。",
            "This database was sealed with another key: name that one with BIHUAN_KEY or BIHUAN_KEY_FILE.",
        )
    if broken := list(unopened(db, old)):
        raise NotRotated(
            f"有 {len(broken)} 处用当前密钥打不开（如 {broken[0]}），未作任何更改。",
            f"The key does not open {len(broken)} places (such as {broken[0]}); nothing was changed.",
        )


def _veils(db: Session, old: Keyring, new: Keyring) -> int:
    count = 0
    for veil in db.exec(select(Veil)).all():
        person, place = old.open(veils.PURPOSE, veil.sealed, str(veil.veil_id)), str(veil.veil_id)
        veil.tag, veil.sealed = new.tag(veils.PURPOSE, person), new.seal(veils.PURPOSE, person, place)
        db.add(veil)
        count += 1
    db.flush()
    return count


def _keys(db: Session, old: Keyring, new: Keyring) -> int:
    count = 0
    for kept in db.exec(select(Sealed).where(Sealed.field == KEY)).all():
        if kept.sealed.startswith(BOX + ":"):
            continue
        place = place_in_vault(kept.case_id, KEY)
        kept.sealed = new.seal(VAULT, old.open(VAULT, kept.sealed, place), place)
        db.add(kept)
        count += 1
    db.flush()
    return count


def _factors(db: Session, old: Keyring, new: Keyring) -> int:
    count = 0
    for factor in db.exec(select(SecondFactor)).all():
        place = second_factor.place_of(factor.user_id)
        factor.sealed = new.seal(second_factor.PURPOSE, old.open(second_factor.PURPOSE, factor.sealed, place), place)
        db.add(factor)
        count += 1
    db.flush()
    return count


def _verify(db: Session, new: Keyring) -> None:
    db.expire_all()
    if broken := next(unopened(db, new), None):
        raise NotRotated(f"改封后 {broken} 打不开，已全部撤回。", f"{broken} does not open afterwards; all was undone.")
