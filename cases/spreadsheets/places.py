"""Which unit a row means: by code, then by name below the unit that the row is for; and new departments, if wanted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session

from cases import audit
from cases.calendars import calendar, calendar_of
from cases.record import bulk
from cases.record.columns import table_of
from cases.record.lines import line
from cases.record.people import Unit, subtree
from cases.spreadsheets.faults import BadCell
from cases.spreadsheets.mapping import Mapping
from workflow.calendar import Calendar
from workflow.errors import Refusal

LONGEST_CODE = 64
UNION, DEPARTMENT = "union", "department"

_UNITS = table_of(Unit)


@dataclass(frozen=True, slots=True)
class Desk:
    """A unit, as the import needs it."""

    id: int
    code: str
    path: str


class Places:
    """Finds the units of rows, and remembers them from batch to batch.

    Units that it makes are written in the session of the batch; `made` holds their events until they are chained.
    """

    def __init__(self, mapping: Mapping, *, is_dry: bool) -> None:
        self.mapping = mapping
        self.is_dry = is_dry
        self.db: Session
        self.made: list[tuple[int, dict[str, Any]]] = []
        self._units: dict[str, Desk] = {}
        self._departments: dict[tuple[int, str], Desk] = {}
        self._calendars: dict[int, str] = {}
        self._codes: set[str] = set()

    def unit(self, word: str | None) -> Desk:
        """Return the unit that a row is for. Raises BadCell for one unknown, or meant by several."""
        if word is None and self.mapping.unit is None:
            raise BadCell(self.mapping.columns["unit"], "", "没有单位", "there is no unit")
        wanted = word or self.mapping.unit or ""
        if wanted not in self._units:
            self._units[wanted] = self._existing(wanted, is_named=word is not None)
        return self._units[wanted]

    def department(self, name: str, unit: Desk) -> Desk:
        """Return a department of a unit, made if it is not yet known and may be. Raises BadCell."""
        if (unit.id, name) not in self._departments:
            found = self._below(name, unit) or self._coded(name)
            if found is None:
                if not self.mapping.create_units:
                    column = self.mapping.columns["department"]
                    raise BadCell(column, name, f"{unit.code} 没有这个部门", f"{unit.code} has no such department")
                found = self._make(self._free_code(name, unit), name, DEPARTMENT, unit)
            self._departments[unit.id, name] = found
        return self._departments[unit.id, name]

    def calendar(self, unit: Desk) -> Calendar:
        """Return the working calendar that counts at a unit."""
        if unit.id not in self._calendars:
            # A unit that a dry run only imagines is a root of its own, as is every new unit that is no department.
            self._calendars[unit.id] = calendar_of(self.db, line(self.db, unit.id)).name
        return calendar(self.db, self._calendars[unit.id])  # of which there may be a new version in the next batch

    def _existing(self, word: str, *, is_named: bool) -> Desk:
        found = self._select(_UNITS.c.code == word)
        if not found and is_named:
            found = self._select(_UNITS.c.name == word)
        if not found and not is_named and self.mapping.create_units:
            return self._make(word, word, UNION, None)
        if len(found) == 1:
            return found[0]
        zh, en = (
            ("有几个单位同名", "several units have this name") if found else ("没有这个单位", "there is no such unit")
        )
        if not is_named:
            raise Refusal(
                f"没有代码为 {word} 的单位；请先导入单位，或在映射中写 create_units = true。",
                f"There is no unit {word}; import units first, or write create_units = true in the mapping.",
            )
        raise BadCell(self.mapping.columns["unit"], word, zh, en)

    def _below(self, name: str, unit: Desk) -> Desk | None:
        """Return the unit at or below another one that has this code or this name; a direct child goes first."""
        if unit.id <= 0:
            return None
        low, high = subtree(unit.path)
        inside = (_UNITS.c.path >= low) & (_UNITS.c.path < high)
        found = self._select(inside & or_(_UNITS.c.code == name, _UNITS.c.name == name))
        ranked = sorted(found, key=lambda place: (place.code != name, place.path.count("/"), place.path))
        if len(ranked) > 1 and ranked[0].code != name and ranked[0].path.count("/") == ranked[1].path.count("/"):
            column = self.mapping.columns["department"]
            raise BadCell(
                column, name, "有几个部门同名，请写代码", "several departments have this name; write the code"
            )
        return ranked[0] if ranked else None

    def _coded(self, name: str) -> Desk | None:
        """Return a unit elsewhere by its code; not one whose code is only its name, for that may be anybody's."""
        found = self._select((_UNITS.c.code == name) & (_UNITS.c.name != name))
        return found[0] if found else None

    def _select(self, condition: ColumnElement[bool]) -> list[Desk]:
        wanted = select(_UNITS.c.id, _UNITS.c.code, _UNITS.c.path).where(_UNITS.c.is_active, condition)
        return [Desk(*row) for row in self.db.connection().execute(wanted)]

    def _free_code(self, name: str, unit: Desk) -> str:
        """Return the name itself where it can be a code, else one below the code of its unit."""
        below = f"{unit.code}/{name}"
        mark = f"~{hashlib.sha256(below.encode()).hexdigest()[:8]}"
        for code in (name, below):
            if len(code) <= LONGEST_CODE and not self._is_taken(code):
                return code
        return below[: LONGEST_CODE - len(mark)] + mark

    def _is_taken(self, code: str) -> bool:
        taken = select(_UNITS.c.id).where(_UNITS.c.code == code)
        return code in self._codes or self.db.connection().execute(taken).first() is not None

    def _make(self, code: str, name: str, kind: str, parent: Desk | None) -> Desk:
        self._codes.add(code)
        if self.is_dry:
            number = -len(self._codes)
        else:
            (number,) = bulk.next_ids(self.db, "units", 1)
        place = Desk(number, code, f"{parent.path if parent else '/'}{number}/")
        if not self.is_dry:
            columns = ("id", "code", "name", "kind", "parent_id", "path", "is_active")
            row = (place.id, code, name, kind, parent.id if parent else None, place.path, True)
            bulk.write(self.db, "units", columns, [row])
            self.made.append((place.id, {"unit": place.id, "code": code, "name": name, "kind": kind}))
        return place

    def events(self, at: Any) -> list[audit.Entry]:
        """Return the events of the units made since the last call."""
        made, self.made = self.made, []
        return [audit.Entry(at=at, action="create_unit", role="system", data=data) for _, data in made]
