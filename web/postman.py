"""Sends the news in a process of its own, so that no page waits for it: `python -m web.postman`.

The schedule starts one when something is due. It goes on until nothing has been due for a while, until whoever started
it is gone (its standard input ends), or until the wall clock is set too far ahead to be believed.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from threading import Event, Thread

from cases.record.database import engine
from config import clock, logs
from config.settings import Settings, load
from notifications.delivering import deliver
from notifications.passing import post_of
from workflow.errors import Refusal

#: Seconds between two looks for something to send, and how many looks in vain end it.
PAUSE, LOOKS = 3, 20
#: Seconds that a message under way may take at the end, beyond its own patience.
GRACE = 5

#: Whoever waits for a page comes first, whoever is told next; else each message that wakes this up interrupts a page.
BEHIND_PAGES = 10

log = logging.getLogger(__name__)


class Postman:
    """The process as whoever started it sees it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        words = [sys.executable, "-m", "web.postman"]
        environment = {**os.environ, **settings.as_environment()}
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, env=environment)

    @property
    def is_at_work(self) -> bool:
        """Tell whether it still looks for something to send."""
        return self.process.poll() is None

    def dismiss(self) -> None:
        """Let it finish what is under way and end; what it cannot finish goes out again later."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(self.settings.patience + GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main(settings: Settings) -> None:
    """Send whatever is due, look again and again, and end after a while in vain."""
    is_over, parted = Event(), clock.parting()
    Thread(target=_watch, args=(is_over,), daemon=True).start()

    def is_stopping() -> bool:
        return is_over.is_set() or clock.parting() - parted > clock.FURTHEST

    post = post_of(settings, clock.now, clock.now, is_stopping)
    in_vain = 0
    while in_vain < LOOKS and not is_stopping():
        try:
            in_vain = 0 if deliver(engine(settings.database), post) else in_vain + 1
        except Refusal as refusal:
            log.error("%s", refusal.en)
            in_vain += 1
        is_over.wait(PAUSE)


def _watch(is_over: Event) -> None:
    """Notice when whoever started this is gone."""
    sys.stdin.read()
    is_over.set()


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(BEHIND_PAGES)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which lets this finish
    logs.set_up()
    main(load(os.environ))
