"""How a person wants their news: over which channel each kind, in which language, and when they are not disturbed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from cases.errors import FieldError, InvalidFields
from cases.record.news import NewsChoice, QuietHours
from cases.record.people import User
from config.settings import LANGUAGES, TIME, Settings
from notifications.choosing import HOWS, MAIL, PERSONAL, SMS
from notifications.kinds import CHOSEN

CHOOSABLE = frozenset(kind.word for kind in CHOSEN)


@dataclass(frozen=True)
class Preferences:
    """What a person has chosen, or what counts for those who have not; the times mean nothing without quiet hours."""

    hows: Mapping[tuple[str, str], str]
    is_quiet: bool
    quiet_from: str
    quiet_until: str
    language: str


def channels(user: User, settings: Settings) -> dict[str, str]:
    """Return the channels that the installation has for people, with the person's address; empty if there is none."""
    there = {MAIL: bool(settings.smtp_host), SMS: bool(settings.sms_url)}
    addresses = {MAIL: user.email or "", SMS: user.phone or ""}
    return {channel: addresses[channel] for channel, is_there in there.items() if is_there}


def of(db: Session, user: User, settings: Settings) -> Preferences:
    """Return a person's preferences."""
    rows = db.exec(select(NewsChoice).where(NewsChoice.user_id == user.id))
    chosen = {(row.kind, row.channel): row.how for row in rows}
    quiet = db.get(QuietHours, user.id)
    begins, ends = (quiet.from_time, quiet.until_time) if quiet else (settings.quiet_from, settings.quiet_until)
    hows = {
        (kind, channel): chosen.get((kind, channel), usual) for kind in CHOOSABLE for channel, usual in PERSONAL.items()
    }
    return Preferences(hows, bool(begins and ends), begins or "", ends or "", user.language)


def keep(db: Session, user: User, wanted: Preferences, settings: Settings) -> None:
    """Keep a person's preferences; what they did not speak of stays as it was. Raises InvalidFields.

    Whoever wants the quiet hours of the installation goes on with them when they are changed.
    """
    errors = [
        FieldError(f"{kind}.{channel}", "没有这个选项", "There is no such choice")
        for (kind, channel), how in wanted.hows.items()
        if kind not in CHOOSABLE or channel not in PERSONAL or how not in HOWS
    ]
    times = (wanted.quiet_from, wanted.quiet_until)
    if wanted.is_quiet and not all(TIME.fullmatch(time) for time in times):
        errors.append(
            FieldError("quiet", "请填写免打扰的起止时间，如 21:00", "Quiet hours have a beginning and an end")
        )
    elif wanted.is_quiet and times[0] == times[1]:
        errors.append(FieldError("quiet", "免打扰的起止时间不能相同", "Quiet hours cannot end when they begin"))
    if wanted.language not in LANGUAGES:
        errors.append(FieldError("language", "语言只能是 zh 或 en", "The language is zh or en"))
    if errors:
        raise InvalidFields(errors)
    for (kind, channel), how in wanted.hows.items():
        db.merge(NewsChoice(user_id=user.id or 0, kind=kind, channel=channel, how=how))
    _keep_quiet(db, user, times if wanted.is_quiet else None, settings)
    user.language = wanted.language
    db.add(user)
    db.flush()


def _keep_quiet(db: Session, user: User, times: tuple[str, str] | None, settings: Settings) -> None:
    own = db.get(QuietHours, user.id)
    if times == (settings.quiet_from, settings.quiet_until):
        if own is not None:
            db.delete(own)
        return
    begins, ends = times or (None, None)
    db.merge(QuietHours(user_id=user.id or 0, from_time=begins, until_time=ends))
