"""`bihuan key` as a person calls it, and what `doctor` says of the key."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from cases import keyring as keyrings
from cases.backup import write
from cases.record.database import transaction
from tests.cases.world import Story, World
from tests.cast import MONDAY
from tests.commands.test_program import Captured, run


@pytest.fixture
def keyed(migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Gives a world whose key lies in a file."""
    monkeypatch.delenv("BIHUAN_KEY")
    monkeypatch.setenv("BIHUAN_KEY_FILE", str(tmp_path / "keys" / "one.key"))
    monkeypatch.setattr(keyrings, "_ring", None)
    world = World(migrated_sqlite_url)
    Story(world).up_to("accept")
    return world


def found(capsys: Captured, world: World, kind: str = "key") -> list[str]:
    status, out, _ = run(capsys, "doctor", "--database", world.url, "--at", "2026-11-20", "--format", "csv")
    rows = [row["en"] for row in csv.DictReader(io.StringIO(out)) if row["kind"] == kind]
    assert status == 1 or not rows
    return rows


def test_a_key_is_shown_by_its_fingerprint_and_replaced_by_another(
    capsys: Captured, keyed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = (tmp_path / "keys" / "one.key").read_text().strip()
    status, out, _ = run(capsys, "key", "show", "--database", keyed.url)
    assert status == 0 and "one.key" in out and "aes" in out and secret not in out
    new = tmp_path / "new" / "two.key"
    status, _, err = run(capsys, "key", "rotate", "--new-file", str(new), "--database", keyed.url)
    assert status == 0 and "1 veils" in err and new.stat().st_mode & 0o777 == 0o600
    assert run(capsys, "key", "show", "--database", keyed.url)[0] == 1
    assert "another key" in found(capsys, keyed)[0]
    monkeypatch.setenv("BIHUAN_KEY_FILE", str(new))
    monkeypatch.setattr(keyrings, "_ring", None)
    assert run(capsys, "key", "show", "--database", keyed.url)[0] == 0
    assert found(capsys, keyed) == []
    assert run(capsys, "key", "rotate", "--new-file", str(new), "--database", keyed.url)[0] == 2
    assert run(capsys, "verify", "--database", keyed.url)[0] == 0


def test_doctor_says_where_a_key_should_not_lie(
    capsys: Captured, keyed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(capsys, keyed) == []
    key = tmp_path / "keys" / "one.key"
    key.chmod(0o644)
    assert "can read it" in found(capsys, keyed)[0]
    key.chmod(0o600)
    write(keyed.db, tmp_path / "keys" / "b.tar.gz", tmp_path / "none", at=MONDAY)
    assert found(capsys, keyed) == ["it lies beside a backup"]
    beside = Path(keyed.db.url.database or "").with_name("bihuan.key")
    beside.write_text(key.read_text())
    beside.chmod(0o600)
    monkeypatch.setenv("BIHUAN_KEY_FILE", str(beside))
    monkeypatch.setenv("BIHUAN_FILES", str(beside.parent))
    assert len(found(capsys, keyed)) == 2


def test_an_officers_key_is_made_from_a_passphrase_on_stdin(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("一句只有查看员知道的口令话\n"))
    status, out, _ = run(capsys, "key", "officer", str(tmp_path / "officer.key"))
    assert status == 0 and len(out.strip()) == 44 and (tmp_path / "officer.key").stat().st_mode & 0o777 == 0o600


def test_doctor_refuses_a_person_who_holds_two_administrations(capsys: Captured, keyed: World) -> None:
    with transaction(keyed.db) as db:
        for role in ("system_admin", "audit_admin"):
            statement = "INSERT INTO duties (user_id, unit_id, role) VALUES (16, 1, ?)"
            db.connection().exec_driver_sql(statement, (role,))
    assert found(capsys, keyed, "people") == ["one person holds two administrations"]


def test_doctor_refuses_whoever_stands_in_for_a_second_administration_from_its_first_day(
    capsys: Captured, keyed: World
) -> None:
    duty = "INSERT INTO duties (user_id, unit_id, role, from_at, until_at, deputy_of) SELECT ?, 2, role, ?, ?, id"
    days = ("2026-12-01 00:00:00.000000", "2026-12-03 00:00:00.000000")
    stands_in = (keyed.people["xitong"], *days)
    with transaction(keyed.db) as db:
        statement = f"{duty} FROM duties WHERE role = 'audit_admin'"
        db.connection().exec_driver_sql(statement, stands_in)
    assert found(capsys, keyed, "people") == ["one person holds two administrations"]
    with transaction(keyed.db) as db:
        db.connection().exec_driver_sql(
            "UPDATE duties SET until_at = ? WHERE deputy_of IS NOT NULL", ("2026-11-09 00:00:00.000000",)
        )
    assert found(capsys, keyed, "people") == []


def test_doctor_notes_an_administrator_who_also_works_on_cases(capsys: Captured, keyed: World) -> None:
    assert not [note for note in found(capsys, keyed, "note") if "administrator" in note]
    with transaction(keyed.db) as db:
        statement = "INSERT INTO duties (user_id, unit_id, role) VALUES (?, 2, 'handler')"
        db.connection().exec_driver_sql(statement, (keyed.people["xitong"],))
    assert "an administrator also works on cases and sees them" in found(capsys, keyed, "note")
