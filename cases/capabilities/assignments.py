"""Lead and support departments: one row a unit for its part of the case (主办 / 协办)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from cases import beside, hands
from cases.accused import accused_among
from cases.capabilities import extensions
from cases.errors import FieldError, InvalidFields
from cases.hands import holding_up, sides_of
from cases.merged import by_id, followers
from cases.policy import answers_for
from cases.record.case import Assignment, Case
from cases.record.columns import table_of
from cases.record.people import Unit
from cases.record.statements import Prepared
from cases.side_clocks import begin, end
from cases.sides import Side
from cases.units import units_by_id
from cases.words import HANDLERS, Deed, Post, condition, effect, register, role
from workflow.errors import Refusal
from workflow.vocabulary import DELEGATE, SUPPORT, Field

LEAD, OFFERED, SIGNED = hands.LEAD, hands.OFFERED, hands.SIGNED
RETURNED, ENDED = "returned", "ended"

_ASSIGNMENTS = table_of(Assignment)
_CURRENT = Prepared(
    select(_ASSIGNMENTS).where(_ASSIGNMENTS.c.case_id == bindparam("case_id"), _ASSIGNMENTS.c.ended_at.is_(None)),
    of_case="case_id",
)
_UNITS = table_of(Unit)
_UNIT = Prepared(select(_UNITS.c.id, _UNITS.c.is_active).where(_UNITS.c.code == bindparam("code")))

register(
    Field("lead", "unit", "主办单位", "Lead", longest=64),
    Field("support", "units", "协办单位", "Support", longest=1_000),
)


@role(LEAD)
def lead(db: Session, case: Case) -> Iterable[Post]:
    """Return the desk of the lead department; while one that gave the case back waits for another to sign, both."""
    return [Post(HANDLERS, unit_id) for unit_id in (case.offered_id, case.lead_id) if unit_id]


@role(SUPPORT)
def support(db: Session, case: Case) -> Iterable[Post]:
    """Return the desks of the support departments."""
    return [Post(HANDLERS, row.unit_id) for row in current(db, case) if row.kind == SUPPORT]


@effect("assign", needs=("lead",))
def assign(deed: Deed) -> None:
    """Name the lead and the support departments; whoever had a part before and is not named again is relieved."""
    units = _named_units(deed)
    wanted = {units[deed.fields["lead"]]: LEAD} | {units[code]: SUPPORT for code in deed.fields.get("support", [])}
    _give(deed, wanted, keeps_supports="support" not in deed.fields)


@effect("sign")
def sign(deed: Deed) -> None:
    """Note that the lead has signed for the case; who gave it back is relieved by that, or takes it after all."""
    rows = [row for row in current(deed.db, deed.case) if row.kind == LEAD]
    offered = next((row for row in rows if row.status == OFFERED), None)
    first = next((row for row in rows if row.status == RETURNED), None)
    if offered is None:
        return
    if first is not None:
        end_part(deed, first, RETURNED)
        deed.sets["offered_id"] = None
        if _takes_it_after_all(deed, offered):
            end_part(deed, offered, ENDED)
            for row in current(deed.db, deed.case):
                if row.unit_id == first.unit_id:  # it was to help meanwhile; who leads has no other part
                    end_part(deed, row, ENDED)
            give(deed, first.unit_id, LEAD, status=SIGNED, signed_at=deed.at)
            return
        deed.sets["lead_id"] = offered.unit_id
    sign_for(deed, offered)


@effect("end_assignments")
def end_assignments(deed: Deed) -> None:
    """Relieve every department that still has a part."""
    for row in current(deed.db, deed.case):
        end_part(deed, row, ENDED)


@condition("support_done")
def support_done(deed: Deed) -> Refusal | None:
    """Refuse while a support department has not finished its part, or work is still delegated; it names them.

    Under a law without parts no support department holds a case up.
    """
    waiting = holding_up(deed.law.definition, current(deed.db, deed.case))
    if not waiting:
        return None
    units = units_by_id(deed.db, [row.unit_id for row in waiting])
    names = [units[row.unit_id].name for row in waiting]
    if any(row.kind == SUPPORT for row in waiting):
        return Refusal(
            f"协办单位尚未办完，不能报办结（{'、'.join(names)}）：可请督查免除协办。",
            f"A support department has not finished its part ({', '.join(names)}); the supervisor may waive it.",
        )
    return Refusal(
        f"已委派{'、'.join(names)}，尚未报回，不能报办结：可先收回委派。",
        f"The work is delegated to {', '.join(names)}, who has not reported back; you may take it back.",
    )


def current(db: Session, case: Case) -> Sequence[Any]:
    """Return the parts of a case that have not ended."""
    return _CURRENT.rows(db, {"case_id": case.id})


def hand_over(deed: Deed, unit_id: int) -> None:
    """Give the lead to another unit; the support departments stay, unless it is one of them.

    Where the case lies in a state in which nobody signs for it, the unit has signed by taking it.
    """
    _give(deed, {unit_id: LEAD}, keeps_supports=True)
    if not any("sign" in step.does for step in deed.law.definition.steps_from(deed.case.state)):
        for row in current(deed.db, deed.case):
            if row.kind == LEAD and row.status == OFFERED:
                sign_for(deed, row)


def _give(deed: Deed, wanted: Mapping[int, str], *, keeps_supports: bool) -> None:
    lead = next(unit_id for unit_id, kind in wanted.items() if kind == LEAD)
    rows = current(deed.db, deed.case)
    first = first_receiver(rows)
    if first is not None and first.unit_id == lead:
        first = None
    kept = {row.id for row in rows if keeps_supports and row.kind == SUPPORT and row.unit_id not in wanted}
    kept |= {row.id for row in rows if row.parent_id in kept and row.unit_id not in wanted}
    for row in rows:
        if row.id not in kept and row is not first:  # whoever gave it back stays lead until somebody else has signed
            end_part(deed, row, ENDED)
    for unit_id, kind in wanted.items():
        give(deed, unit_id, kind)
    deed.sets |= {"offered_id": lead} if first is not None else {"lead_id": lead, "offered_id": None}


def give(deed: Deed, unit_id: int, kind: str, **values: Any) -> int:
    """Give a department a part and return the id of its row; it is offered unless `values` say otherwise.

    The clocks of a support department begin now. What a case that was merged into this one complains of gets nothing
    either. Raises InvalidFields.
    """
    joined = [by_id(deed.db, case_id) for case_id in followers(deed.db, deed.case_id)]
    if names := [name for case in (deed.case, *joined) for name in accused_among(deed.db, case, {unit_id})]:
        zh, en = f"{names[0]}是被反映单位，不能承办", f"The case complains of {names[0]}, which cannot handle it"
        raise InvalidFields([FieldError("lead" if kind == LEAD else kind, zh, en)])
    part = {"status": OFFERED, "round": deed.now("round"), "assigned_at": deed.at}
    row_id = beside.add(deed, Assignment, unit_id=unit_id, kind=kind, **part | values)
    if kind == SUPPORT:
        for name in deed.law.definition.parts:
            begin(deed, Side(name, unit_id))
    return row_id


def _named_units(deed: Deed) -> dict[str, int]:
    """Return the ids of the units named in the form. Raises InvalidFields.

    A unit may not be unknown, closed or named twice, and who leads already cannot be given the lead.
    """
    named = [("lead", deed.fields["lead"]), *(("support", code) for code in deed.fields.get("support", []))]
    known = {code: row.id for _, code in named for row in _UNIT.rows(deed.db, {"code": code}) if row.is_active}
    errors = [
        FieldError(field, f"没有代码为 {code} 的单位", f"There is no unit {code}")
        for field, code in named
        if code not in known
    ]
    if deed.fields["lead"] in deed.fields.get("support", []):
        errors.append(
            FieldError("support", "主办单位不能同时是协办单位", "The lead cannot be a support department too")
        )
    # Who gave the case back may be named again; it then has to sign for it.
    if not errors and known[deed.fields["lead"]] == (deed.case.offered_id or deed.case.lead_id):
        first = first_receiver(current(deed.db, deed.case))
        if first is None or deed.case.offered_id is not None:
            errors.append(FieldError("lead", "该单位已是主办单位", "That unit leads the case already"))
    if errors:
        raise InvalidFields(errors)
    return known


def sign_for(deed: Deed, row: Any) -> None:
    """Note that a department has signed for its part."""
    beside.change(deed, Assignment, row.id, status=SIGNED, signed_at=deed.at)
    if row.kind == SUPPORT:
        end(deed, sides_of(row)[0])


def end_part(deed: Deed, row: Any, status: str, **values: Any) -> None:
    """End a department's part with a status, and the clocks that ran for it; what was given back ends as such."""
    status = RETURNED if (row.status, status) == (RETURNED, ENDED) else status
    beside.change(deed, Assignment, row.id, status=status, ended_at=deed.at, **values)
    if row.kind == SUPPORT:
        extensions.lapse(deed, row.unit_id)
    if sides := sides_of(row):
        end(deed, *sides)


def end_with_delegations(deed: Deed, row: Any, rows: Iterable[Any], status: str) -> None:
    """End a department's part with a status, and whatever it has delegated of it; `rows` are all that are open."""
    for other in rows:
        if other.kind == DELEGATE and other.parent_id == row.id:
            end_part(deed, other, ENDED)
    end_part(deed, row, status)


def first_receiver(rows: Iterable[Any]) -> Any | None:
    """Return the open part of the department that gave the case back and is still its lead (首接负责)."""
    return next((row for row in rows if row.kind == LEAD and row.status == RETURNED), None)


def _takes_it_after_all(deed: Deed, offered: Any) -> bool:
    """Tell whether it is the department that gave the case back, and not the one it was offered, that signs."""
    if deed.role != LEAD or deed.by is None:
        return False
    return not answers_for(deed.db, deed.case, Post(HANDLERS, offered.unit_id), deed.by, deed.at, LEAD)


def unit_named(deed: Deed, field: str) -> int:
    """Return the id of the unit that a field names. Raises InvalidFields."""
    code = deed.fields[field]
    found = _UNIT.rows(deed.db, {"code": code})
    if not found:
        raise InvalidFields([FieldError(field, f"没有代码为 {code} 的单位", f"There is no unit {code}")])
    return int(found[0].id)


def of_unit_meant(deed: Deed, rows: Sequence[Any], none: tuple[str, str], several: tuple[str, str]) -> Any:
    """Return the row of the department that the form's `part` names, or the only one there is.

    Raises InvalidFields, saying `none` of a department that has no such row, and `several` where it names nobody.
    """
    if "part" in deed.fields:
        unit_id, code = unit_named(deed, "part"), deed.fields["part"]
        rows = [row for row in rows if row.unit_id == unit_id]
        if not rows:
            raise InvalidFields([FieldError("part", *(f"{code} {words}" for words in none))])
    if len(rows) > 1:
        raise InvalidFields([FieldError("part", *several)])
    return rows[0]
