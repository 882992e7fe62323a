"""What a system administrator sees to: messages that were given up, robots and systems, the words of messages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlmodel import select
from starlette.responses import RedirectResponse, Response

from cases.calendars import calendar
from cases.errors import InvalidFields, NotFound
from cases.record.news import NewsTemplate
from cases.record.people import Unit
from config.settings import LANGUAGES
from notifications import outlets, parked, untellable, wording
from notifications.figures import figures
from notifications.kinds import KINDS
from notifications.outlets import Wanted
from notifications.wording import Words
from web import moments, words
from web.errors import field_errors
from web.pages.admin import require_administrator
from web.pages.forms import Form, Posted
from web.render import page
from web.visits import Reading, Visit, Writing

HERE = "/admin/news"
SEE_OTHER = 303

router = APIRouter(prefix=HERE, include_in_schema=False)


@router.get("")
def show(visit: Reading) -> Response:
    """Show how the news stand."""
    require_administrator(visit)
    return _page(visit)


@router.post("/resend")
def resend_all(visit: Writing, form: Form) -> Response:
    """Have every message that was given up sent again."""
    require_administrator(visit)
    parked.resend(visit.db, None, by=visit.by, at=visit.at)
    return RedirectResponse(HERE, SEE_OTHER)


@router.post("/parked/{message}/resend")
def resend(visit: Writing, message: int, form: Form) -> Response:
    """Have one message that was given up sent again."""
    require_administrator(visit)
    parked.resend(visit.db, _parked(message), by=visit.by, at=visit.at)
    return RedirectResponse(HERE, SEE_OTHER)


@router.post("/dismiss")
def dismiss_all(visit: Writing, form: Form) -> Response:
    """Send nobody any more what was given up."""
    require_administrator(visit)
    parked.dismiss(visit.db, None, by=visit.by, at=visit.at)
    return RedirectResponse(HERE, SEE_OTHER)


@router.post("/parked/{message}/dismiss")
def dismiss(visit: Writing, message: int, form: Form) -> Response:
    """Send nobody any more one message that was given up."""
    require_administrator(visit)
    parked.dismiss(visit.db, _parked(message), by=visit.by, at=visit.at)
    return RedirectResponse(HERE, SEE_OTHER)


@router.post("/events/{seq}/tell")
def tell_again(visit: Writing, seq: int, form: Form) -> Response:
    """Tell an event that could not be told."""
    require_administrator(visit)
    untellable.tell_again(visit.db, seq, visit.settings, by=visit.by, at=visit.at)
    return RedirectResponse(HERE, SEE_OTHER)


@router.post("/outlets")
def open_outlet(visit: Writing, form: Form) -> Response:
    """Open a robot or another system; a secret that was made for it is shown this once."""
    require_administrator(visit)
    wanted = Wanted(*(form.text(name) for name in ("channel", "unit", "name", "address", "secret")))
    try:
        row, secret = outlets.open_outlet(visit.db, wanted, visit.settings, by=visit.by, at=visit.at)
    except InvalidFields as refusal:
        visit.db.rollback()
        return _page(visit, form=form, refusal=refusal, status=422)
    return _page(visit, secret=secret, opened=row.name)


@router.post("/outlets/{outlet}/try")
def try_outlet(visit: Writing, outlet: int, form: Form) -> Response:
    """Send a trial message."""
    require_administrator(visit)
    outlets.try_outlet(visit.db, outlet, visit.at)
    return RedirectResponse(HERE, SEE_OTHER)


@router.post("/outlets/{outlet}/end")
def end_outlet(visit: Writing, outlet: int, form: Form) -> Response:
    """Tell an outlet nothing any more."""
    require_administrator(visit)
    outlets.end_outlet(visit.db, outlet, by=visit.by, at=visit.at)
    return RedirectResponse(HERE, SEE_OTHER)


@router.get("/words/{kind}/{language}")
def show_words(visit: Reading, kind: str, language: str) -> Response:
    """Show the words of one kind of news."""
    require_administrator(visit)
    return _words(visit, kind, language)


@router.post("/words/{kind}/{language}")
def change_words(visit: Writing, kind: str, language: str, form: Form) -> Response:
    """Keep other words, or show them again with what is wrong."""
    require_administrator(visit)
    given = Words(form.text("subject"), form.text("body"))
    try:
        if form.text("reset"):
            wording.reset(visit.db, kind, language, by=visit.by, at=visit.at)
        else:
            wording.edit(visit.db, kind, language, given, by=visit.by, at=visit.at)
    except InvalidFields as refusal:
        visit.db.rollback()
        return _words(visit, kind, language, given, refusal)
    return RedirectResponse(HERE, SEE_OTHER)


def _parked(message: int) -> int:
    """Return the number of a message, if it can be one."""
    if not 0 < message < 2**63:
        raise NotFound("没有这条搁置的消息。", "No message of that number is parked.")
    return message


def _page(
    visit: Visit,
    *,
    form: Posted | None = None,
    refusal: InvalidFields | None = None,
    secret: str | None = None,
    opened: str = "",
    status: int = 200,
) -> Response:
    local, say = calendar(visit.db), visit.say
    edited = set(visit.db.exec(select(NewsTemplate.kind, NewsTemplate.language)).all())
    return page(
        visit.request,
        "admin_news.html",
        status=status,
        visitor=visit.caller,
        figures=figures(visit.db, visit.at),
        channels=[
            (words.pick(words.CHANNELS["mail"], visit.language), bool(visit.settings.smtp_host)),
            (words.pick(words.CHANNELS["sms"], visit.language), bool(visit.settings.sms_url)),
        ],
        parked=[
            {"row": row, "channel": words.pick(words.CHANNELS[row.channel], visit.language), "why": say(*row.why),
             "to": say("申请人", "a submitter") if row.to is None else row.to, "at": moments.exact(row.made_at, local)}
            for row in parked.parked(visit.db)
        ],
        untellable=[
            {"seq": row.seq, "at": moments.exact(row.parked_at, local), "detail": row.detail,
             "summary": row.detail.strip().splitlines()[-1][:300]}
            for row in untellable.untellable(visit.db)
        ],
        outlets=[
            {"id": row.id, "name": row.name, "unit": unit, "to": outlets.masked(row.address),
             "channel": words.pick(words.CHANNELS[row.channel], visit.language),
             "is_confirmed": row.confirmed_at is not None,
             "last": _last(visit, row.id or 0)}
            for row, unit in outlets.opened(visit.db)
        ],
        offered=[(channel, say(*pair)) for channel, pair in outlets.NAMES.items()],
        units=visit.db.exec(select(Unit.code, Unit.name).where(Unit.is_active).limit(500)).all(),
        typed=form.values if form else {},
        errors=_errors(visit, refusal),
        secret=secret,
        opened=opened,
        kinds=[
            (kind.word, say(kind.zh, kind.en), [(language, (kind.word, language) in edited) for language in LANGUAGES])
            for kind in KINDS.values()
        ],
    )  # fmt: skip


def _words(
    visit: Visit, kind: str, language: str, typed: Words | None = None, refusal: InvalidFields | None = None
) -> Response:
    if kind not in KINDS or language not in LANGUAGES:
        raise NotFound("没有这种消息。", "There is no such kind of news.")
    return page(
        visit.request,
        "admin_words.html",
        status=422 if refusal else 200,
        visitor=visit.caller,
        kind=kind,
        name=visit.say(KINDS[kind].zh, KINDS[kind].en),
        in_language=language,
        words_now=typed or wording.wordings(visit.db)[kind, language],
        shipped=wording.shipped()[kind, language],
        places=KINDS[kind].places,
        errors=_errors(visit, refusal),
    )


def _errors(visit: Visit, refusal: InvalidFields | None) -> dict[str, str]:
    found: list[dict[str, Any]] = field_errors(refusal.errors, visit.language) if refusal else []
    return {error["field"]: error["detail"] for error in found}


def _last(visit: Visit, outlet_id: int) -> str:
    """Say what became of the last message to an outlet."""
    row = outlets.last_message(visit.db, outlet_id)
    if row is None:
        return visit.say("还没有消息", "nothing yet")
    state = words.pick(words.NEWS_STATES[row.state], visit.language)
    why = visit.say(*parked.REASONS[row.why]) if row.why in parked.REASONS else ""
    return " · ".join(part for part in (state, why) if part)
