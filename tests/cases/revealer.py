"""Asks, agrees, announces and opens in random orders until it is killed; each line it writes is something done.

    python -m tests.cases.revealer URL SEED NUMBER… [--early]

It forks whoever does so at each line `ORDER` that it reads, the first order to be lived, and writes `begun PID`; once
that one was killed it writes `ended`. Lines in between are `order N`, `written REVEAL TIMES` once that is committed,
and `shown NUMBER REVEAL TIMES NAME`, after which whoever has shown it waits for a line. With `--early` it shows what
is not committed yet, as no build may.
"""

from __future__ import annotations

import os
import random
import select
import sys
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session
from sqlmodel import select as select_rows

from cases import revealing
from cases.act import find
from cases.errors import NotFound
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.record.schema import require_current
from cases.record.vault import Reveal
from cases.revealing import NotRevealed
from tests.cast import MONDAY

IN, OUT = 0, 1
#: Who asks, and who is asked to agree; not all of them may, nor may they do both.
ASKERS, SECONDS = ("wang", "wu", "li", "shuang", "zhou"), ("zhao", "sun", "shuang", "li", "wang")
ASK, AGREE, ANNOUNCE, OPEN = "ask", "agree", "announce", "open"
STRAIGHT = (ASK, AGREE, ANNOUNCE, OPEN)
#: Minutes between two orders; what nobody has agreed to stands in the way of another request for three days.
PACE = 240


class Revealer:
    """Whoever does these things, with what they have in hand: a request, and what was written of it."""

    def __init__(self, engine: Engine, numbers: list[str], *, is_early: bool) -> None:
        self.engine, self.numbers, self.is_early = engine, numbers, is_early
        with reading(engine) as db:
            self.people = {user.login: user for user in db.exec(select_rows(User))}

    def goes_on(self, seed: int, first: int) -> None:
        """Live order after order, each from a seed of its own, so that one is the same whoever was killed before it."""
        order = first
        while True:
            say(f"order {order}")
            self._live(random.Random(seed * 1_000_000 + order), order)
            order += 1

    def _live(self, dice: random.Random, order: int) -> None:
        number, at = dice.choice(self.numbers), MONDAY + timedelta(hours=6, minutes=PACE * order)
        asker, second = dice.choice(ASKERS), dice.choice(SECONDS)
        steps = STRAIGHT if dice.random() < 0.8 else tuple(dice.choices(STRAIGHT, k=dice.randint(2, 7)))
        request, row = 0, None
        for step in steps:
            at += timedelta(minutes=dice.choice((0, 0, 1, 4, 11)))
            by = self.people[second if (step == AGREE) is (dice.random() < 0.9) else asker]
            try:
                if step == OPEN:
                    if row is not None:
                        self._open(number, row)
                    row = None  # a page is made once
                    continue
                with transaction(self.engine) as db:
                    case = find(db, number)
                    if step == ASK:
                        request = revealing.ask(db, case, "须电话核实", by=by, at=at).id or 0
                    elif step == AGREE:
                        revealing.agree(db, case, request, by=by, at=at, is_allowed=dice.random() < 0.9)
                    else:
                        row = revealing.announce(db, case, request, by=by, at=at)
                        if self.is_early:
                            self._show(db, number, row)
                            row = None
                if step == ANNOUNCE and row is not None:
                    say(f"written {row.id} {row.times}")
            except (NotRevealed, NotFound):
                continue

    def _open(self, number: str, row: Reveal) -> None:
        """Open as the page does, in a session of its own."""
        with reading(self.engine) as db:
            self._show(db, number, row)

    def _show(self, db: Session, number: str, row: Reveal) -> None:
        name = revealing.shown(db, find(db, number), row)["name"]
        say(f"shown {number} {row.id} {row.times} {name}")
        os.read(IN, 1)


def say(line: str) -> None:
    """Write a line at once: nothing of it waits in this process."""
    os.write(OUT, f"{line}\n".encode())


def main(url: str, seed: int, numbers: list[str], *, is_early: bool) -> None:
    """Fork one after the other; nothing of the database is opened before."""
    for line in iter(lambda: os.read(IN, 100), b""):
        pid = os.fork()
        if pid == 0:
            Revealer(require_current(url), numbers, is_early=is_early).goes_on(seed, int(line))
        say(f"begun {pid}")
        os.waitpid(pid, 0)
        while select.select([IN], [], [], 0)[0] and os.read(IN, 1):
            pass  # what the one who was killed was told and did not read
        say("ended")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--early"]
    main(words[0], int(words[1]), words[2:], is_early="--early" in sys.argv)
