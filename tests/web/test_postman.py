"""The process that sends: started when something is due, gone with whoever started it, harmless to pages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cases.record.database import transaction
from cases.record.news import SENT, Notification
from config import clock
from config.settings import Settings
from notifications.kinds import TRIAL
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import Newsroom
from web.postman import Postman
from web.schedule import Schedule


@pytest.fixture
def newsroom(peopled_url: str) -> Newsroom:
    """Gives the cast, with addresses, once on each engine."""
    return Newsroom(peopled_url)


def waits(newsroom: Newsroom, count: int) -> None:
    """Have messages wait for a mail server, from now on."""
    with transaction(newsroom.db) as db:
        now, wang = clock.now(), newsroom.people["wang"]
        for _ in range(count):
            db.add(
                Notification(kind=TRIAL.word, user_id=wang, channel="mail", state="waiting", next_at=now, made_at=now)
            )


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def settings_of(newsroom: Newsroom, box: Mailbox) -> Settings:
    return replace(newsroom.settings, **box.settings)


def test_the_schedule_sends_what_is_due_through_a_process_of_its_own(newsroom: Newsroom) -> None:
    with Mailbox() as box:
        schedule = Schedule(newsroom.db, "here:1", settings_of(newsroom, box)).start()
        try:
            waits(newsroom, 3)
            until(lambda: len(box.kept) == 3)
            until(lambda: {row.state for row in newsroom.rows(channel="mail")} == {SENT})
        finally:
            schedule.shutdown()
    assert len(box.kept) == 3


def test_it_ends_when_it_is_dismissed_and_has_recorded_what_it_sent(newsroom: Newsroom) -> None:
    with Mailbox() as box:
        waits(newsroom, 2)
        postman = Postman(settings_of(newsroom, box))
        until(lambda: len(box.kept) == 2)
        postman.process.send_signal(signal.SIGINT)  # Ctrl-C reaches every process at a terminal
        assert postman.is_at_work
        postman.dismiss()
        assert postman.process.returncode == 0
    assert [row.state for row in newsroom.rows(channel="mail")] == [SENT, SENT]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="a process is looked up in /proc")
def test_it_does_not_outlive_whoever_started_it(newsroom: Newsroom) -> None:
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from web.postman import *; p = Postman(load(os.environ)); print(p.process.pid); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **newsroom.settings.as_environment()},
        text=True,
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.communicate()
    until(lambda: not lives(pid))


def lives(pid: int) -> bool:
    """Tell whether a process that is not ours still runs; one that nobody has waited for yet does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
