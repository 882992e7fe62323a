"""How a page names somebody who stands in for another: 张三（代李四，至 12 月 3 日）."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from cases.deputies import Absence, absences_of
from cases.sheet import Seat
from web import words
from web.visits import Visit
from workflow.calendar import Calendar

LAST_MOMENT = timedelta(microseconds=1)


def seats(visit: Visit, people: Iterable[Seat], local: Calendar) -> list[str]:
    """Return those at a desk in words."""
    return [seat(visit, one, local) for one in people]


def seat(visit: Visit, one: Seat, local: Calendar) -> str:
    """Return one of those at a desk in words, with whom they stand in for, and until when."""
    if one.stands_for is None:
        return one.name
    if one.until is None:
        return visit.say(f"{one.name}（代{one.stands_for}）", f"{one.name} (for {one.stands_for})")
    last = last_day(visit, one.until, local)
    return visit.say(f"{one.name}（代{one.stands_for}，至 {last}）", f"{one.name} (for {one.stands_for}, until {last})")


def standing_in(visit: Visit) -> list[str]:
    """Return in sentences for whom the reader stands in now, and who stands in for them."""
    return [_sentence(visit, one) for one in absences_of(visit.db, visit.by, visit.at)]


def _sentence(visit: Visit, one: Absence) -> str:
    local = visit.office(one.unit.id or 0)
    last, role = last_day(visit, one.until_at, local), words.role(one.role, visit.language)
    if one.deputy.id == visit.by.id:
        return visit.say(
            f"您正代{one.absent.name}办理（{role} · {one.unit.name}），至 {last}。",
            f"You stand in for {one.absent.name} ({role} · {one.unit.name}) until {last}.",
        )
    return visit.say(
        f"{one.deputy.name}代您办理（{role} · {one.unit.name}），至 {last}；您的待办仍在此列出。",
        f"{one.deputy.name} stands in for you ({role} · {one.unit.name}) until {last}; your work is still listed here.",
    )


def last_day(visit: Visit, until: datetime, local: Calendar) -> str:
    """Return the last day of a stretch that ends at a moment."""
    return day_words(visit, (until - LAST_MOMENT).astimezone(local.zone).date(), local)


def day_words(visit: Visit, day: date, local: Calendar) -> str:
    """Return a day in words; with its year where that is another."""
    if day.year == visit.at.astimezone(local.zone).year:
        return visit.say(f"{day.month} 月 {day.day} 日", f"{day.day} {day:%B}")
    return visit.say(f"{day.year} 年 {day.month} 月 {day.day} 日", f"{day.day} {day:%B} {day.year}")
