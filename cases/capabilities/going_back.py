"""To send a case back to an earlier point that it has really passed, and never past a review (退回上一环节).

Coming to a state again undoes whatever was passed since. What a case has passed is therefore the way here without its
loops, and from a point before a review the only way on leads through a new decision.
"""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from cases.capabilities.assignments import ENDED, LEAD, current, end_part, end_with_delegations, give
from cases.capabilities.feedback import take_up_again
from cases.errors import FieldError, InvalidFields
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.statements import Prepared
from cases.words import Deed, condition, effect, register
from workflow.definition import STAGES, State, Step
from workflow.errors import Refusal
from workflow.vocabulary import Field

_EVENTS = table_of(Event)
_MOVES = Prepared(
    select(_EVENTS.c.state_to)
    .where(_EVENTS.c.case_id == bindparam("case_id"))
    .where(or_(_EVENTS.c.state_from.is_(None), _EVENTS.c.state_from != _EVENTS.c.state_to))
    .order_by(_EVENTS.c.version),
    of_case="case_id",
)

register(Field("point", "state", "退回到", "Back to", longest=100))


@effect("go_back", needs=("point",), only_if=("has_passed_a_point",))
def go_back(deed: Deed) -> None:
    """Send the case back to the point that was picked; parts end, or begin again, as the way to it undoes them."""
    state = deed.law.state(deed.fields["point"])
    if state.name not in points(deed.db, deed.case_id, deed.step):
        raise InvalidFields(
            [FieldError("point", f"案件没有经过「{state.label}」", f"The case has not passed {state.label_en}")]
        )
    deed.goes_to = state.name
    if STAGES.index(state.stage) < STAGES.index("handle"):
        unassign(deed)
    elif _is_signed_for(deed, state):
        _offer_again(deed)
    else:
        take_up_again(deed)


@effect("unassign")
def unassign(deed: Deed) -> None:
    """Relieve every department and leave nobody in the lead, so that a new decision may name anyone."""
    for row in current(deed.db, deed.case):
        end_part(deed, row, ENDED)
    deed.sets |= {"lead_id": None, "offered_id": None}


@condition("has_passed_a_point")
def has_passed_a_point(deed: Deed) -> Refusal | None:
    """Refuse where the case has passed none of the points that the step leads to."""
    if not points(deed.db, deed.case_id, deed.step):
        return Refusal("案件还没有经过可以退回的环节。", "The case has passed no point that it could go back to.")
    return None


def points(db: Session, case_id: int, step: Step) -> list[str]:
    """Return the points among those of a step that a case has passed, the latest first."""
    return [name for name in reversed(passed(db, case_id)[:-1]) if name in step.targets]


def passed(db: Session, case_id: int) -> list[str]:
    """Return the states on a case's way to where it lies, without what it went back on; the last is where it lies."""
    way: list[str] = []
    for row in _MOVES.rows(db, {"case_id": case_id}):
        if row.state_to in way:
            del way[way.index(row.state_to) + 1 :]
        else:
            way.append(row.state_to)
    return way


def _is_signed_for(deed: Deed, state: State) -> bool:
    """Tell whether the lead signs for a case that lies in a state."""
    return any("sign" in step.does for step in deed.law.definition.steps_from(state.name))


def _offer_again(deed: Deed) -> None:
    """Offer the case to its lead once more; the support departments go on."""
    rows = current(deed.db, deed.case)
    for row in rows:
        if row.kind == LEAD:
            end_with_delegations(deed, row, rows, ENDED)
    if deed.case.lead_id is not None:
        give(deed, deed.case.lead_id, LEAD)
