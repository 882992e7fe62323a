"""The audit of administration, for the audit administrator alone; that it was read is an act of administration, too."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from cases.auditing import IN_CASES, audited, note_read, require_auditor
from cases.calendars import calendar
from cases.errors import NotFound
from cases.personnel import find_person
from web import moments, words
from web.render import page
from web.visits import Writing

AT_ONCE = 100
LONGEST = 64

router = APIRouter(prefix="/audit", include_in_schema=False)


@router.get("")
def show(visit: Writing, who: str = "", what: str = "", before: int | None = None) -> Response:
    """Show the last acts of administration, those of a person or of a kind alone where that is asked for."""
    require_auditor(visit.db, visit.by, visit.at)
    refusal, person = "", None
    try:
        person = find_person(visit.db, who.strip()[:LONGEST]) if who.strip() else None
    except NotFound as unknown:
        refusal = visit.say(unknown.zh, unknown.en)
    kind = what.strip()[:LONGEST] or None
    before = before if before is not None and 0 < before < 2**63 else None
    lines = audited(visit.db, None, None, person, kind, AT_ONCE + 1, before) if not refusal else []
    shown = lines[-AT_ONCE:][::-1]
    note_read(visit.db, visit.at, visit.by, len(shown))
    local = calendar(visit.db)
    older = {"who": who, "what": what, "before": shown[-1].seq} if len(lines) > AT_ONCE else {}
    return page(
        visit.request,
        "audit.html",
        visitor=visit.caller,
        lines=[
            {
                "seq": one.seq,
                "at": moments.exact(one.at, local),
                "who": one.login or words.pick(("系统", "system"), visit.language),
                "what": one.action,
                "label": words.pick(words.OWN_ACTIONS.get(one.action, ("", "")), visit.language)
                if one.action in IN_CASES
                else "",
                "facts": one.facts if one.facts != "{}" else "",
            }
            for one in shown
        ],
        refusal=refusal,
        who=who,
        what=what,
        older=urlencode(older),
    )
