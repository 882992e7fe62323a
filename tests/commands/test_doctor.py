"""`bihuan doctor` names each safeguard of the record that is gone."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from cases.heartbeat import beat
from cases.record.database import engine, transaction
from tests.cases.world import Story, World
from tests.commands.test_program import Captured, run

DISARMED = {
    "sqlite": {
        "events_no_update": "DROP TRIGGER events_no_update",
        "events_no_delete": "DROP TRIGGER events_no_delete",
        "events_no_replace": "DROP TRIGGER events_no_replace",
    },
    "postgresql": {
        "events_no_change": "ALTER TABLE events DISABLE TRIGGER events_no_change",
        "events_no_truncate": "DROP TRIGGER events_no_truncate ON events",
    },
}
REPLICA = "ALTER TABLE events ENABLE REPLICA TRIGGER events_no_change"
BEHIND = (
    "UPDATE chain_head SET seq = seq - 1",
    "UPDATE chain_head SET seq = seq + 1",
    "UPDATE chain_head SET hash = 'x'",
    "DELETE FROM chain_head",
)


@pytest.fixture
def world(peopled_url: str) -> World:
    """Gives the cast and a case under way, once on each engine."""
    world = World(peopled_url)
    Story(world).up_to("accept")
    return world


def found(capsys: Captured, world: World) -> list[tuple[str, str, str]]:
    """Return what the doctor finds about the record: where, and the sentence in both languages."""
    status, out, _ = run(capsys, "doctor", "--database", world.url, "--at", "2026-11-20", "--format", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(out)) if row["kind"] == "record"]
    assert status == 1 or not rows
    return [(row["where"], row["zh"], row["en"]) for row in rows]


def does(world: World, deed: str) -> None:
    with transaction(world.db) as db:
        db.connection().exec_driver_sql(deed)


def test_a_record_that_is_guarded_has_no_finding(capsys: Captured, world: World) -> None:
    assert found(capsys, world) == []


def test_each_trigger_that_is_gone_or_disabled_is_named(capsys: Captured, world: World) -> None:
    triggers = DISARMED[world.db.dialect.name]
    for number, deed in enumerate(triggers.values(), 1):
        does(world, deed)
        assert [where for where, _, _ in found(capsys, world)] == list(triggers)[:number]
    _, zh, en = found(capsys, world)[0]
    assert zh == "保护事件的触发器缺失或已停用，数据库不再拒绝改动事件"
    assert en == "this trigger is missing or disabled: the database no longer refuses to change events"


def test_a_trigger_that_only_fires_on_a_replica_guards_nothing_here(
    capsys: Captured, migrated_postgres_url: str
) -> None:
    world = World(migrated_postgres_url)
    does(world, REPLICA)
    assert [where for where, _, _ in found(capsys, world)] == ["events_no_change"]


@pytest.mark.parametrize("deed", BEHIND)
def test_a_head_that_does_not_name_the_last_event_is_told(capsys: Captured, world: World, deed: str) -> None:
    does(world, deed)
    ((where, zh, en),) = found(capsys, world)
    assert (where, "bihuan verify" in zh, "bihuan verify" in en) == ("chain_head", True, True)


def test_the_end_of_a_chain_that_was_cut_off_is_told(capsys: Captured, world: World) -> None:
    for deed in DISARMED[world.db.dialect.name].values():
        does(world, deed)
    does(world, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    assert "chain_head" in [where for where, _, _ in found(capsys, world)]


@pytest.mark.parametrize(
    ("seconds", "hours", "kinds"),
    [(-11, 0, {"note"}), (61, 0, {"clock"}), (-7200, 23, {"clock"}), (-7200, 24, set()), (-11, 24, set())],
)
def test_a_clock_that_was_set_is_found_for_a_day_and_noted_where_it_was_only_put_right(
    capsys: Captured, world: World, seconds: int, hours: int, kinds: set[str]
) -> None:
    set_at = datetime(2026, 11, 19, 9, tzinfo=UTC)
    at = set_at + timedelta(hours=hours)
    beat(world.db, "node:1", set_at, timedelta(seconds=seconds))
    beat(world.db, "node:1", at)
    _, out, _ = run(capsys, "doctor", "--database", world.url, "--at", at.isoformat(), "--format", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(out)) if row["where"] == "node:1"]
    assert {row["kind"] for row in rows} == kinds
    assert all(row["en"] == f"its clock was set by {seconds} s while it ran" for row in rows)


def test_a_clock_that_is_put_right_after_a_large_step_is_still_found(capsys: Captured, world: World) -> None:
    at = datetime(2026, 11, 19, 9, tzinfo=UTC)
    for hours, seconds in ((0, -7200), (1, 11), (2, 7201), (27, 12)):
        beat(world.db, "node:1", at + timedelta(hours=hours), timedelta(seconds=seconds))
        _, out, _ = run(
            capsys,
            "doctor",
            "--database",
            world.url,
            "--at",
            (at + timedelta(hours=hours)).isoformat(),
            "--format",
            "csv",
        )
        told = [row["en"] for row in csv.DictReader(io.StringIO(out)) if row["where"] == "node:1"]
        assert told == [f"its clock was set by {-7200 if hours == 1 else seconds} s while it ran"]


def test_a_clock_that_was_only_put_right_is_no_failure(capsys: Captured, empty_database_url: str) -> None:
    run(capsys, "init", "--database", empty_database_url)
    at = datetime(2026, 11, 19, 9, tzinfo=UTC)
    beat(engine(empty_database_url), "node:1", at, timedelta(seconds=11))
    status, out, _ = run(capsys, "doctor", "--database", empty_database_url, "--at", at.isoformat())
    assert (status, "11" in out) == (0, True)


def test_where_nothing_is_to_be_said_no_table_is_printed(capsys: Captured, empty_database_url: str) -> None:
    run(capsys, "init", "--database", empty_database_url)
    at = datetime(2026, 11, 19, 9, tzinfo=UTC)
    beat(engine(empty_database_url), "node:1", at)
    status, out, err = run(capsys, "doctor", "--database", empty_database_url, "--at", at.isoformat())
    assert (status, out, "一切正常" in err) == (0, "", True)
