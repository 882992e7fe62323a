"""What the key of an installation seals opens at its place alone, with that key alone; a wrong key is told apart."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cases import keyring as keyrings
from cases.keyring import Keyring, NoKey, SealBroken
from cases.record.database import reading, transaction
from cases.record.vault import Sealed
from cases.vault import NeedsOfficer, erase, fields_of, keep
from cases.veil import person_behind, veil_of, veiled
from config.keyfile import key_of
from config.settings import AES, GM, Settings, SettingsError
from tests.cases.test_revealing import person
from tests.cases.world import Story, World

KEY, OTHER = b"k" * 32, b"o" * 32
PROFILES = (AES, GM)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_sealed_text_opens_at_its_place_and_nowhere_else(profile: str) -> None:
    ring = Keyring(KEY, profile)
    kept = ring.seal("vault", "钱桂芳", "7|name|1")
    assert kept.startswith(profile + ":") and "钱" not in kept
    assert ring.open("vault", kept, "7|name|1") == "钱桂芳"
    assert ring.seal("vault", "钱桂芳", "7|name|1") != kept  # the same text never looks the same
    for purpose, place, opener in (
        ("vault", "8|name|1", ring), ("vault", "7|phone|1", ring), ("vault", "7|name|2", ring),
        ("veil", "7|name|1", ring), ("vault", "7|name|1", Keyring(OTHER, profile)),
    ):  # fmt: skip
        with pytest.raises(SealBroken):
            opener.open(purpose, kept, place)


@pytest.mark.parametrize("profile", PROFILES)
def test_any_changed_byte_is_found(profile: str) -> None:
    ring = Keyring(KEY, profile)
    whole = base64.b64decode(ring.seal("vault", "钱桂芳 13957312345", "7|name|1").partition(":")[2])
    for at in range(len(whole)):
        changed = bytes(byte ^ (1 << secrets.randbelow(8)) if n == at else byte for n, byte in enumerate(whole))
        with pytest.raises(SealBroken):
            ring.open("vault", f"{profile}:{base64.b64encode(changed).decode()}", "7|name|1")
    for broken in ("", "aes", "aes:", "aes:!!", "zz:AAAA", kept_short(whole, profile)):
        with pytest.raises(SealBroken):
            ring.open("vault", broken, "7|name|1")


def kept_short(whole: bytes, profile: str) -> str:
    return f"{profile}:{base64.b64encode(whole[:20]).decode()}"


def test_either_profile_opens_what_the_other_has_sealed() -> None:
    kept = Keyring(KEY, GM).seal("vault", "钱桂芳", "7|name|1")
    assert Keyring(KEY, AES).open("vault", kept, "7|name|1") == "钱桂芳"


def test_a_key_file_is_made_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    settings = Settings(key_file=str(tmp_path / "keys" / "bihuan.key"))
    key = key_of(settings)
    path = tmp_path / "keys" / "bihuan.key"
    assert len(key) == 32 and key_of(settings) == key
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o077 == 0
        path.chmod(0o640)
        with pytest.raises(SettingsError, match="chmod 600"):
            key_of(settings)


@pytest.mark.parametrize("text", ["", "kurz", "zz" * 32, base64.b64encode(b"x" * 31).decode(), "Ā" * 64])
def test_what_is_no_key_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bihuan.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="32 字节"):
        key_of(Settings(key_file=str(path)))


def test_a_confidential_case_belongs_to_a_veil_that_only_the_key_lifts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, named = Story(world), Story(world), Story(world, identity="named")
    veil = first.case.submitter_id
    assert veil is not None and veil < 0 and second.case.submitter_id == veil
    assert named.case.submitter_id == world.people["zhang"]
    with reading(world.db) as db:
        assert person_behind(db, veil) == world.people["zhang"]
        assert veil_of(db, world.people["zhang"]) == veil and veil_of(db, world.people["qian"]) is None
    monkeypatch.setattr(keyrings, "_ring", Keyring(OTHER))
    with reading(world.db) as db, pytest.raises(NoKey, match="另一把密钥"):
        veil_of(db, world.people["zhang"])
    with transaction(world.db) as db, pytest.raises(NoKey, match="另一把密钥"):
        veiled(db, person(db, world, "qian"))


def test_fields_are_sealed_for_their_case_and_gone_once_its_key_is(world: World) -> None:
    one, other = Story(world).case.id or 0, Story(world).case.id or 0
    told = {"name": "钱桂芳", "phone": "13957312345"}
    with transaction(world.db) as db:
        keep(db, one, told)
        keep(db, other, {"name": "孙某"})
    with transaction(world.db) as db:
        assert fields_of(db, one) == told
        mine, theirs = db.get_one(Sealed, (one, "name")), db.get_one(Sealed, (other, "name"))
        mine.sealed, theirs.sealed = theirs.sealed, mine.sealed
        db.flush()
        with pytest.raises(SealBroken):  # rows that were swapped open at neither place
            fields_of(db, one)
        db.rollback()
    with transaction(world.db) as db:
        assert erase(db, one) and not erase(db, one)
        assert fields_of(db, one) == {} and fields_of(db, other) == {"name": "孙某"}


def test_in_the_sealed_mode_only_the_officer_opens(world: World) -> None:
    officer, stranger = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    public = base64.b64encode(officer.public_key().public_bytes_raw()).decode()
    case_id = Story(world).case.id or 0
    with transaction(world.db) as db:
        keep(db, case_id, {"name": "钱桂芳"}, officer=public)
    with reading(world.db) as db:
        with pytest.raises(NeedsOfficer):
            fields_of(db, case_id)
        with pytest.raises(SealBroken):
            fields_of(db, case_id, stranger)
        assert fields_of(db, case_id, officer) == {"name": "钱桂芳"}
