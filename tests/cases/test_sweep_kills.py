"""Each rung exactly once, however many sweep and however often they are killed.

`BIHUAN_TEST_EXAMPLES` says for how many cases, `BIHUAN_TEST_SEEDS` how often from the start, `BIHUAN_TEST_SEED` repeats
the first of them. A tenth of a kill comes to every thirty-three cases: thirty to ten thousand, and three at least.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from cases.act import act
from cases.raising import Draft, raise_case
from cases.record.clock import Clock, FiredRung
from cases.record.database import reading, release, transaction
from cases.record.people import User
from cases.record.schema import migrate, require_current
from cases.verifying import verify_database
from tests.cases.world import World
from tests.cast import MONDAY
from tests.conftest import ROOT, copy_sqlite
from tests.databases import Cluster

CASES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "200"))
MANY = 10_000  # enough for every kill to hit a sweep in its middle
KILLS = max(3, CASES * 30 // MANY)
SEEDS = int(os.environ.get("BIHUAN_TEST_SEEDS", "1"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0"))
AFTER = MONDAY + timedelta(days=5)  # Saturday: reminded, overdue and yellow, and not yet climbed
RUNGS = ("remind", "overdue", "yellow")
PATIENCE = 900.0


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_in_sqlite_two_threads_fire_each_rung_once_while_they_are_killed(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    waiting(migrated_sqlite_url)
    release(migrated_sqlite_url)
    for seed in seeds():
        path = tmp_path / f"{seed}.db"
        copy_sqlite(Path(migrated_sqlite_url.removeprefix("sqlite:///")), path)
        swept_under_fire(f"sqlite:///{path}", seed, processes=1, threads=2)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_in_postgresql_three_processes_fire_each_rung_once_while_they_are_killed(durable_postgres: Cluster) -> None:
    url = durable_postgres.create("due")
    migrate(url)
    waiting(url)
    release(url)
    for seed in seeds():
        swept_under_fire(durable_postgres.create(f"due{seed}", "due"), seed, processes=3, threads=1)
        durable_postgres.drop(f"due{seed}")


def seeds() -> list[int]:
    """Return the seeds of this run, and print them."""
    first = SEED or random.SystemRandom().randrange(1, 10**9)
    print(f"BIHUAN_TEST_SEED={first}, {SEEDS} times {CASES} cases, {KILLS} kills each")
    return [first + number for number in range(SEEDS)]


def waiting(url: str) -> None:
    """Submit cases to the review group, a second apart."""
    world = World(url)
    with transaction(world.db) as db:
        zhang = db.get_one(User, world.people["zhang"])
        for number in range(CASES):
            at = MONDAY - timedelta(seconds=CASES - number)
            case = raise_case(db, Draft("proposal", "C", f"建议 {number}", "内容"), by=zhang, at=at)
            act(db, case, "submit", by=zhang, at=at)


def swept_under_fire(url: str, seed: int, *, processes: int, threads: int) -> None:
    """Let processes sweep, kill one after the other and start it again, and count what fired."""
    dice = random.Random(seed)
    command = [sys.executable, "-m", "tests.cases.sweeper", url, AFTER.isoformat(), str(threads)]

    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    began, kills, hits = time.monotonic(), 0, 0  # a hit is a kill of one that had not ended by itself
    sweepers = [begin() for _ in range(processes)]
    try:
        while kills < KILLS or (hits < KILLS and kills < 2 * KILLS):
            victim = dice.randrange(processes)
            assert sweepers[victim].stdout.readline() == "begun\n"  # type: ignore[union-attr]  # it is a pipe
            time.sleep(dice.uniform(0, 0.35))
            hits += sweepers[victim].poll() is None
            sweepers[victim].kill()
            sweepers[victim].communicate()
            kills += 1
            sweepers[victim] = begin()
        for process in sweepers:
            assert process.wait(PATIENCE) == 0
    finally:
        for process in sweepers:
            process.kill()
            process.communicate()
    counts, lateness = what_fired(url)
    print(f"seed {seed}: {kills} kills, {hits} in the middle; {dict(counts)} in {time.monotonic() - began:.1f} s")
    assert hits >= (KILLS if CASES >= MANY else 1)
    assert counts == dict.fromkeys(RUNGS, CASES)
    assert lateness == 0
    release(url)


def what_fired(url: str) -> tuple[Counter[str], int]:
    """Return how often each rung fired, of a whole and verified record, and how many clocks still wait."""
    with reading(require_current(url)) as db:
        rows = db.exec(select(FiredRung.do, func.count()).group_by(FiredRung.do)).all()
        pairs = db.exec(select(FiredRung.clock_id, FiredRung.rung)).all()
        assert len(set(pairs)) == len(pairs)
        verify_database(db)
        due = select(func.count()).where(col(Clock.stopped_at).is_(None), col(Clock.next_at) <= AFTER)
        return Counter(dict(rows)), db.exec(due).one()
