"""The audit of administration, for the audit administrator alone; to read it is an act of administration, too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from cases.auditing import Line, audited, note_read, require_auditor
from cases.calendars import calendar
from cases.errors import BadRequest, NotFound, shown
from cases.personnel import find_person
from web import moments, words
from web.audit_words import ACTS
from web.pages.forms import Form
from web.render import page
from web.visits import Reading, Visit, Writing
from workflow.calendar import Calendar

AT_ONCE = 100
LONGEST = 64

router = APIRouter(prefix="/audit", include_in_schema=False)


@router.get("")
def ask(visit: Reading) -> Response:
    """Show the form that asks for what is to be read."""
    require_auditor(visit.db, visit.by, visit.at)
    return _page(visit, {})


@router.post("")
def read(visit: Writing, form: Form) -> Response:
    """Show the last acts of administration; of a person, of a kind or of some days where that is asked for."""
    require_auditor(visit.db, visit.by, visit.at)
    asked = {name: form.text(name).strip()[:LONGEST] for name in ("who", "what", "since", "until")}
    local, before = calendar(visit.db), form.text("before")
    try:
        person = find_person(visit.db, asked["who"]) if asked["who"] else None
        since, until = _day(asked["since"], local), _day(asked["until"], local, days=1)
    except (NotFound, BadRequest) as refusal:
        return _page(visit, asked, refusal=visit.sentence(refusal), status=422)
    is_number = before.isascii() and before.isdigit() and len(before) < 19
    earliest = int(before) if is_number else None
    lines = audited(visit.db, since, until, person, asked["what"] or None, AT_ONCE + 1, earliest)
    found = lines[-AT_ONCE:][::-1]
    note_read(visit.db, visit.at, visit.by, len(found))
    older = found[-1].seq if len(lines) > AT_ONCE else None
    return _page(visit, asked, [_told(visit, one, local) for one in found], older)


def _day(word: str, local: Calendar, days: int = 0) -> datetime | None:
    """Return when a day begins where the installation is, or the day so many after it. Raises BadRequest."""
    if not word:
        return None
    try:
        begins = datetime.combine(date.fromisoformat(word) + timedelta(days=days), time(), local.zone)
        return begins.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(f"「{shown(word)}」不是日期。", f'"{shown(word)}" is no day.') from None


def _page(
    visit: Visit,
    asked: Mapping[str, str],
    lines: list[dict[str, Any]] | None = None,
    older: int | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    acts = [(name, words.pick(label, visit.language)) for name, label in ACTS.items()]
    values: dict[str, Any] = {"asked": asked, "acts": acts, "lines": lines, "older": older, "refusal": refusal}
    return page(visit.request, "audit.html", status=status, visitor=visit.caller, path_and_query="/audit", **values)


def _plain(value: Any) -> str:
    """Return a value of an event as it is read: of what holds more than itself, as it was written down."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _told(visit: Visit, one: Line, local: Calendar) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": moments.exact(one.at, local),
        "who": one.login or visit.say("系统", "system"),
        "what": one.action,
        "label": words.pick(ACTS.get(one.action, ("", "")), visit.language),
        "facts": [(name, _plain(value)) for name, value in json.loads(one.facts).items() if name != "user"],
    }
