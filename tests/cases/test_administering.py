"""What is done to the installation stands in the chain; what cannot be written down is not done."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from cases import revealing
from cases.act import find
from cases.administering import SETTINGS, note_settings
from cases.auditing import audited, require_auditor
from cases.record.database import DatabaseError, engine, reading, release, transaction
from cases.record.people import Duty
from cases.veil import is_veil
from config.settings import Settings
from tests.cases.test_revealing import BECAUSE, asked, person
from tests.cases.world import Story, World
from tests.cast import MONDAY
from workflow.machine import NotByYou

#: What makes it impossible to write the audit down, as raw SQL on each database.
RAISING = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    "postgresql": "ALTER TABLE events ADD CONSTRAINT nothing_more CHECK (seq < 0) NOT VALID",
}


def sabotaged(world: World, statement: str) -> None:
    with transaction(world.db) as db:
        db.connection().exec_driver_sql(statement)


@pytest.mark.parametrize("how", ["DELETE FROM chain_head", "raising"])
def test_what_cannot_be_written_down_is_not_done(world: World, how: str) -> None:
    story = Story(world).up_to("submit")
    sabotaged(world, RAISING[world.db.dialect.name] if how == "raising" else how)
    before = world.everything()
    deeds = (
        lambda: story.then("accept", "li", category="工资报酬", tier="A", lead="D"),
        lambda: asked(world, story, "li"),
        lambda: world.raises("zhang", MONDAY + timedelta(hours=3)),
    )
    for deed in deeds:
        with pytest.raises(DatabaseError) as caught:
            deed()
        assert ("refuses to write the audit" if how == "raising" else "bihuan verify") in caught.value.en
    with pytest.raises(DatabaseError), transaction(world.db) as db:
        note_settings(db, Settings(), MONDAY)
    assert world.everything() == before


def test_a_chain_that_somebody_holds_is_waited_for_and_then_refused(
    migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(migrated_sqlite_url)
    story = Story(world).up_to("submit")
    before = world.everything()
    with closing(world.db.raw_connection()) as other:
        other.cursor().execute("BEGIN IMMEDIATE")
        with transaction_in_a_hurry(world), pytest.raises(DatabaseError, match="正被占用"):
            story.then("accept", "li", category="工资报酬", tier="A", lead="D")
        other.cursor().execute("ROLLBACK")
    assert world.everything() == before


class transaction_in_a_hurry:
    """Lets every new connection wait for a lock no longer than a moment."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __enter__(self) -> None:
        event.listen(self.world.db, "checkout", self._hurry)

    def __exit__(self, *problem: object) -> None:
        event.remove(self.world.db, "checkout", self._hurry)

    def _hurry(self, dbapi: object, record: object, proxy: object) -> None:
        dbapi.execute("PRAGMA busy_timeout=50")  # type: ignore[attr-defined]  # a connection of sqlite3


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs a file system of its own")
def test_on_a_full_disk_nothing_is_half_written(tmp_path: Path, migrated_sqlite: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        url = f"sqlite:///{place / 'bihuan.db'}"
        (place / "bihuan.db").write_bytes(migrated_sqlite.read_bytes())
        world = World(url)
        with pytest.raises(DatabaseError, match="磁盘已满"):
            for _ in range(10_000):
                Story(world).up_to("report")
        release(url)
        with reading(engine(url)) as db:
            assert db.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        again = object.__new__(World)
        again.__dict__.update(world.__dict__, db=engine(url))
        again.check()
        release(url)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_settings_are_noted_when_they_changed_and_never_a_secret(world: World) -> None:
    settings = Settings(database="postgresql://u:geheim@h/db", key="5e" * 32, smtp_host="h", smtp_from="a@b.example")
    settings = replace(settings, smtp_password="s3cr3t", heads_webhook="https://h/?k=tok", heads_secret="whsec_x")
    with transaction(world.db) as db:
        assert note_settings(db, settings, MONDAY) and not note_settings(db, settings, MONDAY)
        assert note_settings(db, replace(settings, smtp_password="", patience=9), MONDAY)
        lines = audited(db, what=SETTINGS)
    assert json.loads(lines[1].facts)["changed"] == ["patience", "smtp_password"]
    told = "".join(line.facts for line in lines)
    assert not any(word in told for word in ("geheim", "s3cr3t", "tok", "whsec", "5e5e"))
    world.check()


def test_the_audit_names_people_and_says_nothing_of_cases(world: World) -> None:
    story = Story(world).up_to("sign_for")
    row_id = asked(world, story, "wang")
    with transaction(world.db) as db:
        revealing.agree(db, find(db, story.number), row_id, by=person(db, world, "zhao"), at=story.at)
    with transaction(world.db) as db:
        db.add(Duty(user_id=world.people["du"], unit_id=1, role="audit_admin"))
    with reading(world.db) as db:
        require_auditor(db, person(db, world, "du"), MONDAY)
        with pytest.raises(NotByYou):
            require_auditor(db, person(db, world, "wang"), MONDAY)
        lines = audited(db)
        assert {line.action for line in lines} >= {"publish_law", "ask_reveal", "agree_reveal"}
        assert "accept" not in {line.action for line in lines}
        assert [line.login for line in audited(db, what="agree_reveal")] == ["zhao"]
        assert {line.action for line in audited(db, who=person(db, world, "wang"))} == {"ask_reveal"}
        assert audited(db, since=story.at + timedelta(days=1)) == []
        assert len(audited(db, until=story.at)) < len(lines)
    told = "".join(line.facts for line in lines)
    assert BECAUSE not in told and "希望建驿站" not in told and is_veil(story.case.submitter_id or 0)
