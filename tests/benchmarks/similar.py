"""How fast and how well the same matter is found again: `python -m tests.benchmarks.similar [QUERIES [SEED]]`.

Over real input that nobody of this project wrote (see tests/spreadsheets/test_real_files.py): the employers of the
Illinois wage claims, a short text each, and the petition messages, some hundred Chinese characters each. All of them
are cases of one database, imported as any spreadsheet is; the index is then built by the job that keeps it.

What counts as found, the truth:

- claims: another claim against the same employer, written differently. Two spellings are of one employer if nothing is
  left of their difference without case, accents, punctuation, spaces, `and`, `the` and the legal form. One spelling of
  each such employer asks; every case of another spelling is a true one.
- messages: a message rewritten by dice, with the seed printed: a third of its clauses dropped, the others in another
  order, words exchanged for others of the same meaning. The message itself is the true one, and so is every message
  with the same number or the same text.
- numbers: messages whose number occurs twice in the files; the one asks for the other.

`top 1` and `top 5` are the shares of queries for which a true case comes first, and among the five that are offered;
`pairs` is the share of all true pairs that are offered, where an employer may have more than five. `false` is how many
cases are offered in a query that are not true ones: it is counted by the truth above, so that messages that truly tell
of the same matter but were never marked so count as false. The linear scan beside it compares the pieces of a text with
those of every case of the unit, all held in memory beforehand, by plain containment; it reads no database and explains
nothing. Nothing of any text is printed.
"""

from __future__ import annotations

import csv
import random
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from python_calamine import load_workbook
from sqlmodel import Session, select

from cases.grams import grams, plain
from cases.indexing import index_new
from cases.laws import publish
from cases.record.case import Case
from cases.record.database import engine, reading, release, transaction
from cases.record.people import Unit
from cases.record.schema import migrate
from cases.similar import MOST, similar_to
from cases.spreadsheets.importing import import_cases
from cases.spreadsheets.mapping import parse
from cases.words import vocabulary
from tests.conftest import ROOT
from tests.databases import DURABLE, Cluster, find_programs
from workflow.reading import load

SHARED = ROOT.parent / "shared" / "data"
AT = datetime(2026, 11, 20, tzinfo=UTC)
#: The figures of cases/similar.py were chosen while looking at queries of seed 11: measure with another one.
SEED = 12
QUERIES = 400
CLAIMS, MESSAGES = "claims", "messages"
MAPPING = """
timezone = "UTC"
moments = ["%Y-%m-%d"]
workflow = "grievance"
unit = "{unit}"
create_units = true
[columns]
external_id = "id"
title = "title"
text = "text"
submitted_at = "opened"
"""
LEGAL = re.compile(r"\b(inc|incorporated|llc|l l c|corp|corporation|co|company|ltd|limited|pc|lp|llp|dba|and|the)\b")
CLAUSE = re.compile(r"[^，。！？；：,.!?;\s]+[，。！？；：,.!?;\s]*")
#: Words that people exchange for one another.
SYNONYMS = (
    ("工资", "薪水"), ("拖欠", "欠发"), ("公司", "单位"), ("反映", "投诉"), ("解决", "处理"), ("领导", "负责人"),
    ("希望", "盼望"), ("小区", "社区"), ("孩子", "小孩"), ("老师", "教师"), ("学校", "校方"), ("政府", "有关部门"),
    ("业主", "住户"), ("没有", "未"), ("现在", "目前"), ("因为", "由于"), ("问题", "情况"), ("居民", "群众"),
    ("开发商", "房企"), ("医院", "医疗机构"), ("补贴", "补助"), ("房子", "房屋"), ("马路", "道路"), ("严重", "很大"),
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A case of the benchmark: in which unit, by which key of its source, with which text."""

    unit: str
    key: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """Return what a lookup asks with."""
        return f"{self.title}\n{self.text}" if self.text else self.title


@dataclass(frozen=True)
class Query:
    """A text that asks, the place of the case that it comes from if that is not looked for, and the true places."""

    text: str
    besides: int | None
    true: frozenset[int]


@dataclass(frozen=True)
class Places:
    """The place of each text by the id of its case, and the ids by their places."""

    by_id: dict[int, int]
    ids: dict[int, int]


def main(queries: int, seed: int) -> None:
    """Print a table for both databases and the linear scan."""
    if not SHARED.is_dir():
        print(f"there is no {SHARED}: nothing to measure")
        return
    texts = [*claims(), *messages()]
    asked = {
        "claims": (CLAIMS, of_claims(texts, queries, seed)),
        "messages": (MESSAGES, of_messages(texts, queries, seed)),
        "numbers": (MESSAGES, of_numbers(texts)),
    }
    counts = ", ".join(f"{name} {len(found)}" for name, (_, found) in asked.items())
    print(f"{len(texts):,} cases; seed {seed}; queries: {counts}\n")
    print("| where | truth | p50 ms | p95 ms | p99 ms | top 1 | top 5 | pairs | false a query |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        measured("SQLite", f"sqlite:///{folder}/similar.db", Path(folder), texts, asked)
        programs = find_programs()
        if programs is None:
            print("| PostgreSQL | no server programs found | | | | | | | |")
        else:
            cluster = Cluster(programs, DURABLE)
            try:
                measured("PostgreSQL", cluster.create("similar"), Path(folder), texts, asked)
            finally:
                cluster.remove()
    pieces = [grams(plain(one.whole).signs) for one in texts]
    for name, (unit, found) in asked.items():
        report("linear scan", name, found, partial(scanned, unit, texts, pieces))


def measured(
    name: str, url: str, folder: Path, texts: Sequence[Text], asked: dict[str, tuple[str, list[Query]]]
) -> None:
    """Import the texts, build the index and ask every query."""
    places = imported(url, folder, texts)
    begin = perf_counter()
    taken = index_new(engine(url), AT)
    seconds = perf_counter() - begin
    with reading(engine(url)) as db:
        units = {unit.code: unit for unit in db.exec(select(Unit))}
        for truth, (unit, queries) in asked.items():
            report(name, truth, queries, partial(looked_up, db, units[unit], places))
    print(f"| {name} | index of {taken:,} cases built in {seconds:.1f} s | | | | | | | |", flush=True)
    release(url)


def report(where: str, truth: str, queries: Sequence[Query], ask: Callable[[Query], list[int]]) -> None:
    """Ask every query and print a row of the table."""
    times: list[float] = []
    first, among, pairs, true, false = 0, 0, 0, 0, 0
    for query in queries[:5]:
        ask(query)  # so that nothing is compiled in the first one that is timed
    for query in queries:
        begin = perf_counter()
        found = ask(query)
        times.append((perf_counter() - begin) * 1_000)
        first += bool(found and found[0] in query.true)
        among += bool(query.true.intersection(found))
        pairs += len(query.true.intersection(found))
        true += min(len(query.true), MOST)
        false += len(set(found) - query.true)
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    shares = " | ".join(f"{value:.3f}" for value in (first / len(queries), among / len(queries), pairs / true))
    timing = " | ".join(f"{cuts[place]:.1f}" for place in (49, 94, 98))
    print(f"| {where} | {truth} | {timing} | {shares} | {false / len(queries):.2f} |", flush=True)


def looked_up(db: Session, unit: Unit, places: Places, query: Query) -> list[int]:
    """Return the places of the cases that the engine offers."""
    besides = [] if query.besides is None else [places.ids[query.besides]]
    found = similar_to(db, query.text, AT, unit=unit, besides=besides)
    return [places.by_id[one.case.id or 0] for one in found.cases]


def scanned(unit: str, texts: Sequence[Text], pieces: Sequence[set[int]], query: Query) -> list[int]:
    """Return the places of the cases that hold most of a text, after looking at every one."""
    own = grams(plain(query.text).signs)
    scores = []
    for place, other in enumerate(pieces):
        if texts[place].unit == unit and place != query.besides and own and other:
            share = len(own & other) / min(len(own), len(other))
            if share >= 0.3:
                scores.append((-share, place))
    return [place for _, place in sorted(scores)[:MOST]]


def imported(url: str, folder: Path, texts: Sequence[Text]) -> Places:
    """Make cases of the texts and return which is which."""
    migrate(url)
    with transaction(engine(url)) as db:
        for path in sorted((ROOT / "config" / "workflows").glob("*.toml")):
            publish(db, load(path, vocabulary()), at=AT)
    for unit in (CLAIMS, MESSAGES):
        path = folder / f"{unit}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("id", "title", "text", "opened"))
            for place, one in enumerate(texts):
                if one.unit == unit:
                    rows.writerow((f"{place}", one.title, one.text, "2026-11-02"))
        wanted = parse(MAPPING.format(unit=unit), unit, f"{unit}.toml")
        import_cases(engine(url), path, wanted, at=AT, on_bad=lambda bad: None)
    with reading(engine(url)) as db:
        by_id = {case.id or 0: int(case.external_id or 0) for case in db.exec(select(Case))}
    return Places(by_id, {place: case_id for case_id, place in by_id.items()})


def claims() -> list[Text]:
    """Return the employers of the wage claims, one text a claim."""
    rows = load_workbook(SHARED / "wage_claims" / "illinois.xlsx").get_sheet_by_index(0).to_python()
    place = rows[0].index("Employer")
    return [Text(CLAIMS, employer(str(row[place])), str(row[place]).strip() or "-", "") for row in rows[1:]]


def messages() -> list[Text]:
    """Return the petition messages of all files."""
    found = []
    for name in ("labelled", "popular", "answered"):
        rows = load_workbook(SHARED / "petitions" / f"{name}.xlsx").get_sheet_by_index(0).to_python()
        number, title, text = (rows[0].index(column) for column in ("留言编号", "留言主题", "留言详情"))
        for row in rows[1:]:
            key = str(row[number]).removesuffix(".0")
            found.append(Text(MESSAGES, key, " ".join(str(row[title]).split())[:200] or "-", str(row[text]).strip()))
    return found


def employer(name: str) -> str:
    """Return what is left of an employer's name without case, punctuation, spaces and legal form."""
    words = re.sub(r"[^a-z0-9 ]", "", name.casefold().replace("&", " and ").replace(".", "").replace(",", " "))
    return LEGAL.sub("", words).replace(" ", "")


def of_claims(texts: Sequence[Text], most: int, seed: int) -> list[Query]:
    """Return a query for each of some employers that were written in several ways."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(texts):
        if one.unit == CLAIMS and len(one.key) > 3:
            places[one.key].append(place)
    queries = []
    for same in places.values():
        asks = same[0]
        true = frozenset(place for place in same if texts[place].title.casefold() != texts[asks].title.casefold())
        others = frozenset(same) - true  # the same spelling: neither true nor false
        if true and len(others) == 1:
            queries.append(Query(texts[asks].whole, asks, true))
    return random.Random(seed).sample(queries, min(most, len(queries)))


def of_messages(texts: Sequence[Text], most: int, seed: int) -> list[Query]:
    """Return a rewritten message for each of some messages."""
    dice = random.Random(seed)
    chosen = [place for place, one in enumerate(texts) if one.unit == MESSAGES and len(one.text) > 40]
    chosen = dice.sample(chosen, min(most, len(chosen)))
    return [Query(rewritten(texts[place].whole, dice), None, same_as(texts, place)) for place in chosen]


def of_numbers(texts: Sequence[Text]) -> list[Query]:
    """Return the messages whose number, or whose whole text, occurs twice."""
    return [
        Query(one.whole, place, true)
        for place, one in enumerate(texts)
        if one.unit == MESSAGES and (true := same_as(texts, place) - {place})
    ]


def same_as(texts: Sequence[Text], place: int) -> frozenset[int]:
    """Return the places of a message: its own, and those with the same number or the same text."""
    one = texts[place]
    same = (
        other
        for other, text in enumerate(texts)
        if text.unit == MESSAGES and {text.key, text.text} & {one.key, one.text}
    )
    return frozenset(same)


def rewritten(text: str, dice: random.Random) -> str:
    """Return a text as somebody else would put it: fewer clauses, in another order, in other words."""
    clauses = [clause for clause in CLAUSE.findall(text) if dice.random() > 1 / 3]
    dice.shuffle(clauses)
    told = "".join(clauses) or text
    for word, other in SYNONYMS:
        told = told.replace(word, other)
    return told


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(QUERIES, SEED)[len(given) :])
