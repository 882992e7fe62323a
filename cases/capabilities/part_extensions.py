"""More time for a part alone: a support department asks, and the limit of its part moves, not that of the case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases import clocks
from cases.capabilities.assignments import OFFERED, SIGNED, current, of_unit_meant
from cases.capabilities.extensions import (
    DECIDE_PART,
    decide,
    pending,
    pending_of_parts,
    refuse_the_asker,
    refuse_too_low,
    refuse_too_many,
    request,
)
from cases.policy import answers_for
from cases.sides import Side
from cases.words import HANDLERS, Deed, Post, condition, effect
from workflow.errors import Refusal
from workflow.machine import NotNow
from workflow.vocabulary import DONE, SUPPORT

REQUEST_PART = "request_part_extension"


@effect(REQUEST_PART, needs=("extra",), only_if=("part_signed_for",))
def request_part_extension(deed: Deed) -> None:
    """Keep a department's request for more time for its part until someone decides it or the part ends."""
    unit_id = _mine(deed)[0].unit_id
    deed.facts["part"] = unit_id
    request(deed, is_of_part(unit_id), unit_id, _due_at(deed, unit_id))


@effect(DECIDE_PART, needs=("approve",), only_if=("part_extension_pending",))
def decide_part_extension(deed: Deed) -> None:
    """Grant a department's request, which moves the limit of its part, or refuse it, which leaves it."""
    asked = _asked(deed)
    deed.facts["part"] = asked.unit_id
    for refusal in (refuse_the_asker(deed, asked), refuse_too_low(deed, asked)):
        if refusal is not None:
            raise NotNow(refusal.zh, refusal.en)
    decide(deed, asked, is_of_part(asked.unit_id), is_of_part(asked.unit_id))


@condition("part_signed_for")
def part_signed_for(deed: Deed) -> Refusal | None:
    """Refuse where the department has no part that it could finish later."""
    if not _mine(deed):
        return Refusal("您的单位没有在办的协办。", "Your department has no part in hand.")
    return None


@condition("part_extension_pending")
def part_extension_pending(deed: Deed) -> Refusal | None:
    """Refuse when no department has asked for more time for its part."""
    if not pending_of_parts(deed):
        return Refusal("没有待审批的协办延期申请。", "No department has asked for more time for its part.")
    return None


@condition("no_part_extension_pending")
def no_part_extension_pending(deed: Deed) -> Refusal | None:
    """Refuse a second request for a part while the first waits."""
    mine = _mine(deed)
    if mine and pending(deed.db, deed.case, mine[0].unit_id) is not None:
        return Refusal("已有一份延期申请待审批。", "An extension already waits for a decision.")
    return None


@condition("before_the_part_limit")
def before_the_part_limit(deed: Deed) -> Refusal | None:
    """Refuse once the limit of the department's part has passed."""
    mine = _mine(deed)
    due_at = _due_at(deed, mine[0].unit_id) if mine else None
    if due_at is not None and deed.at > due_at:
        return Refusal("时限已过，不能再申请延期。", "The limit has passed; it is too late to ask for more time.")
    return None


@condition("part_extensions_left")
def part_extensions_left(deed: Deed) -> Refusal | None:
    """Refuse once the department has had as many extensions in this round as the law allows."""
    mine = _mine(deed)
    return refuse_too_many(deed, mine[0].unit_id) if mine else None


def is_of_part(unit_id: int) -> Callable[[Any], bool]:
    """Return what tells whether a clock is the one in which a department has to finish its part."""
    name = str(Side(DONE, unit_id))
    return lambda clock: bool(clock.kind == clocks.BESIDE and clock.state == name)


def _due_at(deed: Deed, unit_id: int) -> Any:
    is_its = is_of_part(unit_id)
    running = clocks.running_clocks(deed.db, deed.case_id)
    return next((clock.due_at for clock in running if is_its(clock)), None)


def _asked(deed: Deed) -> Any:
    """Return the request that is meant. Raises InvalidFields."""
    return of_unit_meant(
        deed,
        list(pending_of_parts(deed)),
        none=("没有待审批的延期申请", "has asked for no more time"),
        several=(
            "有多份协办延期申请，请写明是哪个单位的",
            "Several departments have asked for more time; say whose is meant",
        ),
    )


def _mine(deed: Deed) -> list[Any]:
    by = deed.by
    if by is None:
        return []
    rows = [row for row in current(deed.db, deed.case) if row.kind == SUPPORT and row.status in (OFFERED, SIGNED)]
    return [row for row in rows if answers_for(deed.db, deed.case, Post(HANDLERS, row.unit_id), by, deed.at, SUPPORT)]
