"""A clock's own history, as its rows tell it, run once more from the beginning under a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from cases.clocks import BESIDE
from cases.record.case import Extension
from cases.side_clocks import Side
from workflow import clocks as law_of_clocks
from workflow.calendar import Calendar
from workflow.clocks import EXTEND, PAUSE, Change, Figures
from workflow.errors import Refusal
from workflow.limits import Limit

#: Why a stretch began that nobody asked for: there is a new version of its calendar.
REARRANGE = "rearrange"


class Grant(NamedTuple):
    """More time that was granted: when, how much, and to which support department for its part alone, if to one."""

    at: datetime
    extra: str
    unit_id: int | None = None


Grants = Sequence[Grant]


class Ungranted(Refusal):
    """More time in the history of a clock of which no grant is on record."""


def rerun(office: Calendar, clock: Any, spans: Sequence[Any], grants: Grants) -> list[Figures]:
    """Return what a clock would have shown in each stretch that began with something people did.

    `clock` is a row of `clocks`, `spans` are its stretches, none if it has never changed. The stretches that a new
    version of the calendar began are passed over: under `office` all along there would have been none. Raises Refusal
    where that cannot be counted.
    """
    acts = [span for span in spans if span.why != REARRANGE]
    stood_still = (acts[0].due_at if acts else clock.due_at) is None
    changes = [Change(PAUSE, clock.started_at)] if stood_still else []
    extras = extras_of(clock, acts, grants)
    changes += [Change(span.why, span.from_at, extra) for span, extra in zip(acts[1:], extras[1:], strict=True)]
    first = Figures(Limit.parse(clock.limit) if clock.limit else None, clock.first_due_at)
    return law_of_clocks.rerun(office, first, clock.started_at, changes)[stood_still:]


def extras_of(clock: Any, spans: Sequence[Any], grants: Grants) -> list[Limit | None]:
    """Return for each stretch of a clock how much more time began it; grants of one moment count in their order.

    What a department was granted for its part moved the clock of that part and no other.

    Raises Ungranted for more time that nobody has granted.
    """
    unit_id = Side.parse(clock.state).unit_id if clock.kind == BESIDE else None
    left = sorted((grant for grant in grants if grant.unit_id in (unit_id, None)), key=lambda one: one.unit_id is None)
    extras: list[Limit | None] = []
    for span in spans:
        if span.why != EXTEND:
            extras.append(None)
            continue
        mine = next((grant for grant in left if grant.at == span.from_at), None)
        if mine is None:
            raise Ungranted(
                f"时限在 {span.from_at:%Y-%m-%d %H:%M} UTC 延长过，但没有批准延期的记录。",
                f"The limit was extended at {span.from_at:%Y-%m-%d %H:%M} UTC, but no grant of more time is on record.",
            )
        left.remove(mine)
        extras.append(Limit.parse(mine.extra))
    return extras


def grants_of(db: Session, case_ids: Iterable[int]) -> dict[int, list[Grant]]:
    """Return the extensions that cases were granted, in order."""
    granted = select(Extension).where(col(Extension.case_id).in_(list(case_ids)), col(Extension.is_granted).is_(True))
    found: dict[int, list[Grant]] = {}
    for row in db.exec(granted.order_by(col(Extension.decided_at), col(Extension.id))):
        if row.decided_at is not None:
            found.setdefault(row.case_id, []).append(Grant(row.decided_at, row.extra, row.unit_id))
    return found
