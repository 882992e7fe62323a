"""Whose a case, or a part of it, is (权属争议): the adjudicator decides, and the time is booked to whoever was wrong.

The adjudicator is the supervisor of the lowest unit that stands above everyone concerned (信访工作条例 art. 24: several
units that do not agree turn to their common superior), and belongs to none of the departments that quarrel: where
nobody else is there, the next unit above decides. A case is in dispute as long as it lies on that desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import bindparam, literal_column, select
from sqlmodel import Session

from cases import beside
from cases.capabilities.assignments import LEAD, OFFERED, RETURNED, SIGNED, current
from cases.hooks import on_move
from cases.record.case import Assignment, Case
from cases.record.columns import Moment, table_of
from cases.record.disputes import Dispute
from cases.record.event import Event
from cases.record.people import ancestors
from cases.record.statements import Prepared, of_each_case
from cases.units import units_by_id
from cases.words import SUBMITTER, Deed, Post, role
from workflow.definition import STAGES, State
from workflow.vocabulary import SUPPORT

ADJUDICATOR, SUPERVISOR = "adjudicator", "supervisor"
ABOUT_LEAD, ABOUT_PART = "lead", "part"
UPHELD, REFUSED, LAPSED = "upheld", "refused", "lapsed"

_DISPUTES, _ASSIGNMENTS, _EVENTS = table_of(Dispute), table_of(Assignment), table_of(Event)
_ALL = of_each_case(Dispute)
_PARTS = of_each_case(Assignment)
_DECIDED = Prepared(
    select(_DISPUTES.c.assignment_id, _DISPUTES.c.about).where(
        _DISPUTES.c.case_id == bindparam("of_case"),
        _DISPUTES.c.round == bindparam("in_round"),
        _DISPUTES.c.decided_at.is_not(None),
        _DISPUTES.c.decision != LAPSED,
        _DISPUTES.c.opened_at >= bindparam("since", type_=Moment),
    )
)
_MOVES = Prepared(
    select(_EVENTS.c.state_from, _EVENTS.c.at)
    .where(_EVENTS.c.case_id == bindparam("of_case"), _EVENTS.c.state_from != _EVENTS.c.state_to)
    .order_by(_EVENTS.c.version.desc())
)
_PART = Prepared(select(_ASSIGNMENTS).where(_ASSIGNMENTS.c.id == bindparam("part_id")))

_GIVEN_BACK_LAST = Prepared(
    select(_ASSIGNMENTS)
    .where(_ASSIGNMENTS.c.case_id == bindparam("of_case"), _ASSIGNMENTS.c.kind == bindparam("kind_of_part"))
    .where(_ASSIGNMENTS.c.status == bindparam("with_status"))
    .order_by(_ASSIGNMENTS.c.id.desc())
    .limit(literal_column("1"))
)


@role(ADJUDICATOR)
def adjudicator(db: Session, case: Case) -> Iterable[Post]:
    """Return the supervisor's desk at the common superior of the case's union and every department it was given to.

    Nobody sits there who belongs to a department that quarrels.
    """
    parts = _PARTS.rows(db, {"case_id": case.id})
    places = units_by_id(db, [case.unit_id, *(row.unit_id for row in parts)])
    paths = [unit.path for unit in places.values()]
    returning = {row.unit_id for row in parts if (row.kind, row.status, row.round) == (LEAD, RETURNED, case.round)}
    dispute = _open(db, case.id)
    parties = {dispute.opened_by_unit_id, dispute.against_unit_id} if dispute is not None else set()
    quarrelling = frozenset(unit_id for unit_id in returning | parties if unit_id is not None)
    return [Post((SUPERVISOR,), common_superior(paths), not_of=quarrelling)]


@on_move
def follow(deed: Deed, old: State, new: State) -> None:
    """Open a dispute when a case comes to the adjudicator's desk, and end it when the case leaves."""
    if new.owner == ADJUDICATOR and old.owner != ADJUDICATOR:
        if _open(deed.db, deed.case_id) is None:
            _open_about_lead(deed)
    elif old.owner == ADJUDICATOR and new.owner != ADJUDICATOR:
        dispute = _open(deed.db, deed.case_id)
        if dispute is not None:
            _end(deed, dispute, new)


def open_dispute(deed: Deed, about: str, row: Any, by: int, against: int | None) -> None:
    """Open a dispute over a part that was given back; `row` is its row of `assignments`."""
    beside.add(
        deed,
        Dispute,
        about=about,
        assignment_id=row.id,
        round=deed.now("round"),
        opened_at=deed.at,
        opened_by_unit_id=by,
        against_unit_id=against,
        dispatched_by_unit_id=deed.case.unit_id,
    )


def open_dispute_of(db: Session, case: Case) -> Any | None:
    """Return the dispute that waits for a decision, a row of `disputes`."""
    return _open(db, case.id)


def given_out_since(deed: Deed) -> datetime:
    """Return when the case last came from its review: what departments returned earlier binds nobody since."""
    states, earlier = deed.law.definition.states, STAGES[: STAGES.index("handle")]
    for move in _MOVES.rows(deed.db, {"of_case": deed.case_id}):
        if (left := states.get(move.state_from)) is not None and left.stage in earlier:
            return cast(datetime, move.at)
    assert deed.case.submitted_at is not None  # what is handled was submitted, elsewhere if not here
    return deed.case.submitted_at


def decided_about_lead(deed: Deed) -> bool:
    """Tell whether it was decided in this round, since the case was given out, who handles it."""
    return any(row.about == ABOUT_LEAD for row in _decided(deed))


def decided_about(deed: Deed, assignment_id: int) -> bool:
    """Tell whether it was decided that a part stays where it is."""
    return any(row.assignment_id == assignment_id for row in _decided(deed))


def disputes_of(db: Session, case: Case) -> Sequence[Dispute]:
    """Return every dispute over a case, in order."""
    return _ALL.objects(db, Dispute, {"case_id": case.id})


def common_superior(paths: list[str]) -> int:
    """Return the id of the lowest unit whose subtree holds all paths; the root of the first one if there is none."""
    lines = [list(reversed(ancestors(path))) for path in paths]
    common = lines[0][0]
    for steps in zip(*lines, strict=False):
        if len(set(steps)) > 1:
            break
        common = steps[0]
    return common


def _open(db: Session, case_id: int | None) -> Any | None:
    return next((row for row in _ALL.rows(db, {"case_id": case_id}) if row.decided_at is None), None)


def _decided(deed: Deed) -> Sequence[Any]:
    asked = {"of_case": deed.case_id, "in_round": deed.case.round, "since": given_out_since(deed)}
    return _DECIDED.rows(deed.db, asked)


def _open_about_lead(deed: Deed) -> None:
    """Open the dispute of the department that has just given the case back."""
    asked = {"of_case": deed.case_id, "kind_of_part": LEAD, "with_status": RETURNED}
    for row in _GIVEN_BACK_LAST.rows(deed.db, asked):
        open_dispute(deed, ABOUT_LEAD, row, row.unit_id, None)


def _end(deed: Deed, dispute: Any, new: State) -> None:
    """Decide a dispute as the adjudicator has assigned the case, or let it lapse with the case or the part."""
    part = _PART.rows(deed.db, {"part_id": dispute.assignment_id})[0]
    is_gone = dispute.about == ABOUT_PART and part.ended_at is not None and part.ended_at < deed.at
    if new.final or is_gone:
        beside.change(deed, Dispute, dispute.id, decided_at=deed.at, decision=LAPSED)
        return
    is_refused = _has_it_after_all(deed, dispute, part)
    if is_refused:
        booked_to = part.unit_id
    elif dispute.about == ABOUT_LEAD:
        booked_to = dispute.dispatched_by_unit_id
    else:
        booked_to = next(
            unit_id
            for unit_id in (dispute.opened_by_unit_id, dispute.against_unit_id)
            if unit_id not in (None, part.unit_id)
        )
    decider = deed.by.id if deed.by is not None and deed.role != SUBMITTER else None
    beside.change(
        deed,
        Dispute,
        dispute.id,
        decided_at=deed.at,
        decided_by=decider,
        decision=REFUSED if is_refused else UPHELD,
        booked_to_unit_id=booked_to,
    )


def _has_it_after_all(deed: Deed, dispute: Any, part: Any) -> bool:
    """Tell whether whoever gave a part back has it still; a support department that has goes on where it was."""
    if dispute.about == ABOUT_LEAD:
        return bool(part.unit_id == (deed.now("offered_id") or deed.now("lead_id")))
    mine = [row for row in current(deed.db, deed.case) if row.unit_id == part.unit_id]
    for row in mine:
        if row.kind == SUPPORT and row.status == RETURNED:
            beside.change(deed, Assignment, row.id, status=SIGNED if row.signed_at else OFFERED)
    return bool(mine)
