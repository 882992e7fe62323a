"""A department that says a case is not its own (退单): why, by which rule, and who is responsible meanwhile.

Whoever received the case first stays its lead until somebody else has signed for it (首接负责). The first return of a
round is for the supervisor to answer; the next one is a dispute (see `disputes`). A unit that should not have got a
matter objects with its reasons, and its common superior decides where units do not agree (信访工作条例 arts. 22–24).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select

from cases import beside
from cases.capabilities.assignments import (
    ENDED,
    LEAD,
    RETURNED,
    current,
    end_part,
    first_receiver,
    give,
)
from cases.capabilities.disputes import decided_about_lead, given_out_since
from cases.hooks import on_move
from cases.policy import answers_for
from cases.record.case import Assignment
from cases.record.columns import Moment, table_of
from cases.record.statements import Prepared
from cases.words import HANDLERS, Deed, Post, condition, effect, register
from workflow.definition import State
from workflow.errors import Refusal
from workflow.vocabulary import Field

_ASSIGNMENTS = table_of(Assignment)
_RETURNS = Prepared(
    select(func.count().label("count"))
    .select_from(_ASSIGNMENTS)
    .where(
        _ASSIGNMENTS.c.case_id == bindparam("case_id"),
        _ASSIGNMENTS.c.round == bindparam("in_round"),
        _ASSIGNMENTS.c.kind == bindparam("kind_of_part"),
        _ASSIGNMENTS.c.status == bindparam("with_status"),
        _ASSIGNMENTS.c.assigned_at >= bindparam("since", type_=Moment),
    )
)

register(Field("rule", "line", "退回依据", "Rule it rests on", longest=200))


@effect("give_back", needs=("reason",))
def give_back(deed: Deed) -> None:
    """Note that the lead gives the case back; the first one to do so stays lead until somebody else has signed."""
    rows = current(deed.db, deed.case)
    first = first_receiver(rows)
    for row in rows:
        if row.kind == LEAD and row is not first:
            _return(deed, row, is_relieved=first is not None)
    if deed.case.offered_id is not None:
        deed.sets["offered_id"] = None


@effect("uphold", needs=("reason",))
def uphold(deed: Deed) -> None:
    """Let the department that gave the case back have it after all: it has to sign for it anew."""
    for row in current(deed.db, deed.case):
        if row.kind == LEAD:
            end_part(deed, row, ENDED)
            give(deed, row.unit_id, LEAD)


@on_move
def forget_the_offer(deed: Deed, old: State, new: State) -> None:
    """Let nobody be offered what has ended."""
    if new.final and deed.now("offered_id") is not None:
        deed.sets["offered_id"] = None


@condition("first_return")
def first_return(deed: Deed) -> Refusal | None:
    """Refuse a second return in the same round: it is a dispute."""
    if _returns(deed):
        return Refusal(
            "本轮已退过单，不能再次退单：请办理，或提请裁定。",
            "The case has been returned in this round already: handle it, or ask for a decision.",
        )
    return None


@condition("returned_before")
def returned_before(deed: Deed) -> Refusal | None:
    """Refuse a dispute where nothing was returned, by whom waits to be relieved, or after it has been decided."""
    if not _returns(deed):
        return Refusal(
            "本轮尚未退过单，没有争议可以裁定：首次退回请用「退单」。",
            "Nothing was returned in this round, so there is no dispute to decide: return the case first.",
        )
    if decided_about_lead(deed):
        return Refusal(
            "权属已经裁定，本轮不能再退：请办理，或请督查转办。",
            "It has been decided whose case this is; it cannot be returned again in this round: handle it, or ask the "
            "supervisor to transfer it.",
        )
    rows = current(deed.db, deed.case)
    if first_receiver(rows) is not None and not any(_is_offered_to_me(deed, row) for row in rows):
        return Refusal(
            "您的单位已经退单，正等待其他单位签收。",
            "Your department has returned the case already; another one has yet to sign for it.",
        )
    return None


def _return(deed: Deed, row: Any, *, is_relieved: bool) -> None:
    if is_relieved:
        end_part(deed, row, RETURNED)
    else:
        beside.change(deed, Assignment, row.id, status=RETURNED)


def _returns(deed: Deed) -> int:
    """Return how often the case was given back in this round, since it was given out."""
    asked = {"case_id": deed.case_id, "in_round": deed.case.round, "kind_of_part": LEAD, "with_status": RETURNED}
    return int(_RETURNS.rows(deed.db, asked | {"since": given_out_since(deed)})[0].count)


def _is_offered_to_me(deed: Deed, row: Any) -> bool:
    if row.kind != LEAD or row.status == RETURNED or deed.by is None:
        return False
    return answers_for(deed.db, deed.case, Post(HANDLERS, row.unit_id), deed.by, deed.at, LEAD)
