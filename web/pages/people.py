"""Who is away and who stands in for them; a leaver's hand-over, looked at before it is done; desks nobody is at."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from sqlmodel import col, select
from starlette.responses import RedirectResponse, Response

from cases.authority import authority_of, covers, refuse_own_favour, uncovered, within
from cases.calendars import calendar_of
from cases.deputies import Absence, absences, end_deputy, name_deputy
from cases.duties import duty_word
from cases.errors import BadRequest, Stale
from cases.handing_over import Plan, hand_over, plan
from cases.leaving import disable
from cases.open_work import OpenDesk, deserted
from cases.personnel import find_two, note
from cases.policy import Held
from cases.record.people import Duty, Unit, User, lasts, line
from web import words
from web.access import NotAllowed
from web.pages.forms import Form, Posted
from web.pages.standing_in import last_day
from web.render import page
from web.visits import Reading, Visit, Writing
from workflow.errors import Refusal

PATH = "/people"
SEE_OTHER = 303
#: Duties and people that a form offers to choose from; any other may be typed.
MOST = 300

Change = Callable[[Visit, Sequence[Held], Posted], None]

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
def show(visit: Reading) -> Response:
    """Show who is away, the desks that nobody is at, and the forms."""
    return _page(visit, _authority(visit))


@router.post("/deputies")
def name(visit: Writing, form: Form) -> Response:
    """Name a deputy."""
    return _changed(visit, form, _named)


@router.post("/deputies/end")
def end(visit: Writing, form: Form) -> Response:
    """End what a deputy does, before its last day."""
    return _changed(visit, form, _ended)


@router.post("/handover")
def look(visit: Reading, form: Form) -> Response:
    """Show what a hand-over would move, or why it may not be, with what was typed."""
    authority = _authority(visit)
    try:
        moving = _plan(visit, authority, form)
    except Refusal as refusal:
        status = 403 if isinstance(refusal, NotAllowed) else 422
        return _page(visit, authority, form, status=status, wrong=visit.say(refusal.zh, refusal.en))
    return _page(visit, authority, form, preview=_previewed(visit, moving))


@router.post("/handover/confirm")
def hand(visit: Writing, form: Form) -> Response:
    """Hand over what was looked at, in one act."""
    return _changed(visit, form, _handed)


def _named(visit: Visit, authority: Sequence[Held], form: Posted) -> None:
    login, _, word = form.text("duty").partition(" ")
    deputy, absent = find_two(visit.db, form.text("deputy"), login)
    role = _covered(visit, authority, word)
    refuse_own_favour(visit.by, deputy)
    days = _day(form.text("first")), _day(form.text("last"))
    told = name_deputy(visit.db, deputy, word, absent, *days, at=visit.at)
    note(visit.db, "name_deputy", deputy, visit.at, told, by=visit.by, role=role)


def _ended(visit: Visit, authority: Sequence[Held], form: Posted) -> None:
    deputy, absent = find_two(visit.db, form.text("deputy"), form.text("absent"))
    role = _covered(visit, authority, form.text("word"))
    told = end_deputy(visit.db, deputy, form.text("word"), absent, at=visit.at)
    note(visit.db, "end_deputy", deputy, visit.at, told, by=visit.by, role=role)


def _handed(visit: Visit, authority: Sequence[Held], form: Posted) -> None:
    moving = _plan(visit, authority, form)
    if form.seen != _seen(moving):
        raise Stale("职责或案件刚有变化，请重新预览。", "Duties or cases have changed; look at the preview again.")
    is_disabled = bool(form.text("disable")) and moving.leaver.is_active
    told = hand_over(visit.db, moving, visit.at)
    if is_disabled:
        disable(visit.db, moving.leaver, visit.at)
    role = authority[0].role
    note(visit.db, "hand_over", moving.leaver, visit.at, {**told, "disabled": is_disabled}, by=visit.by, role=role)


def _changed(visit: Visit, form: Posted, change: Change) -> Response:
    """Change something; what is refused leaves nothing written, and the page with what was typed."""
    try:
        change(visit, _authority(visit), form)
    except Refusal as refusal:
        visit.db.rollback()
        visit.db.expunge_all()
        visit.__dict__.pop("by", None)
        status = 409 if isinstance(refusal, Stale) else 403 if isinstance(refusal, NotAllowed) else 422
        return _page(visit, _authority(visit), form, status=status, wrong=visit.say(refusal.zh, refusal.en))
    return RedirectResponse(PATH, SEE_OTHER)


def _authority(visit: Visit) -> list[Held]:
    """Return by which duties the person may change who stands in for whom. Raises NotAllowed."""
    found = authority_of(visit.db, visit.by, visit.at)
    if not found:
        raise NotAllowed(
            "只有单位负责人、分管领导和系统管理员可以查看此页。",
            "Only heads, leaders and system administrators may see this page.",
        )
    return found


def _covered(visit: Visit, authority: Sequence[Held], word: str) -> str:
    """Return by which of their duties the person may change a duty. Raises NotAllowed."""
    role, unit = duty_word(visit.db, word)
    held = covers(authority, role, unit.path)
    if held is None:
        raise NotAllowed(f"{word[:80]} 不归您安排。", f"{word[:80]} is not yours to arrange.")
    return held.role


def _plan(visit: Visit, authority: Sequence[Held], form: Posted) -> Plan:
    leaver, successor = find_two(visit.db, form.text("leaver"), form.text("successor"))
    refuse_own_favour(visit.by, successor)
    if beyond := uncovered(visit.db, authority, leaver, visit.at):
        said = "、".join(beyond)
        raise NotAllowed(f"{said} 不归您安排，不能移交。", f"{said} is not yours to arrange, so that nothing moves.")
    if form.text("disable") and not visit.is_administrator:
        raise NotAllowed("只有系统管理员可以停用人员。", "Only a system administrator disables people.")
    return plan(visit.db, leaver, successor, visit.at)


def _seen(moving: Plan) -> int:
    """Return a number that is another as soon as a hand-over would move something else."""
    told = [[row.id for row in moving.duties], [row.duty.id for row in moving.deputies]]
    told += [[desk.cases for desk in moving.desks], [moving.leaver.id, moving.successor.id]]
    return zlib.crc32(json.dumps(told).encode()) % 10**9


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise BadRequest("请填写开始和结束日期。", "Fill in the first and the last day.") from None


def _page(
    visit: Visit, authority: Sequence[Held], form: Posted | None = None, *, status: int = 200, **more: Any
) -> Response:
    names = ("duty", "deputy", "first", "last", "leaver", "successor", "disable")
    typed = {word: form.text(word) if form else "" for word in names}
    in_reach = [one for one in absences(visit.db, visit.at) if covers(authority, one.role, one.unit.path)]
    empty = [
        (user, desk) for user, desk in deserted(visit.db, visit.at) if covers(authority, desk.role, desk.unit.path)
    ]
    return page(
        visit.request,
        "people.html",
        status=status,
        visitor=visit.caller,
        absences=[_absence(visit, one) for one in in_reach],
        deserted=[{"login": user.login, "name": user.name, **_desk(visit, desk)} for user, desk in empty],
        duties=_duties(visit, authority),
        people=visit.db.exec(
            select(User.login, User.name).where(User.is_active).order_by(User.login).limit(MOST)
        ).all(),
        typed=typed,
        may_disable=visit.is_administrator,
        **({"wrong": None, "preview": None} | more),
    )


def _absence(visit: Visit, one: Absence) -> Mapping[str, Any]:
    local = calendar_of(visit.db, line(visit.db, one.unit.id or 0))
    first = one.from_at.astimezone(local.zone).date()
    return {
        "deputy": one.deputy,
        "absent": one.absent,
        "word": f"{one.role}@{one.unit.code}",
        "role": words.role(one.role, visit.language),
        "unit": one.unit.name,
        "first": first.isoformat(),
        "last": last_day(visit, one.until_at, local),
        "is_now": one.from_at <= visit.at,
    }


def _desk(visit: Visit, desk: OpenDesk) -> Mapping[str, Any]:
    return {
        "word": desk.word,
        "role": words.role(desk.role, visit.language),
        "unit": desk.unit.name,
        "cases": desk.cases,
        "is_empty": desk.is_empty,
        "next_at": desk.next_at,
    }


def _previewed(visit: Visit, moving: Plan) -> Mapping[str, Any]:
    return {
        "leaver": moving.leaver,
        "successor": moving.successor,
        "desks": [_desk(visit, desk) for desk in moving.desks],
        "cases": moving.cases,
        "deputies": [
            {
                "role": words.role(one.role, visit.language),
                "unit": one.unit.name,
                "deputy": one.deputy.name,
                "absent": one.absent.name,
                "ends": one.ends,
            }
            for one in moving.deputies
        ],
        "stays": moving.stays,
        "seen": _seen(moving),
    }


def _duties(visit: Visit, authority: Sequence[Held]) -> list[tuple[str, str]]:
    """Return the duties that the person may name a deputy for: what a form sends, and how it reads."""
    rows = visit.db.exec(
        select(User, Duty.role, Unit)
        .select_from(Duty)
        .join(User, col(User.id) == Duty.user_id)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .where(within(authority), lasts(visit.at), User.is_active)
        .order_by(Unit.path, Duty.role, User.login)
        .limit(MOST)
    ).all()
    return [
        (f"{user.login} {role}@{unit.code}", f"{user.name} · {words.role(role, visit.language)} · {unit.name}")
        for user, role, unit in rows
    ]
