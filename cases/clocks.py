"""The clocks of a case as it moves: which stop, which start, which stand still. The arithmetic is the law's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from cases import beside, sides
from cases.calendars import calendar
from cases.kept_clocks import go_on, last_of
from cases.parking import unpark
from cases.record.clock import Clock, ClockSpan, Level
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.rerunning import REARRANGE, grants_of, rerun
from cases.words import Deed
from workflow import clocks as law_of_clocks
from workflow import ladders
from workflow.clocks import Figures
from workflow.definition import CaseClock, Definition, Rung, State
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
_SPANS_OF = Prepared(select(_SPANS).where(_SPANS.c.clock_id == bindparam("clock_id")).order_by(_SPANS.c.id))
_BEGIN_SPAN = Prepared(insert(_SPANS).inline(), "clock_id", "why", "from_at", "until_at", "due_at", "limit")


def move(deed: Deed, old: State, new: State) -> None:
    """Stop, start and pause clocks for a case that goes from one state to another, and note it in the event.

    The desk's clock always ends and a new one begins. The clock of the whole case begins when the case leaves its first
    state, stands still in states that pause, and ends with the case; one that comes back from a final state gets a new
    one. What was promised runs on whatever becomes of the case.
    """
    definition = deed.law.definition
    running = [clock for clock in running_clocks(deed.db, deed.case_id) if not outlives_case(definition, clock)]
    noted: list[list[Any]] = deed.facts.setdefault("clocks", [])
    dues: list[datetime] = []
    # A department that is late with its part stays so wherever the case goes, and so does whom that has reached.
    ended = (STATE,) if any(clock.kind == BESIDE and is_late(clock, deed.at) for clock in running) else (STATE, CLIMB)
    for clock in running:
        if clock.kind in ended or new.final:
            stop(deed, clock, noted)
    if not new.final:
        if limit := definition.limit_of(new, _chosen(deed)):
            due = _of_the_desk(deed, new.name, limit, noted)
            if shorter := definition.shorter_limit(new.name, deed.now("voices") or 0):
                due = _shorten_desk(deed, shorter, noted) or due
            dues += [due] if due else []
        whole = next((clock for clock in running if clock.kind == CASE), None)
        due = _whole_case(deed, whole, old, new, noted)
        dues += [due] if due else []
    deed.sets["due_at"] = min(dues, default=None)


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


def shorten(deed: Deed, limit: Limit) -> None:
    """Let the case stay where it lies no longer than a limit since it came there; what is shorter already stays so."""
    _shorten_desk(deed, limit, deed.facts.setdefault("clocks", []))
    dues = [clock.due_at for clock in running_clocks(deed.db, deed.case_id) if clock.kind in OF_THE_CASE]
    deed.sets["due_at"] = min((due for due in dues if due), default=None)


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


def _shorten_desk(deed: Deed, limit: Limit, noted: list[list[Any]]) -> datetime | None:
    """Shorten the clock of the desk, note it, and return when it is due; None where it is shorter already."""
    for clock in running_clocks(deed.db, deed.case_id):
        if clock.kind != STATE:
            continue
        office, before = calendar(deed.db, clock.calendar), figures_of(clock)
        figures = law_of_clocks.shorten(office, before, limit, clock.started_at, deed.at)
        if figures != before:
            change(deed, clock, figures, law_of_clocks.SHORTEN, limit)
            noted.append([law_of_clocks.SHORTEN, clock.kind, clock.state, str(limit), figures.due_at])
            return figures.due_at
    return None


def _of_the_desk(deed: Deed, state: str, limit: Limit, noted: list[list[Any]]) -> datetime | None:
    """Start the clock of a desk, or let it go on with the one it had; return its due moment."""
    kept = last_of(deed.db, deed.case_id, STATE, state) if deed.keeps_clock else None
    if kept is None:
        return start(deed, STATE, state, limit, noted)
    due_at = go_on(deed, kept, ladder_of(deed.law.definition, STATE, state), noted)
    office, spans = calendar(deed.db, kept.calendar), _SPANS_OF.rows(deed.db, {"clock_id": kept.id})
    grants = grants_of(deed.db, [deed.case_id]).get(deed.case_id, [])
    figures = rerun(office, kept, spans, grants)[-1]
    if (figures.due_at, figures.is_provisional) != (due_at, kept.is_provisional):  # the year was published meanwhile
        (now,) = (clock for clock in running_clocks(deed.db, deed.case_id) if clock.id == kept.id)
        change(deed, now, figures, REARRANGE)
        noted.append([REARRANGE, STATE, state, figures.due_at])
    return figures.due_at


def _whole_case(deed: Deed, clock: Any | None, old: State, new: State, noted: list[list[Any]]) -> datetime | None:
    """Start, pause or resume the clock of the whole case; return its due moment if it runs."""
    law: CaseClock | None = deed.law.definition.case_clock
    if clock is None:
        first = deed.law.definition.initial.name
        leaves = old.final or (old.name == first and new.name != first)
        limit = deed.law.definition.limit_of(law, _chosen(deed)) if law and leaves else None
        if limit is None:
            return None
        return start(deed, CASE, None, limit, noted, paused=new.pauses)
    figures, office = figures_of(clock), calendar(deed.db, clock.calendar)
    if new.pauses and not figures.is_paused and figures.due_at is not None:
        figures, why = law_of_clocks.pause(office, figures, deed.at), "pause"
    elif not new.pauses and figures.is_paused:
        figures, why = law_of_clocks.resume(office, figures, deed.at), "resume"
    else:
        return clock.due_at  # type: ignore[no-any-return]  # a Row has no column types
    change(deed, clock, figures, why)
    noted.append([why, CASE, None, str(figures.remaining) if figures.remaining else figures.due_at])
    return figures.due_at


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


def _chosen(deed: Deed) -> dict[str, str | None]:
    return {name: deed.now(name) for name in deed.law.definition.choices}
