"""`bihuan user` and `bihuan token` as an administrator types them, and what the chain says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from cases.access import is_password, who
from cases.passwords import check
from cases.raw import snapshot
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import Duty, SecondFactor, SignIn, User
from cases.verifying import verify_database
from commands.keeping import backup, restore
from commands.people import users
from commands.tokens import tokens
from commands.verifying import verify
from tests.cases.test_backup import continue_numbers
from tests.cases.world import DAY, World
from tests.cast import MONDAY, PASSWORD
from workflow.errors import Refusal

app = typer.Typer()
app.add_typer(users)
app.add_typer(tokens)
app.command()(verify)
app.command()(backup)
app.command()(restore)


@pytest.fixture
def world(database_url: str) -> World:
    """Gives the cast in a database of this test's own, once on each engine."""
    world = World(database_url)
    continue_numbers(world)
    return world


def run(world: World, *words: str, stdin: str | None = None, at: str | None = "2026-11-16T09:00") -> Result:
    when = ["--at", at] if at and words[0] in ("user", "token") else []
    result = CliRunner().invoke(app, [*words, "--database", world.url, *when], input=stdin)
    assert result.exception is None or isinstance(result.exception, Refusal | SystemExit), result.exception
    return result


def refusal(result: Result) -> str:
    assert isinstance(result.exception, Refusal)
    return result.exception.en


def last_event(world: World) -> tuple[str, str, int | None, dict[str, Any]]:
    with snapshot(world.db) as db:
        verify_database(db)
    with reading(world.db) as db:
        event = db.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).one()
        return event.action, event.role, event.case_id, json.loads(event.data)


def person(world: World, login: str) -> User:
    with reading(world.db) as db:
        return db.exec(select(User).where(User.login == login)).one()


def duties(world: World, login: str) -> list[tuple[str, int, bool]]:
    with reading(world.db) as db:
        rows = db.exec(
            select(Duty).join(User, col(User.id) == Duty.user_id).where(User.login == login).order_by(col(Duty.id))
        )
        return [(row.role, row.unit_id, row.until_at is None) for row in rows]


def test_a_person_is_added_with_duties_and_a_password(world: World) -> None:
    words = (
        "--name",
        "何新",
        "--email",
        "he@example.org",
        "--duty",
        "reviewer@C",
        "--duty",
        "head@D",
        "--password-stdin",
    )
    assert run(world, "user", "add", "hexin", *words, stdin="一个相当长的谁也想不到的密码\n").exit_code == 0
    user = person(world, "hexin")
    assert (user.name, user.email, user.is_active) == ("何新", "he@example.org", True)
    assert is_password(user.password_hash, "一个相当长的谁也想不到的密码")
    assert duties(world, "hexin") == [("reviewer", 2, True), ("head", 4, True)]
    action, role, case_id, data = last_event(world)
    assert (action, role, case_id, data["user"]) == ("add_user", "system", None, user.id)
    assert "何新" not in str(data) and "hexin" not in str(data) and "argon" not in str(data)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zhang", "--name", "张"), "taken"),
        (("new", "--name", " "), "name has"),
        (("new man", "--name", "x"), "no spaces"),
        (("n" * 65, "--name", "x"), "login has"),
        (("new", "--name", "x", "--email", "nobody"), "e-mail"),
        (("new", "--name", "x", "--duty", "king@C"), "role@unit"),
        (("new", "--name", "x", "--duty", "reviewer"), "role@unit"),
        (("new", "--name", "x", "--duty", "reviewer@NOWHERE"), "no unit"),
        (("new", "--name", "x", "--duty", "reviewer@X"), "no unit"),
        (("new", "--name", "x", "--duty", "system_admin@C", "--duty", "audit_admin@P"), "three people"),
        (("new", "--name", "x", "--password-stdin"), "A password has"),
    ],
)
def test_a_wrong_person_is_refused_and_nothing_is_written(world: World, words: tuple[str, ...], said: str) -> None:
    before = world.everything()
    assert said in refusal(run(world, "user", "add", *words, stdin="short\n"))
    assert world.everything() == before


def test_someone_disabled_is_out_at_once(world: World) -> None:
    token = run(world, "token", "create", "--as", "li", "--scope", "read").stdout.strip()
    with transaction(world.db) as db:
        db.add(SignIn(digest="d", user_id=world.people["li"], form_token="f", created_at=MONDAY, seen_at=MONDAY))
    assert run(world, "user", "disable", "li").exit_code == 0
    assert not person(world, "li").is_active
    with reading(world.db) as db:
        assert who(db, token, MONDAY) is None
        assert db.get(SignIn, "d") is None
    assert last_event(world)[0] == "disable_user"
    before = world.everything()
    assert "disabled before" in run(world, "user", "disable", "li").stderr
    assert world.everything() == before
    assert "gets no token" in refusal(run(world, "token", "create", "--as", "li", "--scope", "read"))


def test_a_duty_is_given_until_a_moment_and_ended(world: World) -> None:
    run(world, "user", "duty", "zhang", "reviewer@T", "--until", "2026-12-01")
    assert duties(world, "zhang")[-1] == ("reviewer", 3, False)
    assert last_event(world)[3]["until"].startswith("2026-11-30T16:00")
    run(world, "user", "duty", "zhang", "reviewer@T")
    assert duties(world, "zhang")[-1] == ("reviewer", 3, True)
    run(world, "user", "duty", "zhang", "reviewer@T", "--remove")
    assert duties(world, "zhang")[-1] == ("reviewer", 3, False)
    assert last_event(world)[0] == "change_duty"
    assert "does not have" in refusal(run(world, "user", "duty", "zhang", "reviewer@T", "--remove"))
    assert "yet to come" in refusal(run(world, "user", "duty", "zhang", "reviewer@T", "--until", "2026-11-01"))
    assert "cannot go together" in refusal(
        run(world, "user", "duty", "zhang", "head@T", "--until", "2027-01-01", "--remove")
    )


def test_nobody_holds_two_administrations(world: World) -> None:
    assert "three people" in refusal(run(world, "user", "duty", "xitong", "audit_admin@P"))
    assert run(world, "user", "duty", "xitong", "system_admin@P").exit_code == 0
    run(world, "user", "duty", "xitong", "system_admin@P", "--remove")
    run(world, "user", "duty", "xitong", "system_admin@C", "--remove")
    assert run(world, "user", "duty", "xitong", "audit_admin@P").exit_code == 0


def test_a_password_is_set_from_stdin(world: World) -> None:
    assert run(world, "user", "password", "zhang", stdin="heron-under-a-quiet-bridge\n").exit_code == 0
    assert is_password(person(world, "zhang").password_hash, "heron-under-a-quiet-bridge")
    assert not is_password(person(world, "zhang").password_hash, PASSWORD)
    assert last_event(world)[0] == "set_password"
    assert "nobody with the login" in refusal(run(world, "user", "password", "nobody", stdin="x\n"))


def test_a_token_is_shown_once_and_ends_with_its_days(world: World) -> None:
    result = run(world, "token", "create", "--as", "wang", "--scope", "write", "--days", "2")
    token = result.stdout.strip()
    assert token and "\n" not in token
    with reading(world.db) as db:
        caller = who(db, token, MONDAY + DAY)
        assert caller is not None and (caller.login, caller.scope) == ("wang", "write")
        assert who(db, token, MONDAY + 3 * DAY) is None
    data = last_event(world)[3]
    assert (data["scope"], token in str(data)) == ("write", False)
    assert run(world, "token", "create", "--as", "wang", "--scope", "root").exit_code == 2
    assert run(world, "token", "create", "--as", "wang", "--scope", "read", "--days", "0").exit_code == 2


def test_a_token_lasts_ninety_days_a_year_at_most_and_is_revoked_by_its_mark(world: World) -> None:
    token = run(world, "token", "create", "--as", "wang", "--scope", "read").stdout.strip()
    with reading(world.db) as db:
        assert who(db, token, MONDAY + 89 * DAY) is not None
        assert who(db, token, MONDAY + 91 * DAY) is None
        for wrong in (None, 0, ["bh_"], {"bh_": 1}, b"bh_", True):
            assert who(db, wrong, MONDAY) is None
    assert run(world, "token", "create", "--as", "wang", "--scope", "read", "--days", "367").exit_code == 2
    shown = CliRunner().invoke(app, ["token", "list", "--format", "json", "--database", world.url]).stdout
    (row,) = json.loads(shown)
    assert token not in shown and row["login"] == "wang"
    assert "no such token" in refusal(run(world, "token", "revoke", "%"))
    assert run(world, "token", "revoke", row["mark"]).exit_code == 0
    assert last_event(world)[0] == "revoke_token"
    with reading(world.db) as db:
        assert who(db, token, MONDAY) is None


def test_a_lost_second_step_is_removed_by_the_security_administrator_alone(world: World) -> None:
    with transaction(world.db) as db:
        db.add(SecondFactor(user_id=world.people["li"], sealed="x", confirmed_at=MONDAY))
    assert "no security administrator" in refusal(run(world, "user", "second-factor", "li", "--as", "xitong"))
    assert run(world, "user", "second-factor", "li", "--as", "anquan").exit_code == 0
    assert last_event(world)[:2] == ("remove_second_factor", "security_admin")
    assert "no second step" in refusal(run(world, "user", "second-factor", "li", "--as", "anquan"))


def test_the_chain_is_verified_and_kept_from_the_command_line(world: World, tmp_path: Path) -> None:
    number = world.raises("zhang", MONDAY)
    assert run(world, "verify").stdout.endswith("events\n")
    assert run(world, "verify", "--case", number).stdout == "ok 1 events\n"
    assert "no case" in refusal(run(world, "verify", "--case", "TA-1"))
    assert "cannot go together" in refusal(run(world, "verify", "--case", number, "--file", "x"))
    assert "Cannot read" in refusal(run(world, "verify", "--file", str(tmp_path)))
    out, files = str(tmp_path / "backup.tar.gz"), ("--files", str(tmp_path / "files"))
    assert run(world, "backup", out, *files).exit_code == 0
    assert "has rows already" in refusal(run(world, "restore", out, *files))


def test_a_first_password_is_printed_once_and_taken_by_both_profiles(world: World) -> None:
    made = [run(world, "user", "password", "zhang", "--once").stdout.strip() for _ in range(2)]
    assert len(set(made)) == 2
    with reading(world.db) as db:
        for word in made:
            for profile in ("asvs", "dengbao"):
                check(db, db.get_one(User, world.people["zhang"]), word, profile)
    assert last_event(world)[0] == "set_password" and made[1] not in str(last_event(world))
    added = run(world, "user", "add", "xu", "--name", "许新", "--once").stdout.strip()
    assert len(added) == 24 and added not in str(last_event(world))
    assert "cannot go together" in refusal(
        run(
            world,
            "user",
            "add",
            "xia",
            "--name",
            "夏新",
            "--once",
            "--password-stdin",
            stdin="heron-under-a-quiet-bridge",
        )
    )


def test_one_login_or_everybody_is_named(world: World) -> None:
    for words in ((), ("li", "--everybody")):
        assert "Name one login" in refusal(run(world, "user", "sign-out", *words))
