"""How much of the bare driver's speed an action keeps: the same rows, the same durability, in one run.

    python -m tests.benchmarks.acting [CASES]

Cases are walked through six actions on three copies of one database: once timed, once with every INSERT and UPDATE
noted as the driver got it, and once more by the bare driver, which replays what was noted, one transaction an action
(sqlite3 in WAL with synchronous=FULL and BEGIN IMMEDIATE; psycopg on a server with fsync on). The engine's time
includes all that a request needs: finding the person and the case, asking the law, clocks, hashes.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from time import perf_counter
from typing import Any

import psycopg
from pytest import MonkeyPatch
from sqlalchemy import event, make_url
from sqlmodel import Session, select

from cases.act import act, find
from cases.raising import Draft, raise_case
from cases.record.database import engine, release, transaction
from cases.record.people import User, person
from cases.record.schema import migrate
from cases.record.statements import Prepared
from tests.cast import MONDAY, cast
from tests.databases import DURABLE, Cluster, find_programs

STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("submit", "zhang", {}),
    ("accept", "li", {"category": "工资报酬", "tier": "A", "lead": "D"}),
    ("sign_for", "wang", {}),
    ("report", "wang", {"answer": "已与企业协商一致，拖欠的工资于本月二十日前补发到位。"}),
    ("verify", "zhao", {}),
    ("satisfied", "zhang", {}),
]
WARM = 20  # cases that nobody times, so that every statement is compiled
Transactions = list[list[tuple[str, Any]]]


def main(cases: int) -> None:
    """Print a table for both databases."""
    print("| database | actions | engine, a second | bare driver, a second | ratio |\n|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.db" for name in "abc"]
        prepare(urls[0], cases)
        for name in "bc":
            shutil.copy(f"{folder}/a.db", f"{folder}/{name}.db")
        seconds, writes = timed(urls[0], cases), noted(urls[1], cases)
        report("SQLite", seconds, sqlite_alone(f"{folder}/c.db", writes), cases * len(STEPS))
    programs = find_programs()
    if programs is None:
        print("| PostgreSQL | | | | no server programs found |")
        return
    cluster = Cluster(programs, DURABLE)
    try:
        prepare(cluster.create("a"), cases)
        urls = [cluster.url("a"), cluster.create("b", "a"), cluster.create("c", "a")]
        seconds, writes = timed(urls[0], cases), noted(urls[1], cases)
        report("PostgreSQL", seconds, postgres_alone(urls[2], writes), cases * len(STEPS))
    finally:
        cluster.remove()


def prepare(url: str, cases: int) -> None:
    """Set up the cast and raise the cases."""
    migrate(url)
    db = engine(url)
    with transaction(db) as session:
        people = cast(session)
        for i in range(cases + WARM):
            draft = Draft(
                "proposal", "C", f"建议在物流园增设职工驿站 {i}", "园区司机多，饮水如厕不便，建议增设驿站。" * 6
            )
            raise_case(session, draft, by=people["zhang"], at=MONDAY)
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database))) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    release(url)


def timed(url: str, cases: int) -> float:
    """Return the seconds that the engine needs; a few cases go first, so that every statement is compiled."""
    walk(url, 0, WARM)
    begin = perf_counter()
    walk(url, WARM, cases + WARM)
    seconds = perf_counter() - begin
    release(url)
    return seconds


def noted(url: str, cases: int) -> Transactions:
    """Return what the engine writes, by transaction, as the driver gets it."""
    writes: Transactions = []

    run = Prepared.run

    def noting(statement: Prepared, db: Session, values: dict[str, Any]) -> int:
        sql, row = statement.spoken(db, values)
        writes[-1].append((sql, row))
        return run(statement, db, values)

    def note(connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, is_many: bool) -> None:
        if sql.startswith(("INSERT", "UPDATE")):
            writes[-1] += [(sql, row) for row in (parameters if is_many else [parameters])]

    event.listen(engine(url), "before_cursor_execute", note)
    with MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "run", noting)  # these go past the engine's events
        walk(url, 0, cases + WARM, writes)
    release(url)
    return writes


def walk(url: str, first: int, end: int, writes: Transactions | None = None) -> None:
    """Walk some cases through the loop, one transaction an action."""
    db = engine(url)
    with transaction(db) as session:
        ids = {user.login: user.id for user in session.exec(select(User))}
        numbers = [number for (number,) in session.connection().exec_driver_sql("SELECT number FROM cases ORDER BY id")]
    for number in numbers[first:end]:
        for hours, (action, login, form) in enumerate(STEPS):
            if writes is not None:
                writes.append([])
            with transaction(db) as session:
                by = person(session, ids[login] or 0)
                act(session, find(session, number), action, by=by, at=MONDAY + timedelta(hours=hours), form=form)


def sqlite_alone(path: str, writes: Transactions) -> float:
    """Return the seconds that sqlite3 needs for the same rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode=WAL")
        plain.execute("PRAGMA synchronous=FULL")
        plain.execute("PRAGMA foreign_keys=ON")
        for number, transaction_ in enumerate(writes):
            if number == WARM * len(STEPS):
                begin = perf_counter()
            plain.execute("BEGIN IMMEDIATE")
            for statement, row in transaction_:
                plain.execute(statement, row)
            plain.execute("COMMIT")
        return perf_counter() - begin


def postgres_alone(url: str, writes: Transactions) -> float:
    """Return the seconds that psycopg needs for the same rows."""
    parsed = make_url(url)
    with (
        psycopg.connect(host=parsed.host, port=parsed.port, user=parsed.username, dbname=parsed.database) as plain,
        plain.cursor() as cursor,
    ):
        for number, transaction_ in enumerate(writes):
            if number == WARM * len(STEPS):
                begin = perf_counter()
            for statement, row in transaction_:
                cursor.execute(statement, row)
            plain.commit()
        return perf_counter() - begin


def report(name: str, ours: float, bare: float, actions: int) -> None:
    """Print one row of the table."""
    print(f"| {name} | {actions:,} | {actions / ours:,.0f} | {actions / bare:,.0f} | {bare / ours:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
