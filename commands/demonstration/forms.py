"""What people write into the form of an action: the matter's own words, by field and action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from commands.demonstration import sentences
from commands.demonstration.matters import Matter
from commands.options import ZONE
from workflow.definition import Step

#: Action -> the matter's sentence that gives its reason.
REASONS: Mapping[str, str] = {
    "ask_submitter": "supplement",
    "reject": "reject",
    "vote_down": "reject",
    "vote_back": "supplement",
    "appeal": "appeal",
    "return": "return_reason",
    "reassign": "transfer",
    "uphold": "upheld",
    "dispute": "dispute_reason",
    "adjudicate": "adjudication",
    "transfer": "transfer",
    "request_extension": "extension",
    "send_back": "send_back",
    "satisfied": "satisfied",
    "partly_satisfied": "partly_satisfied",
    "unsatisfied": "dissatisfied",
    "reopen": "reopening",
    "withdraw": "withdrawal",
}


def form_of(
    step: Step, matter: Matter, role: str, at: datetime, given: Mapping[str, Any], answered: int
) -> dict[str, Any]:
    """Return the form that someone in a role fills in for an action; `given` are values that were decided before.

    `answered` counts the answers that the department has given before.
    """
    form = {name: _value(name, step, matter, role, at, answered) for name in (*step.needs, *step.takes)}
    if given.get("approve") is False:
        form["reason"] = matter.extension_refusal
    return {name: value for name, value in {**form, **given}.items() if value not in (None, "", [])}


def _value(name: str, step: Step, matter: Matter, role: str, at: datetime, answered: int) -> Any:
    if name in step.preset:
        return step.preset[name]
    if name in step.takes and name in ("promise", "promised_on"):
        return None  # few answers promise anything (see `voices`)
    match name:
        case "category" | "tier" | "urgency" | "promise":
            return getattr(matter, name)
        case "lead" | "support":
            lead, supports = _parts(step.action, matter)
            return lead if name == "lead" else supports
        case "rule":
            return matter.rule
        case "reason":
            return _reason(step.action, matter, role)
        case "answer":
            if role.startswith("parent."):
                return matter.reply_from_above
            return matter.answers[min(answered, len(matter.answers) - 1)]
        case "note":
            return matter.supplement_note if role == "submitter" else matter.note
        case "audience":
            return None if role == "submitter" else "staff"
        case "summary":
            return matter.referral
        case "result":
            return matter.result
        case "promised_on":
            return (at + timedelta(days=matter.promise_days)).astimezone(ZONE).date().isoformat()
        case _:
            return None


def _reason(action: str, matter: Matter, role: str) -> str | None:
    if role == "system":
        return None
    if action == "urge":
        return matter.urge if role == "submitter" else matter.supervisor_urge
    if action == "merge":
        return sentences.MERGED_WITH
    return getattr(matter, REASONS[action]) if action in REASONS else None


def _parts(action: str, matter: Matter) -> tuple[str, list[str]]:
    """Return who leads and who supports after an action; a unit that takes over leaves its place to the one before."""
    lead, supports = matter.lead, list(matter.supports)
    moves = action in ("transfer", "reassign") or (action == "adjudicate" and matter.is_moved)
    if moves and matter.other is not None:
        supports = [code for code in (lead, *supports) if code != matter.other]
        lead = matter.other
    return lead, supports
