"""What is asked of a password in both profiles, and what a change of it ends."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from cases import passwords
from cases.access import Cost, browser, digest, hash_password, sign_in
from cases.common_passwords import WORDS, is_common
from cases.leaked_passwords import NoList, is_leaked
from cases.record.database import transaction
from cases.record.people import FormerPassword, User
from tests.cases.world import World
from tests.cast import MONDAY

CHEAP = Cost(memory=8, passes=1)


@pytest.mark.parametrize(
    "word",
    [
        "password1234", "P@ssw0rd!2026", "123456789012", "qwertyuiop123", "aaaaaaaaaaaa", "abcabcabcabc",
        "zhangzhang123", "bihuan202611", "1qaz2wsx3edc", "987654321098", "woaini5201314", "工会工会工会工会2026!",
        "市总工会市总工会市总工会",
        "letmein-letmein", "adminadmin2026", "省总工会123456", "            ", "qwerty!qwerty!",
    ],
)  # fmt: skip
def test_what_many_choose_is_refused_in_any_clothes(word: str) -> None:
    assert is_common(word, ("bihuan", "闭环", "zhang", "市总工会", "省总工会"))


@pytest.mark.parametrize(
    "word", ["heron-under-a-quiet-bridge", "v8Kd-22mQ-x1Lp", "一个相当长的谁也想不到的密码", "tRombone7lattice"]
)
def test_what_nobody_would_try_is_taken(word: str) -> None:
    assert not is_common(word, ("bihuan", "li"))


def test_the_list_is_some_three_hundred_patterns_long() -> None:
    assert len(WORDS) >= 300


@pytest.mark.parametrize(
    ("profile", "word", "said"),
    [
        ("asvs", "k7-Mo2x!pQ9", "12 to 200"), ("asvs", "x" * 201, "12 to 200"), ("asvs", "a\0" * 8, "12 to 200"),
        ("asvs", "zhang-zhang-zhang", "easily guessed"), ("dengbao", "k7-Mo2x", "8 to 200"),
        ("dengbao", "heronbridge7", "three of these"), ("dengbao", "Passw0rd!", "easily guessed"),
    ],
)  # fmt: skip
def test_each_profile_says_what_is_wrong(world: World, profile: str, word: str, said: str) -> None:
    with transaction(world.db) as db, pytest.raises(passwords.WeakPassword) as refusal:
        passwords.check(db, db.get_one(User, world.people["zhang"]), word, profile)
    assert said in refusal.value.en


def test_asvs_asks_for_no_classes_and_for_no_change(world: World) -> None:
    with transaction(world.db) as db:
        li = db.get_one(User, world.people["li"])
        passwords.check(db, li, "heron under a quiet bridge", "asvs")
        assert not passwords.is_outdated(li, "asvs", MONDAY + timedelta(days=1000))
        assert passwords.former(db, li, "asvs") == []


def test_dengbao_lets_a_password_live_ninety_days_and_none_of_five_come_again(world: World) -> None:
    with transaction(world.db) as db:
        li = db.get_one(User, world.people["li"])
        for number in range(7):
            passwords.keep(db, li, hash_password(f"word-{number}", CHEAP), MONDAY)
        old = passwords.former(db, li, "dengbao")
        assert len(old) == 5
        for number in (2, 3, 4, 5, 6):
            with pytest.raises(passwords.WeakPassword):
                passwords.refuse_again(f"word-{number}", old, CHEAP)
        passwords.refuse_again("word-1", old, CHEAP)
        assert len(db.exec(select(FormerPassword)).all()) == 4
        assert not passwords.is_outdated(li, "dengbao", MONDAY + timedelta(days=89))
        assert passwords.is_outdated(li, "dengbao", MONDAY + timedelta(days=90))


def test_a_new_password_ends_every_other_sign_in_at_once(world: World) -> None:
    with transaction(world.db) as db:
        li = db.get_one(User, world.people["li"])
        own, others = sign_in(db, li.id or 0, MONDAY), [sign_in(db, li.id or 0, MONDAY) for _ in range(5)]
        of_zhang = sign_in(db, world.people["zhang"], MONDAY)
        passwords.keep(db, li, hash_password("x", CHEAP), MONDAY, by=li, besides=digest(own))
        assert browser(db, own, MONDAY) is not None and browser(db, of_zhang, MONDAY) is not None
        assert all(browser(db, other, MONDAY) is None for other in others)


@pytest.mark.parametrize("lines", [1, 2, 3, 10, 1_000])
def test_what_got_out_somewhere_is_found_in_the_list_wherever_it_stands(tmp_path: Path, lines: int) -> None:
    words = [f"heron-under-bridge-{number}" for number in range(lines)]
    digests = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in words)
    file = tmp_path / "leaked.txt"
    file.write_bytes("".join(f"{digest}:{number}\r\n" for number, digest in enumerate(digests)).encode())
    assert all(is_leaked(str(file), word) for word in words)
    assert not any(is_leaked(str(file), f"another-word-{number}") for number in range(50))


def test_a_password_of_the_list_is_refused_and_without_the_list_none_is_taken(world: World, tmp_path: Path) -> None:
    word, file = "heron-under-a-quiet-bridge", tmp_path / "leaked.txt"
    file.write_text(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() + ":1\n")
    with transaction(world.db) as db:
        passwords.check(db, None, word, "asvs")
        with pytest.raises(passwords.WeakPassword, match="got out"):
            passwords.check(db, None, word, "asvs", leaked=str(file))
        with pytest.raises(NoList, match="cannot be read"):
            passwords.check(db, None, word, "asvs", leaked=str(tmp_path / "none.txt"))
    assert not is_leaked("", word)
