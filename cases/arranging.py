"""A new version of a calendar: drafted from an arrangement or a file, looked at beforehand, published as one act.

What is published is one event of the installation with what was imported; the clocks follow it (see `cases.settling`).
Only a system administrator publishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from cases import audit
from cases.access import is_storable
from cases.calendars import (
    LOCK,
    LONGEST_NAME,
    OFFICE,
    alone,
    calendar,
    followers,
    forget_versions,
    names,
    newest,
    with_holidays,
)
from cases.errors import Stale, shown
from cases.policy import is_system_administrator
from cases.reach import Reach
from cases.rearranging import Moved, foreseen
from cases.record.calendar import CalendarVersion
from cases.record.database import is_sqlite
from cases.record.people import User
from workflow.arrangement import Arrangement
from workflow.calendar import parse_calendar
from workflow.calendar_text import written
from workflow.errors import Refusal
from workflow.machine import NotByYou

PUBLISH = "publish_calendar"


class UnfitCalendar(Refusal):
    """A calendar that cannot be published as it is."""


@dataclass(frozen=True)
class Draft:
    """A version that is not published yet; `seen` is the version it was made from, 0 for the one that ships."""

    name: str
    seen: int
    source: str
    year: int | None = None
    imported: str | None = None


@dataclass
class Tally:
    """How many clocks a version moves, and how many are no longer provisional."""

    moved: int = 0
    firm: int = 0

    def counting(self, rows: Iterable[Moved]) -> Iterator[Moved]:
        """Yield rows as they come, and count them."""
        for row in rows:
            self.moved += row.is_moved
            self.firm += row.is_firm_now
            yield row


def require_administrator(db: Session, by: User, at: datetime) -> None:
    """Raise NotByYou unless a person is a system administrator somewhere."""
    if not is_system_administrator(db, by, at):
        raise NotByYou("只有系统管理员可以更新日历。", "Only a system administrator may publish a calendar.")


def arranged(db: Session, arrangement: Arrangement, text: str, name: str = OFFICE) -> Draft:
    """Draft a calendar with the arrangement of a year, which was read from `text`.

    Those that take their holidays from it follow by themselves. Raises UnfitCalendar for one that itself follows.
    """
    if not is_storable(text):
        raise UnfitCalendar("内容含有不能保存的字符。", "The text holds a character that cannot be kept.")
    hours = calendar(db, name).hours
    if hours.holidays:
        raise UnfitCalendar(
            f"日历 {name} 的放假安排取自 {hours.holidays}，请导入到 {hours.holidays}。",
            f"{name} takes its holidays from {hours.holidays}: import them there.",
        )
    return Draft(name, _version(db, name), written(arrangement.taken_by(hours)), arrangement.year, text)


def added(db: Session, source: str, where: str) -> Draft:
    """Draft a calendar from the text of a calendar file. Raises CalendarError or UnfitCalendar."""
    hours = parse_calendar(source, where).hours
    name = hours.name
    if not name.replace("-", "").replace("_", "").isalnum() or len(name) > LONGEST_NAME:
        raise UnfitCalendar(
            f"日历名 {shown(name)} 只能由文字、数字、- 和 _ 组成，最多 {LONGEST_NAME} 字。",
            f"The name {shown(name)} is made of letters, digits, - and _, {LONGEST_NAME} at most.",
        )
    if hours.holidays is not None:
        if hours.holidays not in names(db) or calendar(db, hours.holidays).hours.holidays:
            raise UnfitCalendar(
                f"{where}：holidays 须是另一个自有放假安排的日历，{shown(hours.holidays)} 不是。",
                f"{where}: holidays names a calendar with holidays of its own, which {shown(hours.holidays)} is not.",
            )
        if followed := followers(db, name):
            raise UnfitCalendar(
                f"{where}：{followed[0]} 的放假安排取自 {name}，因此 {name} 不能再取自别处。",
                f"{where}: {followed[0]} takes its holidays from {name}, so {name} cannot take them from elsewhere.",
            )
    return Draft(name, _version(db, name), source)


def is_known(db: Session, draft: Draft) -> bool:
    """Tell whether a draft says what the newest published version says already."""
    row = newest(db).get(draft.name)
    return row is not None and bool(row.digest == audit.digest(draft.source))


def preview(db: Session, draft: Draft) -> Iterator[Moved]:
    """Yield the clocks that a draft would move or make firm."""
    new = with_holidays(db, parse_calendar(draft.source, draft.name))
    old = calendar(db, draft.name) if draft.name in names(db) else new
    offices = {name: alone(db, name).following(new) for name in followers(db, draft.name)}
    offices[draft.name] = new
    return foreseen(db, offices, Reach.between(list(offices), old, new))


def publish(db: Session, draft: Draft, tally: Tally, *, by: User, at: datetime) -> CalendarVersion:
    """Publish a draft as the next version, with an event that tells what was imported and what it was to move.

    The draft comes from a session that only reads. Raises NotByYou, and Stale if somebody has published another version
    since it was made.
    """
    require_administrator(db, by, at)
    if not is_sqlite(db):  # whoever counts with the version before goes first; SQLite has one writer anyway
        db.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    forget_versions(db)
    last = newest(db).get(draft.name)
    if (last.version if last else 0) != draft.seen:
        raise Stale(
            f"日历 {draft.name} 刚有新版本，请重新预览后再公布。",
            f"A version of {draft.name} was published meanwhile: look at what would move once more.",
        )
    row = CalendarVersion(
        name=draft.name,
        version=draft.seen + 1,
        digest=audit.digest(draft.source),
        source=draft.source,
        year=draft.year,
        imported=draft.imported,
        published_at=max(at, last.published_at) if last else at,
        published_by=by.id,
    )
    db.add(row)
    db.flush()
    forget_versions(db)
    told = {"year": draft.year, "imported": audit.digest(draft.imported)} if draft.imported is not None else {}
    version = {"calendar": row.name, "version": row.version, "digest": row.digest}
    counts = {"moved": tally.moved, "firm": tally.firm}
    entry = audit.Entry(
        at=row.published_at, action=PUBLISH, actor_id=by.id, role="administrator", data={**version, **told, **counts}
    )
    audit.append(db, [entry])
    return row


def _version(db: Session, name: str) -> int:
    row = newest(db).get(name)
    return int(row.version) if row else 0
