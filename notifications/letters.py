"""From notifications to messages: whom each is to, in which words, and whether it is still theirs to hear.

Of a case whose submitter is confidential or anonymous nothing is said but that there is something to do: no title, no
state, no kind of news. The link holds the number of the case, which betrays nothing (docs/decisions/0005 and 0010).
No more is said of any case to a robot or a system that nobody has confirmed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, func, or_, select, true
from sqlmodel import Session, col

from cases.calendars import calendar_of
from cases.laws import law_of
from cases.policy import may_see, visible_to
from cases.record.case import Case
from cases.record.clock import Clock, ClockSpan, FiredRung
from cases.record.columns import Moment, table_of
from cases.record.event import Event
from cases.record.lines import line
from cases.record.news import Notification, Outlet
from cases.record.number import number_key
from cases.record.people import Unit, User
from cases.veil import person_behind
from config.settings import Settings
from notifications.channels import Answer, Message, never
from notifications.choosing import MAIL, SMS
from notifications.kinds import DIGEST, EXCEPTION, KINDS, SEALED, TRIAL
from notifications.wording import Wordings, wordings

#: A digest names so many of what it holds; the rest is counted.
MOST_LINES = 30
OPEN_IDENTITY = "named"
#: Where news leads that is of no case.
PLACES = {TRIAL.word: "/", EXCEPTION.word: "/admin"}

_CASES, _EVENTS, _NEWS = (table_of(model) for model in (Case, Event, Notification))
_CLOCKS, _RUNGS, _SPANS = (table_of(model) for model in (Clock, FiredRung, ClockSpan))


@dataclass(frozen=True)
class Dropped:
    """It is nobody's business any more, and why."""

    why: str


@dataclass(frozen=True)
class _Reader:
    """Whom a message is to: a person, or an outlet of a unit."""

    name: str
    language: str
    to: str
    secret: str | None
    user: User | None
    is_confirmed: bool = True

    def say(self, zh: str, en: str) -> str:
        """Return a sentence in their language."""
        return zh if self.language == "zh" else en


def compose(
    db: Session, rows: Sequence[Notification], settings: Settings, at: datetime
) -> dict[int, Message | Answer | Dropped]:
    """Return each notification as a message, or why it cannot be one."""
    words, key = wordings(db), number_key(db)
    made: dict[int, Message | Answer | Dropped] = {}
    for row in rows:
        reader = _reader(db, row, settings)
        made[row.id or 0] = (
            reader if isinstance(reader, Dropped) else _message(db, row, reader, words, settings, key, at)
        )
    return made


def message_id(key: bytes, notification_id: int) -> str:
    """Return what a message is known by at every attempt; it betrays neither order nor amount."""
    return hashlib.blake2b(b"news:%d" % notification_id, key=key, digest_size=16).hexdigest()


def _reader(db: Session, row: Notification, settings: Settings) -> _Reader | Dropped:
    if row.outlet_id is not None:
        outlet = db.get_one(Outlet, row.outlet_id)
        if outlet.ended_at is not None:
            return Dropped("ended")
        unit = db.get_one(Unit, outlet.unit_id)
        return _Reader(
            unit.name, settings.language, outlet.address, outlet.secret, None, outlet.confirmed_at is not None
        )
    user = db.get_one(User, person_behind(db, row.user_id))
    if not user.is_active:
        return Dropped("disabled")
    address = {MAIL: user.email, SMS: user.phone}.get(row.channel)
    return _Reader(user.name, user.language, address or "", None, user)


def _message(
    db: Session, row: Notification, reader: _Reader, words: Wordings, settings: Settings, key: bytes, at: datetime
) -> Message | Answer | Dropped:
    """Return one message in the words of its kind; a case that is not open to all is spoken of in none."""
    made = message_id(key, row.id or 0)
    if not reader.to:
        return never("no_address")
    values: dict[str, str] = {"name": reader.name}
    event: dict[str, Any] = {"time": row.made_at}
    kind = KINDS[row.kind]
    if row.kind == DIGEST.word:
        lines, count = _lines(db, row, reader, settings, at)
        if not count:
            return Dropped("unseen")
        values |= {
            "count": str(count),
            "lines": lines,
            "link": settings.public_url + ("/inbox" if reader.user else "/"),
        }
    elif row.kind in PLACES:
        values["link"] = settings.public_url + PLACES[row.kind]
    else:
        case = db.get_one(Case, row.case_id)
        if not _may_hear(db, reader, case, at):
            return Dropped("unseen")
        happened = db.connection().execute(select(_EVENTS).where(_EVENTS.c.seq == row.seq)).one()
        told = _told(db, row, happened, case, reader, settings)
        kind = kind if is_open(case) and reader.is_confirmed else SEALED
        values |= {name: told[name] for name in kind.places if name in told}
        event = {"time": happened.at, "subject": case.number, "data": _facts(kind.word, told)}
    try:
        subject, text = words[kind.word, reader.language].filled(values)
    except (KeyError, ValueError) as error:
        return never("unfillable", error)
    event = {"type": f"bihuan.news.{kind.word}", "source": settings.public_url, **event}
    return Message(made, reader.to, subject, text, values["link"], reader.secret, event)


def is_open(case: Case) -> bool:
    """Tell whether a message may speak of a case: only where its submitter chose to be named."""
    return case.identity == OPEN_IDENTITY


def _facts(kind: str, told: Mapping[str, str]) -> dict[str, str]:
    """Return what a program is told: of a case that is not open, its number and where to look."""
    names = ("number", "link") if kind == SEALED.word else ("number", "title", "state", "unit", "action", "link")
    return {"kind": kind} | {name: told[name] for name in names}


def _may_hear(db: Session, reader: _Reader, case: Case, at: datetime) -> bool:
    return reader.user is None or may_see(db, case, reader.user, at)


def _told(
    db: Session, row: Notification, event: Any, case: Case, reader: _Reader, settings: Settings
) -> dict[str, str]:
    """Return everything that words about a case may use, in the reader's language."""
    definition = law_of(db, case.law_id).definition
    state = definition.states.get(event.state_to or case.state)
    is_own = event.case_id == case.id  # of a lead case only the state is told: the action may say who thinks what
    step = next((step for step in definition.steps if is_own and step.action == event.action), None)
    kind, local = KINDS[row.kind], calendar_of(db, line(db, case.unit_id))
    due_at = _limit_of(db, event) if "due" in kind.places else None
    return {
        "number": case.number,
        "title": " ".join(case.title.split()),
        "state": reader.say(state.label, state.label_en) if state else "",
        "unit": db.get_one(Unit, case.unit_id).name,
        "action": reader.say(step.label, step.label_en) if step else reader.say(kind.zh, kind.en),
        "due": due_at.astimezone(local.zone).strftime("%Y-%m-%d %H:%M") if due_at else "",
        "link": link_of(settings, case.number),
    }


def link_of(settings: Settings, number: str) -> str:
    """Return where a case is to be found."""
    return f"{settings.public_url}/cases/{number}"


def _limit_of(db: Session, event: Any) -> datetime | None:
    """Return the limit that a rung speaks of: that of its clock, as it stood when the rung fired."""
    stood = and_(
        _SPANS.c.clock_id == _RUNGS.c.clock_id,
        _SPANS.c.from_at <= _RUNGS.c.fired_at,
        or_(_SPANS.c.until_at.is_(None), _SPANS.c.until_at > _RUNGS.c.fired_at),
    )
    limit = (
        select(func.coalesce(_SPANS.c.due_at, _CLOCKS.c.due_at, type_=Moment()))
        .select_from(_RUNGS.join(_CLOCKS, _CLOCKS.c.id == _RUNGS.c.clock_id).outerjoin(_SPANS, stood))
        .where(_RUNGS.c.case_id == event.case_id, _RUNGS.c.version == event.version)
        .order_by(_SPANS.c.id.desc())
        .limit(1)
    )
    return cast("datetime | None", db.connection().execute(limit).scalar())


def _lines(db: Session, row: Notification, reader: _Reader, settings: Settings, at: datetime) -> tuple[str, int]:
    """Return what a digest holds, a line each, and of how much."""
    sees = true() if reader.user is None else or_(_NEWS.c.case_id.is_(None), visible_to(db, reader.user, at))
    held = select(_NEWS.c.kind, _CASES.c.number, _CASES.c.title, _CASES.c.identity).outerjoin(
        Case, col(Case.id) == _NEWS.c.case_id
    )
    held = held.where(_NEWS.c.digest_id == row.id, sees)
    count = db.connection().execute(select(func.count()).select_from(held.subquery())).scalar_one()
    lines = []
    for kind, number, title, identity in db.connection().execute(held.order_by(_NEWS.c.id).limit(MOST_LINES)):
        link = link_of(settings, number) if number else settings.public_url + PLACES[kind]
        label = reader.say(KINDS[kind].zh, KINDS[kind].en)
        if number is None:
            said = label
        elif identity == OPEN_IDENTITY and reader.is_confirmed:
            said = f"{label} {number} {' '.join(title.split())}"
        else:
            said = reader.say("您有一件待办", "You have something to do")
        lines.append(f"· {said}\n  {link}")
    if count > MOST_LINES:
        rest = count - MOST_LINES
        lines.append(reader.say(f"· 另有 {rest} 条", f"· and {rest} more"))
    return "\n".join(lines), count
