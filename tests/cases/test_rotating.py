"""Another key: all is sealed again or nothing is, whoever dies; an officer's key opens with its passphrase alone."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cases import keyring as keyrings
from cases import officer, rotating
from cases.access import Cost
from cases.keyring import Keyring, NoKey, keyring
from cases.officer import BadOfficerKey
from cases.record.database import reading, transaction
from cases.record.vault import Sealed, Veil
from cases.rotating import NotRotated, Rotated, rotate
from cases.vault import fields_of, keep
from cases.veil import person_behind, veil_of
from tests.cases.test_erasing import last_event
from tests.cases.world import Story, World
from tests.cast import MONDAY

NEW = b"n" * 32
CHEAP = Cost(memory=8, passes=1)
TOLD = {"name": "钱桂芳", "phone": "13957312345"}


@pytest.fixture
def story(world: World) -> Story:
    """Gives a case whose submitter is behind a veil and has told of themselves."""
    story = Story(world).up_to("accept")
    with transaction(world.db) as db:
        keep(db, story.case.id or 0, TOLD)
    return story


@pytest.mark.parametrize("profile", ["aes", "gm"])
def test_everything_opens_with_the_new_key_and_nothing_with_the_old(
    story: Story, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, old = story.world, keyring()
    with transaction(world.db) as db:
        assert rotate(db, old, Keyring(NEW, profile), MONDAY) == Rotated(1, 1, 0)
    with reading(world.db) as db, pytest.raises(NoKey, match="另一把密钥"):
        fields_of(db, story.case.id or 0)
    with transaction(world.db) as db, pytest.raises(NoKey, match="另一把密钥"):
        keep(db, story.case.id or 0, TOLD)
    monkeypatch.setattr(keyrings, "_ring", Keyring(NEW, profile))
    with reading(world.db) as db:
        assert fields_of(db, story.case.id or 0) == TOLD
        assert person_behind(db, story.case.submitter_id) == world.people["zhang"]
        assert veil_of(db, world.people["zhang"]) == story.case.submitter_id
        assert list(rotating.unopened(db, old)) and not list(rotating.unopened(db, keyring()))
    action, _, _, data = last_event(world)
    assert action == "rotate_key" and data["from"] == old.fingerprint and (data["veils"], data["keys"]) == (1, 1)
    world.check()


@pytest.mark.parametrize("step", ["_veils", "_keys", "_verify", "note"])
def test_whoever_dies_half_way_leaves_the_old_key_in_force(
    story: Story, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = story.world.everything()

    def dies(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rotating, step, dies)
    with pytest.raises(KeyboardInterrupt), transaction(story.world.db) as db:
        rotate(db, keyring(), Keyring(NEW), MONDAY)
    assert story.world.everything() == before


def test_what_cannot_be_opened_stops_it_before_anything_is_changed(story: Story) -> None:
    with transaction(story.world.db) as db:
        row = db.get_one(Sealed, (story.case.id, "key"))
        row.sealed = Keyring(b"x" * 32).seal("vault", "x", f"{story.case.id}|key|1")
    before = story.world.everything()
    with pytest.raises(NotRotated, match="打不开"), transaction(story.world.db) as db:
        rotate(db, keyring(), Keyring(NEW), MONDAY)
    with pytest.raises(NoKey), transaction(story.world.db) as db:
        rotate(db, Keyring(b"x" * 32), Keyring(NEW), MONDAY)
    with pytest.raises(NotRotated, match="相同"), transaction(story.world.db) as db:
        rotate(db, keyring(), keyring(), MONDAY)
    assert story.world.everything() == before


def test_there_is_nothing_to_seal_again_where_nothing_is_sealed(world: World) -> None:
    with pytest.raises(NotRotated, match="尚无"), transaction(world.db) as db:
        rotate(db, keyring(), Keyring(NEW), MONDAY)
    with reading(world.db) as db:
        assert list(rotating.unopened(db, keyring())) == [] and db.get(Veil, "x") is None


def test_what_is_sealed_for_an_officer_stays_theirs(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "officer.key"
    public = officer.make(out, "一句只有查看员知道的口令话", CHEAP)
    assert out.stat().st_mode & 0o777 == 0o600
    other = Story(story.world).case.id or 0
    with transaction(story.world.db) as db:
        keep(db, other, TOLD, officer=public)
        kept = db.get_one(Sealed, (other, "key")).sealed
        assert rotate(db, keyring(), Keyring(NEW), MONDAY).keys == 1
        assert db.get_one(Sealed, (other, "key")).sealed == kept
        db.rollback()
    private = officer.opened_key(out.read_text(), "一句只有查看员知道的口令话")
    assert isinstance(private, X25519PrivateKey)
    assert base64.b64encode(private.public_key().public_bytes_raw()).decode() == public


def test_an_officers_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    out = tmp_path / "officer.key"
    officer.make(out, "correct horse battery", CHEAP)
    text = out.read_text()
    for wrong in ("correct horse", "", "x" * 2_000):
        with pytest.raises(BadOfficerKey):
            officer.opened_key(text, wrong)
    for broken in (
        "",
        "{}",
        "[]",
        text.replace('"passes":1', '"passes":9999'),
        text[:-20],
        text.replace("aes:", "gm:"),
    ):
        with pytest.raises(BadOfficerKey):
            officer.opened_key(broken, "correct horse battery")
    with pytest.raises(BadOfficerKey, match="已存在"):
        officer.make(out, "correct horse battery", CHEAP)
    with pytest.raises(BadOfficerKey, match="12"):
        officer.make(tmp_path / "short.key", "short", CHEAP)
    with pytest.raises(BadOfficerKey, match="无法写入"):
        officer.make(tmp_path / "no" / "key", "correct horse battery", CHEAP)
