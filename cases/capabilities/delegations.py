"""A department hands its part to a unit beside or below it and stays responsible for it (委派、收回).

The delegate signs, does the work and reports back; then it lies with the delegating department again, which may take it
back at any time. What was delegated is not delegated on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from cases import beside
from cases.capabilities.assignments import current, end_part, give, sign_for
from cases.capabilities.parts import chosen, mine, next_version
from cases.capabilities.supports import free_units
from cases.errors import FieldError, InvalidFields
from cases.hands import OFFERED, SIGNED, delegation_of
from cases.progress import DONE
from cases.record.case import Assignment, Case
from cases.side_clocks import begin
from cases.sides import Side
from cases.units import units_by_id
from cases.words import HANDLERS, Deed, Post, condition, effect, register, role
from workflow.errors import Refusal
from workflow.vocabulary import DELEGATE, DELEGATED, DELEGATOR, Field

TAKEN_BACK = "taken_back"

register(
    Field("delegate", "unit", "委派给", "Delegate to", longest=64),
    Field("instructions", "text", "委派要求", "Instructions", longest=5_000, is_private=True),
)


@role(DELEGATE)
def delegates(db: Session, case: Case) -> Iterable[Post]:
    """Return the desks of the units to which a part is delegated."""
    return [Post(HANDLERS, row.unit_id) for row in current(db, case) if row.kind == DELEGATE]


@role(DELEGATOR)
def delegators(db: Session, case: Case) -> Iterable[Post]:
    """Return the desks of the departments that have delegated their part."""
    rows = current(db, case)
    return [Post(HANDLERS, row.unit_id) for row in rows if delegation_of(row, rows) is not None]


@effect("delegate", needs=("delegate",), only_if=("can_delegate",))
def delegate(deed: Deed) -> None:
    """Hand the department's part to a unit beside or below it; the clocks of the part run on."""
    rows = current(deed.db, deed.case)
    row = chosen(deed, _delegable(deed))
    own = units_by_id(deed.db, [row.unit_id])[row.unit_id]
    if deed.fields["delegate"] == own.code:
        _refuse(f"{own.name}（{own.code}）不能委派给自己", f"{own.name} ({own.code}) cannot delegate to itself")
    (unit,) = free_units(deed, "delegate", [deed.fields["delegate"]], rows)
    is_beside = unit.parent_id is not None and unit.parent_id == own.parent_id
    if not is_beside and not unit.path.startswith(own.path):
        _refuse(
            f"{unit.name}（{unit.code}）不是{own.name}的下级或同级单位，不能委派",
            f"{unit.name} ({unit.code}) is neither below nor beside {own.name}",
        )
    row_id = give(deed, unit.id, DELEGATE, parent_id=row.id)
    begin(deed, Side(DELEGATED, unit.id, row_id))


@effect("sign_delegated", only_if=("delegation_offered",))
def sign_delegated(deed: Deed) -> None:
    """Sign for what was delegated; its limit runs since the delegation."""
    sign_for(deed, chosen(deed, _mine(deed, OFFERED)))


@effect("report_delegated", needs=("result",), only_if=("delegation_signed",))
def report_delegated(deed: Deed) -> None:
    """End the delegation with its result: the work lies with the delegating department again, as far as it has come."""
    row = chosen(deed, _mine(deed, SIGNED))
    parent = next(other for other in current(deed.db, deed.case) if other.id == row.parent_id)
    end_part(deed, row, DONE, answered_in=next_version(deed))
    if (row.progress or 0) > (parent.progress or 0):
        beside.change(deed, Assignment, parent.id, progress=row.progress)


@effect("take_back", needs=("reason",), only_if=("has_delegated",))
def take_back(deed: Deed) -> None:
    """End the delegation of the department's part, for a reason."""
    rows = current(deed.db, deed.case)
    row = chosen(deed, _delegating(deed, rows))
    end_part(deed, delegation_of(row, rows), TAKEN_BACK)


@condition("can_delegate")
def can_delegate(deed: Deed) -> Refusal | None:
    """Refuse where the department has signed for no part, or has delegated it already."""
    if _delegable(deed):
        return None
    if _delegating(deed, current(deed.db, deed.case)):
        return Refusal("本单位的承办已委派出去。", "Your department has delegated its part already.")
    return Refusal("您的单位没有已签收的承办。", "Your department has signed for no part of this case.")


@condition("has_delegated")
def has_delegated(deed: Deed) -> Refusal | None:
    """Refuse where the department has nothing to take back."""
    if not _delegating(deed, current(deed.db, deed.case)):
        return Refusal("您的单位没有委派出去的承办。", "Your department has delegated nothing.")
    return None


@condition("delegation_offered")
def delegation_offered(deed: Deed) -> Refusal | None:
    """Refuse where no delegation waits for the unit's signature."""
    if not _mine(deed, OFFERED):
        return Refusal("您的单位没有待签收的委派。", "No delegation waits for your unit's signature.")
    return None


@condition("delegation_signed")
def delegation_signed(deed: Deed) -> Refusal | None:
    """Refuse where the unit has signed for no delegation that is still open."""
    if not _mine(deed, SIGNED):
        return Refusal("您的单位没有在办的委派。", "Your unit has no delegation in hand.")
    return None


def _mine(deed: Deed, status: str) -> list[Any]:
    """Return the delegations with a status that the person answers for."""
    rows = current(deed.db, deed.case)
    return mine(deed, [row for row in rows if row.kind == DELEGATE and row.status == status])


def _delegable(deed: Deed) -> list[Any]:
    """Return the person's parts that are signed for and not delegated, nor delegated to them."""
    rows = current(deed.db, deed.case)
    signed = [row for row in rows if row.kind != DELEGATE and row.status == SIGNED]
    return mine(deed, [row for row in signed if delegation_of(row, rows) is None])


def _delegating(deed: Deed, rows: Iterable[Any]) -> list[Any]:
    """Return the person's parts that are delegated."""
    found = list(rows)
    return mine(deed, [row for row in found if delegation_of(row, found) is not None])


def _refuse(zh: str, en: str) -> None:
    raise InvalidFields([FieldError("delegate", zh, en)])
