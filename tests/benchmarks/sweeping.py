"""What a sweep costs: choosing 500 due clocks among many, and firing many at once while people look at what is late.

    python -m tests.benchmarks.sweeping [RUNNING] [DUE]

Choosing is measured with 10,000 running clocks and then with RUNNING (1,000,000) in the same database, the median of 21
times each. In another one DUE (50,000) cases reach a rung within as many seconds; while one node sweeps them, a second
connection asks for the supervisor's first page of what is late, again and again.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from datetime import datetime, timedelta
from statistics import median, quantiles
from time import perf_counter

from sqlalchemy import text
from sqlmodel import select

from cases.act import act
from cases.lists import late
from cases.raising import Draft, raise_case
from cases.record.database import engine, is_sqlite, reading, release, transaction
from cases.record.people import User
from cases.record.schema import migrate
from cases.sweep import due_clocks, sweep
from tests.cast import MONDAY, cast
from tests.databases import DURABLE, Cluster, find_programs

FEW, CHOSEN, TIMES = 10_000, 500, 21
OVERDUE = MONDAY + timedelta(days=4)  # Friday at nine: the limit of Thursday evening has passed
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})"
# The copies run as long as one likes: their next rungs come a second apart, in years.
COPIES = """
    INSERT INTO clocks (case_id, kind, state, round, "limit", calendar, is_provisional, started_at, first_due_at,
        due_at, spans, term, rung, next_at)
    {numbers} SELECT c.case_id, c.kind, c.state, c.round, c."limit", c.calendar, c.is_provisional, c.started_at,
        c.first_due_at, c.due_at, c.spans, c.term, c.rung, {later}
    FROM n JOIN (SELECT * FROM clocks WHERE kind = 'state' AND stopped_at IS NULL ORDER BY id LIMIT 1) AS c ON 1 = 1
"""


def main(running: int, due: int) -> None:
    """Print both tables for each database there is."""
    cluster = Cluster(programs, DURABLE) if (programs := find_programs()) else None
    with tempfile.TemporaryDirectory() as folder:
        places = {"SQLite": [f"sqlite:///{folder}/{name}.db" for name in ("many", "due")]}
        if cluster:
            places["PostgreSQL"] = [cluster.create(name) for name in ("many", "due")]
        try:
            print("| database | running clocks | choosing 500 of them, ms | ratio |\n|---|---:|---:|---:|")
            for name, (url, _) in places.items():
                choosing(name, url, running)
            print(
                "\n| database | fired | seconds | a second | in due order | page of late cases, ms: p50 | p99 | most |"
            )
            print("|---|---:|---:|---:|---|---:|---:|---:|")
            for name, (_, url) in places.items():
                firing(name, url, due)
        finally:
            if cluster:
                cluster.remove()


def submitted(url: str, count: int) -> None:
    """Raise and submit cases, a second apart, so that they fall due a second apart or together."""
    migrate(url)
    with transaction(engine(url)) as session:
        zhang = cast(session)["zhang"]
        for number in range(count):
            at = MONDAY - timedelta(seconds=count - number)
            case = raise_case(session, Draft("proposal", "C", "建议", "内容"), by=zhang, at=at)
            act(session, case, "submit", by=zhang, at=at)


def choosing(name: str, url: str, running: int) -> None:
    """Print how long it takes to choose among few running clocks and among many."""
    submitted(url, CHOSEN)
    medians = []
    for count in (FEW, running):
        with transaction(engine(url)) as session:
            there = (
                session.connection().execute(text("SELECT count(*) FROM clocks WHERE stopped_at IS NULL")).scalar_one()
            )
            later = "datetime('2030-01-01', '+' || n.i || ' seconds') || '.000000'"
            later = later if is_sqlite(session) else "TIMESTAMPTZ '2030-01-01' + n.i * interval '1 second'"
            session.connection().execute(text(COPIES.format(numbers=NUMBERS.format(count - there), later=later)))
        with transaction(engine(url)) as session:
            session.connection().execute(text("ANALYZE"))
        medians.append(median(chosen(url) for _ in range(TIMES)))
        ratio = f"{medians[-1] / medians[0]:.2f}"
        print(f"| {name} | {count:,} | {medians[-1]:.2f} | {ratio} |", flush=True)
    release(url)


def chosen(url: str) -> float:
    """Return in how many milliseconds all due clocks were chosen."""
    with transaction(engine(url)) as session:
        session.connection()
        begin = perf_counter()
        rows = due_clocks(session, OVERDUE, CHOSEN)
        spent = perf_counter() - begin
        assert len(rows) == CHOSEN
        session.rollback()
    return spent * 1_000


def firing(name: str, url: str, due: int) -> None:
    """Print how fast many rungs fire, and how long the supervisor waits for a page meanwhile."""
    submitted(url, due)
    for _ in sweep(engine(url), MONDAY + timedelta(days=3, hours=8)):
        pass  # the reminders of Thursday
    is_over, waits = threading.Event(), list[float]()
    reader = threading.Thread(target=looking, args=(url, is_over, waits))
    reader.start()
    begin = perf_counter()
    moments: list[datetime] = [fired.due_at for fired in sweep(engine(url), OVERDUE)]
    seconds = perf_counter() - begin
    is_over.set()
    reader.join()
    cuts = quantiles(waits, n=100)
    order = "yes" if moments == sorted(moments) else "NO"
    print(
        f"| {name} | {len(moments):,} | {seconds:.1f} | {len(moments) / seconds:,.0f} | {order} "
        f"| {cuts[49]:.1f} | {cuts[98]:.1f} | {max(waits):.1f} |",
        flush=True,
    )
    release(url)


def looking(url: str, is_over: threading.Event, waits: list[float]) -> None:
    """Ask for the first page of what is late until the sweep is over, ten times a second."""
    while not is_over.wait(0.1):
        begin = perf_counter()
        with reading(engine(url)) as session:
            supervisor = session.exec(select(User).where(User.login == "zhao")).one()
            late(session, supervisor, OVERDUE, None)
        waits.append((perf_counter() - begin) * 1_000)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [1_000_000, 50_000][len(given) :]))
