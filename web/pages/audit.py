"""The audit of administration, for the audit administrator alone; to read it is an act of administration, too."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from cases.auditing import IN_CASES, Line, audited, note_read, require_auditor
from cases.calendars import calendar
from cases.errors import NotFound
from cases.personnel import find_person
from web import moments, words
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
    return _page(visit, "", "")


@router.post("")
def read(visit: Writing, form: Form) -> Response:
    """Show the last acts of administration, those of a person or of a kind alone where that is asked for."""
    require_auditor(visit.db, visit.by, visit.at)
    who, what, before = form.text("who").strip()[:LONGEST], form.text("what").strip()[:LONGEST], form.text("before")
    try:
        person = find_person(visit.db, who) if who else None
    except NotFound as unknown:
        return _page(visit, who, what, refusal=visit.say(unknown.zh, unknown.en), status=422)
    is_number = before.isascii() and before.isdigit() and len(before) < 19
    lines = audited(visit.db, None, None, person, what or None, AT_ONCE + 1, int(before) if is_number else None)
    shown = lines[-AT_ONCE:][::-1]
    note_read(visit.db, visit.at, visit.by, len(shown))
    local = calendar(visit.db)
    older = shown[-1].seq if len(lines) > AT_ONCE else None
    return _page(visit, who, what, [_told(visit, one, local) for one in shown], older)


def _page(
    visit: Visit,
    who: str,
    what: str,
    lines: list[dict[str, Any]] | None = None,
    older: int | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    values: dict[str, Any] = {"who": who, "what": what, "lines": lines, "older": older, "refusal": refusal}
    return page(visit.request, "audit.html", status=status, visitor=visit.caller, path_and_query="/audit", **values)


def _told(visit: Visit, one: Line, local: Calendar) -> dict[str, Any]:
    label = words.OWN_ACTIONS.get(one.action, ("", "")) if one.action in IN_CASES else ("", "")
    return {
        "seq": one.seq,
        "at": moments.exact(one.at, local),
        "who": one.login or visit.say("系统", "system"),
        "what": one.action,
        "label": words.pick(label, visit.language),
        "facts": one.facts if one.facts != "{}" else "",
    }
