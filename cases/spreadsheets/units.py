"""Import the tree of units: `code,name,kind,parent[,calendar]`, parents by code and in any order.

A unit that is there already takes the name, kind and calendar of the file. It moves below another parent only while
nothing in its subtree has ever had a part in a case, because who may see a case follows from the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, bindparam, select, union, update
from sqlmodel import Session

from cases import audit
from cases.calendars import names
from cases.record import bulk
from cases.record.case import Assignment, Case
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.people import UNIT_KINDS, Unit
from cases.spreadsheets.cells import clean
from cases.spreadsheets.faults import BadCell, BadRow
from cases.spreadsheets.outcome import Outcome
from cases.spreadsheets.reading import Row
from cases.spreadsheets.table import Table, bad_row

COLUMNS = {"code": "code", "name": "name", "kind": "kind", "parent": "parent"}
LONGEST = {"code": 64, "name": 200, "kind": 16, "parent": 64, "calendar": 64}
LONGEST_PATH = 500

_UNITS = table_of(Unit)
_CHANGE = (
    update(_UNITS)
    .where(_UNITS.c.id == bindparam("unit_id"))
    .values({name: bindparam(name) for name in ("name", "kind", "calendar", "parent_id", "path")})
)


@dataclass(slots=True)
class Branch:
    """A unit as the file wants it, or as it stands; `row` is None for one that the file does not name."""

    code: str
    name: str
    kind: str
    parent: str | None
    calendar: str | None
    row: Row | None = None
    id: int | None = None
    path: str = ""

    def says(self) -> tuple[str | None, ...]:
        """Return what a row can say of a unit."""
        return (self.name, self.kind, self.parent, self.calendar)


def import_units(
    db: Engine,
    path: Path,
    *,
    at: datetime,
    on_bad: Callable[[BadRow], None] = lambda bad: None,
) -> Outcome:
    """Import a file of units in one transaction. Raises BadFile."""
    table = Table(path)
    calendar_column = {"calendar": "calendar"} if "calendar" in table.header else {}
    with reading(db) as session:
        calendars = names(session)
    job = _Tree(table.places(COLUMNS | calendar_column), calendars)
    for row in table.rows:
        job.read(row)
    with transaction(db) as session:
        bulk.hold_imports(session)
        job.join(session)
        job.write(session, at)
    for bad in sorted(job.bad, key=lambda each: each.number):
        on_bad(bad)
    job.outcome.bad = len(job.bad)
    return job.outcome


class _Tree:
    """The units of a file on their way into the tree that is there."""

    def __init__(self, places: dict[str, int], calendars: Sequence[str]) -> None:
        self.places = places
        self.calendars = calendars
        self.wanted: dict[str, Branch] = {}
        self.there: dict[str, Branch] = {}
        self.bad: list[BadRow] = []
        self.outcome = Outcome()

    def read(self, row: Row) -> None:
        """Check a row by itself."""
        try:
            if row.fault:
                raise row.fault
            branch = self._branch(row)
            before = self.wanted.setdefault(branch.code, branch)
            if before is not branch:
                if before.says() != branch.says():
                    raise BadCell("code", branch.code, "代码重复", "the code stands twice in the file")
                self.outcome.repeated += 1
        except BadCell as fault:
            self.bad.append(bad_row(row, fault))

    def _branch(self, row: Row) -> Branch:
        words = {name: clean(row.cells[place], name) for name, place in self.places.items()}
        for name, word in words.items():
            if len(word) > LONGEST[name]:
                raise BadCell(name, word, f"最多 {LONGEST[name]} 字", f"{LONGEST[name]} characters at most")
            if not word and name in ("code", "name", "kind"):
                raise BadCell(name, "", "不能为空", "is empty")
        if words["kind"] not in UNIT_KINDS:
            known = ", ".join(UNIT_KINDS)
            raise BadCell("kind", words["kind"], f"只能是 {known}", f"is one of {known}")
        if (named := words.get("calendar")) and named not in self.calendars:
            raise BadCell("calendar", named, "没有这个日历", "there is no such calendar")
        parent, own = words["parent"] or None, words.get("calendar") or None
        return Branch(words["code"], words["name"], words["kind"], parent, own, row)

    def join(self, db: Session) -> None:
        """Put the file's units and those that are there into one tree; take out whatever does not fit."""
        codes = {row.id: row.code for row in db.connection().execute(select(_UNITS.c.id, _UNITS.c.code))}
        for unit in db.connection().execute(select(_UNITS)):
            parent = codes.get(unit.parent_id)
            self.there[unit.code] = Branch(
                unit.code, unit.name, unit.kind, parent, unit.calendar, None, unit.id, unit.path
            )
        self._refuse_moves(db)
        while bad := [*self._orphans(), *self._circles()]:
            for code, zh, en in bad:
                self._refuse(code, zh, en)
        for branch in self.wanted.values():
            if before := self.there.get(branch.code):
                branch.id = before.id
                if "calendar" not in self.places:
                    branch.calendar = before.calendar

    def _refuse(self, code: str, zh: str, en: str) -> None:
        branch = self.wanted.pop(code)
        assert branch.row is not None
        self.bad.append(bad_row(branch.row, BadCell("parent", branch.parent or "", zh, en)))

    def _refuse_moves(self, db: Session) -> None:
        moved = [
            before
            for code, branch in self.wanted.items()
            if (before := self.there.get(code)) and before.parent != branch.parent
        ]
        busy = self._busy_paths(db) if moved else []
        for before in moved:
            if any(path.startswith(before.path) for path in busy):
                self._refuse(before.code, "下属已有案件，不能改变上级", "cannot move: it or a unit below it has cases")

    def _busy_paths(self, db: Session) -> list[str]:
        cases, parts = table_of(Case), table_of(Assignment)
        ids = union(select(cases.c.unit_id), select(cases.c.lead_id), select(parts.c.unit_id)).subquery()
        return list(db.connection().execute(select(_UNITS.c.path).where(_UNITS.c.id.in_(select(ids)))).scalars())

    def _at(self, code: str) -> Branch | None:
        return self.wanted.get(code) or self.there.get(code)

    def _orphans(self) -> Iterable[tuple[str, str, str]]:
        return [
            (branch.code, "没有代码为此的上级单位", "there is no such parent")
            for branch in self.wanted.values()
            if branch.parent is not None and self._at(branch.parent) is None
        ]

    def _circles(self) -> Iterable[tuple[str, str, str]]:
        """Find the units of the file that lie on a circle of parents."""
        done: set[str] = set()
        for start in self.wanted:
            line: dict[str, None] = {}
            code: str | None = start
            while code is not None and code not in done and code not in line:
                line[code] = None
                found = self._at(code)
                code = found.parent if found else None
            if code in line:
                circle = list(line)[list(line).index(str(code)) :]
                yield from (
                    (each, "上级单位互为循环", "its parents go round in a circle")
                    for each in circle
                    if each in self.wanted
                )
            done.update(line)

    def write(self, db: Session, at: datetime) -> None:
        """Write what is new and what has changed, each unit after its parent."""
        fresh = [branch for branch in self.wanted.values() if branch.id is None]
        for branch, number in zip(fresh, bulk.next_ids(db, "units", len(fresh)), strict=True):
            branch.id = number
        new: list[tuple[Any, ...]] = []
        changed: list[dict[str, Any]] = []
        for branch in self._from_the_root():
            parent = self._at(branch.parent) if branch.parent else None
            branch.path, old_path = f"{parent.path if parent else '/'}{branch.id}/", branch.path
            before = self.there.get(branch.code)
            parent_id = parent.id if parent else None
            if before is None:
                new.append(
                    (branch.id, branch.code, branch.name, branch.kind, parent_id, branch.path, branch.calendar, True)
                )
            elif branch.says() != before.says() or branch.path != (before.path if branch is not before else old_path):
                changed.append(
                    {"unit_id": branch.id, "name": branch.name, "kind": branch.kind, "calendar": branch.calendar,
                     "parent_id": parent_id, "path": branch.path}
                )  # fmt: skip
        bulk.write(db, "units", ("id", "code", "name", "kind", "parent_id", "path", "calendar", "is_active"), new)
        if changed:
            db.connection().execute(_CHANGE, changed)
        named = {branch.id for branch in self.wanted.values()}
        self.outcome.imported = len(new)
        self.outcome.changed = sum(change["unit_id"] in named for change in changed)
        self.outcome.known = len(named) - self.outcome.imported - self.outcome.changed
        if new or changed:
            facts = {
                "created": len(new),
                "changed": len(changed),
                "digest": audit.digest(audit.canonical([new, changed])),
            }
            audit.append(db, [audit.Entry(at=at, action="import_units", role="system", data=facts)])

    def _from_the_root(self) -> Iterable[Branch]:
        """Yield every unit of the joined tree after its parent."""
        everything = self.there | self.wanted
        done: set[str] = set()
        for start in everything.values():
            line: list[Branch] = []
            branch: Branch | None = start
            while branch is not None and branch.code not in done:
                line.append(branch)
                done.add(branch.code)
                branch = everything[branch.parent] if branch.parent else None
            yield from reversed(line)
