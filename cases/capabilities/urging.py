"""To ask for haste (催办): on record, at most once for each desk and day by each person, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlmodel import Session

from cases import beside
from cases.capabilities.assignments import current, unit_named
from cases.errors import FieldError, InvalidFields
from cases.record.case import Case
from cases.record.statements import of_each_case
from cases.record.urging import Urge
from cases.seats import posts
from cases.words import SUBMITTER, Deed, condition, effect
from workflow.errors import Refusal
from workflow.vocabulary import SUPPORT

_OF_CASE = of_each_case(Urge)


class Desk(NamedTuple):
    """Whom an urge is for: a role of the law, and the unit that holds it; the submitter's desk has no unit."""

    role: str
    unit_id: int | None


class Urged(NamedTuple):
    """How often a desk was urged, and the last time: when, in which role, by whom; a submitter is not named."""

    desk: Desk
    times: int
    last_at: datetime
    as_role: str
    by_id: int | None


@effect("urge", only_if=("not_urged_today",))
def urge(deed: Deed) -> None:
    """Note that the desk on which the case lies, or a support department (`part`), was asked for haste."""
    desk = _desk_of_part(deed) if "part" in deed.fields else _own_desk(deed)
    if desk in _urged_today(deed):
        zh, en = "您今天已催办过这个承办方，每人每天只能催办一次", "You have urged this desk today already"
        raise InvalidFields([FieldError("part", zh, en)])
    if desk.role == SUPPORT:
        deed.facts["part"] = desk.unit_id
    by_id = None if deed.by is None or deed.role == SUBMITTER else deed.by.id
    beside.add(deed, Urge, desk=desk.role, unit_id=desk.unit_id, as_role=deed.role, by_id=by_id, at=deed.at)


@condition("not_urged_today")
def not_urged_today(deed: Deed) -> Refusal | None:
    """Refuse where the person has urged every desk of the case today already."""
    desks = {_own_desk(deed)}
    if "part" in (*deed.step.needs, *deed.step.takes):
        desks |= {Desk(SUPPORT, row.unit_id) for row in _parts(deed)}
    if desks <= _urged_today(deed):
        return Refusal(
            "您今天已催办过，同一承办方每人每天只能催办一次。",
            "You have urged this case today; each person may urge a desk once a day.",
        )
    return None


@condition("not_on_my_desk")
def not_on_my_desk(deed: Deed) -> Refusal | None:
    """Refuse whoever raised the case while it lies with them: it waits for nobody else."""
    if deed.role == SUBMITTER and deed.law.state(deed.case.state).owner == SUBMITTER:
        return Refusal("案件正在您本人手上，无须催办。", "The case lies with you; there is nobody to urge.")
    return None


def urges_of(db: Session, case: Case) -> list[Urged]:
    """Return the desks of a case that were urged, in the order of their first urge."""
    found: dict[Desk, Urged] = {}
    for row in _OF_CASE.rows(db, {"case_id": case.id}):
        desk = Desk(row.desk, row.unit_id)
        times = found[desk].times if desk in found else 0
        found[desk] = Urged(desk, times + 1, row.at, row.as_role, row.by_id)
    return list(found.values())


def _own_desk(deed: Deed) -> Desk:
    """Return the desk on which the case lies."""
    role = deed.law.state(deed.case.state).owner or SUBMITTER
    return Desk(role, next((post.unit_id for post in posts(deed.db, deed.case, role)), None))


def _desk_of_part(deed: Deed) -> Desk:
    """Return the desk of the support department that the form names. Raises InvalidFields."""
    unit_id, code = unit_named(deed, "part"), deed.fields["part"]
    if unit_id not in [row.unit_id for row in _parts(deed)]:
        raise InvalidFields([FieldError("part", f"{code} 没有未了结的协办", f"{code} has no part that is still open")])
    return Desk(SUPPORT, unit_id)


def _parts(deed: Deed) -> Sequence[Any]:
    return [row for row in current(deed.db, deed.case) if row.kind == SUPPORT]


def _urged_today(deed: Deed) -> set[Desk]:
    """Return the desks that the person has urged on this day of the case's calendar."""
    zone = deed.calendar.zone
    begin = datetime.combine(deed.at.astimezone(zone).date(), time.min, zone)
    return {Desk(row.desk, row.unit_id) for row in _own(deed) if row.at >= begin}


def _own(deed: Deed) -> Iterable[Any]:
    """Yield the urges of the person; those of the submitter are known by their role alone."""
    if deed.by is None:
        return
    is_submitter = deed.role == SUBMITTER
    for row in _OF_CASE.rows(deed.db, {"case_id": deed.case_id}):
        if row.by_id == deed.by.id or (is_submitter and row.as_role == SUBMITTER):
            yield row
