"""Which steps of a law the reference model speaks of: those whose words it knows.

What people do beside a case (votes, disputes, orders and the like) has stories and invariants of its own; here a step
with such words is left alone, and so is every attempt at it. A word that is added to a step of the straight road has
to be taught to the model, or the road is no longer covered: `test_the_straight_road_is_modelled` says so.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from tests.cast import WORKFLOWS

EFFECTS = {
    "assign", "sign", "give_back", "end_assignments", "sign_part", "report_part", "waive_part", "new_round",
    "take_up_again", "answer", "appeal_to_parent", "merge_into", "request_extension", "decide_extension", "promise",
    "promise_in_answer", "keep_promise", "acknowledge", "uphold", "urge",
}  # fmt: skip
CONDITIONS = {
    "not_the_submitter", "not_the_handler", "support_done", "part_open", "part_offered", "part_signed",
    "no_extension_pending", "extension_pending", "not_the_asker", "before_the_limit", "extensions_left",
    "high_enough", "first_return", "returned_before", "not_urged_today", "not_on_my_desk",
}  # fmt: skip
ROLES = {
    "submitter", "reviewer", "lead", "support", "supervisor", "leader", "adjudicator", "climbed_to", "system",
    "anyone",
}  # fmt: skip


def words(value: str | list[str]) -> list[str]:
    """Spell one word and a list of words alike."""
    return [value] if isinstance(value, str) else value


def is_modelled(row: dict[str, Any]) -> bool:
    """Tell whether the model knows every word of a step."""
    return (
        EFFECTS.issuperset(row.get("does", []))
        and CONDITIONS.issuperset(row.get("only_if", []))
        and ROLES.issuperset(word.removeprefix("parent.") for word in words(row["by"]))
        and isinstance(row.get("to", ""), str)
    )


@cache
def law_of(name: str) -> dict[str, Any]:
    """Read a law as TOML and no more; `beyond` holds the steps that the model does not speak of."""
    law = tomllib.loads((WORKFLOWS / f"{name}.toml").read_text(encoding="utf-8"))
    return law | {
        "steps": [row for row in law["steps"] if is_modelled(row)],
        "beyond": [row for row in law["steps"] if not is_modelled(row)],
    }


def starts_at(row: dict[str, Any], state: str, *, is_final: bool) -> bool:
    """Tell whether a step starts at a state."""
    return not {state, "any", *([] if is_final else ["open"])}.isdisjoint(words(row["from"]))


def is_beyond(law: dict[str, Any], state: str, action: str) -> bool:
    """Tell whether an action, tried in a state, is none that the model speaks of."""
    is_final = law["states"][state].get("final", False)
    return any(row["action"] == action and starts_at(row, state, is_final=is_final) for row in law["beyond"])
