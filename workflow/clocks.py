"""What a clock does when it starts, stands still, goes on or gets more time: pure functions over its figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from workflow.calendar import Calendar
from workflow.errors import Refusal
from workflow.limits import Limit, Remaining

#: What is left of a date that was fixed elsewhere is measured in elapsed time.
FIXED = Limit(1, "m")

#: What can happen to a clock between its start and its end.
PAUSE, RESUME, EXTEND, SHORTEN = "pause", "resume", "extend", "shorten"
#: A case was sent on and taken back: its clock had stopped, and runs on as if it had not.
AWAY, BACK = "away", "back"

#: What a limit that is made shorter leaves at the least: nobody is late at the very moment at which it happens.
GRACE = Limit(1, "wd")


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of one clock: running towards `due_at`, or standing still with `remaining` left.

    A clock without a limit has neither; it is shown as an exception with its cause.
    """

    limit: Limit | None
    due_at: datetime | None
    remaining: Remaining | None = None
    is_provisional: bool = False

    @property
    def is_paused(self) -> bool:
        """Tell whether the clock stands still."""
        return self.remaining is not None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a clock at a moment: it was paused, went on, was away, came back, got `extra` time, or lasts no
    longer than that.
    """

    why: str
    at: datetime
    extra: Limit | None = None


def start(calendar: Calendar, limit: Limit, at: datetime) -> Figures:
    """Return a clock that begins to run at a moment."""
    due = calendar.due(at, limit)
    return Figures(limit, due.at, None, due.provisional)


def pause(calendar: Calendar, clock: Figures, at: datetime) -> Figures:
    """Return the clock standing still, with what was left of its limit; a clock without a due moment stays as it is."""
    if clock.is_paused or clock.due_at is None:
        return clock
    return replace(clock, due_at=None, remaining=calendar.remaining(at, clock.due_at, clock.limit or FIXED))


def resume(calendar: Calendar, clock: Figures, at: datetime) -> Figures:
    """Return the clock running again, due when what was left has passed."""
    if clock.remaining is None:
        return clock
    due = calendar.resume(at, clock.remaining, clock.limit or FIXED)
    return Figures(clock.limit, due.at, None, due.provisional)


def extend(calendar: Calendar, clock: Figures, extra: Limit) -> Figures:
    """Return the clock with its due moment moved on by `extra`, counted from the due moment that stood.

    Raises Refusal for a clock that stands still: what is left of it is not yet a date.
    """
    if clock.due_at is None:
        raise Refusal(
            "时钟暂停或没有时限，不能延期。", "The clock stands still or has no limit; it cannot be extended."
        )
    due = calendar.due(clock.due_at, extra)
    return replace(clock, due_at=due.at, is_provisional=clock.is_provisional or due.provisional)


def shorten(calendar: Calendar, clock: Figures, limit: Limit, began_at: datetime, at: datetime) -> Figures:
    """Return the clock as one that has no more than `limit` since it began; it never ends later than it would have.

    The end of the next working day is left at the least. A clock that stands still or has no due moment stays as it is.
    """
    if clock.due_at is None:
        return clock
    due = max(calendar.due(began_at, limit), calendar.due(at, GRACE), key=lambda one: one.at)
    return clock if due.at >= clock.due_at else replace(clock, due_at=due.at, is_provisional=due.provisional)


def rerun(calendar: Calendar, first: Figures, began_at: datetime, changes: Iterable[Change]) -> list[Figures]:
    """Return what a clock showed from its beginning and after each change, had it run under this calendar all along.

    `first` gives the limit; a clock without one keeps the due moment that `first` has, which was fixed elsewhere.
    Raises Refusal for more time of which nobody knows how much.
    """
    shown = [start(calendar, first.limit, began_at) if first.limit else first]
    for change in changes:
        if change.why == PAUSE:
            shown.append(pause(calendar, shown[-1], change.at))
        elif change.why == RESUME:
            shown.append(resume(calendar, shown[-1], change.at))
        elif change.why == SHORTEN and change.extra is not None:
            shown.append(shorten(calendar, shown[-1], change.extra, began_at, change.at))
        elif change.why == AWAY:
            shown.append(replace(shown[-1], due_at=None))
        elif change.why == BACK:  # right after it was away
            shown.append(shown[-2])
        elif change.extra is not None:
            shown.append(extend(calendar, shown[-1], change.extra))
        else:
            raise Refusal("不知道延长了多少时间。", "Nobody knows how much more time was given.")
    return shown
