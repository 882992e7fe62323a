"""Fills an empty database with the demonstration, whole or not at all, and leaves every other database alone."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, select

from cases.access import hash_password
from cases.calendars import shipped
from cases.deputies import name_deputy
from cases.laws import publish
from cases.personnel import note
from cases.record.case import Case
from cases.record.database import engine, reading, transaction
from cases.record.law import Installation
from cases.record.people import Duty, Unit, User
from cases.record.schema import migrate
from cases.words import vocabulary
from commands.demonstration.oversight import oversee
from commands.demonstration.people import PEOPLE
from commands.demonstration.stories import Storyteller
from commands.demonstration.town import UNITS
from commands.demonstration.walk import Walk
from commands.laws import SHIPPED
from notifications import outbox
from workflow.calendar import Calendar
from workflow.definition import Definition
from workflow.errors import Refusal
from workflow.reading import load

#: The row of an installation that says it is a demonstration, and with what it was filled.
MARK = "demo"
#: Of so much that has happened the people of the demonstration hear when it is served.
NEWS = timedelta(days=2)
PASSWORD = "bihuan"
#: Who is away, who stands in for them in which duty, and from when to when around the moment.
AWAY = ("jingji", "zuzhi", "handler@YX-JJ")
AROUND = (timedelta(days=-20), timedelta(days=9))


class NotADemonstration(Refusal):
    """The database holds something else, which is not touched."""


@dataclass(frozen=True)
class Filling:
    """What a demonstration is made from; `at` is the moment up to which it has gone."""

    at: datetime
    cases: int = 200
    seed: int = 1


def is_filled(url: str) -> bool:
    """Tell whether a database is a whole demonstration. Raises NotADemonstration for one that holds anything else."""
    tables = _tables(url)
    if not tables:
        return False
    if not {"installation", "units", "users", "cases"} <= tables:
        raise _foreign(url)
    with reading(engine(url)) as session:
        if session.get(Installation, MARK) is not None:
            return True
        if _holds_anything(session):
            raise _foreign(url)
    return False


def _tables(url: str) -> set[str]:
    """Return the tables of a database; a file is opened for reading only, for to connect as usual would mark it."""
    parsed = engine(url).url
    if parsed.get_backend_name() != "sqlite":
        with reading(engine(url)) as db:
            return set(inspect(db.connection()).get_table_names())
    path = Path(parsed.database or "")
    if not path.is_file() or not path.stat().st_size:
        return set()
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            return {name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.DatabaseError:
        raise _foreign(url) from None


def fill(url: str, filling: Filling, tick: Callable[[], None] = lambda: None) -> bool:
    """Fill an empty database and return True, or return False for one that is a demonstration already.

    All of it is one transaction: what is interrupted leaves an empty database, never half a demonstration.
    Raises NotADemonstration.
    """
    if is_filled(url):
        return False
    migrate(url)
    at = filling.at.replace(second=0, microsecond=0)
    office = shipped()
    with transaction(engine(url)) as db:
        if db.get(Installation, MARK) is not None:
            return False  # someone else filled it meanwhile
        if _holds_anything(db):
            raise _foreign(url)
        laws = {
            law.name: law for law in (load(path, vocabulary()) for path in sorted(SHIPPED.glob("*.toml"), reverse=True))
        }
        stories = Storyteller(laws, office, at, filling.seed).tell(filling.cases)
        opening = office.add_working_minutes(at, -max((one.begins for one in stories), default=0)) - timedelta(days=30)
        _mark(db, filling)
        _publish(db, laws, opening)
        _add_units(db)
        people = _add_people(db, opening)
        _name_deputy(db, people, office, opening, at)
        Walk(db, laws, people, office, at, filling.seed).go(stories, tick)
        oversee(db, at)
        outbox.begin(db, at - NEWS)  # so that inboxes hold the last days and not the whole year
    return True


def _mark(db: Session, filling: Filling) -> None:
    """Mark the database, and draw its case numbers with a key that comes from the seed."""
    key = hashlib.sha256(f"demonstration {filling.seed}".encode()).hexdigest()[:32]
    db.merge(Installation(key="number_key", value=key))
    db.add(Installation(key=MARK, value=f"cases={filling.cases} seed={filling.seed} at={filling.at.isoformat()}"))
    db.flush()


def _publish(db: Session, laws: dict[str, Definition], at: datetime) -> None:
    for law in laws.values():
        publish(db, law, at=at)


def _add_units(db: Session) -> None:
    """Write the units, parents first as they stand in the town."""
    known: dict[str, Unit] = {}
    for number, unit in enumerate(UNITS, 1):
        parent = known.get(unit.parent)
        row = Unit(
            id=number,
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            parent_id=parent.id if parent else None,
            path=f"{parent.path if parent else '/'}{number}/",
        )
        known[unit.code] = row
        db.add(row)
        db.flush()


def _add_people(db: Session, at: datetime) -> dict[str, User]:
    """Write the people with their duties; one password for all, hashed once."""
    password = hash_password(PASSWORD)
    units = {unit.code: number for number, unit in enumerate(UNITS, 1)}
    people = {}
    for number, person in enumerate(PEOPLE, 1):
        user = User(id=number, login=person.login, name=person.name, password_hash=password, created_at=at)
        db.add(user)
        people[person.login] = user
    db.flush()
    for number, person in enumerate(PEOPLE, 1):
        for duty in person.duties:
            role, _, code = duty.partition("@")
            db.add(Duty(user_id=number, unit_id=units[code], role=role))
    db.flush()
    return people


def _name_deputy(db: Session, people: dict[str, User], office: Calendar, opening: datetime, at: datetime) -> None:
    """Let an officer be away for some weeks around the moment of the demonstration, with a deputy."""
    absent, deputy, word = AWAY
    first, last = ((at + days).astimezone(office.zone).date() for days in AROUND)
    told = name_deputy(db, people[deputy], word, people[absent], first, last, at=opening)
    note(db, "name_deputy", people[deputy], opening, told)


def _holds_anything(db: Session) -> bool:
    return any(db.exec(select(table.id).limit(1)).first() is not None for table in (Unit, User, Case))


def _foreign(url: str) -> NotADemonstration:
    name = engine(url).url.render_as_string(hide_password=True)
    return NotADemonstration(
        f"数据库 {name} 已有其他内容，演示数据不会写入；请另选一个空库。",
        f"The database {name} holds something else and was not touched; name an empty one for the demonstration.",
    )
