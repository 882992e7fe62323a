"""What page and API do alike about absences: ask who may arrange it, name a deputy, end it, hand duties over."""

from __future__ import annotations

import json
import zlib
from datetime import date

from cases.authority import authority_of, covers, refuse_own_favour, uncovered
from cases.deputies import Absence, absences, end_deputy, name_deputy
from cases.duties import duty_word
from cases.errors import BadRequest, Stale
from cases.handing_over import Plan, hand_over, plan
from cases.leaving import disable
from cases.personnel import find_two, note
from cases.policy import Held
from web.access import NotAllowed
from web.visits import Visit


def authority(visit: Visit) -> list[Held]:
    """Return by which duties the person may arrange who stands in for whom. Raises NotAllowed."""
    found = authority_of(visit.db, visit.by, visit.at)
    if not found:
        raise NotAllowed(
            "只有单位负责人、分管领导和系统管理员可以安排代理和交接。",
            "Only heads, leaders and system administrators arrange deputies and hand-overs.",
        )
    return found


def in_reach(visit: Visit) -> list[Absence]:
    """Return who is away or will be, as far as the person may arrange it."""
    mine = authority(visit)
    return [one for one in absences(visit.db, visit.at) if covers(mine, one.role, one.unit.path)]


def name(visit: Visit, deputy: str, word: str, absent: str, first: date, last: date) -> None:
    """Name a deputy, both by their logins."""
    role = _covered(visit, word)
    one, other = find_two(visit.db, deputy, absent)
    refuse_own_favour(visit.by, one)
    told = name_deputy(visit.db, one, word, other, first, last, at=visit.at)
    note(visit.db, "name_deputy", one, visit.at, told, by=visit.by, role=role)


def end(visit: Visit, deputy: str, word: str, absent: str) -> None:
    """End what a deputy does, before its last day."""
    role = _covered(visit, word)
    one, other = find_two(visit.db, deputy, absent)
    told = end_deputy(visit.db, one, word, other, at=visit.at)
    note(visit.db, "end_deputy", one, visit.at, told, by=visit.by, role=role)


def planned(visit: Visit, leaver: str, successor: str, *, disables: bool) -> Plan:
    """Return what a hand-over would move, for a preview."""
    mine = authority(visit)
    one, other = find_two(visit.db, leaver, successor)
    refuse_own_favour(visit.by, other)
    if beyond := uncovered(visit.db, mine, one, visit.at):
        zh, en = "、".join(beyond), ", ".join(beyond)
        raise NotAllowed(f"{zh} 不归您安排，不能移交。", f"{en} is not yours to arrange, so that nothing moves.")
    if disables and not visit.is_administrator:
        raise NotAllowed("只有系统管理员可以停用人员。", "Only a system administrator disables people.")
    return plan(visit.db, one, other, visit.at, visit.by)


def hand(visit: Visit, leaver: str, successor: str, seen: int | None, *, disables: bool) -> None:
    """Hand over what was looked at, in one act with one event. Raises Stale where it would move something else now."""
    moving = planned(visit, leaver, successor, disables=disables)
    if seen != seen_of(moving):
        raise Stale("职责或案件刚有变化，请重新预览。", "Duties or cases have changed; look at the preview again.")
    told = hand_over(visit.db, moving, visit.at)
    is_disabled = disables and moving.leaver.is_active
    if is_disabled:
        disable(visit.db, moving.leaver, visit.at)
    role = authority(visit)[0].role
    note(visit.db, "hand_over", moving.leaver, visit.at, {**told, "disabled": is_disabled}, by=visit.by, role=role)


def seen_of(moving: Plan) -> int:
    """Return a number that is another as soon as a hand-over would move something else."""
    told = [[row.id for row in moving.duties], [row.duty.id for row in moving.deputies]]
    told += [[desk.cases for desk in moving.desks], [moving.leaver.id, moving.successor.id]]
    return zlib.crc32(json.dumps(told).encode()) % 10**9


def day(word: str) -> date:
    """Return a day that somebody wrote. Raises BadRequest."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise BadRequest(
            "请填写开始和结束日期，如 2026-12-03。", "Fill in the first and the last day, such as 2026-12-03."
        ) from None


def _covered(visit: Visit, word: str) -> str:
    """Return by which of their duties the person may change a duty. Raises NotAllowed."""
    mine = authority(visit)
    role, unit = duty_word(visit.db, word)
    held = covers(mine, role, unit.path)
    if held is None:
        raise NotAllowed(f"{word[:80]} 不归您安排。", f"{word[:80]} is not yours to arrange.")
    return held.role
