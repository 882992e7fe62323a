"""To take back what one has just sent on, as long as nobody has acted on it (撤回)."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from cases.apart import clerical
from cases.capabilities.promises import promises_of
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.statements import Prepared
from cases.words import ENDORSER, SUBMITTER, Deed, condition, effect
from workflow.definition import SYSTEM
from workflow.errors import Refusal

_EVENTS, _MOVES = table_of(Event), table_of(Event).alias("moves")
_LAST_MOVE = select(func.max(_MOVES.c.version)).where(
    _MOVES.c.case_id == bindparam("case_id"), _MOVES.c.state_from != _MOVES.c.state_to
)
_SINCE = Prepared(
    select(*(_EVENTS.c[name] for name in ("version", "action", "role", "actor_id", "state_from", "data")))
    .where(_EVENTS.c.case_id == bindparam("case_id"), _EVENTS.c.version >= _LAST_MOVE.scalar_subquery())
    .order_by(_EVENTS.c.version)
)


@effect("recall", only_if=("still_mine",))
def recall(deed: Deed) -> None:
    """Undo one's own last move: the desk goes on with the limit it had, and an answer taken back was none."""
    deed.keeps_clock = True
    last, *_ = _since_the_last_move(deed)
    if "answered_at" in json.loads(last.data)["set"]:
        deed.sets["answered_at"] = None


@condition("still_mine")
def still_mine(deed: Deed) -> Refusal | None:
    """Refuse unless the person sent the case on themselves, from where it would go back, and nobody has acted since."""
    last, *later = _since_the_last_move(deed) or [None]
    if last is None or last.state_from not in deed.step.targets or not _is_mine(deed, last, in_role=True):
        return Refusal("最近一步不是您办的，不能撤回。", "The last step was not yours; you cannot take it back.")
    if any(promise.version >= last.version for promise in promises_of(deed.db, deed.case)):
        return Refusal(
            "这一步作出了承诺，承诺已经生效，不能撤回。",
            "A promise was made in that step and holds; it cannot be taken back.",
        )
    paperwork = clerical(deed.law.definition)
    if any(_has_acted(event, paperwork) and not _is_mine(deed, event) for event in later):
        return Refusal("已有人接着办理，不能撤回。", "Somebody has acted on it since; it cannot be taken back.")
    return None


def _has_acted(event: Any, paperwork: Collection[str]) -> bool:
    """Tell whether an event is somebody going on with the case: neither the system, nor a voice for it, nor a copy."""
    return event.role not in (SYSTEM, ENDORSER) and event.action not in paperwork


def _since_the_last_move(deed: Deed) -> Sequence[Any]:
    """Return the event that moved the case last, and what has happened since."""
    return _SINCE.rows(deed.db, {"case_id": deed.case_id})


def _is_mine(deed: Deed, event: Any, *, in_role: bool = False) -> bool:
    """Tell whether the person did it; what the submitter does names nobody."""
    if deed.by is None or (in_role and event.role != deed.role):
        return False
    return event.role == SUBMITTER if deed.role == SUBMITTER else bool(event.actor_id == deed.by.id)
