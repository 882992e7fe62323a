"""After 72 hours off, how many messages does each person get: `python -m tests.benchmarks.outage [CASES]`.

Cases (by default 3,400) are submitted and nobody sweeps for three days and more, in which each misses three rungs.
Then one pass fires them in due order and passes on the news through a real mail server. Prints what was fired, told and
sent, the most messages that anyone got over one channel, and how long each step took.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

from sqlmodel import select

from cases.record.database import engine, reading, release, transaction
from cases.record.news import SENT, Notification
from cases.record.people import User
from cases.sweep import sweep
from config.settings import Settings
from notifications.delivering import deliver
from notifications.passing import post_of, tell
from tests.benchmarks.sweeping import submitted
from tests.cast import MONDAY
from tests.databases import DURABLE, Cluster, find_programs
from tests.notifications.mailbox import Mailbox

OFF = MONDAY + timedelta(hours=1)
#: Reminded on Thursday afternoon, overdue on Thursday evening, a yellow card on Friday evening; on on Sunday.
ON = MONDAY + timedelta(days=6, hours=2)


def main(cases: int) -> None:
    """Print one row for each database there is."""
    cluster = Cluster(programs, DURABLE) if (programs := find_programs()) else None
    print(
        "| database | rungs | in due order | notifications | people | mails | most mails to one | most in an inbox "
        "| fire, s | tell, s | send, s |\n|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            back(f"sqlite:///{folder}/news.db", "SQLite", cases)
            if cluster:
                back(cluster.create("news"), "PostgreSQL", cases)
        finally:
            if cluster:
                cluster.remove()


def back(url: str, name: str, cases: int) -> None:
    """Print what happens when the office comes back."""
    submitted(url, cases)
    with transaction(engine(url)) as db:
        for user in db.exec(select(User)):
            user.email = f"{user.login}@example.org"
    tell(engine(url), Settings(database=url), OFF)
    with Mailbox() as box:
        settings = replace(Settings(database=url), **box.settings)
        begin = perf_counter()
        moments = [fired.due_at for fired in sweep(engine(url), ON)]
        fired = perf_counter()
        written = tell(engine(url), settings, ON)
        told = perf_counter()
        deliver(engine(url), post_of(settings, lambda: ON, lambda: ON))
        sent = perf_counter()
    people = Counter(kept.to for kept in box.kept)
    inboxes = new_in_inboxes(url)
    order = "yes" if moments == sorted(moments) else "NO"
    print(
        f"| {name} | {len(moments):,} | {order} | {written:,} | {len(people)} | {len(box.kept)} "
        f"| {max(people.values())} | {max(inboxes.values())} | {fired - begin:.1f} | {told - fired:.1f} "
        f"| {sent - told:.1f} |",
        flush=True,
    )
    release(url)


def new_in_inboxes(url: str) -> Counter[int]:
    """Return how many entries each person's inbox has got since the office is back."""
    with reading(engine(url)) as db:
        rows = db.exec(
            select(Notification.user_id).where(
                Notification.channel == "inbox", Notification.state == SENT, Notification.made_at >= ON
            )
        )
        return Counter(user_id for user_id in rows if user_id is not None)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3_400)
