"""Behind every due moment: the rule, each day that counted or did not, pauses, extensions, rungs fired and to come."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from cases.calendars import calendar
from cases.clocks import BESIDE
from cases.explaining import Explanation, Stretch
from cases.explaining import explain as explanations
from cases.left_over import left_over
from cases.outlook import Standing
from cases.policy import reads_as_staff
from cases.record.clock import Clock
from cases.sheet import clocks_seen
from web import moments, words
from web.pages.case_referral import referral_of
from web.render import page
from web.visits import Reading, Visit
from workflow.calendar import Calendar
from workflow.explanation import Day
from workflow.limits import Remaining

#: A rung at which the system takes an action of the law.
SYSTEM_ACTS = ("系统办理", "The system acts")

router = APIRouter(prefix="/cases/{number}", include_in_schema=False)


@dataclass(frozen=True)
class DayShown:
    """A day in words, and whether it counted."""

    day: str
    is_counted: bool
    why: str
    hours: str
    total: str


@dataclass(frozen=True)
class Shown:
    """A clock in words."""

    place: int
    name: str
    rule: str
    is_running: bool
    is_provisional: bool
    due: str
    stretches: list[tuple[str, str, str]]
    days: list[DayShown]
    rungs: list[tuple[str, str, str]]


@router.get("/explain")
def show(visit: Reading, number: str) -> Response:
    """Show why the clocks of a case stand where they stand, those that run first."""
    case = visit.case(number)
    known = {clock.id: place for place, clock in enumerate(clocks_seen(visit.db, case, visit.by, visit.at), 1)}
    clocks = [_shown(visit, one, known[one.clock.id]) for one in explanations(visit.db, case) if one.clock.id in known]
    clocks.sort(key=lambda clock: not clock.is_running)
    local = visit.office(case.unit_id)
    is_staff = reads_as_staff(visit.db, case, visit.by, visit.at)
    return page(
        visit.request,
        "explain.html",
        visitor=visit.caller,
        number=case.number,
        clocks=clocks,
        v={"referral": referral_of(visit, case, local, is_staff=is_staff)},
    )


def _shown(visit: Visit, one: Explanation, place: int) -> Shown:
    row, local = one.clock, calendar(visit.db, one.clock.calendar)
    is_promised = row.kind == BESIDE
    fixed = (
        visit.say("按承诺的日期", "by the promised day")
        if is_promised
        else visit.say("由来源确定", "fixed by its source")
    )
    limit = words.limit(row.limit, visit.language) if row.limit else fixed
    return Shown(
        place=place,
        name=visit.say(one.zh.strip("「」"), one.en),
        rule=f"{limit} · {row.calendar} · {one.law}",
        is_running=row.stopped_at is None,
        is_provisional=row.is_provisional and row.stopped_at is None,
        due=moments.exact(row.due_at, local) if row.due_at else _without_due(visit, row),
        stretches=[_stretch(visit, stretch, local) for stretch in one.stretches],
        days=[_day(visit, day) for day in one.lived],
        rungs=[_rung(visit, rung, local) for rung in one.rungs],
    )


def _without_due(visit: Visit, row: Clock) -> str:
    """Say why a clock has no due moment: it stands still, stood still when it ended, or never had a limit."""
    if row.stopped_at is not None:
        return visit.say("停止时未在计时", "stood still when it ended")
    if not row.remaining:
        return visit.say("未定时限", "no limit")
    zh, en = left_over(Remaining.parse(row.remaining))
    return visit.say(f"暂停计时，剩余 {zh}", f"standing still, {en} left")


def _stretch(visit: Visit, stretch: Stretch, local: Calendar) -> tuple[str, str, str]:
    until = moments.exact(stretch.until_at, local) if stretch.until_at else visit.say("至今", "until now")
    due = moments.exact(stretch.due_at, local) if stretch.due_at else visit.say("停表", "stood still")
    return visit.say(stretch.zh, stretch.en), f"{moments.exact(stretch.from_at, local)} – {until}", due


def _day(visit: Visit, day: Day) -> DayShown:
    hours, total = (f"{minutes // 60}:{minutes % 60:02}" for minutes in (day.minutes, day.total_minutes))
    name = visit.say(f"{day.date} {day.weekday_zh}", f"{day.date} {day.weekday_en}")
    return DayShown(name, day.is_counted, visit.say(day.zh, day.en), hours if day.minutes else "", total)


def _rung(visit: Visit, rung: Standing, local: Calendar) -> tuple[str, str, str]:
    """Return what a rung does, when it is due, and whether it has fired, is passed over or is still to come."""
    if rung.fired_at is not None:
        outcome = visit.say(
            f"已触发 {moments.exact(rung.fired_at, local)}", f"fired {moments.exact(rung.fired_at, local)}"
        )
    elif rung.is_passed:
        outcome = visit.say("起算前已过", "lay before the start")
    else:
        outcome = visit.say("未到", "to come") if rung.due_at else "–"
    deed = words.pick(words.OWN_ACTIONS.get(rung.do, SYSTEM_ACTS), visit.language)
    name = f"{deed} {words.offset(rung.at, visit.language)}"
    return name, moments.exact(rung.due_at, local) if rung.due_at else "–", outcome
