"""The clock that a desk goes on with when whoever sent a case on takes it back (撤回).

Sending and taking back again gives nobody time: the clock that had stopped runs on towards the due moment that it had,
as if the case had never left. The stretch in which it lay elsewhere is kept, so that what was overdue then is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, select, update
from sqlmodel import Session

from cases.calendars import calendar
from cases.record.clock import Clock, ClockSpan
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.words import Deed
from workflow import ladders
from workflow.clocks import AWAY, BACK
from workflow.definition import Rung

#: What an event notes of a clock that runs on.
GO_ON = "go_on"

_CLOCKS, _SPANS = table_of(Clock), table_of(ClockSpan)
_LAST = Prepared(
    select(_CLOCKS)
    .where(_CLOCKS.c.case_id == bindparam("case_id"), _CLOCKS.c.kind == bindparam("kind"))
    .where(_CLOCKS.c.state == bindparam("state"), _CLOCKS.c.stopped_at.is_not(None))
    .order_by(_CLOCKS.c.id.desc())
    .limit(literal_column("1"))
)
_RUN_ON = Prepared(
    update(_CLOCKS).where(_CLOCKS.c.id == bindparam("clock_id")), "stopped_at", "spans", "term", "rung", "next_at"
)
_STRETCH = Prepared(insert(_SPANS).inline(), "clock_id", "why", "from_at", "until_at", "due_at")


def last_of(db: Session, case_id: int, kind: str, state: str) -> Any | None:
    """Return the clock of a desk that stopped last, a row of `clocks`; None if it never had one."""
    return next(iter(_LAST.rows(db, {"case_id": case_id, "kind": kind, "state": state})), None)


def go_on(deed: Deed, clock: Any, ladder: Sequence[Rung], noted: list[list[Any]]) -> datetime | None:
    """Let a clock that has stopped run on towards its due moment, note it, and return that moment.

    Rungs that passed while the case lay elsewhere are not made up for; if all have, the last one comes once more.
    """
    office = calendar(deed.db, clock.calendar)
    place, next_at = ladders.next_or_last(office, ladder, clock.due_at, deed.at)
    begins_anew = place < clock.rung
    if clock.spans == 0:
        _stretch(deed, clock, "start", clock.started_at, clock.stopped_at, clock.due_at)
    _stretch(deed, clock, AWAY, clock.stopped_at, deed.at, None)
    _stretch(deed, clock, BACK, deed.at, None, clock.due_at)
    values = {"spans": clock.spans + (2 if clock.spans else 3), "term": clock.term + begins_anew, "rung": place}
    _RUN_ON.run(deed.db, {"clock_id": clock.id, "stopped_at": None, "next_at": next_at, **values})
    noted.append([GO_ON, clock.kind, clock.state, clock.due_at])
    return clock.due_at  # type: ignore[no-any-return]  # a Row has no column types


def _stretch(
    deed: Deed, clock: Any, why: str, from_at: datetime, until_at: datetime | None, due_at: datetime | None
) -> None:
    span = {"clock_id": clock.id, "why": why, "from_at": from_at, "until_at": until_at, "due_at": due_at}
    _STRETCH.run(deed.db, span)
