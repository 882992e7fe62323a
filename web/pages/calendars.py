"""The working calendar of the installation: what is arranged for each year, and the arrangement of the next one.

An arrangement is pasted or uploaded, looked at, and published as it was looked at. The limits follow by themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from sqlmodel import col, select
from starlette.responses import RedirectResponse, Response

from cases.arranging import Tally, arranged, is_known, preview, publish
from cases.calendars import OFFICE, calendar, ending, names
from cases.clock_names import clock_name
from cases.errors import BadRequest, Stale
from cases.laws import law_of
from cases.rearranging import Moved
from cases.record.calendar import CalendarVersion
from cases.record.database import transaction
from cases.record.people import User
from cases.settling import is_settled
from web import moments, words
from web.pages.admin import require_administrator
from web.pages.forms import Form, Posted
from web.render import page
from web.visits import Reading, Visit
from workflow.arrangement import Arrangement, weekday_zh
from workflow.arrangement_text import decoded, read_arrangement
from workflow.calendar import Calendar
from workflow.errors import Refusal
from workflow.limits import Remaining
from workflow.office_hours import OfficeHours

PATH = "/admin/calendar"
FILE = "file"
#: Rows of a preview that are shown; all are counted.
MOST = 200
#: Years that are shown: the one before, this one and the next.
AROUND = (-1, 0, 1)
SECONDS_A_DAY, SECONDS_AN_HOUR = 86_400, 3_600

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
def show(visit: Reading, name: str = OFFICE) -> Response:
    """Show a calendar with the years around now, and the form for an arrangement."""
    require_administrator(visit)
    return _page(visit, _known(visit, name))


@router.post("")
def look(visit: Reading, form: Form) -> Response:
    """Show what an arrangement would change, or what is wrong with it, with all that was typed."""
    require_administrator(visit)
    name = _known(visit, form.text("name") or OFFICE)
    typed = {"text": form.text("text"), "year": form.text("year")}
    try:
        typed["text"] = _text(form) or typed["text"]
        arrangement = read_arrangement(typed["text"], year=_year(typed["year"]))
        draft = arranged(visit.db, arrangement, typed["text"], name)
        if is_known(visit.db, draft):
            raise BadRequest(f"{arrangement.year} 年的安排已是如此。", f"{arrangement.year} is arranged so already.")
    except Refusal as refusal:
        return _page(visit, name, typed, status=422, wrong=visit.say(refusal.zh, refusal.en))
    tally, local = Tally(), calendar(visit.db, name)
    moved: list[Moved] = []
    firm: list[Moved] = []
    for row in tally.counting(preview(visit.db, draft)):
        kept = moved if row.is_moved else firm
        if len(kept) <= MOST:  # one more than is shown, so that it is known whether there are more
            kept.append(row)
    shown = [_row(visit, local, row) for row in (moved + firm)[:MOST]]
    told = {"arrangement": _arranged(visit, arrangement), "year": arrangement.year, "seen": draft.seen}
    seen = {**told, "tally": tally, "moved": shown, "is_cut": len(moved + firm) > MOST}
    return _page(visit, name, typed, preview=seen)


@router.post("/publish")
def put_in_force(visit: Reading, form: Form) -> Response:
    """Publish the arrangement that was looked at; the schedule puts the limits right within a minute.

    What it moves is counted before anything is locked, and published by a transaction of its own.
    """
    require_administrator(visit)
    name, text = _known(visit, form.text("name") or OFFICE), form.text("text")
    try:
        draft = arranged(visit.db, read_arrangement(text, year=_year(form.text("year"))), text, name)
        if form.seen != draft.seen:
            raise Stale("日历刚有新版本，请重新预览。", "The calendar has a new version; look at the preview again.")
        tally = Tally()
        deque(tally.counting(preview(visit.db, draft)), maxlen=0)
        with transaction(visit.request.app.state.engine) as db:
            publish(db, draft, tally, by=db.get_one(User, visit.by.id), at=visit.at)
    except Refusal as refusal:
        typed = {"text": text, "year": form.text("year")}
        return _page(visit, name, typed, status=409, wrong=visit.say(refusal.zh, refusal.en))
    return RedirectResponse(f"{PATH}?name={name}", 303)


def _known(visit: Visit, name: str) -> str:
    """Return the name of a calendar with holidays of its own; the office calendar for any other word."""
    return name if name in names(visit.db) and not calendar(visit.db, name).hours.holidays else OFFICE


def _text(form: Posted) -> str:
    return decoded(form.files[FILE].file.read()) if FILE in form.files else ""


def _year(word: str) -> int | None:
    if not word:
        return None
    if not (word.isascii() and word.isdigit() and len(word) == 4):
        raise BadRequest(f"“{word[:10]}”不是年份。", f'"{word[:10]}" is no year.')
    return int(word)


def _page(visit: Visit, name: str, typed: dict[str, str] | None = None, *, status: int = 200, **more: Any) -> Response:
    local = calendar(visit.db, name)
    this_year = visit.at.astimezone(local.zone).year
    kept = select(CalendarVersion, User.name).join(User, col(User.id) == CalendarVersion.published_by, isouter=True)
    versions = visit.db.exec(kept.where(CalendarVersion.name == name).order_by(col(CalendarVersion.id).desc())).all()
    every = [(other, calendar(visit.db, other).hours) for other in names(visit.db)]
    return page(
        visit.request,
        "calendar.html",
        status=status,
        visitor=visit.caller,
        name=name,
        calendars=[(other, hours.holidays) for other, hours in every],
        missing=next((one.missing for one in ending(visit.db, visit.at) if one.name == name), None),
        years=[_year_of(visit, local.hours, this_year + far) for far in AROUND],
        versions=[
            (row.version, row.year, moments.exact(row.published_at, local), by or "", row.settled_at is not None)
            for row, by in versions
        ],
        is_settled=is_settled(visit.db),
        typed=typed or {"text": "", "year": ""},
        **({"wrong": None, "preview": None} | more),
    )


def _year_of(visit: Visit, hours: OfficeHours, year: int) -> tuple[int, bool, str, str]:
    plan = hours.plan(year)
    return year, plan.is_published, _stretches(visit, plan.off), _dates(visit, plan.work)


def _arranged(visit: Visit, arrangement: Arrangement) -> list[tuple[str, str, str]]:
    """Return each holiday with its days off and its make-up days, for comparison with the notice."""
    holidays = dict.fromkeys(day.name for day in arrangement.days)
    return [
        (
            name,
            _stretches(visit, (day.date for day in arrangement.days if day.is_off and day.name == name)),
            _dates(visit, (day.date for day in arrangement.days if not day.is_off and day.name == name)),
        )
        for name in holidays
    ]


def _stretches(visit: Visit, days: Iterable[date]) -> str:
    """Return dates as people write them, days in a row as one: 1月1日–3日."""
    found: list[list[date]] = []
    for day in sorted(days):
        if found and day - found[-1][-1] == timedelta(days=1):
            found[-1].append(day)
        else:
            found.append([day])
    return visit.say("、", ", ").join(_stretch(visit, stretch) for stretch in found)


def _stretch(visit: Visit, days: Sequence[date]) -> str:
    first, last = days[0], days[-1]
    if first == last:
        return _date(visit, first)
    is_same = first.month == last.month
    return f"{_date(visit, first)}–" + (visit.say(f"{last.day}日", str(last.day)) if is_same else _date(visit, last))


def _dates(visit: Visit, days: Iterable[date]) -> str:
    """Return dates with their weekdays."""
    return visit.say("、", ", ").join(
        visit.say(f"{_date(visit, day)}（{weekday_zh(day)}）", f"{day:%a} {_date(visit, day)}") for day in sorted(days)
    )


def _date(visit: Visit, day: date) -> str:
    return visit.say(f"{day.month}月{day.day}日", f"{day:%b} {day.day}")


def _row(visit: Visit, local: Calendar, row: Moved) -> tuple[str, str, str, str, bool]:
    definition = law_of(visit.db, row.law_id).definition
    clock = words.pick(clock_name(visit.db, definition, row.kind, row.state), visit.language)
    before, after = (_when(visit, local, moment) for moment in (row.before, row.after))
    return row.number, clock, before, after, row.is_firm_now


def _when(visit: Visit, local: Calendar, moment: Any) -> str:
    """Return a due moment, or what is left of a limit that stands still."""
    if not isinstance(moment, str):
        return moments.exact(moment, local)
    left = Remaining.parse(moment)
    zh, en, size = {
        "wd": ("个工作日", "working days", 1),
        "ws": ("个工作小时", "working hours", SECONDS_AN_HOUR),
        "s": ("天", "days", SECONDS_A_DAY),
    }[left.unit]
    amount = f"{float(left.amount / size):.1f}"
    return visit.say(f"暂停，剩 {amount} {zh}", f"paused, {amount} {en} left")
