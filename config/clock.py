"""The only reader of the time; everything below the edges takes the moment as an argument."""

import time
from datetime import UTC, datetime, timedelta

#: A clock that was set ahead by more while a program runs is not believed: what has happened cannot be taken back.
FURTHEST = timedelta(days=7)

# It goes on while the machine sleeps, so that a closed laptop is no clock that was set.
_STEADY = getattr(time, "CLOCK_BOOTTIME", None)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def steady() -> float:
    """Return the seconds of a clock that nobody can set; only differences mean anything."""
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


def parting() -> timedelta:
    """Return how far the wall clock stands from one that nobody can set; only differences mean anything."""
    return timedelta(seconds=now().timestamp() - steady())
