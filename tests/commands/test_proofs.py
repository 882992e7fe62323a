"""`bihuan head`, `verify --heads`, `export dossier` and `verify --file` as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cases.record.database import engine, reading
from cases.record.event import Event
from tests.commands.test_program import Captured, run, submitted


def test_a_head_goes_to_the_file_that_is_set_and_is_checked(
    capsys: Captured,
    database: str,  # the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "heads.jsonl"
    assert run(capsys, "head", "--database", database)[0] == 0
    monkeypatch.setenv("BIHUAN_HEADS_FILE", str(path))
    status, out, _ = run(capsys, "head", "--database", database)
    assert status == 0 and path.read_text(encoding="utf-8") == out
    submitted(capsys, database)
    status, out, err = run(capsys, "verify", "--heads", str(path), "--database", database)
    assert (status, out) == (0, "ok 4 events\n") and "1 heads" in err
    path.write_text(json.dumps({"seq": 2, "hash": "0" * 64}), encoding="utf-8")
    assert run(capsys, "verify", "--heads", str(path), "--database", database)[0] == 1
    assert run(capsys, "verify", "--heads", str(path), "--file", str(path))[0] == 2
    monkeypatch.setenv("BIHUAN_HEADS_FILE", str(tmp_path / "nowhere" / "heads"))
    status, _, err = run(capsys, "head", "--database", database)
    assert status == 1 and "tried again" in err


def test_a_dossier_is_exported_on_the_record_and_verified_without_a_database(
    capsys: Captured,
    database: str,  # the fixture
    tmp_path: Path,
) -> None:
    number, out = submitted(capsys, database), tmp_path / "dossier.zip"
    assert run(capsys, "export", "dossier", number, str(out), "--database", database)[0] == 0
    assert run(capsys, "verify", "--file", str(out))[:2] == (0, "ok 2 events\n")
    with reading(engine(database)) as db:
        event = db.get_one(Event, 5)
    assert (event.action, event.case_id) == ("export", None)
    assert json.loads(event.data) == {"case": 1, "what": "dossier"}
    out.write_bytes(out.read_bytes()[:-1])
    status, _, err = run(capsys, "verify", "--file", str(out))
    assert status == 1 and "was changed or is missing" in err
