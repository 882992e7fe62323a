"""Of any number of random changes behind the engine's back, in the database and in exports, every one is found (S12).

The everyday run changes some hundreds from a fixed seed; BIHUAN_TEST_EXAMPLES=10000 asks for the whole.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from cases.audit import GENESIS
from cases.broken import ChainBroken
from cases.record.database import reading
from cases.verifying import COLUMNS, export_events, verify_database, verify_file
from tests.cases.attacks import KINDS, Attack, run
from tests.cases.tampering import tampering
from tests.cases.test_dossier import tampered
from tests.cases.world import ROADS, Story, World

EXAMPLES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "200"))
SEED = 20_261_121
NAMES = ", ".join(COLUMNS)


@pytest.fixture
def large(full: World) -> World:
    """Gives a world of a few hundred events without what protects them."""
    for number in range(24):
        story = Story(full, list(ROADS)[number % len(ROADS)], "CT"[number % 2] if number % 3 else "C")
        story.at += timedelta(minutes=number)
        for action, by, form in ROADS[story.law] if story.unit == "C" else ROADS[story.law][:1]:
            story.then(action, by, after=timedelta(minutes=3), **form)
    return full


def insert(attack: Attack) -> None:
    """Write a copy of an event at a number that is free: before the first, after the last, or far away."""
    free = attack.chance.choice((0, attack.last + 1, attack.last + 2, attack.last * 7))
    rest = ", ".join(name for name in COLUMNS if name not in ("seq", "version"))
    version = attack.chance.choice((None, 99))
    chosen = f"SELECT :free, :version, {rest} FROM events WHERE seq = :seq"
    statement = f"INSERT INTO events (seq, version, {rest}) {chosen}"
    run(attack.db, statement, free=free, version=version, seq=attack.seq)
    if attack.chance.random() < 0.5:
        follow(attack)


def truncate(attack: Attack) -> None:
    """Cut off the end of the chain, and let its head follow or not."""
    run(attack.db, "DELETE FROM events WHERE seq >= :seq", seq=attack.seq)
    if attack.chance.random() < 0.7:
        follow(attack)


def follow(attack: Attack) -> None:
    last = run(attack.db, "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").first() or (0, GENESIS)
    run(attack.db, "UPDATE chain_head SET seq = :seq, hash = :hash", seq=last[0], hash=last[1])


def head(attack: Attack) -> None:
    """Let the head of the chain say something else."""
    column = attack.chance.choice(("seq", "hash"))
    run(attack.db, f"UPDATE chain_head SET {column} = :new", new=attack.seq - 1 if column == "seq" else "0" * 64)


#: As the others, without asking where it has to be found: the three that are new have no one place.
WAYS: tuple[Callable[[Attack], Any], ...] = (*KINDS, *[insert] * 3, *[truncate] * 3, head)


def test_every_change_of_a_database_is_found(large: World) -> None:
    chance, done, tally = random.Random(SEED), 0, Counter[str]()
    with reading(large.db) as db:
        assert verify_database(db) > 100
    while done < EXAMPLES:
        way = chance.choice(WAYS)
        with tampering(large) as db:
            try:
                way(Attack(db, chance))
            except DBAPIError:
                continue  # the database itself refused it
            with pytest.raises(ChainBroken):
                verify_database(db)
        done += 1
        tally[way.__name__] += 1
    print(f"{done} of {done} found:", dict(tally))


def test_every_change_of_an_export_is_found(large: World, tmp_path: Path) -> None:
    with reading(large.db) as db:
        data = "".join(f"{line}\n" for line in export_events(db)).encode()
    chance, path = random.Random(SEED), tmp_path / "export.jsonl"
    for _ in range(EXAMPLES):
        path.write_bytes(tampered(data, chance))
        with pytest.raises(ChainBroken):
            verify_file(path)
    print(f"{EXAMPLES} of {EXAMPLES} found")
