"""More hands while a case is handled: another support department, or one in the place of another (加派、转办)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select as select_columns
from sqlalchemy.engine import Row

from cases.capabilities.assignments import current, end_with_delegations, give
from cases.capabilities.parts import named_part
from cases.errors import FieldError, InvalidFields
from cases.hands import LEAD
from cases.record.columns import table_of
from cases.record.people import Unit
from cases.words import Deed, effect, register
from workflow.vocabulary import SUPPORT, Field

TRANSFERRED = "transferred"

_UNITS = table_of(Unit)

register(Field("to_unit", "unit", "转给单位", "To unit", longest=64))


@effect("add_support", needs=("support",))
def add_support(deed: Deed) -> None:
    """Give more departments a part, each with its clocks from now; none may be in the case already."""
    for unit in free_units(deed, "support", deed.fields["support"], current(deed.db, deed.case)):
        give(deed, unit.id, SUPPORT)


@effect("transfer_part", needs=("part", "to_unit"), only_if=("part_open",))
def transfer_part(deed: Deed) -> None:
    """Hand the part of one support department to another, whose clocks begin now."""
    rows = current(deed.db, deed.case)
    row = named_part(deed, rows)
    (unit,) = free_units(deed, "to_unit", [deed.fields["to_unit"]], rows)
    deed.facts["part"] = row.unit_id
    end_with_delegations(deed, row, rows, TRANSFERRED)
    give(deed, unit.id, SUPPORT)


def free_units(deed: Deed, field: str, codes: Iterable[str], rows: Sequence[Any]) -> list[Row[Any]]:
    """Return the units that a field names, none of which is unknown, closed, or in the case already.

    `rows` are the parts that are open. Raises InvalidFields with a sentence for each unit that cannot be.
    """
    wanted = list(dict.fromkeys(codes))
    columns = (_UNITS.c[name] for name in ("id", "code", "name", "path", "parent_id", "is_active"))
    found = deed.db.connection().execute(select_columns(*columns).where(_UNITS.c.code.in_(wanted)))
    units = {unit.code: unit for unit in found}
    errors = [error for code in wanted if (error := _why_not(deed, field, code, units.get(code), rows))]
    if errors:
        raise InvalidFields(errors)
    return [units[code] for code in wanted]


def _why_not(deed: Deed, field: str, code: str, unit: Any | None, rows: Sequence[Any]) -> FieldError | None:
    """Return why a unit cannot be given a part, or None."""
    if unit is None:
        return FieldError(field, f"没有代码为 {code} 的单位", f"There is no unit {code}")
    if not unit.is_active:
        return FieldError(field, f"{unit.name}（{code}）已停用，不能承办", f"{unit.name} ({code}) is closed")
    kinds = {row.kind for row in rows if row.unit_id == unit.id}
    if LEAD in kinds or unit.id == deed.case.lead_id:
        zh, en = f"{unit.name}（{code}）是主办单位", f"{unit.name} ({code}) leads the case"
        return FieldError(field, f"{zh}，不能同时承担其他承办", f"{en} and cannot have another part in it")
    if kinds:
        zh, en = f"{unit.name}（{code}）已有未了结的承办", f"{unit.name} ({code}) has an open part in the case already"
        return FieldError(field, zh, en)
    return None
