"""Every command that administers leaves an event, which `bihuan audit` lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cases.world import Story, World
from tests.commands.test_program import Captured, run


def listed(capsys: Captured, url: str, *words: str) -> list[dict[str, object]]:
    status, out, _ = run(capsys, "audit", "--format", "json", "--database", url, *words)
    assert status == 0
    return list(json.loads(out))


def test_what_is_taken_out_kept_and_brought_back_is_listed(
    capsys: Captured, migrated_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(migrated_sqlite_url)
    story = Story(world).up_to("accept")
    monkeypatch.setenv("BIHUAN_FILES", str(tmp_path / "files"))
    for words in (
        ["export", "cases", str(tmp_path / "a.csv"), "--unit", "C"],
        ["export", "events", str(tmp_path / "a.jsonl")],
        ["export", "dossier", story.number, str(tmp_path / "a.zip")],
        ["backup", str(tmp_path / "a.tar.gz")],
        ["user", "duty", "tang", "audit_admin@P"],
        ["user", "disable", "deng"],
    ):
        status, _, err = run(capsys, *words, "--database", world.url)
        assert status == 0, err
    rows = listed(capsys, world.url)
    assert [row["action"] for row in rows][-6:] == ["export"] * 3 + ["backup", "change_duty", "disable_user"]
    assert "deng" in str(rows[-1]["facts"])
    assert len(listed(capsys, world.url, "--what", "export")) == 3
    assert [row["action"] for row in listed(capsys, world.url, "--who", "tang")] == ["change_duty"]
    assert listed(capsys, world.url, "--to", "2020-01-01") == []
    heads, again = tmp_path / "heads.jsonl", f"sqlite:///{tmp_path / 'again.db'}"
    monkeypatch.setenv("BIHUAN_HEADS_FILE", str(heads))
    assert run(capsys, "head", "--database", world.url)[0] == 0
    words = ["restore", str(tmp_path / "a.tar.gz"), "--tombstones", str(heads), "--database", again]
    assert run(capsys, *words)[0] == 0
    assert listed(capsys, again)[-1]["action"] == "restore"
    assert run(capsys, "verify", "--database", again)[0] == 0


def test_whoever_reads_the_audit_is_on_record_and_as_an_auditor_only_auditors_read_it(
    capsys: Captured, migrated_sqlite_url: str
) -> None:
    world = World(migrated_sqlite_url)
    run(capsys, "user", "duty", "tang", "audit_admin@P", "--database", world.url)
    assert listed(capsys, world.url, "--as", "tang", "--what", "change_duty")
    assert listed(capsys, world.url)
    read = listed(capsys, world.url, "--what", "read_audit")
    assert [(row["login"], row["role"]) for row in read] == [("tang", "audit_admin"), (None, "system")]
    status, out, err = run(capsys, "audit", "--as", "xitong", "--database", world.url)
    assert (status, out) == (1, "")
    assert "Only an audit administrator" in err
    assert run(capsys, "verify", "--database", world.url)[0] == 0
