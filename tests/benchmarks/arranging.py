"""What a new year costs: looking at what it moves, publishing it, and moving many clocks while people go on acting.

    python -m tests.benchmarks.arranging [CASES]

CASES (50,000) come from a spreadsheet, each with two clocks that run: of its desk and of the whole case. The year moves
most of them. While they are moved, a second connection takes an action on one case after the other.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlmodel import select

from cases.act import act, find
from cases.arranging import Tally, arranged, preview, publish
from cases.errors import Stale
from cases.record.case import Case
from cases.record.database import engine, reading, release, transaction
from cases.record.people import User
from cases.record.schema import migrate
from cases.settling import settle
from cases.spreadsheets.importing import import_cases
from cases.spreadsheets.mapping import parse
from tests.cases.calendar_acts import YEAR_2027
from tests.cast import cast
from tests.databases import DURABLE, Cluster, find_programs
from workflow.arrangement_text import read_arrangement

AT = datetime(2026, 12, 10, tzinfo=UTC)
MAPPING = """
moments = ["%Y-%m-%d %H:%M"]
workflow = "proposal"
unit = "C"
[columns]
external_id = "id"
title = "title"
tier = "tier"
submitted_at = "opened"
"""


def main(cases: int) -> None:
    """Print a row for each database there is."""
    cluster = Cluster(programs, DURABLE) if (programs := find_programs()) else None
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), cases)
        print("| database | clocks that run | move | preview, s | publish, ms | follow, s | longest batch, ms |")
        print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
        try:
            measured("SQLite", f"sqlite:///{folder}/many.db", file)
            if cluster:
                measured("PostgreSQL", cluster.create("many"), file)
        finally:
            if cluster:
                cluster.remove()
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def measured(name: str, url: str, file: Path) -> None:
    """Import the cases, arrange the year, and print how long each part took."""
    migrate(url)
    db = engine(url)
    with transaction(db) as session:
        admin = cast(session)["xitong"].id
    imported = import_cases(db, file, parse(MAPPING, "benchmark", "benchmark"), at=AT).imported
    tally, begin = Tally(), perf_counter()
    with reading(db) as session:
        draft = arranged(session, read_arrangement(YEAR_2027), YEAR_2027)
        for _ in tally.counting(preview(session, draft)):
            pass
    looked = perf_counter() - begin
    begin = perf_counter()
    with transaction(db) as session:
        publish(session, draft, tally, by=session.get_one(User, admin), at=AT)
    published = perf_counter() - begin
    is_over, waits = threading.Event(), list[float]()
    person = threading.Thread(target=acting, args=(url, is_over, waits))
    person.start()
    batches, begin = list[float](), perf_counter()
    for _ in settle(db, AT):
        batches.append(perf_counter() - begin - sum(batches))
    is_over.set()
    person.join()
    print(
        f"| {name} | {2 * imported:,} | {tally.moved:,} (and {tally.firm:,} firm) | {looked:.1f} "
        f"| {published * 1e3:.0f} | {sum(batches):.1f} | {max(batches) * 1e3:.0f} |\n"
        f"|  | {len(waits):,} actions meanwhile | | ms: p50 {median(waits):.0f} | most {max(waits):.0f} | | |",
        flush=True,
    )
    release(url)


def acting(url: str, is_over: threading.Event, waits: list[float]) -> None:
    """Write a note in one case after the other and measure how long each took."""
    with reading(engine(url)) as db:
        numbers = list(db.exec(select(Case.number).limit(5_000)))
        user = db.exec(select(User).where(User.login == "zhao")).one()
    for number in numbers:
        if is_over.is_set():
            return
        begin = perf_counter()
        with suppress(Stale), transaction(engine(url)) as db:  # its clocks were moved between the two statements
            act(db, find(db, number), "urge", by=db.get_one(User, user.id), at=AT, form={"reason": "快些"})
        waits.append((perf_counter() - begin) * 1_000)


def written(folder: Path, cases: int) -> Path:
    """Write a spreadsheet of cases that were raised this autumn and are open."""
    dice, path = random.Random(2027), folder / "cases.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "title", "tier", "opened"))
        for number in range(cases):
            opened = AT - timedelta(minutes=dice.randrange(60, 60 * 24 * 40))
            rows.writerow((number, f"建议增设驿站 {number}", dice.choice("ABC"), f"{opened:%Y-%m-%d %H:%M}"))
    return path


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
