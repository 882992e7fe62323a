"""How I want my news: over which channel each kind, when not to be disturbed, in which language."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from cases.errors import InvalidFields
from notifications import confirming, outlets, preferences
from notifications.kinds import CHOSEN, EXCEPTION
from notifications.preferences import Preferences
from web import words
from web.errors import field_errors
from web.pages.forms import Form, Posted
from web.render import page
from web.visits import Reading, Visit, Writing

QUIET = "quiet"

router = APIRouter(prefix="/settings/news", include_in_schema=False)


@router.get("")
def show(visit: Reading, saved: bool = False) -> Response:
    """Show what I have chosen."""
    return _page(visit, preferences.of(visit.db, visit.by, visit.settings), saved=saved)


@router.post("")
def change(visit: Writing, form: Form) -> Response:
    """Keep what was chosen, or show it again with what is wrong."""
    wanted = _wanted(visit, form)
    try:
        preferences.keep(visit.db, visit.by, wanted, visit.settings)
    except InvalidFields as refusal:
        visit.db.rollback()
        errors = {error["field"]: error["detail"] for error in field_errors(refusal.errors, visit.language)}
        return _page(visit, wanted, errors=errors, status=422)
    return RedirectResponse("/settings/news?saved=true", 303)


@router.post("/outlets/{outlet}/confirm")
def confirm(visit: Writing, outlet: int, form: Form) -> Response:
    """Let a robot or another system hear what its unit is told."""
    confirming.confirm(visit.db, outlet, by=visit.by, at=visit.at)
    return RedirectResponse("/settings/news", 303)


def _wanted(visit: Visit, form: Posted) -> Preferences:
    """Return what a form says; a channel that the page does not offer is not spoken of."""
    hows = {}
    for kind in CHOSEN:
        for channel in preferences.channels(visit.by, visit.settings):
            if how := form.text(f"{kind.word}.{channel}"):
                hows[kind.word, channel] = how
    times = (form.text("quiet_from"), form.text("quiet_until"))
    return Preferences(hows, bool(form.text(QUIET)), *times, form.text("language"))


def _page(
    visit: Visit,
    chosen: Preferences,
    *,
    errors: Mapping[str, str] | None = None,
    saved: bool = False,
    status: int = 200,
) -> Response:
    channels = preferences.channels(visit.by, visit.settings)
    return page(
        visit.request,
        "news_settings.html",
        status=status,
        visitor=visit.caller,
        channels=[(name, words.pick(words.CHANNELS[name], visit.language), to) for name, to in channels.items()],
        kinds=[
            (kind.word, visit.say(kind.zh, kind.en))
            for kind in CHOSEN
            if kind is not EXCEPTION or visit.is_administrator
        ],
        hows=[(how, words.pick(pair, visit.language)) for how, pair in words.HOWS.items()],
        chosen=chosen,
        awaiting=[
            {"id": row.id, "name": row.name, "unit": unit, "to": outlets.masked(row.address),
             "channel": words.pick(words.CHANNELS[row.channel], visit.language)}
            for row, unit in confirming.awaiting(visit.db, visit.by, visit.at)
        ],
        errors=errors or {},
        saved=saved,
        digest_at=visit.settings.digest_at,
        is_loud=visit.settings.urgent_ignores_quiet,
    )  # fmt: skip
