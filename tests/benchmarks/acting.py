"""How much of the bare driver's speed an action keeps: the same rows, the same durability, in one run.

    python -m tests.benchmarks.acting [CASES]

Cases are walked through six actions on copies of one database: once with every INSERT and UPDATE noted as the driver
gets it, then by the engine and by the bare driver in turns, so that a slow moment of the machine strikes both. The bare
driver replays what was noted, one transaction an action
(sqlite3 in WAL with synchronous=FULL and BEGIN IMMEDIATE; psycopg on a server with fsync on). The engine's time
includes all that a request needs: finding the person and the case, asking the law, clocks, hashes.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from statistics import median
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
TURNS = 20
WARM = 20  # cases that nobody times, so that every statement is compiled
Transactions = list[list[tuple[str, Any]]]
Bare = Callable[[Transactions], float]


def main(cases: int) -> None:
    """Print a table for both databases."""
    print("| database | actions | engine, a second | bare driver, a second | ratio, median of turns |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.db" for name in "abc"]
        prepare(urls[0], cases)
        for name in "bc":
            shutil.copy(f"{folder}/a.db", f"{folder}/{name}.db")
        writes = noted(urls[1], cases)
        with sqlite_alone(f"{folder}/c.db") as bare:
            report("SQLite", compared(urls[0], writes, bare, cases), cases * len(STEPS))
    programs = find_programs()
    if programs is None:
        print("| PostgreSQL | | | | no server programs found |")
        return
    cluster = Cluster(programs, DURABLE)
    try:
        prepare(cluster.create("a"), cases)
        urls = [cluster.url("a"), cluster.create("b", "a"), cluster.create("c", "a")]
        writes = noted(urls[1], cases)
        with postgres_alone(urls[2]) as bare:
            report("PostgreSQL", compared(urls[0], writes, bare, cases), cases * len(STEPS))
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


def chunks(cases: int) -> list[tuple[int, int]]:
    """Return the cases of each turn, first and end; the engine and the bare driver take them one after the other."""
    size = max(1, cases // TURNS)
    return [(first, min(first + size, WARM + cases)) for first in range(WARM, WARM + cases, size)]


def compared(
    url: str, writes: Transactions, bare: Callable[[Transactions], float], cases: int
) -> list[tuple[float, float]]:
    """Return the seconds of the engine and of the bare driver, turn by turn, so that a slow moment strikes both."""
    walk(url, 0, WARM)
    bare(writes[: WARM * len(STEPS)])
    pairs = []
    for first, end in chunks(cases):
        begin = perf_counter()
        walk(url, first, end)
        ours = perf_counter() - begin
        pairs.append((ours, bare(writes[first * len(STEPS) : end * len(STEPS)])))
    release(url)
    return pairs


@contextmanager
def sqlite_alone(path: str) -> Iterator[Bare]:
    """Open what writes the same rows with sqlite3 and returns how many seconds that took."""
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode=WAL")
        plain.execute("PRAGMA synchronous=FULL")
        plain.execute("PRAGMA foreign_keys=ON")

        def write(writes: Transactions) -> float:
            begin = perf_counter()
            for transaction_ in writes:
                plain.execute("BEGIN IMMEDIATE")
                for statement, row in transaction_:
                    plain.execute(statement, row)
                plain.execute("COMMIT")
            return perf_counter() - begin

        yield write


@contextmanager
def postgres_alone(url: str) -> Iterator[Bare]:
    """Open what writes the same rows with psycopg and returns how many seconds that took."""
    parsed = make_url(url)
    with (
        psycopg.connect(host=parsed.host, port=parsed.port, user=parsed.username, dbname=parsed.database) as plain,
        plain.cursor() as cursor,
    ):

        def write(writes: Transactions) -> float:
            begin = perf_counter()
            for transaction_ in writes:
                for statement, row in transaction_:
                    cursor.execute(statement, row)
                plain.commit()
            return perf_counter() - begin

        yield write


def report(name: str, pairs: list[tuple[float, float]], actions: int) -> None:
    """Print one row of the table; the ratio is the median of the turns, beside the lowest and the highest of them."""
    ours, bare = (sum(side) for side in zip(*pairs, strict=True))
    ratios = sorted(theirs / mine for mine, theirs in pairs)
    middle = f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    print(f"| {name} | {actions:,} | {actions / ours:,.0f} | {actions / bare:,.0f} | {middle} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
