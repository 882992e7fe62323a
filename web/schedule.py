"""All that happens by itself: heartbeat, sweep, news and index of a node, in memory. Correctness is in the rows.

APScheduler waits for moments of the wall clock, so a clock that is set back would keep it waiting for as long. A clock
that nobody can set is watched beside it: when the two part, the jump is noted and the schedule is woken.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy import Engine

from cases import heartbeat
from cases.administering import note_settings
from cases.erasing import scrub
from cases.forgetting import forget_due
from cases.heartbeat import PERIOD
from cases.indexing import drop_old, index_new
from cases.record.database import transaction
from cases.search.keeping import keep as keep_searchable
from cases.sweep import sweep
from config import clock
from config.settings import Settings
from notifications.claims import drop_what_is_stale, due
from notifications.heads import send_daily
from notifications.passing import channels_of, tell
from web.postman import Postman
from workflow.errors import Refusal

#: Seconds between two looks for something to tell, or to send.
NEWS_PERIOD = 3
#: Seconds between two looks for what a day asks for: the head of the chain that leaves the host, what is forgotten.
KEEPING_PERIOD = 600
#: Clocks are set right by less than this all the time.
TOLERANCE = timedelta(seconds=10)
#: Between two looks for cases that are too old to be offered as similar; no lookup offers them meanwhile.
TIDIED_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


def node_name() -> str:
    """Return the name of this process among all nodes."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires at once and then again and again, counted from the moment it last did: what was missed is one run.

    APScheduler's own interval lists every run that was missed; after a step of ten years that is twenty million.
    """

    def __init__(self, pause: timedelta) -> None:
        self.pause = pause

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return when the job runs next."""
        return now if previous_fire_time is None else now + self.pause


class Schedule:
    """The schedule of one node, from its first beat until `shutdown`."""

    def __init__(self, engine: Engine, node: str, settings: Settings) -> None:
        self.engine, self.node, self.settings = engine, node, settings
        self.ahead = timedelta()
        self._jumped: timedelta | None = None
        self._parted = clock.parting()
        self._is_over = threading.Event()
        self._watch = threading.Thread(target=self._watch_the_clock, name="clock", daemon=True)
        self._jobs = BackgroundScheduler(timezone="UTC")
        self._channels = channels_of(settings)
        self._postman: Postman | None = None
        self._tidied_at: datetime | None = None

    def is_trusted(self) -> bool:
        """Tell whether the wall clock may decide what is due, also where the watch has not yet noticed a jump."""
        return self.ahead + (clock.parting() - self._parted) <= clock.FURTHEST

    def start(self) -> Schedule:
        """Beat once, so that the node is ready when it answers, and go on."""
        self._beat()
        # Telling and sending are two jobs, and sending is a process, so that mail keeps no inbox and no page waiting.
        for job, pause in (
            (self._beat, PERIOD), (self._sweep, PERIOD), (self._tell, NEWS_PERIOD), (self._send, NEWS_PERIOD),
            (self._index, PERIOD), (self._keep, KEEPING_PERIOD),
        ):  # fmt: skip
            # Two runs never overlap, and a late one still counts.
            self._jobs.add_job(job, Every(timedelta(seconds=pause)), max_instances=1, misfire_grace_time=None)
        self._jobs.start()
        self._watch.start()
        return self

    def shutdown(self) -> None:
        """End what runs, and take this node off the list of those that beat."""
        self._is_over.set()
        self._jobs.shutdown()
        self._watch.join()
        if self._postman is not None:
            self._postman.dismiss()
        try:
            heartbeat.stop(self.engine, self.node)
        except Refusal as refusal:
            log.error("%s", refusal.en)

    def _beat(self) -> None:
        jumped, self._jumped = self._jumped, None
        try:
            heartbeat.beat(self.engine, self.node, clock.now(), jumped, is_trusted=self.is_trusted())
        except Refusal as refusal:  # the next beat tries again
            self._jumped = jumped
            log.error("%s", refusal.en)

    def _sweep(self) -> None:
        at = clock.now()  # read before it is asked whether it can be trusted
        if not self.is_trusted():
            log.error("the clock was set ahead by %s: nothing fires until it is set back or this restarts", self.ahead)
            return
        try:
            for _ in sweep(self.engine, at):
                if not self.is_trusted():
                    break
        except Refusal as refusal:
            log.error("%s", refusal.en)

    def _tell(self) -> None:
        at = clock.now()
        if not self.is_trusted():
            return
        try:
            tell(self.engine, self.settings, at, lambda: self._is_over.is_set() or not self.is_trusted())
        except Refusal as refusal:
            log.error("%s", refusal.en)

    def _send(self) -> None:
        at = clock.now()
        if not self.is_trusted():  # an attempt that failed would be made again in years
            return
        try:
            drop_what_is_stale(self.engine, at)
            if not self._is_sending() and due(self.engine, self._channels, at):
                self._postman = Postman(self.settings)
        except Refusal as refusal:
            log.error("%s", refusal.en)

    def _index(self) -> None:
        """Take what is new into the index that is searched and into that of similar cases, which drops the old ones."""
        at = clock.now()
        if not self.is_trusted():  # by that clock everything is old
            return
        try:
            keep_searchable(self.engine, self._is_over.is_set)
            index_new(self.engine, at, lambda: self._is_over.is_set() or not self.is_trusted())
            if self._tidied_at is None or at - self._tidied_at >= TIDIED_EVERY:
                drop_old(self.engine, at)
                self._tidied_at = at
        except Refusal as refusal:
            log.error("%s", refusal.en)

    def _keep(self) -> None:
        """Forget what is due, and send the head of the chain out once a day."""
        at = clock.now()
        if not self.is_trusted():  # by that clock a head would be dated wrongly for ever
            return
        try:
            with transaction(self.engine) as db:
                note_settings(db, self.settings, at)
            with transaction(self.engine) as db:
                forget_due(db, self.settings, at)
            send_daily(self.engine, self.settings, at)
            scrub(self.engine, is_waiting=False)  # also what was erased while somebody was reading
        except Refusal as refusal:
            log.error("%s", refusal.en)

    def _is_sending(self) -> bool:
        return self._postman is not None and self._postman.is_at_work

    def _watch_the_clock(self) -> None:
        """Wake the schedule when the wall clock is set."""
        while not self._is_over.wait(1):
            parting = clock.parting()
            jump = parting - self._parted
            if abs(jump) <= TOLERANCE:
                continue
            self.ahead, self._parted = self.ahead + jump, parting
            self._jumped = (self._jumped or timedelta()) + jump
            log.error("the clock of this machine was set by %s to %s", jump, clock.now())
            for job in self._jobs.get_jobs():
                job.modify(next_run_time=clock.now())
