"""Whom a case complains of (被反映单位): confirmed by whoever reviews it, proposed where its text names a unit.

Nothing is given to a unit before somebody has looked at every unit that the text names, and nothing ever to one that is
complained of. The union to which a case was raised, and those above it, are not proposed: they are named in every text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from cases import beside
from cases.accused import accusations_of, accused_among, proposed
from cases.capabilities.assignments import current, unit_named
from cases.errors import FieldError, InvalidFields
from cases.hooks import guard, on_word_of_submitter
from cases.record.accusations import CLEARED, CONFIRMED, PROPOSED, Accusation
from cases.record.case import Assignment, Case, Passage
from cases.record.columns import table_of
from cases.record.database import is_sqlite
from cases.record.lines import line
from cases.record.people import Unit, ancestors
from cases.words import SUBMITTER, Deed, condition, effect
from workflow.definition import State
from workflow.errors import Refusal

NAME, CLEAR = "name_accused", "clear_accused"
#: Endings of a union's name that a text leaves out.
ENDINGS = ("工会委员会", "工会联合会", "总工会", "联合工会", "工会", "股份有限公司", "有限责任公司", "有限公司")
#: A name shorter than this without its ending names nobody in particular.
SHORTEST = 3
#: Names that one text is taken to mean.
MOST = 20
#: Effects that give a case, or a part of it, to a unit.
GIVING = frozenset({"assign", "add_support", "transfer_part", "delegate"})

_SAID, _UNITS = table_of(Passage), table_of(Unit)
PARTIES = "parties"


@effect(NAME, needs=("accused",))
def name_accused(deed: Deed) -> None:
    """Confirm that a case complains of a unit: from then on its people see nothing of it."""
    deed.among_staff()
    confirm(deed, unit_named(deed, "accused"))


@effect(CLEAR, needs=("accused", "reason"), only_if=("names_somebody",))
def clear_accused(deed: Deed) -> None:
    """Find that a case does not complain of a unit that its text names, or that somebody took it to complain of."""
    deed.among_staff()
    unit_id = unit_named(deed, "accused")
    row = next((row for row in accusations_of(deed.db, deed.case) if row.unit_id == unit_id), None)
    if row is None or row.status == CLEARED:
        code = deed.fields["accused"]
        zh, en = f"本案没有把 {code} 列为被反映单位", f"{code} is not named as complained of in this case"
        raise InvalidFields([FieldError("accused", zh, en)])
    beside.change(deed, Accusation, row.id, status=CLEARED)


@condition("names_somebody")
def names_somebody(deed: Deed) -> Refusal | None:
    """Refuse where no unit is named as complained of."""
    if all(row.status == CLEARED for row in accusations_of(deed.db, deed.case)):
        return Refusal("本案没有被反映单位。", "No unit is complained of in this case.")
    return None


@guard
def looked_at(deed: Deed) -> Refusal | None:
    """Refuse to give a case to anybody while its text names a unit at which nobody has looked."""
    if GIVING.isdisjoint(deed.step.does) or not (named := proposed(deed.db, deed.case)):
        return None
    names = "、".join(row.name for row in named)
    return Refusal(
        f"文中提到「{names}」，请先确认或排除其为被反映单位。",
        f"The text names {names}: say first whether the case complains of it.",
    )


@on_word_of_submitter
def propose(deed: Deed, state: State) -> None:
    """Propose the units that the submitter's texts name, once they are no draft, but for those that have the case.

    A word about whoever handles it takes the case from nobody: a reviewer who agrees transfers it first, and confirms.
    """
    has_come = bool(deed.said) or state.name != deed.case.state
    can_be_cleared = any(CLEAR in step.does for step in deed.law.definition.steps_from(state.name))
    if has_come and can_be_cleared and state.owner != SUBMITTER:
        _propose(deed, {row.unit_id for row in accusations_of(deed.db, deed.case)} | _having(deed))


def pass_on(whole: Deed, part: Deed) -> None:
    """Let what is taken out of a case complain of whom the whole does, and propose whom its own text names."""
    rows = accusations_of(whole.db, whole.case)
    for row in rows:
        beside.add(part, Accusation, unit_id=row.unit_id, status=row.status, since_at=part.at)
    _propose(part, {row.unit_id for row in rows})


def keep_apart(deed: Deed, other: Case, field: str) -> None:
    """Refuse to join two cases of which one complains of somebody who has, or had, a part in the other.

    They would read there that something was joined with it, and work on it. Raises InvalidFields.
    """
    for one, two in ((deed.case, other), (other, deed.case)):
        if names := accused_among(deed.db, one, _units_in(deed.db, two)):
            zh = f"{names[0]}在其中一案承办，又是另一案的被反映单位，两案不能并案或关联"
            en = f"{names[0]} has a part in one of the two and is complained of in the other: keep them apart"
            raise InvalidFields([FieldError(field, zh, en)])


def confirm(deed: Deed, unit_id: int) -> None:
    """Note that a case complains of a unit. Raises InvalidFields where one of those who handle it belongs to it."""
    row = next((row for row in accusations_of(deed.db, deed.case) if row.unit_id == unit_id), None)
    if row is not None:
        beside.change(deed, Accusation, row.id, status=CONFIRMED)
    else:
        beside.add(deed, Accusation, unit_id=unit_id, status=CONFIRMED, since_at=deed.at)
    if names := accused_among(deed.db, deed.case, {part.unit_id for part in current(deed.db, deed.case)}):
        zh, en = f"{names[0]}正在办理本案，请先转办再确认", f"{names[0]} handles the case: transfer it first"
        raise InvalidFields([FieldError("accused", zh, en)])


def _units_in(db: Session, case: Case) -> set[int]:
    """Return the units that have or had a part in a case."""
    return set(db.exec(select_rows(Assignment.unit_id).where(Assignment.case_id == case.id)))


def _propose(deed: Deed, known: set[int]) -> None:
    """Propose the units that a case's texts name, but for those that are known, under a law that can clear them."""
    for unit_id in _named_in(deed) if CLEAR in deed.law.definition.deeds else ():
        if unit_id not in known:
            beside.add(deed, Accusation, unit_id=unit_id, status=PROPOSED, since_at=deed.at)


def _having(deed: Deed) -> set[int]:
    """Return the ids of the units that have the case or a part of it, and of those above them."""
    units = sorted({part.unit_id for part in current(deed.db, deed.case)})
    paths = deed.db.connection().execute(select(_UNITS.c.path).where(_UNITS.c.id.in_(units))).scalars()
    return {unit_id for path in paths for unit_id in ancestors(path)}


def _named_in(deed: Deed) -> Iterator[int]:
    """Yield the ids of the units that the texts of a case's submitter name."""
    said = select(_SAID.c.body).where(_SAID.c.case_id == deed.case_id, _SAID.c.audience == PARTIES)
    texts: list[Any] = [deed.case.title, *deed.db.connection().execute(said).scalars(), *deed.said.values()]
    whole = "\n".join(text for text in texts if text)
    short: Any = _UNITS.c.name
    for ending in ENDINGS:
        short = func.replace(short, ending, "")
    above = [place.id for place in line(deed.db, deed.case.unit_id)]
    place = func.instr if is_sqlite(deed.db) else func.strpos
    found = (
        select(_UNITS.c.id)
        .where(_UNITS.c.kind != "union", _UNITS.c.is_active, _UNITS.c.id.not_in(above))
        .where(func.length(short) >= SHORTEST, place(whole, short) > 0)
    )
    yield from deed.db.connection().execute(found.order_by(_UNITS.c.id).limit(MOST)).scalars()
