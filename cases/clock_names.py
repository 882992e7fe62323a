"""What the clocks of a case are called: in rows for machines, and in words for people."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from cases.clocks import BESIDE
from cases.sides import Side
from cases.units import units_by_id
from workflow.definition import Definition

#: Clocks that belong to no state.
NAMES: Mapping[str, tuple[str, str]] = {
    "case": ("全案时限", "Whole case"),
    "state": ("本环节时限", "This desk"),
    "climb": ("升级处置时限", "Level it climbed to"),
    "beside": ("另行时限", "A limit beside the case"),
}


def clock_code(db: Session, kind: str, state: str | None) -> str:
    """Return what a row calls a clock: its state, `case` or `climb`, and `sign@D` for the part of the unit D."""
    if kind != BESIDE:
        return state or kind
    side = Side.parse(state)
    return f"{side.name}@{units_by_id(db, [side.unit_id])[side.unit_id].code}"


def clock_name(db: Session, definition: Definition, kind: str, state: str | None) -> tuple[str, str]:
    """Return what people call a clock, in Chinese and English."""
    if kind == BESIDE:
        side = Side.parse(state)
        law, unit = definition.besides.get(side.name), units_by_id(db, [side.unit_id])[side.unit_id].name
        return (f"{law.label}（{unit}）", f"{law.label_en} ({unit})") if law else (unit, unit)
    found = definition.states.get(state or "")
    if found:
        return found.label, found.label_en
    return (state, state) if state else NAMES[kind]  # a state that this version of the law does not know
