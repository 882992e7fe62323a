"""How long a page takes beside mail that is sent: `python -m tests.benchmarks.pages_beside_mail [N]`.

The mail server hangs always, or misbehaves as in `delivering`; it is a process of its own, as it is in life.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from cases.record.database import release
from cases.record.schema import migrate
from config import clock
from tests.benchmarks.delivering import Ledger, counts, databases, fill, next_due
from tests.notifications.mailbox import Mailbox
from tests.web.visitors import Office
from web.postman import Postman

ROOT_MODULE = "tests.benchmarks.pages_beside_mail"


@dataclass(frozen=True)
class Beside:
    """The 99th percentile of a page's milliseconds, alone and while mail is sent, and how many mails went meanwhile."""

    alone: float
    beside: float
    sent: int


def page_beside(url: str, folder: Path, messages: int, *, is_hanging: bool) -> Beside:
    """Measure a page alone and beside a mail server that hangs always, or has the whims of `delivering`."""
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


def pages(messages: int) -> None:
    """Print how long a page takes beside mail that is sent, for both databases."""
    print("| database | the mail server | p99 alone, ms | p99 beside, ms | change | messages meanwhile |")
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


if __name__ == "__main__":
    if sys.argv[1:2] == ["--mail"]:
        serve_mail(sys.argv[2])
    else:
        pages(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
