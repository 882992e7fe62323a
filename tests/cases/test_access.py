"""Passwords, sign-ins and tokens: what is kept, how long it holds."""

from datetime import timedelta
from pathlib import Path

import pytest

from cases.access import (
    browser,
    digest,
    end_all_sign_ins,
    hash_password,
    is_password,
    make_token,
    sign_in,
    sign_out,
    who,
)
from cases.erasing import scrub
from cases.record.database import transaction
from cases.record.people import SignIn, Token, User
from tests.cases.world import World
from tests.cast import CHEAP, MONDAY, PASSWORD
from workflow.errors import Refusal


def test_a_password_is_kept_as_argon2id_at_the_cost_that_owasp_names() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept
    assert hash_password(PASSWORD, CHEAP) != hash_password(PASSWORD, CHEAP)


def test_only_the_password_itself_fits() -> None:
    kept = hash_password("密码-1", CHEAP)
    assert is_password(kept, "密码-1", CHEAP)
    for wrong in ("", "密码", "密码-1 ", "\ud800", "\0", "x" * 100_000):
        assert not is_password(kept, wrong, CHEAP)
    for broken in (None, "", "plain", "$argon2id$broken"):
        assert not is_password(broken, "密码-1", CHEAP)


def test_a_sign_in_holds_half_an_hour_of_silence_and_twelve_hours_in_all(world: World) -> None:
    with transaction(world.db) as db:
        secret = sign_in(db, world.people["li"], MONDAY)
        caller = browser(db, secret, MONDAY + timedelta(minutes=29))
        assert caller is not None
        assert (caller.login, caller.needs_noting, caller.form_token is None) == ("li", True, False)
        assert browser(db, secret, MONDAY + timedelta(minutes=30)) is None
        row = db.get_one(SignIn, digest(secret))
        row.seen_at = MONDAY + timedelta(hours=12)
        db.flush()
        assert browser(db, secret, MONDAY + timedelta(hours=12)) is None
        assert browser(db, secret + "x", MONDAY) is None


def test_what_has_ended_is_swept_out_at_the_next_sign_in(world: World) -> None:
    with transaction(world.db) as db:
        old = sign_in(db, world.people["li"], MONDAY)
        other = sign_in(db, world.people["zhang"], MONDAY)
        new = sign_in(db, world.people["li"], MONDAY + timedelta(hours=13))
        assert db.get(SignIn, digest(old)) is None
        assert db.get(SignIn, digest(other)) is not None
        sign_out(db, new)
        assert browser(db, new, MONDAY + timedelta(hours=13)) is None


def test_a_token_speaks_for_a_person_until_it_expires_or_they_go(world: World) -> None:
    with transaction(world.db) as db:
        li = db.get_one(User, world.people["li"])
        secret = make_token(db, li, "read", MONDAY, MONDAY + timedelta(days=1))
        assert secret not in repr(db.get_one(Token, digest(secret)).model_dump())
        caller = who(db, secret, MONDAY)
        assert caller is not None
        assert (caller.login, caller.scope) == ("li", "read")
        assert who(db, secret, MONDAY + timedelta(days=1)) is None
        li.is_active = False
        db.flush()
        assert who(db, secret, MONDAY) is None
        with pytest.raises(Refusal, match="read"):
            make_token(db, li, "admin", MONDAY)


def test_a_sign_in_that_has_ended_is_not_left_in_the_file(migrated_sqlite_url: str) -> None:
    world = World(migrated_sqlite_url)  # in PostgreSQL it leaves the disk with the next VACUUM (docs/record.md)
    path = Path(world.db.url.database or "")
    with transaction(world.db) as db:
        kept = digest(sign_in(db, world.people["li"], MONDAY)).encode()
    scrub(world.db)
    assert kept in path.read_bytes()
    with transaction(world.db) as db:
        end_all_sign_ins(db)
    scrub(world.db)
    assert kept not in path.read_bytes()
