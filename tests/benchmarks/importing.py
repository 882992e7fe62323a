"""How fast spreadsheets come in, against bare inserts of the rows that result: `python -m tests.benchmarks.importing`.

Each import runs in a process of its own, whose memory is watched; the bare inserts use the driver alone, with the same
schema, the same constraints and the same durability. `--rows N` changes how many rows, 100,000 by default.
"""

import argparse
import csv
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import xlsxwriter

from cases.laws import publish
from cases.record.database import engine, reading, transaction
from cases.record.schema import migrate
from cases.spreadsheets.importing import import_cases
from cases.spreadsheets.mapping import parse
from cases.words import vocabulary
from tests.databases import DURABLE, Cluster, find_programs
from workflow.reading import load

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, tzinfo=UTC)
TABLES = ("units", "cases", "passages", "assignments", "clocks", "imported_rows", "events")
MAPPING = """
timezone = "America/New_York"
moments = ["%m/%d/%Y %I:%M:%S %p"]
workflow = "proposal"
unit = "union"
create_units = true
[columns]
external_id = "id"
title = "title"
text = "text"
category = "category"
department = "department"
submitted_at = "opened"
due_at = "due"
closed_at = "closed"
"""


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--rows", type=int, default=100_000)
    words.add_argument("--import", nargs=2, dest="job", metavar=("URL", "FILE"))
    asked = words.parse_args()
    if asked.job:
        print(json.dumps(imported(*asked.job)))
        return
    with tempfile.TemporaryDirectory() as folder:
        files = [written_csv(Path(folder), asked.rows), written_xlsx(Path(folder), asked.rows)]
        print(f"{asked.rows:,} rows of a spreadsheet become cases.\n")
        print("| database | file | rows/s | bare rows/s | ratio | peak memory |")
        print("|---|---|---:|---:|---:|---:|")
        for file in files:
            url, bare = f"sqlite:///{folder}/{file.suffix}.db", f"{folder}/{file.suffix}-bare.db"
            report("SQLite", file, url, lambda url=url, bare=bare: bare_sqlite(url, bare))
        if programs := find_programs():
            cluster = Cluster(programs, DURABLE)
            try:
                for file in files:
                    name = file.suffix[1:]
                    url, bare = cluster.create(name), cluster.create(f"{name}_bare")
                    report("PostgreSQL", file, url, lambda url=url, bare=bare: bare_postgres(url, bare))
            finally:
                cluster.remove()


def report(name: str, file: Path, url: str, bare: Any) -> None:
    told, peak = watched([sys.executable, "-m", "tests.benchmarks.importing", "--import", url, str(file)])
    seconds = bare()
    ours, theirs = told["rows"] / told["seconds"], told["rows"] / seconds
    print(f"| {name} | {file.suffix[1:]} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} | {peak / 1e6:,.0f} MB |")


def watched(command: list[str]) -> tuple[dict[str, Any], int]:
    """Runs a command and looks at its memory fifty times a second."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    watch, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        peak = max(peak, watch.memory_info().rss)
        time.sleep(0.02)
    assert process.stdout is not None
    return json.loads(process.stdout.read()), peak


def imported(url: str, file: str) -> dict[str, float]:
    prepare(url)
    began = time.perf_counter()
    outcome = import_cases(engine(url), Path(file), parse(MAPPING, "benchmark", "benchmark"), at=AT)
    return {"rows": outcome.imported, "seconds": time.perf_counter() - began}


def prepare(url: str) -> None:
    migrate(url)
    with transaction(engine(url)) as db:
        publish(db, load(ROOT / "config" / "workflows" / "proposal.toml", vocabulary()), at=AT)


def bare_sqlite(url: str, path: str) -> float:
    prepare(f"sqlite:///{path}")
    source, target = sqlite3.connect(url.removeprefix("sqlite:///")), sqlite3.connect(path)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        target.execute(f"PRAGMA {pragma}")
    spent = 0.0
    for table in TABLES:
        rows = source.execute(f"SELECT * FROM {table}{' WHERE seq > 1' if table == 'events' else ''}").fetchall()
        marks = ", ".join("?" * len(rows[0]))
        began = time.perf_counter()
        target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        target.commit()
        spent += time.perf_counter() - began
    return spent


def bare_postgres(url: str, other: str) -> float:
    prepare(other)
    spent = 0.0
    with reading(engine(url)) as db, psycopg.connect(other.replace("+psycopg", "")) as target:
        for table in TABLES:
            after = " WHERE seq > 1" if table == "events" else ""
            rows = [tuple(row) for row in db.connection().exec_driver_sql(f"SELECT * FROM {table}{after}")]
            began = time.perf_counter()
            with target.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            target.commit()
            spent += time.perf_counter() - began
    return spent


def rows_of(count: int) -> Iterator[tuple[str, ...]]:
    """Makes rows such as a city's requests: two thirds closed, a fifth without a limit, texts of 300 letters."""
    dice = random.Random(20261120)
    first = datetime(2015, 1, 1, 8)  # by day, for an hour of one night each spring does not exist
    yield ("id", "title", "text", "category", "department", "opened", "due", "closed")
    for number in range(count):
        opened = first + timedelta(days=dice.randrange(3_000), minutes=dice.randrange(600))
        due = opened + timedelta(days=dice.randrange(1, 40)) if dice.random() > 0.2 else None
        closed = opened + timedelta(days=dice.randrange(1, 40)) if dice.random() > 0.35 else None
        words = "".join(chr(0x4E00 + dice.randrange(2000)) for _ in range(30)) * 10
        yield (
            f"{101_000_000_000 + number}",
            f"事项 {words[:18]}",
            words,
            f"类别 {dice.randrange(40)}",
            f"部门 {dice.randrange(60)}",
            *(moment(at) for at in (opened, due, closed)),
        )


def moment(at: datetime | None) -> str:
    return at.strftime("%m/%d/%Y %I:%M:%S %p") if at else ""


def written_csv(folder: Path, count: int) -> Path:
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows_of(count))
    return path


def written_xlsx(folder: Path, count: int) -> Path:
    path = folder / "rows.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows_of(count)):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value)
    return path


if __name__ == "__main__":
    main()
