"""Where a clock stands on its ladder: which rung comes next, and when.

A ladder is climbed in the order of its file. Its moments follow the due moment of the clock, so a clock that stands
still has no next moment, and one that goes on keeps its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.calendar import Calendar
from workflow.definition import Rung
from workflow.limits import Offset

#: The ladder of a level that a matter has climbed to: whoever does not act in time is climbed past.
PAST_A_LEVEL = (Rung(at=Offset(0, "m"), do="climb", tell=(), action=None, line=0),)


def moment(calendar: Calendar, ladder: Sequence[Rung], place: int, due_at: datetime | None) -> datetime | None:
    """Return when the rung at a place comes; None after the last one, and while the clock has no due moment."""
    if due_at is None or place >= len(ladder):
        return None
    return calendar.shift(due_at, ladder[place].at)


def first_after(
    calendar: Calendar, ladder: Sequence[Rung], due_at: datetime | None, at: datetime
) -> tuple[int, datetime | None]:
    """Return the place of the first rung that lies after a moment, and its own moment.

    What lay before the clock began is passed over: nobody is reminded two days ahead of a limit of two hours. So it is
    with what an import leaves behind.
    """
    first = moment(calendar, ladder, 0, due_at)
    if first is None or first > at:
        return 0, first
    last = moment(calendar, ladder, len(ladder) - 1, due_at)
    if last is not None and last <= at:  # most of what is imported is long past its last rung
        return len(ladder), None
    for place in range(1, len(ladder)):
        comes_at = moment(calendar, ladder, place, due_at)
        if comes_at is not None and comes_at > at:
            return place, comes_at
    return len(ladder), None


def next_or_last(
    calendar: Calendar, ladder: Sequence[Rung], due_at: datetime | None, at: datetime
) -> tuple[int, datetime | None]:
    """Return the place of the first rung that lies after a moment, else of the last one, and its own moment.

    More time that is over already when it is given must not end in silence: the last rung comes once more.
    """
    place, comes_at = first_after(calendar, ladder, due_at, at)
    if place < len(ladder) or not ladder:
        return place, comes_at
    return len(ladder) - 1, moment(calendar, ladder, len(ladder) - 1, due_at)
