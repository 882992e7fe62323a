"""The ladder in sentences, as an officer would keep the minutes: what fell due, and who was told."""

from __future__ import annotations

from collections.abc import Sequence

from cases.clock_names import clock_name
from cases.minutes import RungFired, Told
from web import moments, words
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.definition import Definition


def sentence(visit: Visit, definition: Definition, rung: RungFired, local: Calendar) -> str:
    """Return what a rung says beside its name: of which limit it speaks, whom it told, whom it passed over."""
    clock = words.pick(clock_name(visit.db, definition, rung.kind, rung.state), visit.language)
    moment = moments.exact(rung.due_at, local)
    parts = [
        visit.say(
            f"「{clock}」{words.offset(rung.at, 'zh')}（{moment}）",
            f"{clock}, {words.offset(rung.at, 'en')} ({moment})",
        )
    ]
    if rung.skipped:
        empty = _desks(visit, rung.skipped)
        parts.append(visit.say(f"无人在岗，已越过：{empty}", f"nobody there, passed over: {empty}"))
    if rung.told:
        told = _desks(visit, rung.told)
        parts.append(visit.say(f"已告知：{told}", f"told: {told}"))
    if rung.is_climbing:
        parts.append(visit.say("此前已升级到更高一级", "it has climbed higher before"))
    if rung.is_stranded:
        parts.append(
            visit.say("已无上级可升，转管理员处理", "nobody is left to climb to; the administrator sees to it")
        )
    return visit.say("；", "; ").join(parts)


def _desks(visit: Visit, desks: Sequence[Told]) -> str:
    """Return desks in words, each once."""
    return visit.say("、", ", ").join(dict.fromkeys(_desk(visit, desk) for desk in desks))


def _desk(visit: Visit, desk: Told) -> str:
    role = words.role(desk.role, visit.language)
    if desk.unit is None:
        return role
    people = visit.say("、", ", ").join(desk.people)
    place = visit.say(f"{desk.unit}{role}", f"{role} of {desk.unit}")
    return visit.say(f"{place}（{people}）", f"{place} ({people})") if people else place
