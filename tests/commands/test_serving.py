"""`bihuan demo` and `bihuan serve` as a person calls them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from sqlmodel import col, select

from cases.raising import Draft, raise_case
from cases.record.database import engine, reading, release, transaction
from cases.record.event import Event
from commands.demonstration.filling import PASSWORD
from commands.demonstration.people import CAST
from tests.cast import MONDAY, cast

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from commands.program import main; main()"


def test_the_command_fills_prints_the_logins_and_leaves_when_told_not_to_serve(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    first = bihuan("demo", "--cases", "30", "--no-serve", "--at", "2026-11-20T15:30", "--database", url)
    assert first.returncode == 0, first.stderr
    assert all(login in first.stdout for login in CAST.values())
    assert PASSWORD in first.stderr and "演示" in first.stderr
    before = events(url)
    second = bihuan("demo", "--cases", "30", "--no-serve", "--database", url)
    assert second.returncode == 0, second.stderr
    assert events(url) == before
    release(url)


def test_a_port_that_is_taken_is_one_sentence_and_nothing_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = bihuan("demo", "--port", port, "--database", f"sqlite:///{path}")
    assert done.returncode == 2
    assert port in done.stderr and "Traceback" not in done.stderr
    assert not path.exists()


def test_several_workers_are_refused_on_sqlite(migrated_sqlite_url: str) -> None:
    done = bihuan("serve", "--workers", "2", "--database", migrated_sqlite_url)
    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr and "Traceback" not in done.stderr


def test_serving_a_database_that_is_not_set_up_says_what_to_do(tmp_path: Path) -> None:
    done = bihuan("serve", "--database", f"sqlite:///{tmp_path / 'none.db'}")
    assert done.returncode == 2
    assert "bihuan init" in done.stderr and "Traceback" not in done.stderr


def events(url: str) -> list[str]:
    """Returns the hashes of everything that happened."""
    with reading(engine(url)) as db:
        return list(db.exec(select(Event.hash).order_by(col(Event.seq))))


def bihuan(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs the program as a person would, without settings of this machine."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_serving_finds_the_database_in_the_environment(migrated_sqlite_url: str) -> None:
    words = [sys.executable, "-c", PROGRAM, "serve", "--port", "0"]
    environment = {**os.environ, "BIHUAN_DATABASE": migrated_sqlite_url}
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            address = next(word for word in said.split() if "http://" in word).split("：")[-1]
            with opened(f"{address}/healthz") as answer:
                assert answer.status == 200
        finally:
            server.terminate()
            server.communicate()


def opened(url: str) -> Any:
    """Open an address as soon as it answers."""
    for _ in range(100):
        try:
            return urlopen(url, timeout=5)
        except URLError:
            sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


def test_a_fresh_program_shows_and_explains_a_case(migrated_sqlite_url: str) -> None:
    with transaction(engine(migrated_sqlite_url)) as db:
        people = cast(db)
        number = raise_case(
            db, Draft("proposal", "C", "建议增设驿站", "饮水不便。"), by=people["zhang"], at=MONDAY
        ).number
    release(migrated_sqlite_url)
    for command in ("show", "explain"):
        done = bihuan(command, number, "--database", migrated_sqlite_url)
        assert (done.returncode, done.stderr) == (0, "")
        assert "draft" in done.stdout or "草稿" in done.stdout
