"""What a page says once after an action. A cookie names the event for a minute; what it was stands in the record."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlmodel import col, select
from starlette.responses import RedirectResponse, Response

from cases.laws import law_of
from cases.record.case import Case
from cases.record.event import Event
from cases.record.number import meant_by, shown_for
from cases.record.people import User
from web import words
from web.receipts import UNTOLD
from web.visits import Visit

COOKIE, KEPT_FOR = "bihuan_done", 60
#: Names the case and the event where whoever acted sees the case no more and was led to their desk.
LEFT, HOME = "bihuan_left", "/"
#: Where whoever has a receipt follows their case.
TRACK = "/track"
#: Names the event of what was arranged for people, without telling how many others there are.
PURPOSE = b"arranged"
ARRANGED, PEOPLE = "bihuan_arranged", "/people"
ARRANGEMENTS: Mapping[str, words.Pair] = {
    "name_deputy": ("代理人已指定：{}代{}。", "The deputy is named: {} for {}."),
    "end_deputy": ("代理已提前结束：{}不再代{}。", "{} stands in for {} no more."),
    "hand_over": ("{}的职责和未结案件已一次移交{}。", "All of what {} had is handed over to {}."),
}
LONGEST_VERSION = 18


def led_to(visit: Visit, number: str, version: int) -> Response:
    """Lead to the page of a case, which will name the event of this version as done."""
    place = f"/cases/{number}"
    return _led(visit, place, COOKIE, str(version))


def led_to_track(visit: Visit, version: int) -> Response:
    """Lead to the page of a receipt, which will name the event of this version as done."""
    answer = _led(visit, TRACK, COOKIE, str(version))
    answer.headers.update(UNTOLD)
    return answer


def led_home(visit: Visit, number: str, version: int) -> Response:
    """Lead to the desk, which will name the event of this version of a case as done."""
    return _led(visit, HOME, LEFT, f"{number}.{version}")


def led_to_people(visit: Visit) -> Response:
    """Lead to the page of people, which will say what the reader has just arranged."""
    own = select(Event.seq).where(Event.actor_id == visit.by.id).order_by(col(Event.seq).desc()).limit(1)
    return _led(visit, PEOPLE, ARRANGED, str(shown_for(visit.db, visit.db.exec(own).first() or 0, PURPOSE)))


def version_done(visit: Visit) -> int | None:
    """Return the version of the event that was just written from this browser."""
    return _version(visit.request.cookies.get(COOKIE, ""))


def left(visit: Visit) -> tuple[str, str] | None:
    """Return what the reader has just done, in words, in a case that they see no more, and its number.

    Only what the record says that they did themselves: a cookie can be written by anybody.
    """
    number, _, version = visit.request.cookies.get(LEFT, "").partition(".")
    wanted = (
        select(Event, Case.law_id)
        .join(Case, col(Case.id) == Event.case_id)
        .where(Case.number == number, Event.version == _version(version), Event.actor_id == visit.by.id)
    )
    found = visit.db.exec(wanted).first() if number and number.isascii() and number.isprintable() else None
    if found is None:
        return None
    event, law_id = found
    return words.action(law_of(visit.db, law_id).definition, event.action, visit.language), number


def arranged(visit: Visit) -> str:
    """Return what the reader has just arranged for people, as the record has it."""
    place = _version(visit.request.cookies.get(ARRANGED, ""))
    seq = meant_by(visit.db, place, PURPOSE) if place is not None else None
    wanted = select(Event.action, Event.data).where(Event.seq == seq, Event.actor_id == visit.by.id)
    found = visit.db.exec(wanted).first() if seq is not None else None
    if found is None or found[0] not in ARRANGEMENTS:
        return ""
    action, data = found[0], json.loads(found[1])
    both = [visit.db.get_one(User, data[word]).name for word in ("user", "to" if "to" in data else "for")]
    return words.pick(ARRANGEMENTS[action], visit.language).format(*both)


def told(visit: Visit, number: str, answer: Response) -> Response:
    """Have a page that names what was done be the only one to do so."""
    return _told(visit, COOKIE, f"/cases/{number}", answer)


def told_on_track(visit: Visit, answer: Response) -> Response:
    """Have a page of a receipt that names what was done say so once."""
    return _told(visit, COOKIE, TRACK, answer)


def told_at_home(visit: Visit, answer: Response) -> Response:
    """Have a desk that names what was done in a case that was left say so once."""
    return _told(visit, LEFT, HOME, answer)


def told_to_people(visit: Visit, answer: Response) -> Response:
    """Have a page of people that says what was arranged say so once."""
    return _told(visit, ARRANGED, PEOPLE, answer)


def _led(visit: Visit, place: str, cookie: str, value: str) -> Response:
    answer = RedirectResponse(place, 303)
    secure = visit.settings.secure_cookies
    answer.set_cookie(cookie, value, max_age=KEPT_FOR, path=place, secure=secure, httponly=True, samesite="lax")
    return answer


def _told(visit: Visit, cookie: str, place: str, answer: Response) -> Response:
    if cookie in visit.request.cookies:
        secure = visit.settings.secure_cookies
        answer.delete_cookie(cookie, path=place, secure=secure, httponly=True, samesite="lax")
    return answer


def _version(kept: str) -> int | None:
    return int(kept) if kept.isascii() and kept.isdigit() and len(kept) <= LONGEST_VERSION else None
