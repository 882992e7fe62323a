"""The clocks of a case: how one starts, changes, goes on and stops. The arithmetic is the law's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from cases import beside, sides
from cases.calendars import calendar
from cases.parking import unpark
from cases.record.clock import Clock, ClockSpan, Level
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.words import Deed
from workflow import clocks as law_of_clocks
from workflow import ladders
from workflow.clocks import Figures
from workflow.definition import Definition, Rung
from workflow.limits import Limit, Remaining

#: The least difference between two moments that the databases keep.
TICK = timedelta(microseconds=1)

CASE, STATE, CLIMB, BESIDE = "case", "state", "climb", sides.BESIDE
#: The clocks by which a case itself is late; a level, a department's part and the like have theirs beside it.
OF_THE_CASE = (CASE, STATE)

_CLOCKS = table_of(Clock)
_SPANS = table_of(ClockSpan)
_RUNNING = Prepared(select(_CLOCKS).where(_CLOCKS.c.case_id == bindparam("case_id"), _CLOCKS.c.stopped_at.is_(None)))
_START = Prepared(insert(_CLOCKS).inline(), *(c.name for c in _CLOCKS.c if c.name not in ("id", "stopped_at")))
_STOP = Prepared(update(_CLOCKS).where(_CLOCKS.c.id == bindparam("clock_id")), "stopped_at")
_CHANGE = Prepared(
    update(_CLOCKS).where(_CLOCKS.c.id == bindparam("clock_id")),
    "due_at", "remaining", "is_provisional", "spans", "term", "rung", "next_at",
)  # fmt: skip
_CLIMB_ON = Prepared(update(_CLOCKS).where(_CLOCKS.c.id == bindparam("clock_id")), "term", "rung", "next_at")
_LEVELS = table_of(Level)
_ON_A_LEVEL = Prepared(
    select(_LEVELS.c.id).where(_LEVELS.c.case_id == bindparam("of_case"), _LEVELS.c.left_at.is_(None))
)
_END_SPAN = Prepared(
    update(_SPANS).where(_SPANS.c.clock_id == bindparam("clock"), _SPANS.c.until_at.is_(None)), "until_at"
)
_BEGIN_SPAN = Prepared(insert(_SPANS).inline(), "clock_id", "why", "from_at", "until_at", "due_at", "limit")


def come_down(deed: Deed) -> None:
    """Leave the level that a case has climbed to once nothing of it is late any more."""
    running = running_clocks(deed.db, deed.case_id)
    of_its_own = [clock for clock in running if not outlives_case(deed.law.definition, clock)]
    if any(clock.kind != CLIMB and is_late(clock, deed.at) for clock in of_its_own):
        return
    for clock in running:
        if clock.kind == CLIMB:
            stop(deed, clock, deed.facts.setdefault("clocks", []))


def is_late(clock: Any, at: datetime) -> bool:
    """Tell whether a clock's limit has passed at a moment."""
    return clock.due_at is not None and bool(clock.due_at <= at)


def outlives_case(definition: Definition, clock: Any | Clock) -> bool:
    """Tell whether a clock runs on when the case moves or ends, as that of a promise does; it never climbs."""
    if clock.kind != BESIDE:
        return False
    side = definition.besides.get((clock.state or "").partition("@")[0])
    return side is not None and side.outlives_case


def start(
    deed: Deed,
    kind: str,
    state: str | None,
    limit: Limit | datetime,
    noted: list[list[Any]],
    paused: bool = False,
) -> datetime | None:
    """Start a clock, running or standing still, note it, and return when it is due.

    In place of a limit of the law it can have a moment that was fixed elsewhere, such as the end of a promised day.
    """
    is_fixed = isinstance(limit, datetime)
    if isinstance(limit, datetime):
        figures = Figures(None, limit)
    else:
        figures = law_of_clocks.start(deed.calendar, limit, deed.at)
    first_due_at = figures.due_at
    if paused:
        figures = law_of_clocks.pause(deed.calendar, figures, deed.at)
    ladder = ladder_of(deed.law.definition, kind, state)
    place, next_at = ladders.first_after(deed.calendar, ladder, first_due_at, deed.at)
    row = {
        "case_id": deed.case_id,
        "kind": kind,
        "state": state,
        "round": deed.now("round"),
        "limit": None if is_fixed else str(limit),
        "calendar": deed.calendar.name,
        "is_provisional": figures.is_provisional,
        "started_at": deed.at,
        "first_due_at": first_due_at,
        "due_at": figures.due_at,
        "remaining": str(figures.remaining) if figures.remaining else None,
        "spans": 0,
        "term": 0,
        "rung": place,
        "next_at": None if paused else next_at,
    }
    _START.run(deed.db, row)
    noted.append(started_note(kind, state, row["limit"], first_due_at, row["remaining"]))
    if kind == CASE and deed.now("first_due_at") is None:
        deed.sets["first_due_at"] = first_due_at
    return figures.due_at


def started_note(
    kind: str, state: str | None, limit: str | None, first_due_at: datetime | None, remaining: str | None
) -> list[Any]:
    """Return what an event says of a clock that began; one that stands still from the outset has no due moment yet."""
    if remaining is None:
        return ["start", kind, state, limit, first_due_at]
    return ["start", kind, state, limit, None, first_due_at, remaining]


def extend(deed: Deed, extra: Limit, which: Callable[[Any], bool]) -> list[datetime]:
    """Give those running clocks more time that `which` names, and return when they are due now.

    Those that stand still keep what they have. With more time nobody has to climb, unless somebody beside the case is
    late still.
    """
    noted: list[list[Any]] = deed.facts.setdefault("clocks", [])
    running = running_clocks(deed.db, deed.case_id)
    extended: list[datetime] = []
    dues: list[datetime] = []
    is_still_late = False
    for clock in running:
        due_at = clock.due_at
        if clock.kind == CLIMB or outlives_case(deed.law.definition, clock):
            continue
        if due_at is not None and which(clock):
            figures = law_of_clocks.extend(calendar(deed.db, clock.calendar), figures_of(clock), extra)
            change(deed, clock, figures, "extend")
            assert figures.due_at is not None
            due_at = figures.due_at
            extended.append(due_at)
            noted.append(["extend", clock.kind, clock.state, str(extra), due_at])
        elif is_late(clock, deed.at):
            is_still_late = True
        dues += [due_at] if clock.kind in OF_THE_CASE and due_at is not None else []
    for clock in running:
        if clock.kind == CLIMB and not is_still_late:
            stop(deed, clock, noted)
    deed.sets["due_at"] = min(dues, default=None)
    return extended


def is_of_the_case(clock: Any) -> bool:
    """Tell whether a clock is the case's own: by it the case itself is late."""
    return clock.kind in OF_THE_CASE


def ladder_of(definition: Definition, kind: str, state: str | None) -> tuple[Rung, ...]:
    """Return the ladder of a clock; a case that came with a limit of its own has that of the whole case."""
    if kind == CLIMB:
        return ladders.PAST_A_LEVEL
    if kind == CASE:
        return definition.ladders[definition.case_clock.ladder] if definition.case_clock else ()
    if kind == BESIDE:
        side = definition.besides.get((state or "").partition("@")[0])
        return definition.ladders[side.ladder] if side else ()
    return definition.ladders.get(definition.states[state or ""].ladder or "", ())


def change(deed: Deed, clock: Any, figures: Figures, why: str, limit: Limit | None = None) -> None:
    """Give a clock new figures and keep the stretch that ends; the first change also keeps how the clock began.

    A clock that goes on keeps its place on the ladder; more time begins the ladder anew. `limit` is what it has at the
    most from now on where it gets shorter.
    """
    db, at = deed.db, deed.at
    office, ladder = calendar(db, clock.calendar), ladder_of(deed.law.definition, clock.kind, clock.state)
    place, next_at = clock.rung, ladders.moment(office, ladder, clock.rung, figures.due_at)
    if why == "extend":
        place, next_at = ladders.next_or_last(office, ladder, figures.due_at, at)
    unpark(db, clock, at)
    if clock.spans == 0:
        first = {
            "clock_id": clock.id,
            "why": "start",
            "from_at": clock.started_at,
            "until_at": at,
            "due_at": clock.due_at,
            "limit": None,
        }
        _BEGIN_SPAN.run(db, first)
    else:
        _END_SPAN.run(db, {"clock": clock.id, "until_at": at})
    span = {"clock_id": clock.id, "why": why, "from_at": at, "until_at": None, "due_at": figures.due_at}
    _BEGIN_SPAN.run(db, {**span, "limit": str(limit) if limit else None})
    _CHANGE.run(
        db,
        {
            "clock_id": clock.id,
            "due_at": figures.due_at,
            "remaining": str(figures.remaining) if figures.remaining else None,
            "is_provisional": figures.is_provisional,
            "spans": clock.spans + (2 if clock.spans == 0 else 1),
            "term": clock.term + (why == "extend"),
            "rung": place,
            "next_at": next_at,
        },
    )


def change_ladders(db: Session, definition: Definition, case_id: int, at: datetime) -> None:
    """Put the running clocks of a case on the ladders of another version of its law.

    What has fired stays past; what is due and waits for the sweep, or is parked, comes due on the new ladder.
    """
    for clock in running_clocks(db, case_id):
        if clock.kind == CLIMB:  # a level has one rung, whatever the law
            continue
        office, ladder = calendar(db, clock.calendar), ladder_of(definition, clock.kind, clock.state)
        awaited = clock.next_at or unpark(db, clock, at)
        place, next_at = ladders.first_after(office, ladder, clock.due_at, min(at, awaited - TICK) if awaited else at)
        if clock.due_at is None:
            place = min(clock.rung, len(ladder))
        _CLIMB_ON.run(db, {"clock_id": clock.id, "term": clock.term + 1, "rung": place, "next_at": next_at})


def running_clocks(db: Session, case_id: int) -> Sequence[Any]:
    """Return the clocks of a case that have not stopped."""
    return _RUNNING.rows(db, {"case_id": case_id})


def figures_of(clock: Any | Clock) -> Figures:
    """Return the figures of a clock row, as the law's arithmetic wants them."""
    return Figures(
        Limit.parse(clock.limit) if clock.limit else None,
        clock.due_at,
        Remaining.parse(clock.remaining) if clock.remaining else None,
        clock.is_provisional,
    )


def stop(deed: Deed, clock: Any, noted: list[list[Any]]) -> None:
    """Stop a clock and note it; with its clock, a level that a matter had climbed to is left."""
    halt(deed, clock, noted)
    if clock.kind == CLIMB:
        for level in _ON_A_LEVEL.rows(deed.db, {"of_case": deed.case_id}):
            beside.change(deed, Level, level.id, left_at=deed.at)
        deed.sets["level"] = 0


def halt(deed: Deed, clock: Any, noted: list[list[Any]]) -> None:
    """Stop a clock and note it."""
    unpark(deed.db, clock, deed.at)
    _STOP.run(deed.db, {"clock_id": clock.id, "stopped_at": deed.at})
    if clock.spans:
        _END_SPAN.run(deed.db, {"clock": clock.id, "until_at": deed.at})
    noted.append(["stop", clock.kind, clock.state])
