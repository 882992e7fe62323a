"""The columns of a case that a person reads on the command line, and what oversight has done about it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlmodel import Session, col, select

from cases.oversight import oversight_of
from cases.record.case import Case
from cases.record.people import Unit
from commands.options import Format, print_json, print_rows

SHOWN = (
    "state", "stage", "category", "tier", "urgency", "identity", "round", "level", "version", "rating", "external_id",
    "submitted_at", "answered_at", "entered_at", "due_at", "first_due_at", "closed_at",
)  # fmt: skip


def facts_of(db: Session, case: Case, row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a case that a person reads, units by their codes."""
    codes = {
        unit_id: code
        for unit_id, code in db.exec(
            select(Unit.id, Unit.code).where(col(Unit.id).in_([row.get("unit_id"), row.get("lead_id")]))
        )
    }
    return {
        "number": case.number,
        "title": case.title,
        "unit": codes.get(row.get("unit_id")),
        "lead": codes.get(row.get("lead_id")),
        **{name: row.get(name) for name in SHOWN},
    }


def oversight(db: Session, case: Case) -> dict[str, Any]:
    """Return how often each desk was urged, the cards of each unit, and the orders; what there is none of is left out.

    It is what a case has had until now, and stands only where the case is shown as it is now.
    """
    found = oversight_of(db, case, is_staff=True)

    def place(role: str, unit_id: int | None) -> str:
        return f"{role}@{found.units[unit_id].code}" if unit_id else role

    cards = Counter(f"{one.colour}@{found.units[one.unit_id].code}" for one in found.cards)
    told = {
        "urged": " ".join(f"{place(*one.desk)}×{one.times}" for one in found.urges),
        "cards": " ".join(f"{name}×{count}" for name, count in cards.items()),
        "orders": " ".join(f"{one.number}{'✓' if one.row.answered_at else ''}" for one in found.orders),
        "watchers": " ".join(found.people[one.user_id].login for one in found.watchers),
    }
    return {name: text for name, text in told.items() if text}


def print_facts(facts: dict[str, Any], form: Format) -> None:
    if form is Format.TABLE:
        print_rows(list(facts.items()), ("field", "value"), form)
    elif form is Format.JSON:
        print_json(facts)
    else:
        print_rows([list(facts.values())], list(facts), form)
