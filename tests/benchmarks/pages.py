"""What a page costs the server with many cases in the database, beside the same questions asked bare.

    python -m tests.benchmarks.pages [CASES] [TIMES] [sqlite|postgresql]

Three cases are walked by their cast: one lies in review, one is handled, one is closed. They are copied to CASES
(1,000,000), five in a hundred of them open, over 200 unions and 40 departments, with titles and texts of their own, and
the index that is searched is made. Each page is then opened TIMES (100) times by its reader. Beside the time of the
whole page, from the request to the last byte, stands the time that its statements take by themselves, sent once more to
the same connection.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlmodel import SQLModel
from sqlmodel import select as select_rows

from cases.record import at_once, bulk, statements
from cases.record.case import Assignment, Case, Passage
from cases.record.clock import Clock
from cases.record.columns import Moment, table_of
from cases.record.database import reading, release, transaction
from cases.record.event import Event
from cases.record.people import Unit
from cases.record.schema import migrate
from cases.search.keeping import keep
from tests.databases import DURABLE, Cluster, find_programs
from tests.web.visitors import Office

UNIONS, DEPARTMENTS, CHUNK = 200, 40, 10_000
OPEN_SHARE = 0.05
#: Moments of copies lie this far back, one after the other.
LONG_AGO = timedelta(days=700)
CHILDREN: Sequence[type[SQLModel]] = (Event, Passage, Clock, Assignment)
WHO = ("机加车间", "外卖站点", "环卫班组", "纺织二厂", "物流园区", "建筑工地", "客运公司", "幼儿园后勤")
WHAT = (
    "工资没有按时发放", "加班费少算", "高温补贴没有发", "休息室漏雨", "饮水机坏了三周", "社保没有缴足", "食堂太贵",
    "班车取消",
)  # fmt: skip
HOW = ("请工会帮助协调", "希望尽快答复", "已找过主管没有结果", "多名职工签名反映", "愿意提供工资条和聊天记录")
RARE = "苯中毒"
#: What is opened, and by whom.
PAGES = (
    ("my desk, reviewer", "li", "/"),
    ("my desk, handler", "wang", "/"),
    ("overdue queue", "zhao", "/overdue"),
    ("case page", "zhao", "/cases/{number}"),
    ("search, common word", "zhao", "/search?q=工资"),
    ("search, rare word", "zhao", f"/search?q={RARE}"),
    ("search, two characters", "zhao", "/search?q=漏雨"),
    ("search, one character", "zhao", "/search?q=薪"),
    ("search, common, small desk", "zhou", "/search?q=工资"),
    ("submit, the form", "zhang", "/submit"),
)


def main(cases: int, times: int, only: str = "") -> None:
    """Print a table for each database there is."""
    cluster = Cluster(programs, DURABLE) if only != "sqlite" and (programs := find_programs()) else None
    with tempfile.TemporaryDirectory() as folder:
        places = {"sqlite": f"sqlite:///{folder}/pages.db"} if only != "postgresql" else {}
        if cluster:
            places["postgresql"] = cluster.create("pages")
        try:
            for name, url in places.items():
                measured(name, url, Path(folder), cases, times)
        finally:
            if cluster:
                cluster.remove()


def measured(name: str, url: str, folder: Path, cases: int, times: int) -> None:
    """Fill a database and print what each page costs there."""
    migrate(url)
    with Office(url, folder) as office:
        began = perf_counter()
        number = filled(office, cases)
        copied = perf_counter() - began
        kept = keep(office.engine)
        indexed = perf_counter() - began - copied
        print(f"\n{name}: {cases:,} cases copied in {copied:.0f} s, {kept:,} indexed in {indexed:.0f} s")
        settle(office)
        office.later(days=9)
        print("| page | questions | p50, ms | p95, ms | statements alone, p50, ms | page / statements |")
        print("|---|---:|---:|---:|---:|---:|")
        for what, login, path in PAGES:
            report(office, what, partial(office.browser(login).client.get, path.format(number=number)), times)
        program = office.program("zhang")
        form = {"title": "饮水机坏了", "text": "三周没有人修。", "unit": "C"}
        report(office, "submit, a case", lambda: program.post("/api/v1/cases", json=form), times, is_writing=True)
    release(url)


def report(office: Office, what: str, opened: Callable[[], Any], times: int, *, is_writing: bool = False) -> None:
    """Print what a page costs, and its statements by themselves; what writes is not sent a second time."""
    assert opened().status_code < 400, what
    with heard(office) as said:
        opened()
    took = sorted(timed(opened) for _ in range(times))
    p50, p95 = median(took) * 1000, quantiles(took, n=20)[-1] * 1000
    beside = " | "
    if not is_writing:
        bare = median(timed(partial(alone, office, said)) for _ in range(times)) * 1000
        beside = f"{bare:.1f} | {p50 / bare:.1f}"
    print(f"| {what} | {len(said)} | {p50:.1f} | {p95:.1f} | {beside} |", flush=True)


@contextmanager
def heard(office: Office) -> Iterator[list[tuple[str, Any]]]:
    """Give the statements that are sent while the block runs, whichever way they go, with their parameters."""
    said: list[tuple[str, Any]] = []

    def through_sqlalchemy(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    def straight(db: Any) -> tuple[Any, Any]:
        driver, dialect = statements.driver_of(db)
        return Overheard(driver, said), dialect

    event.listen(office.engine, "before_cursor_execute", through_sqlalchemy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at_once, "driver_of", straight)
        patch.setattr(
            statements.Prepared, "_cursor", lambda self, db: (straight(db)[0].cursor(), self.ready(straight(db)[1]))
        )
        yield said
    event.remove(office.engine, "before_cursor_execute", through_sqlalchemy)


class Overheard:
    """A driver's connection, or its cursor, that notes what it is asked to execute."""

    def __init__(self, real: Any, said: list[tuple[str, Any]]) -> None:
        self.real, self.said = real, said

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def cursor(self) -> Overheard:
        """Open a cursor that notes as well."""
        return Overheard(self.real.cursor(), self.said)

    def execute(self, statement: str, parameters: Any) -> Any:
        """Note a statement and execute it."""
        self.said.append((statement, parameters))
        return self.real.execute(statement, parameters)


def alone(office: Office, said: Sequence[tuple[str, Any]]) -> None:
    """Send statements to the driver, and read all that they find."""
    with reading(office.engine) as db:
        cursor = db.connection().connection.cursor()
        for statement, parameters in said:
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()


def timed(done: Callable[[], Any]) -> float:
    """Return how long something takes."""
    began = perf_counter()
    done()
    return perf_counter() - began


def filled(office: Office, cases: int) -> str:
    """Copy three walked cases over many units, and return the number of one that is handled."""
    numbers = [office.submitted(title=f"样本{place}", text="样本") for place in range(3)]
    office.go(numbers[1], until="sign_for")
    office.go(numbers[2])
    dice = random.Random(6)
    with transaction(office.engine) as db:
        city = db.exec(select_rows(Unit).where(Unit.code == "C")).one()
        units = []
        for place in range(UNIONS + DEPARTMENTS):
            kind = "union" if place < UNIONS else "department"
            units.append(Unit(code=f"U{place}", name=f"第 {place} 号", kind=kind, parent_id=city.id, path="/"))
        db.add_all(units)
        db.flush()
        for unit in units:
            unit.path = f"{city.path}{unit.id}/"
        db.flush()
        places = [unit.id or 0 for unit in units]
        walked = [templates(db, number) for number in numbers]
    for first in range(0, cases, CHUNK):
        with transaction(office.engine) as db:
            copy(db, dice, walked, places, first, min(CHUNK, cases - first))
            db.connection().exec_driver_sql("UPDATE chain_head SET seq = (SELECT max(seq) FROM events)")
    return numbers[1]


def templates(db: Any, number: str) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a case, by table."""
    cases = table_of(Case)
    row = db.connection().execute(select(cases).where(cases.c.number == number)).mappings().one()
    found = {cases.name: [dict(row)]}
    for model in CHILDREN:
        table = table_of(model)
        rows = db.connection().execute(select(table).where(table.c.case_id == row["id"]).order_by(*table.primary_key))
        found[table.name] = [dict(one) for one in rows.mappings()]
    return found


def copy(db: Any, dice: random.Random, walked: Sequence[Any], units: Sequence[int], first: int, count: int) -> None:
    """Write so many copies, each with a number, words, units and moments of its own."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    ids = {model: iter(bulk.next_ids(db, table_of(model).name, count * 12)) for model in CHILDREN if model is not Event}
    seq = db.connection().execute(text("SELECT max(seq) FROM events")).scalar_one()
    for offset, case_id in enumerate(bulk.next_ids(db, "cases", count)):
        place = first + offset
        which = walked[2] if dice.random() >= OPEN_SHARE else walked[place % 2]
        shift = timedelta(0) if which is not walked[2] else -LONG_AGO * dice.random()
        title, body = words(dice, place)
        own = {"number": f"TA-2026-G{place:07}", "title": title, "unit_id": units[place % UNIONS], "submitter_id": None}
        if which["cases"][0]["lead_id"] is not None:
            own["lead_id"] = units[UNIONS + place % DEPARTMENTS]
        add(rows, Case, which["cases"][0] | own | {"id": case_id}, shift)
        for model in CHILDREN:
            for row in which[table_of(model).name]:
                changed = row | {"case_id": case_id}
                if model is Event:
                    seq += 1
                    changed |= {"seq": seq}
                else:
                    changed |= {"id": next(ids[model])}
                if model is Passage and row["field"] in ("title", "text"):
                    changed |= {"body": title if row["field"] == "title" else body}
                if model is Assignment:
                    changed |= {"unit_id": own["lead_id"]}
                add(rows, model, changed, shift)
    every: Sequence[type[SQLModel]] = (Case, *CHILDREN)
    for model in every:
        table = table_of(model)
        bulk.write(db, table.name, [column.name for column in table.c], rows.get(table.name, []))


def add(rows: dict[str, list[tuple[Any, ...]]], model: type[SQLModel], row: dict[str, Any], shift: timedelta) -> None:
    """Add a row to those that will be written, with its moments moved."""
    table = table_of(model)
    moments = [column.name for column in table.c if isinstance(column.type, Moment)]
    moved = row | {name: _moved(row[name], shift) for name in moments}
    rows.setdefault(table.name, []).append(tuple(moved[column.name] for column in table.c))


def _moved(at: datetime | None, shift: timedelta) -> datetime | None:
    return at + shift if at is not None else None


def words(dice: random.Random, place: int) -> tuple[str, str]:
    """Return a title and a text; one in a hundred thousand holds the rare word."""
    who, what = dice.choice(WHO), dice.choice(WHAT)
    rare = f"疑似{RARE}。" if place % 100_000 == 7 else ""
    other = dice.choice(WHAT)
    return (
        f"{who}{what}",
        f"{who}从{dice.randint(1, 12)}月起{what}，{other}。{rare}{dice.choice(HOW)}，{dice.choice(HOW)}。",
    )


def settle(office: Office) -> None:
    """Let the database learn what is in its tables, as it does by itself in time."""
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 1_000_000,
        int(given[1]) if len(given) > 1 else 100,
        given[2] if len(given) > 2 else "",
    )
