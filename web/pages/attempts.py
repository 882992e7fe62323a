"""What somebody tried in vain on the page of a case, for the page to show again with what they typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cases.errors import InvalidFields
from web.errors import field_errors
from web.pages.forms import Posted
from web.visits import Visit
from workflow.errors import Refusal


@dataclass(frozen=True)
class Attempt:
    """An action that was refused: what was typed, which sentence says why, and what is wrong with each field."""

    action: str
    typed: Mapping[str, str | list[str]]
    sentence: str
    errors: Mapping[str, str] = field(default_factory=dict)


def refused(visit: Visit, action: str, form: Posted, refusal: Refusal) -> tuple[Attempt, int]:
    """Return what was refused, with the status of the answer; nothing of what was tried stays."""
    visit.start_over()
    if isinstance(refusal, InvalidFields):
        errors = {error["field"]: error["detail"] for error in field_errors(refusal.errors, visit.language)}
        sentence = visit.say("没有保存，请改正标出的项目。", "Nothing was saved; correct the marked fields.")
        return Attempt(action, form.values, sentence, errors), 422
    return Attempt(action, form.values, visit.say(refusal.zh, refusal.en)), 409
