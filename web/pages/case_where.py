"""Where a case lies, in words: on whose desk, whom it has climbed to, and which clocks run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.calendars import calendar
from cases.clock_names import NAMES, clock_name
from cases.clocks import BESIDE, CASE, CLIMB, STATE
from cases.record.clock import Clock
from cases.sheet import Seat, Sheet
from web import moments, words
from web.pages.rows import Due, due_words
from web.pages.standing_in import seats
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.definition import Definition
from workflow.limits import Limit

#: More of those at a desk than this a page does not name.
MOST_NAMED = 3


@dataclass(frozen=True)
class Clocked:
    """A running clock in words; `place` is its place among those of the case, for ids would count those of others."""

    place: int
    name: str
    limit: str
    due: Due | None
    first_due: str
    is_provisional: bool
    remaining: str


def owner_of(visit: Visit, sheet: Sheet, local: Calendar) -> str:
    """Say on whose desk the case lies; who sits there is for staff to know."""
    owner = sheet.definition.states[sheet.case.state].owner
    if owner is None:
        return ""
    role = words.role(owner, visit.language)
    desks = [
        desk.unit + (_seated(visit, desk.people[:MOST_NAMED], local) if sheet.is_staff else "") for desk in sheet.desks
    ]
    return f"{role} · {words.listed(desks, visit.language)}" if desks else role


def level_of(visit: Visit, sheet: Sheet, local: Calendar) -> str:
    """Say whom the case has climbed to, and what they have done about it."""
    level = sheet.level
    if level is None:
        return ""
    people = _seated(visit, level.desk.people, local) if sheet.is_staff and level.desk.people else ""
    place = f"{words.role(level.role, visit.language)} · {level.desk.unit}{people}"
    if level.measure is None:
        return visit.say(f"已升级至 {place}，尚未阅处", f"It has climbed to {place}, who has not acknowledged it yet")
    measure = words.value(sheet.definition, "measure", level.measure, {}, visit.language)
    return visit.say(f"已升级至 {place}，已阅：{measure}", f"It has climbed to {place}; acknowledged: {measure}")


def clocks_in(visit: Visit, sheet: Sheet) -> list[Clocked]:
    """Return the clocks that run, that of the desk first and that of the whole case last."""
    order = {STATE: 0, CLIMB: 1, BESIDE: 2, CASE: 3}
    running = [(place, row) for place, row in enumerate(sheet.clocks, 1) if row.stopped_at is None]
    running.sort(key=lambda one: order[one[1].kind])
    return [_clocked(visit, row, place, sheet.definition) for place, row in running]


def _seated(visit: Visit, people: Sequence[Seat], local: Calendar) -> str:
    """Name those at a desk behind its unit, or say that there are none."""
    named = words.listed(seats(visit, people, local), visit.language)
    return words.aside(named or visit.say("暂无人在岗", "nobody at present"), visit.language)


def _name(visit: Visit, row: Clock, definition: Definition) -> tuple[str, str]:
    """Return what a running clock is called beside the state, which stands above them all."""
    return NAMES[row.kind] if row.kind == STATE else clock_name(visit.db, definition, row.kind, row.state)


def _first_due(row: Clock, own: Calendar) -> str:
    """Return when a clock was due first, where that is another time of day than now by more than some minutes."""
    if row.due_at is None or row.first_due_at is None or abs(row.due_at - row.first_due_at) < moments.HOUR:
        return ""
    return moments.exact(row.first_due_at, own)


def _clocked(visit: Visit, row: Clock, place: int, definition: Definition) -> Clocked:
    own = calendar(visit.db, row.calendar)
    limit = Limit.parse(row.limit) if row.limit else None
    return Clocked(
        place=place,
        name=words.pick(_name(visit, row, definition), visit.language),
        limit=words.limit(row.limit, visit.language),
        due=due_words(visit, row, own, limit),
        first_due=_first_due(row, own),
        is_provisional=row.is_provisional,
        remaining=visit.say("暂停计时", "standing still") if row.remaining else "",
    )
