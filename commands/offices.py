"""Which calendar a word names on the command line: the newest version of the database, or a file."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine

from cases import calendars
from cases.record.database import DatabaseError, reading
from commands.options import connect, say
from workflow.calendar import Calendar, load_calendar
from workflow.errors import Refusal

LONGEST_SHOWN = 60


class Offices:
    """Finds calendars in a database or, where there is none that is ready for use, among the files that ship.

    A database that is named on the command line has to be ready; the usual one need not even be there.
    """

    def __init__(self, database: str = "") -> None:
        self.engine: Engine | None
        try:
            self.engine = connect(database)
        except DatabaseError as error:
            if database:
                raise
            self.engine = None
            if os.environ.get("BIHUAN_DATABASE"):
                say(f"按随程序附带的日历计算：{error.zh}", f"counted with the calendars that ship: {error.en}")

    def find(self, word: str) -> Calendar:
        """Return a calendar by its name or by its FILE.toml. Raises Refusal, and CalendarError for a wrong file."""
        if not word.endswith(".toml"):
            return self._named(word)
        try:
            is_there = Path(word).is_file()
        except (OSError, ValueError):  # a name too long for the disk, a folder one may not enter, a NUL
            is_there = False
        if not is_there:
            raise Refusal(f"没有日历文件“{shown(word)}”。", f'There is no calendar file "{shown(word)}".')
        found = load_calendar(Path(word))
        return found.following(self._named(found.hours.holidays)) if found.hours.holidays else found

    def _named(self, name: str) -> Calendar:
        if self.engine is not None:
            with reading(self.engine) as db:
                known = calendars.names(db)
                if name in known:
                    return calendars.calendar(db, name)
        else:
            known = sorted(path.stem for path in calendars.FOLDER.glob("*.toml"))
            if name in known:
                return calendars.shipped(name)
        raise Refusal(
            f"没有日历“{shown(name)}”；已有：{'、'.join(known)}。",
            f'There is no calendar "{shown(name)}"; there are: {", ".join(known)}.',
        )


def shown(text: str) -> str:
    """Return a text short enough for one line, however long or odd it is."""
    start = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    return start if start.isprintable() else start.encode("unicode_escape").decode()
