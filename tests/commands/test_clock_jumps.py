"""The wall clock of a running server is set: the schedule goes on, nothing fires twice, and somebody hears of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlmodel import select

from cases.heartbeat import PERIOD, nodes
from cases.record.clock import FiredRung
from cases.record.database import reading, release
from cases.record.schema import require_current
from config import clock
from tests.cases.world import Story, World
from tests.commands.test_serving import PROGRAM, ROOT
from tests.requirements import absent

TWO_PERIODS = 2 * PERIOD
DAY = 86_400


@pytest.fixture
def library() -> Path:
    """Return the library that gives a program a clock of its own, or skip."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    return found or absent("faketime", "there is no libfaketimeMT.so.1 (Debian package libfaketime)")


def test_the_server_beats_on_whatever_its_clock_is_set_to(
    library: Path, migrated_sqlite_url: str, tmp_path: Path
) -> None:
    world = World(migrated_sqlite_url)
    late = Story(world, at=clock.now() - timedelta(days=30)).up_to("submit")
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    words = [sys.executable, "-c", PROGRAM, "serve", "--port", "0", "--database", migrated_sqlite_url]
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            address = next(word for word in said.split() if "http://" in word).split("：")[-1]
            answers(address)
            for seconds in (-120, DAY, -DAY, 3_650 * DAY, 0):
                offset.write_text(f"{seconds:+d}\n")
                print(f"{seconds:+,} s: beats after {beats_after(migrated_sqlite_url, seconds):.1f} s")
                assert alarm(address) == (503 if seconds > 7 * DAY else 200)
        finally:
            server.terminate()
            server.communicate()
    with reading(require_current(migrated_sqlite_url)) as db:
        rows = db.exec(select(FiredRung)).all()
        assert len({(row.clock_id, row.term, row.rung) for row in rows}) == len(rows) > 0
        assert {row.case_id for row in rows} == {late.case.id}
        assert max(row.fired_at for row in rows) < clock.now() + timedelta(days=2)  # nothing in ten years' time
    release(migrated_sqlite_url)


def answers(address: str) -> None:
    """Wait until the server is ready; its socket may listen long before."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urlopen(f"{address}/readyz", timeout=10) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {address}")


def beats_after(url: str, offset: int) -> float:
    """Return after how many seconds the node beats by its new clock, and has noted that it was set."""
    began = time.monotonic()
    while time.monotonic() - began < TWO_PERIODS:
        with reading(require_current(url)) as db:
            (node,) = nodes(db)
        due = clock.now() + timedelta(seconds=offset)
        if abs(node.beat_at - due) < timedelta(seconds=3) and node.jumped_at is not None:
            return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError(f"no beat within two periods of a step to {offset:+} s")


def alarm(address: str) -> int:
    """Return whether people may be sent to the server."""
    try:
        with urlopen(f"{address}/readyz", timeout=5) as answer:
            return int(answer.status)
    except HTTPError as refused:
        assert "clock" in json.load(refused)["reasons"][0]
        return refused.code
