"""What the page of a case shows of requests for more time and of disputes, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.record.case import Case
from cases.sheet import Sheet
from cases.units import names_by_code
from web import moments, words
from web.api.requests import OneDispute, RequestedTime, disputes_in, extensions_of
from web.visits import Visit
from workflow.calendar import Calendar

STATUS: Mapping[str, words.Pair] = {
    "pending": ("待审批", "waits for a decision"),
    "granted": ("已同意", "granted"),
    "refused": ("未同意", "refused"),
    "lapsed": ("未审批即失效", "lapsed undecided"),
}
DECISIONS: Mapping[str, words.Pair] = {
    "open": ("待裁定", "waits for a decision"),
    "upheld": ("退回成立", "it was rightly given back"),
    "refused": ("退回不成立", "it was wrongly given back"),
    "lapsed": ("随案终止", "ended with the case"),
}


@dataclass(frozen=True)
class AskedTime:
    """A request for more time in words: for whom, how much, both limits, who asked and who decides or decided."""

    whose: str
    extra: str
    status: str
    is_open: bool
    asked: str
    decides: str
    due: str
    new_due: str


@dataclass(frozen=True)
class Quarrel:
    """A dispute in words: over what, between whom, how long, how it was decided and to whom the time is booked."""

    about: str
    between: str
    status: str
    is_open: bool
    since: str
    until: str
    took: str
    booked: str


def asked_times(visit: Visit, case: Case, sheet: Sheet, local: Calendar) -> Sequence[AskedTime]:
    """Return the requests for more time of a case, in order."""
    rows = extensions_of(visit, case, sheet)
    names = names_by_code(visit.db, [code for row in rows for code in (row.unit, row.decide_unit) if code])
    return [_asked(visit, row, names, local) for row in rows]


def quarrels(visit: Visit, case: Case, sheet: Sheet, local: Calendar) -> Sequence[Quarrel]:
    """Return the disputes over a case, in order."""
    rows = disputes_in(visit, case, sheet)
    codes = [code for row in rows for code in (row.returned_by, row.opened_by, row.against, row.booked_to) if code]
    names = names_by_code(visit.db, codes) if codes else {}
    union = sheet.units[case.unit_id].name
    return [_quarrel(visit, row, names, union, local) for row in rows]


def who_decides(visit: Visit, case: Case, sheet: Sheet, version: int | None, local: Calendar) -> str:
    """Return who decides by when on the more time that the event of a version asked for; else nothing."""
    event = next((one for one in sheet.history if one.version == version and "extra" in one.values), None)
    if event is None:
        return ""
    rows = [row for row in extensions_of(visit, case, sheet) if row.asked_at == event.at and row.decide_by is not None]
    row = next((row for row in rows if row.status == "pending" and row.extra == event.values["extra"]), None)
    if row is None:
        return ""
    return _decides(visit, row, names_by_code(visit.db, [row.decide_unit or ""]), local)


def _asked(visit: Visit, row: RequestedTime, names: Mapping[str, str], local: Calendar) -> AskedTime:
    by, decided_by = row.asked_by, row.decided_by
    decides = moments.exact(row.decided_at or row.lapsed_at, local) + (f" · {decided_by}" if decided_by else "")
    if row.status == "pending" and row.decide_by is not None:
        decides = _decides(visit, row, names, local)
    return AskedTime(
        whose=names[row.unit] if row.unit else visit.say("全案", "The case"),
        extra=words.limit(row.extra, visit.language),
        status=words.pick(STATUS[row.status], visit.language),
        is_open=row.status == "pending",
        asked=moments.exact(row.asked_at, local) + (f" · {by}" if by else ""),
        decides=decides,
        due=moments.exact(row.due_at, local),
        new_due=moments.exact(row.new_due_at, local),
    )


def _decides(visit: Visit, row: RequestedTime, names: Mapping[str, str], local: Calendar) -> str:
    """Say whose it is to decide on a request, and until when."""
    desk = f"{words.role(row.decide_by or '', visit.language)} · {names.get(row.decide_unit or '', '')}"
    until = moments.exact(row.decide_due_at, local)
    return visit.say(f"由{desk}审批，{until} 前", f"{desk} decides, by {until}")


def _quarrel(visit: Visit, row: OneDispute, names: Mapping[str, str], union: str, local: Calendar) -> Quarrel:
    sides = (names[row.opened_by], names[row.against] if row.against else union)
    about = visit.say("主办", "the lead") if row.about == "lead" else visit.say("协办", "a part")
    hours, wall = row.working_minutes / 60, row.minutes / 60
    return Quarrel(
        about=visit.say(f"{about}（{names[row.returned_by]}退回）", f"{about}, given back by {names[row.returned_by]}"),
        between=" – ".join(sides),
        status=words.pick(DECISIONS[row.decision or "open"], visit.language),
        is_open=row.decided_at is None,
        since=moments.exact(row.opened_at, local),
        until=moments.exact(row.decided_at, local) + (f" · {row.decided_by}" if row.decided_by else ""),
        took=visit.say(
            f"工作时间 {hours:.1f} 小时，自然时间 {wall:.1f} 小时",
            f"{hours:.1f} office hours, {wall:.1f} hours in all",
        ),
        booked=names.get(row.booked_to or "", ""),
    )
