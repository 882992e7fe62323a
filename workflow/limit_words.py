"""Limits in the words of people: how one is said, and how somebody who fills in a form writes one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from workflow.limits import Limit

#: How each unit is said, in Chinese and in English.
UNITS: Mapping[str, tuple[str, str]] = {
    "wd": ("{} 个工作日", "{} working days"),
    "wh": ("{} 个工作小时", "{} working hours"),
    "d": ("{} 天", "{} days"),
    "h": ("{} 小时", "{} hours"),
    "m": ("{} 分钟", "{} minutes"),
}
#: What a number without a unit is meant in.
USUAL = "wd"
#: What people write for each unit, without spaces and in small letters; the code itself is written with the number.
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "wd": ("", "wd", "工作日", "个工作日", "workingday", "workingdays", "workday", "workdays"),
    "wh": ("wh", "工作小时", "个工作小时", "workinghour", "workinghours", "officehours"),
    "d": ("d", "天", "日", "个自然日", "自然日", "day", "days", "calendardays"),
    "h": ("h", "小时", "个小时", "hour", "hours"),
    "m": ("m", "分钟", "minute", "minutes"),
}
_NUMBER = re.compile(r"([0-9]+)\s*(\D*)")
_UNIT_OF = {word: unit for unit, written in WRITTEN.items() for word in written}


def said(limit: Limit | str) -> tuple[str, str]:
    """Return a limit in Chinese and in English: `3wd` is 3 个工作日."""
    known = Limit.parse(limit) if isinstance(limit, str) else limit
    zh, en = (pattern.format(known.count) for pattern in UNITS[known.unit])
    return zh, en.removesuffix("s") if known.count == 1 else en


def read(text: str) -> Limit:
    """Return the limit that somebody wrote: 3wd, 3, 3个工作日, 3 天, 3 working days. Raises LimitError."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip().lower())
    unit = _UNIT_OF.get("".join(match[2].split())) if match else None
    return Limit.parse(f"{match[1]}{unit}" if match and unit else text)
