"""Working calendars: which versions there are, and which one counts at a unit.

A calendar is the newest version that was published in the database, or else the file that ships with the program,
which is version 0 and has no row. A unit's own calendar counts, else that of the nearest unit above it, else the office
calendar. A calendar may take its holidays from another one, and then follows it from version to version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlmodel import Session

from cases.errors import shown
from cases.record.at_once import Question
from cases.record.calendar import CalendarVersion
from cases.record.columns import table_of
from cases.record.database import is_for_reading, is_sqlite
from cases.record.lines import Place
from cases.record.statements import Prepared
from workflow.calendar import Calendar, load_calendar, parse_calendar
from workflow.errors import Refusal

OFFICE = "cn-office"
LONGEST_NAME = 64
FOLDER = Path(__file__).resolve().parent.parent / "config" / "calendars"
#: The administrator is told so long before the last published year ends.
NOTICE = timedelta(days=30)

#: Who counts with a calendar shares this lock until the commit, and who publishes one has it alone: so that no clock is
#: left that was started under the old version and not seen by those who put clocks right under the new one.
LOCK = 7_230_114_213
_SHARE = Prepared(text(f"SELECT pg_advisory_xact_lock_shared({LOCK})"))

_CALENDARS = table_of(CalendarVersion)
_VERSIONS = Prepared(
    select(*(_CALENDARS.c[name] for name in ("name", "version", "digest", "published_at", "settled_at"))).order_by(
        _CALENDARS.c.id
    )
)
_SOURCE = Prepared(
    select(_CALENDARS.c.source).where(
        _CALENDARS.c.name == bindparam("of_name"), _CALENDARS.c.version == bindparam("of_version")
    )
)

# Where a session remembers the versions that its running transaction has found.
_SEEN = "calendars"
# Calendars by the digests of what they were read from, which never mean anything else, in whichever database.
_known: dict[tuple[str, ...], Calendar] = {}
_MOST_KNOWN = 64


def calendar(db: Session, name: str = OFFICE) -> Calendar:
    """Return a calendar as it is now. Raises Refusal for a name that is unknown."""
    return _resolved(db, name, newest(db))


def alone(db: Session, name: str) -> Calendar:
    """Return a calendar as it is now, without the holidays that it takes from another one."""
    return _alone(db, name, newest(db))


def calendar_since(db: Session, name: str) -> Iterator[Calendar]:
    """Yield a calendar as it is now and as it was before each publication that concerns it, newest first."""
    rows = versions(db)
    yield calendar(db, name)
    for place in range(len(rows) - 1, -1, -1):
        before = {row.name: row for row in rows[:place]}
        if name not in before and not _is_shipped(name):
            return
        own = _alone(db, name, before)
        if rows[place].name in (name, own.hours.holidays):
            yield _resolved(db, name, before)


def calendar_of(db: Session, places: Iterable[Place]) -> Calendar:
    """Return the calendar that counts at a unit, given the line from it up to the root."""
    return calendar(db, next((place.calendar for place in places if place.calendar), OFFICE))


def versions(db: Session) -> Sequence[Any]:
    """Return the published versions of all calendars, oldest first; a transaction asks the database once.

    The rows have `name`, `version`, `digest`, `published_at` and `settled_at`.
    """
    kept = db.info.get(_SEEN)
    if kept is None or kept[0] is not db.get_transaction():
        if not is_sqlite(db) and not is_for_reading(db):  # SQLite has one writer anyway
            _SHARE.run(db, {})
        rows = _VERSIONS.rows(db, {})
        kept = db.info[_SEEN] = (db.get_transaction(), rows)
    found: Sequence[Any] = kept[1]
    return found


def about_versions() -> Question:
    """Return what is asked to know the published versions."""
    return _VERSIONS, {}


def forget_versions(db: Session) -> None:
    """Let the session ask again, after it has published a version itself."""
    db.info.pop(_SEEN, None)


def newest(db: Session) -> dict[str, Any]:
    """Return the newest published version of each calendar, by name; one that only ships is not there."""
    return {row.name: row for row in versions(db)}


def names(db: Session) -> list[str]:
    """Return every calendar there is, the office calendar first."""
    return sorted(
        {*newest(db), *(path.stem for path in FOLDER.glob("*.toml"))}, key=lambda name: (name != OFFICE, name)
    )


def followers(db: Session, name: str) -> list[str]:
    """Return the calendars that take their holidays from another one."""
    return [other for other in names(db) if calendar(db, other).hours.holidays == name]


def with_holidays(db: Session, own: Calendar) -> Calendar:
    """Return a version of a calendar with the holidays that it takes from another one as that is now."""
    return own.following(alone(db, own.hours.holidays)) if own.hours.holidays else own


def source_of(db: Session, name: str, version: int) -> str:
    """Return the text of a version; version 0 is the file that ships. Raises Refusal where there is none."""
    if version:
        return str(_SOURCE.rows(db, {"of_name": name, "of_version": version})[0].source)
    return _path(name).read_text(encoding="utf-8-sig")


@cache
def shipped(name: str = OFFICE) -> Calendar:
    """Return a calendar of config/calendars by its name. Raises Refusal for one that is not there."""
    return load_calendar(_path(name))


@dataclass(frozen=True)
class Ending:
    """The last published year of a calendar that is ending, while nobody has imported the arrangement of the next."""

    name: str
    missing: int


def ending(db: Session, at: datetime) -> list[Ending]:
    """Return the calendars whose published years end within thirty days, or have ended.

    One that takes its holidays from another is put right with that one, and not named.
    """
    found = []
    for name in names(db):
        office = calendar(db, name)
        if office.hours.holidays:
            continue
        today, soon = (moment.astimezone(office.zone).year for moment in (at, at + NOTICE))
        missing = next((year for year in (today, soon) if not office.is_published(year)), None)
        if missing is not None:
            found.append(Ending(name, missing))
    return found


def _resolved(db: Session, name: str, rows: Mapping[str, Any]) -> Calendar:
    """Return a calendar with the holidays that it takes from another one."""
    own = _alone(db, name, rows)
    followed = own.hours.holidays
    if followed is None:
        return own
    digests = (_digest(name, rows), _digest(followed, rows))
    return _known.get(digests) or _remembered(digests, own.following(_alone(db, followed, rows)))


def _alone(db: Session, name: str, rows: Mapping[str, Any]) -> Calendar:
    row = rows.get(name)
    if row is None:
        return shipped(name)
    found = _known.get((row.digest,))
    if found is None:
        found = _remembered((row.digest,), parse_calendar(source_of(db, name, row.version), f"{name} v{row.version}"))
    return found


def _remembered(digests: tuple[str, ...], made: Calendar) -> Calendar:
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[digests] = made
    return made


def _digest(name: str, rows: Mapping[str, Any]) -> str:
    return str(rows[name].digest) if name in rows else name


def _path(name: str) -> Path:
    if not _is_shipped(name):
        raise Refusal(f"没有名为 {shown(name)} 的日历。", f"There is no calendar named {shown(name)}.")
    return FOLDER / f"{name}.toml"


def _is_shipped(name: str) -> bool:
    return name.replace("-", "").replace("_", "").isalnum() and (FOLDER / f"{name[:LONGEST_NAME]}.toml").is_file()
