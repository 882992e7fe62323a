"""What the clocks of a case are called: in rows for machines, and in words for people."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from cases.clocks import PART, part_and_unit
from cases.units import units_by_id
from workflow.definition import Definition

#: Clocks that belong to no state.
NAMES: Mapping[str, tuple[str, str]] = {
    "case": ("全案时限", "Whole case"),
    "state": ("本环节时限", "This desk"),
    "climb": ("升级处置时限", "Level it climbed to"),
    "part": ("协办时限", "A department's part"),
}


def clock_code(db: Session, kind: str, state: str | None) -> str:
    """Return what a row calls a clock: its state, `case` or `climb`, and `sign@D` for the part of the unit D."""
    if kind != PART:
        return state or kind
    name, unit_id = part_and_unit(state)
    return f"{name}@{units_by_id(db, [unit_id])[unit_id].code}"


def clock_name(db: Session, definition: Definition, kind: str, state: str | None) -> tuple[str, str]:
    """Return what people call a clock, in Chinese and English."""
    if kind == PART:
        name, unit_id = part_and_unit(state)
        part, unit = definition.parts.get(name), units_by_id(db, [unit_id])[unit_id].name
        return (f"{part.label}（{unit}）", f"{part.label_en} ({unit})") if part else (unit, unit)
    found = definition.states.get(state or "")
    if found:
        return found.label, found.label_en
    return (state, state) if state else NAMES[kind]  # a state that this version of the law does not know
