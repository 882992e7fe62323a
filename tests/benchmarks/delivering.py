"""What becomes of many messages through a mail server that misbehaves: `python -m tests.benchmarks.delivering [N]`.

The server refuses 30 % with 451, cuts the line after DATA 5 % of the time and hangs 1 % of the time; one address in a
hundred is refused for good. Processes that send are killed while they do. Time stands still in each pass and jumps to
the next attempt when nothing is due, so that hours of waiting cost nothing. Prints what was lost, what came twice and
what was parked, for SQLite and PostgreSQL, and how long a page takes beside a server that hangs and beside this one;
`--pages` prints the latter alone. The server that pages are measured beside is a process of its own, as it is in life.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from statistics import median, quantiles
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
from config import clock
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
from tests.web.visitors import Office
from web.postman import Postman

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


@dataclass(frozen=True)
class Beside:
    """The 99th percentile of a page's milliseconds, alone and while mail is sent, and how many mails went meanwhile."""

    alone: float
    beside: float
    sent: int


def page_beside(url: str, folder: Path, messages: int, *, is_hanging: bool) -> Beside:
    """Measure a page alone and beside a mail server that hangs always, or has the whims of this benchmark."""
    migrate(url)
    with mail_server(is_hanging) as port, Office(url, folder) as office:
        settings = replace(
            office.app.state.settings, patience=20 if is_hanging else 1, smtp_host="127.0.0.1", smtp_port=port,
            smtp_security="none", smtp_from="闭环 <news@union.example>",
        )  # fmt: skip
        now = clock.now()
        fill(office.engine, messages, now)
        client = office.browser("li").client
        alone = [p99(client)]
        postman = Postman(settings)
        time.sleep(3)
        before = counts(office.engine)["waiting"]
        beside = [p99(client) for _ in range(3)]
        left = next_due(office.engine)
        sent = before - counts(office.engine)["waiting"]
        postman.dismiss()
        alone += [p99(client) for _ in range(2)]
    assert (left is not None and left <= now) or is_hanging, "there were too few messages"
    return Beside(median(alone), median(beside), sent)


@contextmanager
def mail_server(is_hanging: bool) -> Iterator[int]:
    """Run a mail server as a process of its own, and give its port."""
    server = subprocess.Popen(
        [sys.executable, "-m", ROOT_MODULE, "--mail", "hangs" if is_hanging else "whims"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.communicate()


def serve_mail(how: str) -> None:
    """Take mails until whoever asked is gone, as a server elsewhere does, which takes nothing from the pages here."""
    os.nice(19)

    async def hangs(*arguments: Any) -> None:
        await asyncio.sleep(3600)

    with Mailbox(hangs if how == "hangs" else Ledger(1).whim) as box:
        print(box.port, flush=True)
        sys.stdin.read()


def p99(client: Any) -> float:
    """Return the 99th percentile of a page's milliseconds, once it is warm."""
    taken = []
    for _ in range(450):
        begin = time.perf_counter()
        assert client.get("/").status_code == 200
        taken.append((time.perf_counter() - begin) * 1000)
    return quantiles(taken[50:], n=100)[98]


def main(messages: int) -> None:
    """Print a table for both databases."""
    print("| database | messages | sent | parked | lost | doubled | unknown ids | kills | seconds |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, url in databases("news"):
        row(name, run(url, messages))
        release(url)
    pages(messages)


def pages(messages: int) -> None:
    """Print how long a page takes beside mail that is sent, for both databases."""
    print("\n| database | the mail server | p99 alone, ms | p99 beside, ms | change | messages meanwhile |")
    print("|---|---|---:|---:|---:|---:|")
    for is_hanging in (True, False):
        for name, url in databases("pages"):
            with tempfile.TemporaryDirectory() as folder:
                one = page_beside(url, Path(folder), messages, is_hanging=is_hanging)
            release(url)
            change = (one.beside / one.alone - 1) * 100
            kind = "hangs" if is_hanging else "has whims"
            print(
                f"| {name} | {kind} | {one.alone:.1f} | {one.beside:.1f} | {change:+.0f} % | {one.sent} |", flush=True
            )


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
    elif sys.argv[1:2] == ["--mail"]:
        serve_mail(sys.argv[2])
    elif sys.argv[1:2] == ["--pages"]:
        pages(int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
