"""When an attempt that failed is made again: later and later, never all at the same moment, and at last not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

#: After so many attempts a message is parked: 1, 4, 16, 64, 256 minutes, then 12 hours twice, some thirty hours in all.
MOST_ATTEMPTS = 8
FIRST, FACTOR, LONGEST = timedelta(minutes=1), 4, timedelta(hours=12)
#: Each delay is made up to so much shorter or longer, so that what failed together does not come again together.
JITTER = 0.25


def next_attempt(attempts: int, at: datetime, dice: Random) -> datetime | None:
    """Return when to try again after so many attempts; None if that was the last one."""
    if attempts >= MOST_ATTEMPTS:
        return None
    steps: int = FACTOR ** max(0, attempts - 1)
    delay = min(FIRST * steps, LONGEST)
    return at + delay * dice.uniform(1 - JITTER, 1 + JITTER)
