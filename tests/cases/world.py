"""The cast, a town with desks of its own and a few odd people, and how a test tells its story to the one door.

省总 P ─┬─ 市总 C ─┬─ 当湖镇 T ─┬─ 迅达快递 E          nobody but a worker
        │          │            └─ 镇劳动办 G
        │          ├─ 权益保障部 D
        │          ├─ 人社局 A
        │          └─ 撤并科 X                        closed
        └─ 省总办公室 B
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, text
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.act import act, actions_for, find
from cases.audit import GENESIS, hash_of
from cases.raising import Draft, raise_case, submitter_of
from cases.record.case import Assignment, Case
from cases.record.clock import Clock
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import Duty, Unit, User
from cases.record.schema import metadata, require_current
from cases.timeline import differences, events_of, replay
from cases.verifying import verify_database
from tests.cast import MONDAY, cast

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

MORE_UNITS = (
    (7, "G", "镇劳动办", "department", 3, "/1/2/3/7/", True),
    (8, "B", "省总办公室", "department", 1, "/1/8/", True),
    (9, "X", "撤并科", "department", 2, "/1/2/9/", False),
)
MORE_PEOPLE: tuple[tuple[int, str, tuple[tuple[str, str], ...]], ...] = (
    (16, "tang", (("reviewer", "T"),)),
    (17, "du", (("supervisor", "T"),)),
    (18, "hai", (("leader", "T"),)),
    (19, "guo", (("handler", "G"),)),
    (20, "he", (("head", "G"),)),
    (21, "bai", (("handler", "B"),)),
    # One person with many hats, who may do nothing twice in one case.
    (22, "shuang", (("representative", "C"), ("reviewer", "C"), ("handler", "D"), ("supervisor", "C"))),
    (23, "deng", ()),  # was a supervisor of T until this Monday
)

#: One action of a story: what, by whom, and with which fields.
Turn = tuple[str, str, dict[str, Any]]

#: What each action of the straight road asks for, and who takes it in a case of the city.
ROADS: Mapping[str, tuple[Turn, ...]] = {
    "proposal": (
        ("submit", "zhang", {}),
        ("accept", "li", {"category": "工资报酬", "tier": "A", "lead": "D"}),
        ("sign_for", "wang", {}),
        ("report", "wang", {"answer": "已补发工资"}),
        ("verify", "zhao", {}),
        ("satisfied", "zhang", {}),
    ),
    "grievance": (
        ("submit", "zhang", {}),
        ("accept", "li", {"category": "工资报酬", "urgency": "7d", "tier": "A", "lead": "D"}),
        ("report", "wang", {"answer": "已补发工资"}),
        ("verify", "zhao", {}),
        ("satisfied", "zhang", {}),
    ),
}


#: Who raised a case anonymously acts in it by a receipt.
HOLDER = "the holder of the receipt"


class World:
    """A database with the cast in it; every method is one transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.db = require_current(url)
        with reading(self.db) as db:
            is_new = db.exec(select_rows(Unit).limit(1)).first() is None
        if is_new:
            with transaction(self.db) as db:
                cast(db)
            self._settle()
        self._learn()

    @classmethod
    def around(cls, db: Engine) -> World:
        """Return the world of a database that has the cast in it already."""
        world = cls.__new__(cls)
        world.url, world.db = db.url.render_as_string(hide_password=False), db
        world._settle()
        world._learn()
        return world

    def _learn(self) -> None:
        with reading(self.db) as db:
            self.units = {unit.code: unit.id or 0 for unit in db.exec(select_rows(Unit))}
            self.people = {user.login: user.id or 0 for user in db.exec(select_rows(User))}

    def _settle(self) -> None:
        """Let the rest of the people and units come."""
        with transaction(self.db) as db:
            for number, code, name, kind, parent, path, is_active in MORE_UNITS:
                db.add(
                    Unit(id=number, code=code, name=name, kind=kind, parent_id=parent, path=path, is_active=is_active)
                )
            db.flush()
            ids = {unit.code: unit.id or 0 for unit in db.exec(select_rows(Unit))}
            db.add_all(User(id=number, login=login, name=login, created_at=MONDAY) for number, login, _ in MORE_PEOPLE)
            db.flush()
            for number, _, duties in MORE_PEOPLE:
                db.add_all(Duty(user_id=number, unit_id=ids[unit], role=role) for role, unit in duties)
            db.add(Duty(user_id=23, unit_id=ids["T"], role="supervisor", until_at=MONDAY))

    def raises(
        self,
        by: str | None,
        at: datetime,
        *,
        law: str = "proposal",
        unit: str = "C",
        title: str = "希望建驿站",
        identity: str = "confidential",
    ) -> str:
        """Raise a case and return its number."""
        with transaction(self.db) as db:
            person = db.get_one(User, self.people[by]) if by else None
            return raise_case(db, Draft(law, unit, title, "内容", identity=identity), by=person, at=at).number

    def does(
        self, number: str, action: str, by: str | None, at: datetime, seen: int | None = None, **form: Any
    ) -> dict[str, Any]:
        """Take an action on a case and return its event."""
        with transaction(self.db) as db:
            case = find(db, number)
            person = db.get_one(User, self.people[by]) if by and by != HOLDER else None
            person = submitter_of(db, case) if by == HOLDER else person
            return act(db, case, action, by=person, at=at, form=form, seen=seen)

    def case(self, number: str) -> Case:
        """Return the row of a case as it is now."""
        with reading(self.db) as db:
            return find(db, number)

    def clocks(self, number: str, *, running: bool = False) -> list[Clock]:
        """Return the clocks of a case in the order they began."""
        with reading(self.db) as db:
            rows = db.exec(select_rows(Clock).where(Clock.case_id == find(db, number).id).order_by(col(Clock.id))).all()
            return [row for row in rows if row.stopped_at is None] if running else list(rows)

    def clock(self, number: str, kind: str) -> Clock:
        """Return the one clock of a kind that has not stopped."""
        (found,) = [row for row in self.clocks(number, running=True) if row.kind == kind]
        return found

    def parts(self, number: str) -> list[tuple[str, str, str, bool]]:
        """Return the departments of a case in the order they came: unit, kind, status, and whether still in it."""
        codes = {unit_id: code for code, unit_id in self.units.items()}
        with reading(self.db) as db:
            rows = db.exec(
                select_rows(Assignment).where(Assignment.case_id == find(db, number).id).order_by(col(Assignment.id))
            )
            return [(codes[row.unit_id], row.kind, row.status, row.ended_at is None) for row in rows]

    def appoints(self, login: str, role: str, unit: str) -> None:
        """Give somebody one more duty."""
        with transaction(self.db) as db:
            db.add(Duty(user_id=self.people[login], unit_id=self.units[unit], role=role))

    def assignments(self, number: str) -> list[Assignment]:
        """Return the rows of the departments of a case in the order they came."""
        with reading(self.db) as db:
            wanted = select_rows(Assignment).where(Assignment.case_id == find(db, number).id)
            return list(db.exec(wanted.order_by(col(Assignment.id))))

    def notes(self, number: str, action: str) -> list[Any]:
        """Return what the last event of an action tells of rows beside a case."""
        with reading(self.db) as db:
            found = [event for event in events_of(db, find(db, number).id or 0) if event.action == action]
            return list(json.loads(found[-1].data)["rows"])

    def everything(self) -> dict[str, list[str]]:
        """Return every row of every table, as text, so that two moments can be compared byte for byte."""
        with reading(self.db) as db:
            return {
                table.name: sorted(repr(tuple(row)) for row in db.connection().execute(select(table)))
                for table in metadata.sorted_tables
            } | {"alembic": [str(row) for row in db.connection().execute(text("SELECT * FROM alembic_version"))]}

    def check(self) -> None:
        """Assert that the record is whole: an unbroken chain, every row as its events made it, every clock in place."""
        with reading(self.db) as db:
            check_chain(db)
            verify_database(db)
            for case in db.exec(select_rows(Case).order_by(col(Case.id))):
                check_case(db, case)


@dataclass
class Story:
    """One case as it goes on: each action comes an hour after the one before, unless the story says otherwise."""

    world: World
    law: str = "proposal"
    unit: str = "C"
    by: str = "zhang"
    at: datetime = MONDAY
    identity: str = "confidential"
    number: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.number = self.world.raises(self.by, self.at, law=self.law, unit=self.unit, identity=self.identity)

    def then(self, action: str, by: str | None, *, after: timedelta = HOUR, **form: Any) -> Case:
        """Go on with an action, and return the case as it is then."""
        self.at += after
        if by == self.by and self.identity == "anonymous":
            by = HOLDER
        self.world.does(self.number, action, by, self.at, **form)
        return self.case

    def up_to(self, action: str) -> Story:
        """Go the straight road up to and including an action."""
        for step, by, form in ROADS[self.law]:
            self.then(step, self.by if by == "zhang" else by, **form)
            if step == action:
                break
        return self

    def offers(self, login: str) -> list[str]:
        """Return what somebody may do with the case now, in the order of its law."""
        with reading(self.world.db) as db:
            person = db.get_one(User, self.world.people[login])
            return [step.action for step in actions_for(db, find(db, self.number), person, self.at)]

    @property
    def case(self) -> Case:
        """Return the row of the case as it is now."""
        return self.world.case(self.number)


def check_chain(db: Session, after: int = 0, previous: str = GENESIS) -> tuple[int, str]:
    """Assert that the events after one whose hash is known are chained without a gap; return the last one's."""
    events = table_of(Event)
    for row in db.connection().execute(select(events).where(events.c.seq > after).order_by(events.c.seq)).mappings():
        assert row["seq"] == after + 1
        assert row["previous"] == previous
        assert row["hash"] == hash_of(row)
        after, previous = row["seq"], row["hash"]
    return after, previous


def check_case(db: Session, case: Case) -> None:
    """Assert that a case is what its events say, and that exactly the clocks run that should."""
    assert case.id is not None
    events = events_of(db, case.id)
    assert differences(case, replay(events)) == {}
    assert [event.version for event in events] == list(range(1, case.version + 1))
    running = db.exec(select_rows(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))).all()
    dues = [clock.due_at for clock in running if clock.due_at and clock.kind in ("case", "state")]
    assert case.due_at == min(dues, default=None)
    if case.closed_at:  # what was promised outlives it
        assert all(clock.kind == "beside" and (clock.state or "").startswith("keep@") for clock in running)
    else:
        assert [clock.state for clock in running if clock.kind == "state"] == [case.state]
        assert len([clock for clock in running if clock.kind == "case"]) <= 1
