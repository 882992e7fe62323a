"""Whoever is killed between the row and the name: nobody was ever shown a name without a row that was there before.

`BIHUAN_TEST_EXAMPLES` says how many orders are lived, `BIHUAN_TEST_SEED` which. At each name that is shown, whoever
shows it is held, and the database is asked by somebody else whether it already tells of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from sqlmodel import col, select

from cases import revealing, vault
from cases.act import find
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.vault import Reveal
from cases.verifying import verify_database
from tests.cases.world import Story, World
from tests.conftest import ROOT

ORDERS = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "60"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "20261121"))
KILLS = max(3, ORDERS // 20)
OF_ACCOUNT, TOLD = "张代表", "钱桂芳"


@dataclass
class Seen:
    """What was shown, and what of it the database did not tell of at that moment."""

    shown: list[tuple[int, int]] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def revealer(world: World) -> Iterator[Callable[..., Revealer]]:
    """Gives who starts a program that shows who raised four cases: an account, or who told their name."""
    with ExitStack() as ends:
        numbers = []
        for place in range(4):
            story = Story(world).up_to("sign_for")
            numbers.append(story.number)
            if place % 2:
                with transaction(world.db) as db:
                    vault.keep(db, story.case.id or 0, {"name": TOLD})
        yield lambda *more: ends.enter_context(Revealer(world, numbers, *more))


class Revealer:
    """The program, and what was seen of it."""

    def __init__(self, world: World, numbers: list[str], *more: str) -> None:
        command = [sys.executable, "-m", "tests.cases.revealer", world.url, str(SEED), *numbers, *more]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.world, self.dice, self.seen = world, random.Random(SEED), Seen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.process.communicate()  # it ends where nobody begins any more

    def lives(self, first: int, end: int) -> int:
        """Have orders lived, kill whoever lives them at a random moment after the last one began, and return which."""
        self._say(f"{first}")
        word, pid = self._line()
        assert word == "begun"
        order, lines = first, self.dice.randrange(6)
        try:
            while lines >= 0:
                words = self._line()
                order = noted(self.world, words, order, self.seen)
                lines -= order >= end
                if words[0] == "shown" and lines >= 0:
                    self._say("")
            time.sleep(self.dice.uniform(0, 0.006))  # somewhere in the step that has begun
        finally:
            os.kill(int(pid), signal.SIGKILL)
        while (words := self._line()) != ["ended"]:  # what it did before it died
            order = noted(self.world, words, order, self.seen)
        return order

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())

    def _line(self) -> list[str]:
        assert self.process.stdout is not None
        words = self.process.stdout.readline().decode().split()
        assert words, "it ended by itself"
        return words


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_in_any_order_and_whenever_it_is_killed_nothing_is_shown_before_its_row_is_there(
    world: World, revealer: Callable[..., Revealer]
) -> None:
    program, order = revealer(), 0
    for end in [*sorted(program.dice.sample(range(2, ORDERS), KILLS)), ORDERS]:
        order = program.lives(order + 1, end)
    seen = program.seen
    with reading(world.db) as db:
        told = written(db)
        rows = {row.id: row.times for row in db.exec(select(Reveal))}
        verify_database(db)
    print(f"BIHUAN_TEST_SEED={SEED}: {order} orders, {KILLS} kills, {len(told)} rows, {dict(seen.counts)}")
    assert seen.untold == []
    assert len(set(told)) == len(told) and set(seen.shown) <= set(told)
    assert {row: times for row, times in rows.items() if times} == Counter(row for row, _ in told)
    assert seen.counts[OF_ACCOUNT] and seen.counts[TOLD]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_build_that_shows_before_it_commits_is_found(revealer: Callable[..., Revealer]) -> None:
    program = revealer("--early")
    program.lives(1, 12)
    assert program.seen.shown and len(program.seen.untold) == len(program.seen.shown)


def noted(world: World, words: list[str], order: int, seen: Seen) -> int:
    """Note what was done, ask the database whether it tells of what was shown, and return which order it belongs to."""
    if words[0] == "order":
        return int(words[1])
    if words[0] == "written":
        seen.counts["written"] += 1
        return order
    _, number, row_id, times, name = words
    seen.shown.append((int(row_id), int(times)))
    seen.counts[name] += 1
    with reading(world.db) as db:
        row = db.get(Reveal, int(row_id))
        case_id = find(db, number).id
        last = written(db, case_id)[-1:]
    if row is None or row.times < int(times) or row.case_id != case_id or last != [(int(row_id), int(times))]:
        seen.untold.append(f"order {order}: {' '.join(words)}, and the record says {last}")
    return order


def written(db: Any, case_id: int | None = None) -> list[tuple[int, int]]:
    """Return what the record tells of showings, of one case or of all, in the order they were written down."""
    wanted = select(Event.data).where(Event.action == revealing.SHOW).order_by(col(Event.seq))
    if case_id is not None:
        wanted = wanted.where(Event.case_id == case_id)
    return [(data["reveal"], data["times"]) for data in map(json.loads, db.exec(wanted))]
