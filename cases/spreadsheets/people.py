"""Import people and their duties: `login,name,duties[,email,phone]`, a duty as `role@unit`, several separated by `;`.

Someone who is there already takes the name, email and phone of the file and the duties not yet held; no duty is ever
taken away by a file, for a file need not name everyone's every duty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, bindparam, select, update
from sqlmodel import Session

from cases import audit
from cases.duties import ADMINISTRATIONS
from cases.record import bulk
from cases.record.columns import table_of
from cases.record.database import transaction
from cases.record.people import DUTIES, Duty, Unit, User, lasts
from cases.spreadsheets.cells import clean
from cases.spreadsheets.faults import BadCell, BadRow
from cases.spreadsheets.outcome import Outcome
from cases.spreadsheets.reading import Row
from cases.spreadsheets.table import Table, bad_row

COLUMNS = {"login": "login", "name": "name", "duties": "duties"}
EXTRA = {"email": "email", "phone": "phone"}
LONGEST = {"login": 64, "name": 100, "duties": 20_000, "email": 200, "phone": 32}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

_USERS, _DUTIES, _UNITS = table_of(User), table_of(Duty), table_of(Unit)
_CHANGE = (
    update(_USERS)
    .where(_USERS.c.id == bindparam("user_id"))
    .values({name: bindparam(name) for name in ("name", "email", "phone")})
)


@dataclass(slots=True)
class Person:
    """A person as the file wants them; a column that the file does not have keeps what is there."""

    login: str
    words: dict[str, str | None]
    duties: frozenset[tuple[str, int]]
    row: Row
    id: int | None = None


def import_users(
    db: Engine,
    path: Path,
    *,
    at: datetime,
    on_bad: Callable[[BadRow], None] = lambda bad: None,
) -> Outcome:
    """Import a file of people in one transaction. Raises BadFile."""
    table = Table(path)
    places = table.places(COLUMNS | {name: name for name in EXTRA if name in table.header})
    with transaction(db) as session:
        bulk.hold_imports(session)
        job = _People(session, places, at)
        for row in table.rows:
            job.read(row)
        job.write()
    for bad in sorted(job.bad, key=lambda each: each.number):
        on_bad(bad)
    job.outcome.bad = len(job.bad)
    return job.outcome


class _People:
    """The people of a file on their way in."""

    def __init__(self, db: Session, places: dict[str, int], at: datetime) -> None:
        self.db = db
        self.places = places
        self.at = at
        self.people: dict[str, Person] = {}
        self.bad: list[BadRow] = []
        self.outcome = Outcome()
        rows = db.connection()
        self.units = {row.code: row.id for row in rows.execute(select(_UNITS.c.code, _UNITS.c.id))}
        self.there = {row.login: row for row in rows.execute(select(_USERS))}
        held = rows.execute(
            select(_DUTIES.c.user_id, _DUTIES.c.role, _DUTIES.c.unit_id).where(lasts(at), _DUTIES.c.deputy_of.is_(None))
        )
        self.held: dict[int, set[tuple[str, int]]] = {}
        for user_id, role, unit_id in held:
            self.held.setdefault(user_id, set()).add((role, unit_id))

    def read(self, row: Row) -> None:
        """Check a row."""
        try:
            if row.fault:
                raise row.fault
            person = self._person(row)
            before = self.people.setdefault(person.login, person)
            if before is not person:
                if (before.words, before.duties) != (person.words, person.duties):
                    raise BadCell("login", person.login, "登录名重复", "the login stands twice in the file")
                self.outcome.repeated += 1
        except BadCell as fault:
            self.bad.append(bad_row(row, fault))

    def _person(self, row: Row) -> Person:
        words = {name: clean(row.cells[place], name) for name, place in self.places.items()}
        for name, word in words.items():
            if len(word) > LONGEST[name]:
                raise BadCell(name, word, f"最多 {LONGEST[name]} 字", f"{LONGEST[name]} characters at most")
        login, duties = words.pop("login"), words.pop("duties")
        if not login or login.split() != [login] or not login.isprintable():
            raise BadCell("login", login, "登录名不能为空或含空格", "a login is one word")
        if not words["name"]:
            raise BadCell("name", "", "不能为空", "is empty")
        if words.get("email") and not EMAIL.fullmatch(words["email"]):
            raise BadCell("email", words["email"], "不是邮箱地址", "is no email address")
        there = self.there.get(login)
        number = there.id if there else None
        wanted = frozenset(self._duty(part.strip()) for part in re.split("[;；]", duties) if part.strip())
        roles = {role for role, _ in wanted | self.held.get(number or 0, set())}
        if len(roles & ADMINISTRATIONS) > 1:
            zh, en = "系统、安全、审计管理员不得由一人兼任", "nobody may be two of the three administrators"
            raise BadCell("duties", duties, zh, en)
        return Person(login, {name: word or None for name, word in words.items()}, wanted, row, number)

    def _duty(self, word: str) -> tuple[str, int]:
        role, sign, unit = word.partition("@")
        if role not in DUTIES or not sign:
            known = "、".join(DUTIES)
            raise BadCell(
                "duties", word, f"应写成 角色@单位代码，角色为：{known}", f"is not role@unit; roles are: {known}"
            )
        if unit not in self.units:
            raise BadCell("duties", word, f"没有代码为 {unit} 的单位", f"there is no unit {unit}")
        return role, self.units[unit]

    def write(self) -> None:
        """Write new people, what has changed about others, and the duties they do not yet hold."""
        fresh = [person for person in self.people.values() if person.id is None]
        for person, number in zip(fresh, bulk.next_ids(self.db, "users", len(fresh)), strict=True):
            person.id = number
        columns = ("id", "login", "name", "email", "phone", "language", "is_active", "created_at")
        users: list[tuple[Any, ...]] = []
        changed: list[dict[str, Any]] = []
        duties: list[tuple[int, int, str]] = []
        for person in self.people.values():
            assert person.id is not None
            there = self.there.get(person.login)
            words = {name: person.words.get(name, getattr(there, name, None)) for name in ("name", "email", "phone")}
            lacking = sorted(person.duties - self.held.get(person.id, set()))
            duties += [(person.id, unit_id, role) for role, unit_id in lacking]
            if there is None:
                users.append((person.id, person.login, *words.values(), "zh", True, self.at))
                self.outcome.imported += 1
                continue
            if words != {name: getattr(there, name) for name in words}:
                changed.append({"user_id": person.id, **words})
            elif not lacking:
                self.outcome.known += 1
                continue
            self.outcome.changed += 1
        bulk.write(self.db, "users", columns, users)
        if changed:
            self.db.connection().execute(_CHANGE, changed)
        bulk.write(self.db, "duties", ("user_id", "unit_id", "role"), duties)
        if users or changed or duties:
            # Ids and no names: a person may raise cases, and an event never says who anyone is.
            facts = {"created": len(users), "changed": [row["user_id"] for row in changed], "duties": duties}
            audit.append(self.db, [audit.Entry(at=self.at, action="import_users", role="system", data=facts)])
