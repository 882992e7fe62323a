"""What was promised in a case, on its page: what, by when, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.calendars import calendar
from cases.capabilities.promises import ACCOUNT, promises_of, to_keep
from cases.sheet import Sheet
from cases.units import units_by_id
from web import moments
from web.visits import Visit
from workflow.calendar import Calendar


@dataclass(frozen=True)
class Promised:
    """One promise in words; `tone` is that of a due moment."""

    number: int
    unit: str
    where: str
    text: str | None
    day: str
    ends: str
    outcome: str
    tone: str
    result: str | None
    reviews: str


def promises_in(visit: Visit, sheet: Sheet, local: Calendar) -> list[Promised]:
    """Return the promises of a case, oldest first, as far as the reader may read what was said."""
    rows = promises_of(visit.db, sheet.case)
    if not rows:
        return []
    units = units_by_id(visit.db, [row.unit_id for row in rows])
    said = {(happening.version, text.field): text.body for happening, text in sheet.texts}
    shown = []
    for row in rows:
        outcome, tone = _outcome(visit, row, local)
        ended = row.ended_version
        shown.append(
            Promised(
                number=row.number,
                unit=units[row.unit_id].name,
                where=visit.say("挂账", "on account")
                if row.kind == ACCOUNT
                else visit.say("答复承诺", "in the answer"),
                text=said.get((row.version, "promise")),
                day=row.promised_on.isoformat(),
                ends=_ends(visit, row, local),
                outcome=outcome,
                tone=tone,
                result=said.get((ended, "result")) or said.get((ended, "reason")) if ended else None,
                reviews=_reviews(visit, row.reviews),
            )
        )
    return shown


def promises_to_keep(visit: Visit) -> list[tuple[str, str, int, str, str, str]]:
    """Return what the reader's departments have still to keep: case, title, which, day, how long, and its tone."""
    local = calendar(visit.db)
    return [
        (row.case_number, row.title, row.number, row.promised_on.isoformat(), *_outcome(visit, row, local))
        for row in to_keep(visit.db, visit.by, visit.at)
    ]


def _ends(visit: Visit, row: Any, local: Calendar) -> str:
    """Say why the clock of a promise ends on another day than the promised one."""
    due_on = row.due_at.astimezone(local.zone).date()
    if due_on == row.promised_on:
        return ""
    zh, en = (
        f"当日不办公，时限至下一个工作日 {due_on}",
        f"offices are closed then: due on the next working day, {due_on}",
    )
    return visit.say(zh, en)


def _reviews(visit: Visit, count: int) -> str:
    times = "once" if count == 1 else f"{count} times"
    return visit.say(f"已复核 {count} 次", f"reviewed {times}") if count else ""


def _outcome(visit: Visit, row: Any, local: Calendar) -> tuple[str, str]:
    """Say what became of a promise, or how much time is left."""
    if row.kept_at is not None:
        at = moments.exact(row.kept_at, local)
        late = row.kept_at > row.due_at
        return visit.say(f"{at} 兑现", f"kept {at}") + (visit.say("（逾期）", " (late)") if late else ""), "calm"
    if row.broken_at is not None:
        at = moments.exact(row.broken_at, local)
        return visit.say(f"{at} 认定未兑现", f"found broken {at}"), "late"
    left = moments.left(row.due_at, visit.at, local, True, visit.language)
    return left, "late" if row.due_at < visit.at else "calm"
