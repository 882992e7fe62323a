"""The test databases themselves: fresh for each test, durable where asked, gone at the end."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import ROOT, copy_sqlite
from tests.databases import Cluster


def test_an_empty_database_has_no_table_and_takes_chinese_text(empty_database_url: str) -> None:
    engine = sa.create_engine(empty_database_url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.execute(sa.text("CREATE TABLE words (word VARCHAR(20))"))
        connection.execute(sa.text("INSERT INTO words VALUES ('闭环')"))
        assert connection.execute(sa.text("SELECT word FROM words")).scalar_one() == "闭环"
    engine.dispose()


def test_each_test_has_a_postgresql_database_of_its_own(postgres: Cluster, empty_postgres_url: str) -> None:
    other = postgres.create("other")
    assert other != empty_postgres_url
    postgres.drop("other")


def test_postgresql_listens_on_this_machine_only(postgres: Cluster) -> None:
    with postgres.connect() as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row == ("127.0.0.1",)


def test_a_copy_of_a_template_brings_its_rows(postgres: Cluster) -> None:
    postgres.create("original")
    with postgres.connect("original") as connection:
        connection.execute("CREATE TABLE laws AS SELECT 'proposal' AS name")
    postgres.create("copied", "original")
    with postgres.connect("copied") as connection:
        assert connection.execute("SELECT name FROM laws").fetchone() == ("proposal",)
    postgres.drop("copied")
    postgres.drop("original")


def test_a_copy_of_a_sqlite_database_brings_what_lies_in_its_log(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "original.db", isolation_level=None)) as original:
        original.execute("PRAGMA journal_mode=WAL")
        original.execute("CREATE TABLE laws AS SELECT 'proposal' AS name")
        copy_sqlite(tmp_path / "original.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT name FROM laws").fetchone() == ("proposal",)


def test_a_durable_cluster_keeps_what_it_acknowledged_when_it_is_killed(durable_postgres: Cluster) -> None:
    with durable_postgres.connect() as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE promises AS SELECT 1 AS kept")
    durable_postgres.kill()
    durable_postgres.start()
    with durable_postgres.connect() as connection:
        assert connection.execute("SELECT kept FROM promises").fetchone() == (1,)


@pytest.mark.skipif(os.name != "posix", reason="the watch over the server is a POSIX shell")
def test_a_killed_test_run_leaves_no_postgresql_behind(postgres_programs: Path) -> None:
    script = (
        "import os, pathlib, signal, sys; from tests.databases import Cluster;"
        "cluster = Cluster(pathlib.Path(sys.argv[1]));"
        "print(cluster.directory, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(postgres_programs)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    directory = Path(answer.stdout.strip())
    assert answer.returncode < 0
    for _ in range(100):
        if not directory.exists():
            return
        subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail(f"{directory} is still there")
