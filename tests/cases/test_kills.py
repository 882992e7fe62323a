"""Whatever kills the process or the database: what was acknowledged is there, whole, and nothing is there twice.

`BIHUAN_TEST_EXAMPLES` says how many rounds to run, `BIHUAN_TEST_SEED` repeats their order. A kill -9 leaves the page
cache to the system, so this is a test of our transactions; what a power cut does is a test of the disk's.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import col, select

from cases.record.case import Case, Passage
from cases.record.database import reading, release
from cases.record.event import Event
from cases.record.schema import migrate, require_current
from cases.timeline import events_of
from tests.cases.world import ROADS, World, check_case, check_chain
from tests.conftest import ROOT
from tests.databases import Cluster

ROUNDS = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "10"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0"))
WORKERS = 2
PATIENCE = 60.0
SCRIPTS = [["raise", *(action for action, _, _ in road)] for road in ROADS.values()]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_sqlite_keeps_what_was_acknowledged_when_its_writers_are_killed(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    World(migrated_sqlite_url)
    release(migrated_sqlite_url)
    rounds(migrated_sqlite_url, tmp_path, kill_server=None)
    release(migrated_sqlite_url)
    with closing(sqlite3.connect(migrated_sqlite_url.removeprefix("sqlite:///"))) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_postgresql_keeps_what_was_acknowledged_when_its_writers_or_itself_are_killed(
    durable_postgres: Cluster, tmp_path: Path
) -> None:
    url = durable_postgres.create("bihuan")
    migrate(url)
    World(url)
    release(url)
    rounds(url, tmp_path, kill_server=lambda: restart(durable_postgres))
    release(url)


@dataclass
class Record:
    """What earlier rounds have left behind."""

    tail: tuple[int, str]
    last_id: int = 0
    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)


def rounds(url: str, folder: Path, *, kill_server: Callable[[], None] | None) -> None:
    """Let workers work, kill them at a random moment, at times together with the server, and check the record."""
    seed = SEED or random.SystemRandom().randrange(1, 10**9)
    print(f"BIHUAN_TEST_SEED={seed}, {ROUNDS} rounds")
    dice = random.Random(seed)
    with reading(require_current(url)) as db:
        record = Record(tail=check_chain(db))
    release(url)  # a connection kept from here would not survive the server
    for nth in range(ROUNDS):
        logs = [folder / f"acknowledged-{nth}-{worker}" for worker in range(WORKERS)]
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.cases.worker", url, f"{nth}-{worker}", str(log)],
                cwd=ROOT,
                stderr=subprocess.DEVNULL,
            )
            for worker, log in enumerate(logs)
        ]
        try:
            wait_until_ready(logs, workers)
            time.sleep(dice.uniform(0.01, 0.6))
            if kill_server and dice.random() < 0.3:
                kill_server()
                record.counts["kills of the server"] += 1
        finally:
            for process in workers:
                process.kill()
                process.wait()
        lines = [line.split() for log in logs for line in log.read_text().splitlines()]
        check_round(url, [(number, int(count)) for number, count, action in lines if action != "ready"], record)
        record.counts["kills"] += WORKERS
    print(dict(record.counts))
    with reading(require_current(url)) as db:  # and no later round has touched what an earlier one left
        assert len(db.exec(select(Event.seq).where(col(Event.case_id).is_not(None))).all()) == record.events
        for case in db.exec(select(Case)):
            check_case(db, case)


def check_round(url: str, acknowledged: list[tuple[str, int]], record: Record) -> None:
    """Assert that nothing acknowledged is lost, nothing is doubled, and every new row is what its events made it."""
    with reading(require_current(url)) as db:
        record.tail = check_chain(db, *record.tail)
        found: dict[str, list[str]] = {}
        for case in db.exec(select(Case).where(col(Case.id) > record.last_id).order_by(col(Case.id))):
            assert case.id is not None
            found[case.number] = [event.action for event in events_of(db, case.id)]
            assert any(script[: len(found[case.number])] == found[case.number] for script in SCRIPTS)
            check_case(db, case)
            record.last_id = case.id
        said = db.exec(select(Passage.case_id, Passage.version, Passage.field)).all()
    release(url)
    assert len(set(said)) == len(said)
    assert all(len(found[number]) >= count for number, count in acknowledged)
    unsaid = sum(len(actions) for actions in found.values()) - len(acknowledged)
    assert 0 <= unsaid <= WORKERS  # committed, but killed before it could say so
    record.counts["committed but not said"] += unsaid
    record.counts["acknowledged"] += len(acknowledged)
    record.events += len(acknowledged) + unsaid


def restart(cluster: Cluster) -> None:
    """Kill the server with all its processes, and start it on what is left."""
    cluster.kill()
    cluster.start()


def wait_until_ready(logs: list[Path], workers: list[subprocess.Popen[bytes]]) -> None:
    """Wait until every worker has begun; fail if one ends before."""
    until = time.monotonic() + PATIENCE
    while not all(log.exists() and log.stat().st_size for log in logs):
        assert time.monotonic() < until and all(process.poll() is None for process in workers)
        time.sleep(0.01)
