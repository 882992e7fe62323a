"""Over which channels news reaches somebody, and when: what they chose, quiet hours, the digest of the morning.

Whatever must not go out at once is held and goes out with whatever else was held by then: at the end of the quiet
hours, or, if that is a working morning, with the digest a little later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from cases.calendars import calendar, calendar_of
from cases.record.lines import line
from cases.record.news import HELD, INBOX, SENT, WAITING, NewsChoice, Outlet, QuietHours
from cases.record.people import Duty, User, in_force
from cases.veil import person_behind
from config.settings import Settings
from notifications.kinds import KINDS
from workflow.calendar import Calendar

MAIL, SMS = "mail", "sms"
DINGTALK, WECOM, FEISHU, WEBHOOK = "dingtalk", "wecom", "feishu", "webhook"
#: Channels to a person that they may choose, and what counts for those who have not.
PERSONAL: Mapping[str, str] = {MAIL: "now", SMS: "never"}
#: Channels to a unit's robot or system.
OUTLETS = (DINGTALK, WECOM, FEISHU, WEBHOOK)
NOW, MORNING, NEVER = "now", "digest", "never"
HOWS = (NOW, MORNING, NEVER)

DAY = timedelta(days=1)
#: No calendar is free for so many days in a row; then every day counts.
LONGEST_BREAK = 60

Quiet = tuple[time, time] | None


@dataclass(frozen=True)
class Recipient:
    """Somebody who is told: over which channels they can be reached, how they want it, and their wall clock."""

    channels: tuple[str, ...]
    calendar: Calendar
    quiet: Quiet
    choices: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def how(self, kind: str, channel: str) -> str:
        """Return whether news of a kind goes over a channel at once, in the digest, or not at all."""
        return self.choices.get((kind, channel), PERSONAL.get(channel, NOW))


def way(
    to: Recipient, kind: str, channel: str, at: datetime, settings: Settings, *, is_late: bool = False
) -> tuple[str, datetime] | None:
    """Return in which state a notification begins and when it is due; None if it is not wanted.

    What an outage has held up is held here too, so that it is told once and not one by one. So is whatever a robot is
    to say, which may speak some twenty times a minute; another system wants everything one by one.
    """
    how = to.how(kind, channel)
    if how == NEVER:
        return None
    if channel == WEBHOOK:
        return WAITING, at
    if channel == INBOX:
        return (HELD, at) if is_late else (SENT, at)
    if how == MORNING:
        return HELD, next_digest(to.calendar, settings.digest_at, at)
    is_loud = KINDS[kind].is_urgent and settings.urgent_ignores_quiet
    if not is_loud and (end := end_of_quiet(to.quiet, to.calendar, at)) is not None:
        return HELD, _with_digest(to.calendar, settings.digest_at, end)
    return (HELD, at) if is_late or channel in OUTLETS else (WAITING, at)


def end_of_quiet(quiet: Quiet, calendar: Calendar, at: datetime) -> datetime | None:
    """Return when the quiet hours end that a moment lies in; None if it lies in none."""
    if quiet is None or quiet[0] == quiet[1]:
        return None
    begins, ends = quiet
    local = at.astimezone(calendar.zone)
    is_over_night = begins > ends
    now = local.time()
    if not (now >= begins or now < ends if is_over_night else begins <= now < ends):
        return None
    day = local.date() + DAY if is_over_night and now >= begins else local.date()
    return datetime.combine(day, ends, calendar.zone)


def next_digest(calendar: Calendar, digest_at: str, at: datetime) -> datetime:
    """Return the next working morning's digest after a moment."""
    day = at.astimezone(calendar.zone).date()
    for _ in range(LONGEST_BREAK):
        moment = datetime.combine(day, time.fromisoformat(digest_at), calendar.zone)
        if moment > at and calendar.hours.on(day):
            return moment
        day += DAY
    return datetime.combine(day, time.fromisoformat(digest_at), calendar.zone)


def _with_digest(calendar: Calendar, digest_at: str, end: datetime) -> datetime:
    """Return when to send what waited until quiet hours end: with that morning's digest, if there is one to come."""
    digest = next_digest(calendar, digest_at, end - timedelta(microseconds=1))
    return digest if digest.date() == end.date() else end


def people(db: Session, ids: Collection[int], settings: Settings, at: datetime) -> dict[int, Recipient]:
    """Return the active ones among some people as recipients, on the wall clock of the duty they took up last.

    Who is behind a veil hears as they wish to.
    """
    behind = {user_id: person_behind(db, user_id) for user_id in ids}
    wanted = sorted({user_id for user_id in behind.values() if user_id is not None})
    users = db.exec(select(User).where(col(User.id).in_(wanted), User.is_active)).all()
    choices: dict[int, dict[tuple[str, str], str]] = {}
    for row in db.exec(select(NewsChoice).where(col(NewsChoice.user_id).in_(wanted))):
        choices.setdefault(row.user_id, {})[row.kind, row.channel] = row.how
    quiet = {row.user_id: row for row in db.exec(select(QuietHours).where(col(QuietHours.user_id).in_(wanted)))}
    # Where somebody stands in for another they are on their own clock still.
    duties = db.exec(
        select(Duty.user_id, Duty.unit_id)
        .where(col(Duty.user_id).in_(wanted), in_force(at))
        .order_by(col(Duty.deputy_of).is_(None), col(Duty.id))
    )
    calendars = _calendars(db, duties.all())
    found = {
        user.id or 0: Recipient(
            channels=tuple(_reachable(user, settings)),
            calendar=calendars.get(user.id or 0, calendar(db)),
            quiet=quiet_of(quiet.get(user.id or 0), settings),
            choices=choices.get(user.id or 0, {}),
        )
        for user in users
    }
    return {user_id: found[whose] for user_id, whose in behind.items() if whose in found}


def outlets(db: Session, rows: Iterable[Outlet], settings: Settings) -> dict[int, Recipient]:
    """Return robots and other systems as recipients."""
    found = list(rows)
    calendars = _calendars(db, [(row.id or 0, row.unit_id) for row in found])
    quiet = quiet_of(None, settings)
    return {row.id or 0: Recipient((row.channel,), calendars[row.id or 0], quiet) for row in found}


def quiet_of(row: QuietHours | None, settings: Settings) -> Quiet:
    """Return somebody's quiet hours: their own, else those of the installation."""
    begins, ends = (row.from_time, row.until_time) if row else (settings.quiet_from, settings.quiet_until)
    return (time.fromisoformat(begins), time.fromisoformat(ends)) if begins and ends else None


def _reachable(user: User, settings: Settings) -> Iterable[str]:
    yield INBOX
    if user.email and settings.smtp_host:
        yield MAIL
    if user.phone and settings.sms_url:
        yield SMS


def _calendars(db: Session, units: Iterable[tuple[int, int]]) -> dict[int, Calendar]:
    """Return the calendar of each id's unit; of several units the last one named."""
    by_unit: dict[int, Calendar] = {}
    found: dict[int, Calendar] = {}
    for who, unit_id in units:
        if unit_id not in by_unit:
            by_unit[unit_id] = calendar_of(db, line(db, unit_id))
        found[who] = by_unit[unit_id]
    return found
