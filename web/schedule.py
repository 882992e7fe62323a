"""All that happens by itself: one heartbeat a node, in memory. Correctness is in the rows, not here."""

from __future__ import annotations

import logging
import os
import socket

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from cases.sweep import PERIOD, beat
from config import clock
from workflow.errors import Refusal

log = logging.getLogger(__name__)


def node_name() -> str:
    """Return the name of this process among all nodes."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def start(engine: Engine, node: str) -> BackgroundScheduler:
    """Beat once, so that the node is ready when it answers, and go on beating until `shutdown`."""
    _beat(engine, node)
    schedule = BackgroundScheduler(timezone="UTC")
    # Beats that were missed are one beat, two never overlap, and a late one still counts.
    schedule.add_job(
        _beat, "interval", seconds=PERIOD, args=(engine, node), coalesce=True, max_instances=1, misfire_grace_time=None
    )
    schedule.start()
    return schedule


def _beat(engine: Engine, node: str) -> None:
    """Beat; a database that cannot be reached is said in the log, and the next beat tries again."""
    try:
        beat(engine, node, clock.now())
    except Refusal as refusal:
        log.error("%s", refusal.en)
