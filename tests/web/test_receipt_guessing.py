"""Whoever guesses at receipts, a million times and from everywhere, finds none, and is told of within a minute (S11).

Somebody reads the first two blocks of every receipt that was ever issued over somebody's shoulder, and has thousands of
networks to guess the other four from. Each guess goes through the application's own door `/track`, with its own
counting in a real database; time is an argument, a dozen guesses a second. Only Argon2id is as cheap as it gets: at its
real cost each guess that is weighed would take the server longer and find as little. Nobody is told where fewer than a
hundred an hour guess wrong; so slow, half of 10^16 would take longer than there are people.

`BIHUAN_TEST_EXAMPLES` says how many guesses, `BIHUAN_TEST_SEED` which.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from cases import throttling
from cases.receipts import issue
from cases.record.database import reading, transaction
from cases.record.news import Alarm
from cases.veil import new_veil
from notifications.alarms import GUESSING, raise_alarms
from tests.cast import CHEAP, MONDAY
from tests.web.visitors import Office
from web.schedule import NEWS_PERIOD

GUESSES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "600"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "20261121"))
ISSUED = min(1_000, GUESSES // 10)
NETWORKS = max(20, GUESSES // 50)
A_SECOND = 12
FOUND, WRONG, REFUSED = 303, 401, 429


@dataclass
class Attack:
    """What came of an attack."""

    answers: Counter[int] = field(default_factory=Counter)
    by_network: Counter[str] = field(default_factory=Counter)
    by_receipt: Counter[str] = field(default_factory=Counter)
    here: Counter[tuple[str, str]] = field(default_factory=Counter)
    weighed: int = 0
    alarm_after: timedelta | None = None
    hours: int = 1


def test_a_flood_of_guesses_finds_nothing_and_is_told_of_within_a_minute(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = issued(office)
    attack = attacked(office, codes, monkeypatch)
    print(f"BIHUAN_TEST_SEED={SEED}: {GUESSES} guesses at {ISSUED} receipts from {NETWORKS} networks,", end=" ")
    print(f"{attack.hours} h: {dict(attack.answers)}, alarm after {attack.alarm_after}")
    assert attack.answers[FOUND] == 0
    assert attack.answers.total() == GUESSES and set(attack.answers) == {WRONG, REFUSED}
    assert is_held_back(attack)
    assert attack.alarm_after is not None and attack.alarm_after <= timedelta(minutes=1)
    office.later(hours=2)
    with asyncio.Runner() as door:
        assert door.run(answer(office, "192.0.2.1", codes[0])) == FOUND  # there was something to be found


def test_a_build_that_counts_no_guesses_is_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "HOUR", timedelta())  # what is counted is over at once
    attack = attacked(office, issued(office), monkeypatch, guesses=600)
    assert not is_held_back(attack) and attack.alarm_after is None


def is_held_back(attack: Attack) -> bool:
    """Tell whether of no network and at no receipt more guesses were weighed than the hours allow."""
    limits = (
        (attack.by_network, throttling.MANY),
        (attack.by_receipt, throttling.MANY),
        (attack.here, throttling.MOST),
    )
    return all(count <= most * attack.hours for weighed, most in limits for count in weighed.values())


def issued(office: Office) -> list[str]:
    """Issue receipts and return their codes."""
    with transaction(office.engine) as db:
        return [issue(db, new_veil(db), CHEAP) for _ in range(ISSUED)]


def attacked(office: Office, codes: list[str], patch: pytest.MonkeyPatch, guesses: int = GUESSES) -> Attack:
    """Guess, and have the administrators told, and what is over forgotten, as the application does by itself."""
    attack, told_at = Attack(), MONDAY
    weigh = PasswordHasher.verify

    def weighed(self: PasswordHasher, *words: str) -> bool:
        attack.weighed += 1
        return weigh(self, *words)

    patch.setattr(PasswordHasher, "verify", weighed)
    with asyncio.Runner() as door:
        for number, (host, code) in enumerate(drawn(random.Random(SEED), codes, guesses)):
            office.at = MONDAY + timedelta(seconds=number / A_SECOND)
            status = door.run(answer(office, host, code))
            attack.answers[status] += 1
            if status == WRONG:
                attack.by_network[host.rpartition(".")[0]] += 1
                attack.by_receipt[code[:9]] += 1
                attack.here[host.rpartition(".")[0], code[:9]] += 1
            if office.at - told_at >= timedelta(seconds=NEWS_PERIOD):
                told_at = office.at
                raise_alarms(office.engine, office.app.state.settings, told_at)
                with transaction(office.engine) as db:
                    throttling.forget(db, told_at)
                attack.alarm_after = attack.alarm_after or alarm(office, told_at)
    attack.hours = -((MONDAY - office.at) // timedelta(hours=1))
    assert attack.weighed == attack.answers[WRONG] + attack.answers[FOUND]  # what is refused costs the server nothing
    return attack


def drawn(dice: random.Random, codes: list[str], guesses: int) -> Iterator[tuple[str, str]]:
    """Draw where a guess comes from and what it is: most at receipts that there are, some from one address alone."""
    for _ in range(guesses):
        above, network = divmod(dice.randrange(NETWORKS), 250)
        host = "203.0.113.7" if dice.random() < 0.3 else f"10.{above}.{network}.{dice.randrange(250)}"
        known = dice.choice(codes)[:10] if dice.random() < 0.8 else f"{dice.randrange(10**8):08d}"
        yield host, f"{known} {dice.randrange(10**16):016d}"


def alarm(office: Office, at: datetime) -> timedelta | None:
    """Return how long after the first guess the administrators were told, if they were."""
    with reading(office.engine) as db:
        return at - MONDAY if db.exec(select(Alarm).where(Alarm.what == GUESSING)).first() else None


async def answer(office: Office, host: str, code: str) -> int:
    """Send a code from an address to the door, and return the status of its answer."""
    body = urlencode({"code": code}).encode()
    sent: list[MutableMapping[str, Any]] = []
    headers = {"host": "bihuan.example", "content-type": "application/x-www-form-urlencoded"}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/track", "root_path": "",
        "raw_path": b"/track", "query_string": b"", "client": (host, 5000), "server": ("bihuan.example", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await office.app(scope, receive, send)
    return int(sent[0]["status"])
