"""The clocks of a case as it moves from desk to desk: that of the desk, and that of the whole case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from cases import clocks
from cases.calendars import calendar
from cases.clocks import (
    BESIDE,
    CASE,
    CLIMB,
    OF_THE_CASE,
    STATE,
    figures_of,
    is_late,
    ladder_of,
    outlives_case,
    running_clocks,
)
from cases.kept_clocks import go_on, last_of
from cases.record.clock import ClockSpan
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.rerunning import REARRANGE, grants_of, rerun
from cases.words import Deed
from workflow import clocks as law_of_clocks
from workflow.definition import CaseClock, State
from workflow.limits import Limit

_SPANS = table_of(ClockSpan)
_SPANS_OF = Prepared(select(_SPANS).where(_SPANS.c.clock_id == bindparam("clock_id")).order_by(_SPANS.c.id))


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
            clocks.stop(deed, clock, noted)
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


def shorten(deed: Deed, limit: Limit) -> None:
    """Let the case stay where it lies no longer than a limit since it came there; what is shorter already stays so."""
    _shorten_desk(deed, limit, deed.facts.setdefault("clocks", []))
    dues = [clock.due_at for clock in running_clocks(deed.db, deed.case_id) if clock.kind in OF_THE_CASE]
    deed.sets["due_at"] = min((due for due in dues if due), default=None)


def _shorten_desk(deed: Deed, limit: Limit, noted: list[list[Any]]) -> datetime | None:
    """Shorten the clock of the desk, note it, and return when it is due; None where it is shorter already."""
    for clock in running_clocks(deed.db, deed.case_id):
        if clock.kind != STATE:
            continue
        office, before = calendar(deed.db, clock.calendar), figures_of(clock)
        figures = law_of_clocks.shorten(office, before, limit, clock.started_at, deed.at)
        if figures != before:
            clocks.change(deed, clock, figures, law_of_clocks.SHORTEN, limit)
            noted.append([law_of_clocks.SHORTEN, clock.kind, clock.state, str(limit), figures.due_at])
            return figures.due_at
    return None


def _of_the_desk(deed: Deed, state: str, limit: Limit, noted: list[list[Any]]) -> datetime | None:
    """Start the clock of a desk, or let it go on with the one it had; return its due moment."""
    kept = last_of(deed.db, deed.case_id, STATE, state) if deed.keeps_clock else None
    if kept is None:
        return clocks.start(deed, STATE, state, limit, noted)
    due_at = go_on(deed, kept, ladder_of(deed.law.definition, STATE, state), noted)
    office, spans = calendar(deed.db, kept.calendar), _SPANS_OF.rows(deed.db, {"clock_id": kept.id})
    grants = grants_of(deed.db, [deed.case_id]).get(deed.case_id, [])
    figures = rerun(office, kept, spans, grants)[-1]
    if (figures.due_at, figures.is_provisional) != (due_at, kept.is_provisional):  # the year was published meanwhile
        (now,) = (clock for clock in running_clocks(deed.db, deed.case_id) if clock.id == kept.id)
        clocks.change(deed, now, figures, REARRANGE)
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
        return clocks.start(deed, CASE, None, limit, noted, paused=new.pauses)
    figures, office = figures_of(clock), calendar(deed.db, clock.calendar)
    if new.pauses and not figures.is_paused and figures.due_at is not None:
        figures, why = law_of_clocks.pause(office, figures, deed.at), "pause"
    elif not new.pauses and figures.is_paused:
        figures, why = law_of_clocks.resume(office, figures, deed.at), "resume"
    else:
        return clock.due_at  # type: ignore[no-any-return]  # a Row has no column types
    clocks.change(deed, clock, figures, why)
    noted.append([why, CASE, None, str(figures.remaining) if figures.remaining else figures.due_at])
    return figures.due_at


def _chosen(deed: Deed) -> dict[str, str | None]:
    return {name: deed.now(name) for name in deed.law.definition.choices}
