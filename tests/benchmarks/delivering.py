"""What becomes of many messages through a mail server that misbehaves: `python -m tests.benchmarks.delivering [N]`.

The server refuses 30 % with 451, cuts the line after DATA 5 % of the time and hangs 1 % of the time; one address in a
hundred is refused for good. Processes that send are killed while they do. Time stands still in each pass and jumps to
the next attempt when nothing is due, so that hours of waiting cost nothing. Prints what was lost, what came twice and
what was parked, for SQLite and PostgreSQL.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope
from sqlalchemy import Engine, func, select
from sqlmodel import select as select_rows

from cases.record import bulk
from cases.record.columns import table_of
from cases.record.database import engine, reading, release, transaction
from cases.record.news import WAITING, Notification
from cases.record.number import number_key
from cases.record.people import User
from cases.record.schema import migrate
from config.settings import Settings
from notifications.choosing import MAIL
from notifications.claims import LEASE
from notifications.delivering import Post, deliver
from notifications.kinds import TRIAL
from notifications.letters import message_id
from notifications.passing import post_of
from tests.cases.world import World
from tests.cast import MONDAY
from tests.databases import DURABLE, Cluster, find_programs
from tests.notifications.mailbox import Mailbox

ROOT_MODULE = "tests.benchmarks.delivering"
AT = MONDAY + timedelta(hours=3)
POISON, POISONED = 100, "poison@example.org"
KILLS = 20
_NEWS = table_of(Notification)


@dataclass
class Outcome:
    """What became of the messages."""

    messages: int
    sent: int
    parked: int
    lost: int
    doubled: int
    strange: int
    kills: int
    passes: int
    seconds: float


class Ledger:
    """The whims of the server, and what it has truly taken."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.taken: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.whims: Counter[str] = Counter()

    async def whim(self, server: SMTP, envelope: Envelope, message: EmailMessage) -> str | None:
        """Refuse, cut, hang, or take; a message that was taken before the line was cut is taken all the same."""
        known_as = str(message["Message-ID"])
        throw = self.dice.random()
        if throw < 0.30:
            self.whims["451"] += 1
            return "451 try again later"
        if throw < 0.35:
            self.whims["reset"] += 1
            if self.dice.random() < 0.5:
                self.taken[known_as] += 1
            cast(asyncio.Transport, server.transport).abort()
            return "421 gone"
        if throw < 0.36:
            self.whims["hang"] += 1
            await asyncio.sleep(3600)
        self.taken[known_as] += 1
        self.told[known_as] += 1
        return None


def run(url: str, messages: int, kills: int = KILLS, seed: int = 1, patience: int = 1) -> Outcome:
    """Send messages through the bad server until nothing waits any more."""
    ledger = Ledger(seed)
    with Mailbox(ledger.whim) as box:
        box.unknown.add(POISONED)
        settings = replace(Settings(database=url, patience=patience), **box.settings)
        migrate(url)
        fill(World(url).db, messages)
        begin, at, passes, killed = time.perf_counter(), AT, 0, 0
        while killed < kills and waiting(engine(url)):
            killed += kill_one(url, settings, at, ledger)
            at += LEASE
        while (due := next_due(engine(url))) is not None:
            at = max(at, due)
            deliver(engine(url), standing(settings, at))
            passes += 1
        seconds = time.perf_counter() - begin
    counted, known = counts(engine(url)), known_ids(engine(url))
    return Outcome(
        messages=messages,
        sent=counted["sent"],
        parked=counted["parked"],
        lost=len(known - parked_ids(engine(url)) - ledger.taken.keys()),
        doubled=sum(count - 1 for count in ledger.told.values()),
        strange=len(ledger.taken.keys() - known),
        kills=killed,
        passes=passes,
        seconds=round(seconds, 1),
    )


def fill(db_engine: Engine, messages: int, at: datetime = AT) -> None:
    """Write the messages, one in a hundred of them to somebody whose address is refused."""
    with transaction(db_engine) as db:
        wang, poison = (db.exec(select_rows(User).where(User.login == login)).one() for login in ("wang", "wu"))
        wang.email, poison.email = "wang@example.org", POISONED
        columns = ("kind", "user_id", "channel", "state", "attempts", "next_at", "made_at")
        rows = [
            (TRIAL.word, poison.id if n % POISON == 0 else wang.id, MAIL, WAITING, 0, at, at) for n in range(messages)
        ]
        bulk.write(db, "notifications", columns, rows)


def kill_one(url: str, settings: Settings, at: datetime, ledger: Ledger) -> int:
    """Start a process that sends, and kill it once it has sent some."""
    before, dice = sum(ledger.taken.values()), ledger.dice
    words = json.dumps({name: value for name, value in asdict(settings).items() if name != "files"})
    sender = subprocess.Popen([sys.executable, "-m", ROOT_MODULE, "--send", words, at.isoformat()])
    until = time.monotonic() + 30
    some = dice.randrange(5, 60)
    while sender.poll() is None and sum(ledger.taken.values()) < before + some and time.monotonic() < until:
        time.sleep(0.005)
    sender.kill()
    sender.wait()
    return 1


def waiting(db_engine: Engine) -> int:
    """Return how many messages are still to be sent."""
    return counts(db_engine)["waiting"]


def counts(db_engine: Engine) -> Counter[str]:
    """Return how many messages there are in each state."""
    with reading(db_engine) as db:
        rows = db.connection().execute(
            select(_NEWS.c.state, func.count()).where(_NEWS.c.channel == MAIL).group_by(_NEWS.c.state)
        )
        return Counter({state: count for state, count in rows})


def next_due(db_engine: Engine) -> datetime | None:
    """Return when the next message is due."""
    with reading(db_engine) as db:
        found = db.connection().execute(select(func.min(_NEWS.c.next_at)).where(_NEWS.c.state == "waiting")).scalar()
        return cast("datetime | None", found)


def known_ids(db_engine: Engine, *conditions: Any) -> set[str]:
    """Return the Message-IDs of all messages."""
    with reading(db_engine) as db:
        key = number_key(db)
        ids = db.connection().execute(select(_NEWS.c.id).where(*conditions)).scalars()
        return {f"<{message_id(key, one)}@union.example>" for one in ids}


def parked_ids(db_engine: Engine) -> set[str]:
    """Return the Message-IDs of the messages that were given up."""
    return known_ids(db_engine, _NEWS.c.state == "parked")


def send(words: str, at: str) -> None:
    """Send what is due until killed, as a node does."""
    settings, moment = Settings(**json.loads(words)), datetime.fromisoformat(at)
    deliver(engine(settings.database), standing(settings, moment))


def standing(settings: Settings, at: datetime) -> Post:
    """Return what sending needs, at a moment that stands still."""
    return post_of(settings, lambda: at, lambda: at)


def main(messages: int) -> None:
    """Print a table for both databases."""
    print("| database | messages | sent | parked | lost | doubled | unknown ids | kills | seconds |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, url in databases("news"):
        row(name, run(url, messages))
        release(url)


def databases(purpose: str) -> Iterator[tuple[str, str]]:
    """Yield a fresh database of each kind that there is."""
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{folder}/{purpose}.db"
    if (programs := find_programs()) is None:
        return
    cluster = Cluster(programs, DURABLE)
    try:
        yield "PostgreSQL", cluster.create(purpose)
    finally:
        cluster.remove()


def row(name: str, one: Outcome) -> None:
    """Print one row of the table."""
    figures = (one.messages, one.sent, one.parked, one.lost, one.doubled, one.strange, one.kills)
    print(f"| {name} | {' | '.join(f'{figure:,}' for figure in figures)} | {one.seconds} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--send"]:
        send(sys.argv[2], sys.argv[3])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
