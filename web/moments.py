"""Moments in words: how much is left, how late it is, and when exactly."""

from __future__ import annotations

from datetime import datetime, timedelta

from web.language import Language
from workflow.calendar import Calendar
from workflow.limits import Limit

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ONE_WORKING_DAY = Limit(1, "wd")


def exact(moment: datetime | None, calendar: Calendar) -> str:
    """Return a moment as people of the place write it, to the minute."""
    return moment.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def left(due_at: datetime, at: datetime, calendar: Calendar, in_working_days: bool, language: Language) -> str:
    """Return how much time is left until a moment, or how long ago it was.

    >>> 还剩 2 个工作日 · 还剩 3 小时 · 逾期 3 天
    """
    if due_at < at:
        return _say(f"逾期 {_span(at - due_at, language)}", f"overdue by {_span(at - due_at, language)}", language)
    if in_working_days and due_at - at >= DAY:
        days = int(calendar.remaining(at, due_at, ONE_WORKING_DAY).amount)
        if days >= 1:
            return _say(f"还剩 {days} 个工作日", f"{days} working day{'s' * (days > 1)} left", language)
    span = due_at - at
    if span >= DAY:
        span += HOUR  # a minute after the start of 90 days people read 90, not 89
    return _say(f"还剩 {_span(span, language)}", f"{_span(span, language)} left", language)


def _span(span: timedelta, language: Language) -> str:
    """Return a span of time in its largest unit, at least one minute."""
    if span >= DAY:
        return _count(span // DAY, "天", "day", language)
    if span >= HOUR:
        return _count(span // HOUR, "小时", "hour", language)
    return _count(max(1, span // timedelta(minutes=1)), "分钟", "minute", language)


def _count(number: int, zh: str, en: str, language: Language) -> str:
    return _say(f"{number} {zh}", f"{number} {en}{'s' * (number != 1)}", language)


def _say(zh: str, en: str, language: Language) -> str:
    return zh if language == "zh" else en
