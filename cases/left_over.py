"""What a clock that stands still has left, in the words of people: days and hours, and never a fraction."""

from __future__ import annotations

from workflow.limits import Remaining

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def left_over(remaining: Remaining) -> tuple[str, str]:
    """Return a remainder in Chinese and in English, down to the minute; working days to a tenth of a day."""
    zh, en = _size(remaining)
    return (zh, en) if remaining.amount >= 0 else (f"已逾期 {zh}", f"{en} late")


def _size(remaining: Remaining) -> tuple[str, str]:
    amount = abs(remaining.amount)
    if remaining.unit == "wd":
        count = f"{float(amount):.1f}".removesuffix(".0")
        return f"{count} 个工作日", f"{count} working day{'s' * (count != '1')}"
    seconds = int(amount)
    if remaining.unit == "ws":
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return f"工作时间 {hours} 小时 {minutes} 分钟", f"{hours} h {minutes} min of office hours"
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    return f"{days} 天 {hours} 小时 {minutes} 分钟", f"{days} d {hours} h {minutes} min"
