"""A mail server that refuses, cuts and hangs, and senders that are killed: nothing is lost, and a repeat is known."""

from __future__ import annotations

import os

import pytest

from cases.record.database import release
from notifications.delivering import LINES
from tests.benchmarks.delivering import run

MESSAGES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "80"))


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_nothing_is_lost_and_what_comes_twice_comes_from_the_crash_window(empty_database_url: str) -> None:
    outcome = run(empty_database_url, MESSAGES, kills=2)
    release(empty_database_url)
    assert outcome.lost == 0
    assert outcome.sent + outcome.parked == outcome.messages
    assert outcome.parked >= MESSAGES // 100
    assert outcome.strange == 0
    assert outcome.doubled <= outcome.kills * LINES
