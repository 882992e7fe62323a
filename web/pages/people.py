"""Who is away and who stands in for them; a leaver's hand-over, looked at before it is done; desks nobody is at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from starlette.responses import Response

from cases.authority import covers, within
from cases.deputies import Absence
from cases.errors import BadRequest, Stale
from cases.handing_over import Plan
from cases.open_work import OpenDesk, deserted, open_cases
from cases.policy import Held, visible_to
from cases.record.case import Case
from cases.record.people import Duty, Unit, User, in_force, lasts
from cases.units import names_by_code
from web import absences, words
from web.access import NotAllowed
from web.pages.done import arranged, led_to_people, told_to_people
from web.pages.forms import Form, Posted
from web.pages.standing_in import day_words, last_day
from web.render import page
from web.visits import Reading, Visit, Writing
from workflow.errors import Refusal

PATH = "/people"
#: Duties and people that a form offers to choose from; any other may be typed.
MOST = 300

#: What a form may have held before it was refused.
TYPED = ("duty", "deputy", "first", "last", "leaver", "successor", "disable")

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
def show(visit: Reading) -> Response:
    """Show who is away, the desks that nobody is at, and the forms; once what was arranged here."""
    return told_to_people(visit, _page(visit, done=arranged(visit)))


@router.post("/deputies")
def name(visit: Writing, form: Form) -> Response:
    """Name a deputy."""

    def change() -> None:
        absent, _, word = form.text("duty").partition(" ")
        days = absences.day(form.text("first")), absences.day(form.text("last"))
        absences.name(visit, _login(visit, form.text("deputy")), word, absent, *days)

    return _changed(visit, form, change)


@router.post("/deputies/end")
def end(visit: Writing, form: Form) -> Response:
    """End what a deputy does, before its last day."""
    words = (form.text("deputy"), form.text("word"), form.text("absent"))
    return _changed(visit, form, partial(absences.end, visit, *words))


@router.post("/handover")
def look(visit: Reading, form: Form) -> Response:
    """Show what a hand-over would move, or why it may not be, with what was typed."""
    absences.authority(visit)
    try:
        leaver, successor = (_login(visit, form.text(word)) for word in ("leaver", "successor"))
        moving = absences.planned(visit, leaver, successor, disables=bool(form.text("disable")))
    except Refusal as refusal:
        return _page(visit, form, refusal)
    return _page(visit, form, preview=_previewed(visit, moving))


@router.post("/handover/confirm")
def hand(visit: Writing, form: Form) -> Response:
    """Hand over what was looked at, in one act."""
    disables = bool(form.text("disable"))

    def change() -> None:
        leaver, successor = (_login(visit, form.text(word)) for word in ("leaver", "successor"))
        absences.hand(visit, leaver, successor, form.seen, disables=disables)

    return _changed(visit, form, change)


def _login(visit: Visit, typed: str) -> str:
    """Return the login of whoever was typed, by login or by a name that only one of those to choose from has.

    Raises BadRequest, with their logins, where several have it.
    """
    named = [login for login, name in _people(visit, absences.authority(visit)) if name == typed.strip()]
    if len(named) > 1:
        raise BadRequest(
            f"有 {len(named)} 位{typed.strip()}：{'、'.join(named)}，请填写登录名。",
            f"{len(named)} people are called {typed.strip()}: {', '.join(named)}; give the login.",
        )
    return named[0] if named else typed.strip()


def _changed(visit: Visit, form: Posted, change: Callable[[], None]) -> Response:
    """Change something; what is refused leaves nothing written, and the page with what was typed."""
    absences.authority(visit)
    try:
        change()
    except Refusal as refusal:
        visit.start_over()
        return _page(visit, form, refusal)
    return led_to_people(visit)


def _page(
    visit: Visit,
    form: Posted | None = None,
    refusal: Refusal | None = None,
    preview: Mapping[str, Any] | None = None,
    done: str = "",
) -> Response:
    mine = absences.authority(visit)
    typed = {word: form.text(word) if form else "" for word in TYPED}
    left = deserted(visit.db, visit.at, visit.by)
    empty = [(user, desk) for user, desk in left if covers(mine, desk.role, desk.unit.path)]
    return page(
        visit.request,
        "people.html",
        status=_status(refusal),
        visitor=visit.caller,
        absences=[_absence(visit, one) for one in absences.in_reach(visit)],
        deserted=[{"login": user.login, "name": user.name, **_desk(visit, desk)} for user, desk in empty],
        duties=_duties(visit, mine),
        most=MOST,
        people=_people(visit, mine),
        typed=typed,
        may_disable=visit.is_administrator,
        wrong=visit.say(refusal.zh, refusal.en) if refusal else None,
        preview=preview,
        done=done,
    )


def _status(refusal: Refusal | None) -> int:
    if refusal is None:
        return 200
    return 409 if isinstance(refusal, Stale) else 403 if isinstance(refusal, NotAllowed) else 422


def _absence(visit: Visit, one: Absence) -> Mapping[str, Any]:
    local = visit.office(one.unit.id or 0)
    first = one.from_at.astimezone(local.zone).date()
    return {
        "deputy": one.deputy,
        "absent": one.absent,
        "word": f"{one.role}@{one.unit.code}",
        "role": words.role(one.role, visit.language),
        "unit": one.unit.name,
        "first": day_words(visit, first, local),
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


def _lying_at(visit: Visit, desk: OpenDesk) -> list[tuple[str, str]]:
    """Return number and title of the open cases at a desk; the title only of those that the reader may see."""
    ids = open_cases(visit.db, Held(desk.role, desk.unit.id or 0, desk.unit.path), visit.at, visit.by)
    wanted = select(Case.id, Case.number, Case.title).where(col(Case.id).in_(sorted(ids))).order_by(col(Case.id))
    seen = set(visit.db.exec(select(Case.id).where(col(Case.id).in_(ids), visible_to(visit.db, visit.by, visit.at))))
    rows = visit.db.exec(wanted.limit(MOST)).all() if ids else []
    return [(number, title if case_id in seen else "") for case_id, number, title in rows]


def _previewed(visit: Visit, moving: Plan) -> Mapping[str, Any]:
    return {
        "leaver": moving.leaver,
        "successor": moving.successor,
        "desks": [{**_desk(visit, desk), "open": _lying_at(visit, desk)} for desk in moving.desks],
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
        "stays": _in_words(visit, moving.stays),
        "seen": absences.seen_of(moving),
    }


def _in_words(visit: Visit, duties: Sequence[str]) -> list[tuple[str, str]]:
    """Return duties that are written `worker@330482` as the name of the role and that of the unit."""
    written = [duty.partition("@")[::2] for duty in duties]
    names = names_by_code(visit.db, [code for _, code in written]) if written else {}
    return [(words.role(role, visit.language), names.get(code, code)) for role, code in written]


def _people(visit: Visit, authority: Sequence[Held]) -> Sequence[tuple[str, str]]:
    """Return the staff whose duties the person may arrange: login and name; of others a form offers nothing."""
    arranged = (
        select(Duty.user_id).join(Unit, col(Unit.id) == Duty.unit_id).where(within(authority), in_force(visit.at))
    )
    people = select(User.login, User.name).where(User.is_active, col(User.id).in_(arranged))
    return visit.db.exec(people.order_by(User.login).limit(MOST)).all()


def _duties(visit: Visit, authority: Sequence[Held]) -> list[tuple[str, str]]:
    """Return the duties that the person may name a deputy for: what a form sends, and how it reads."""
    behind, absent = aliased(Duty), aliased(User)
    rows = visit.db.exec(
        select(User, Duty.role, Unit, absent.name)
        .select_from(Duty)
        .join(User, col(User.id) == Duty.user_id)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .outerjoin(behind, col(behind.id) == Duty.deputy_of)
        .outerjoin(absent, col(absent.id) == behind.user_id)
        .where(within(authority), lasts(visit.at), User.is_active)
        .order_by(Unit.path, Duty.role, User.login)
        .limit(MOST)
    ).all()
    return [
        (
            f"{user.login} {role}@{unit.code}",
            f"{user.name}{visit.say(f'（代{whose}）', f' (for {whose})') if whose else ''}"
            f" · {words.role(role, visit.language)} · {unit.name}",
        )
        for user, role, unit, whose in rows
    ]
