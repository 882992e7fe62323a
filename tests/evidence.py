"""Checks what an evaluator reads: `python -m tests.evidence` names lines that are missing, double or without evidence.

`docs/asvs.md` has a line for each requirement of ASVS 5.0.0 of levels 1 and 2, `docs/dengbao.md` one for each clause of
GB/T 22239-2019 level 2 that concerns an application. A line is met by tests that exist, or says why it is not.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
ASVS, DENGBAO = DOCS / "asvs.md", DOCS / "dengbao.md"

#: The requirements of ASVS 5.0.0: for each section those of level 1, then those of level 2.
LEVELS = """
1.1 : 1 2 | 1.2 1 2 3 4 5 : 6 7 8 9 | 1.3 1 2 : 3 4 5 6 7 8 9 10 11 | 1.4 : 1 2 3 | 1.5 1 : 2
2.1 1 : 2 3 | 2.2 1 2 : 3 | 2.3 1 : 2 3 4 | 2.4 : 1
3.2 1 2 : | 3.3 1 : 2 3 4 | 3.4 1 2 : 3 4 5 6 | 3.5 1 2 3 : 4 5 | 3.7 : 1 2
4.1 1 : 2 3 | 4.2 : 1 | 4.3 : 1 2 | 4.4 1 : 2 3 4
5.1 : 1 | 5.2 1 2 : 3 | 5.3 1 2 : | 5.4 : 1 2 3
6.1 1 : 2 3 | 6.2 1 2 3 4 5 6 7 8 : 9 10 11 12 | 6.3 1 2 : 3 4 | 6.4 1 2 : 3 4 | 6.5 : 1 2 3 4 5 | 6.6 : 1 2 3
6.8 : 1 2 3 4
7.1 : 1 2 3 | 7.2 1 2 3 4 : | 7.3 : 1 2 | 7.4 1 2 : 3 4 5 | 7.5 : 1 2 | 7.6 : 1 2
8.1 1 : 2 | 8.2 1 2 : 3 | 8.3 1 : | 8.4 : 1
9.1 1 2 3 : | 9.2 1 : 2 3 4
10.1 : 1 2 | 10.2 : 1 2 | 10.3 : 1 2 3 4 | 10.4 1 2 3 4 5 : 6 7 8 9 10 11 | 10.5 : 1 2 3 4 5 | 10.6 : 1 2
10.7 : 1 2 3
11.1 : 1 2 | 11.2 : 1 2 3 | 11.3 1 2 : 3 | 11.4 1 : 2 3 4 | 11.5 : 1 | 11.6 : 1
12.1 1 : 2 3 | 12.2 1 2 : | 12.3 : 1 2 3 4
13.1 : 1 | 13.2 : 1 2 3 4 5 | 13.3 : 1 2 | 13.4 1 : 2 3 4 5
14.1 : 1 2 | 14.2 1 : 2 3 4 | 14.3 1 : 2 3
15.1 1 : 2 3 | 15.2 1 : 2 3 | 15.3 1 : 2 3 4 5 6 7
16.1 : 1 | 16.2 : 1 2 3 4 5 | 16.3 : 1 2 3 4 | 16.4 : 1 2 3 | 16.5 : 1 2 3
17.1 : 1 | 17.2 : 1 2 3 4 | 17.3 : 1 2
"""
#: The clauses of GB/T 22239-2019, 7.1, of which an application or its papers have a part.
CLAUSES = """
7.1.2.2
7.1.3.2 7.1.3.5
7.1.4.1a 7.1.4.1b 7.1.4.1c 7.1.4.2a 7.1.4.2b 7.1.4.2c 7.1.4.2d 7.1.4.3a 7.1.4.3b 7.1.4.3c
7.1.4.4a 7.1.4.4b 7.1.4.4c 7.1.4.4d 7.1.4.4e 7.1.4.5 7.1.4.6 7.1.4.7 7.1.4.8a 7.1.4.8b 7.1.4.9 7.1.4.10a 7.1.4.10b
7.1.5.1a 7.1.5.1b 7.1.5.2a 7.1.5.2b
7.1.9 7.1.10
"""
MARKS = ("met", "written", "part", "operator", "n/a", "not met")
#: These show something by tests; the others say why in words.
SHOWN = ("met", "part")
SHORTEST_REASON = 6
A_LINE = re.compile(r"^\| (\d[\w.]*) \|(?: ([12]) \|)? (.+?) \| ([a-z/ ]+) \| (.*) \|$", re.MULTILINE)
A_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
A_LINK = re.compile(r"\]\(([^)#:]+)\)")


@dataclass(frozen=True)
class Line:
    """One line of a page: what is asked for, how far it is met, and what shows it."""

    number: str
    level: str
    asked: str
    mark: str
    evidence: str


def main() -> int:
    """Print what is wrong, and return how much."""
    found = [*faults(ASVS, asvs()), *faults(DENGBAO, dict.fromkeys(CLAUSES.split(), "")), *gone()]
    for one in found:
        print(one)
    return min(len(found), 1)


def asvs() -> dict[str, str]:
    """Return the number of each requirement of levels 1 and 2 with its level."""
    wanted: dict[str, str] = {}
    for part in re.split(r"[|\n]", LEVELS.strip()):
        first, _, second = part.partition(":")
        section, *ones = first.split()
        wanted |= {f"{section}.{one}": "1" for one in ones} | {f"{section}.{one}": "2" for one in second.split()}
    return wanted


def lines(page: Path) -> list[Line]:
    """Return the lines of a page."""
    return [Line(*found) for found in A_LINE.findall(page.read_text(encoding="utf-8"))]


def faults(page: Path, wanted: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with a page, a sentence each."""
    there = lines(page)
    counted = Counter(line.number for line in there)
    yield from (f"{page.name}: {number} is missing" for number in wanted if number not in counted)
    yield from (f"{page.name}: {number} stands there {count} times" for number, count in counted.items() if count > 1)
    for line in there:
        if line.number not in wanted:
            yield f"{page.name}: nobody asks for {line.number}"
        elif line.level != wanted[line.number]:
            yield f"{page.name}: {line.number} is of level {wanted[line.number]}"
        yield from (f"{page.name}: {line.number}: {fault}" for fault in _unshown(line))


def _unshown(line: Line) -> Iterator[str]:
    """Yield why a line shows nothing."""
    tests, links = A_TEST.findall(line.evidence), A_LINK.findall(line.evidence)
    words = A_TEST.sub("", line.evidence).replace("<br>", "").strip("；: ")
    if line.mark not in MARKS:
        yield f"{line.mark} is none of {', '.join(MARKS)}"
    if line.mark in SHOWN and not tests:
        yield "no test shows it"
    if line.mark == "written" and not links:
        yield "no page is named where it is written"
    if line.mark not in ("met", "written") and len(words) < SHORTEST_REASON:
        yield "no reason is given"


def gone() -> Iterator[str]:
    """Yield each test, and each page, that a page of docs names and that is not there."""
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        for file, name in A_TEST.findall(text):
            if name not in tests_of(file):
                yield f"{page.name}: there is no {file}::{name}"
        for link in A_LINK.findall(text):
            if page.name in (ASVS.name, DENGBAO.name) and not (page.parent / link).exists():
                yield f"{page.name}: there is no {link}"


@cache
def tests_of(file: str) -> frozenset[str]:
    """Return the tests that a file holds; none if it is not there."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def counts(page: Path) -> dict[str, Counter[str]]:
    """Return for each level how many lines of a page have each mark."""
    found: dict[str, Counter[str]] = {}
    for line in lines(page):
        found.setdefault(line.level, Counter())[line.mark] += 1
    return found


if __name__ == "__main__":
    sys.exit(main())
