"""What can wait for somebody beside a case: each kind with its rows and the desks that they lie on.

- clocks beside the case: a decision on more time, the answer to an order, whatever else a law gives a limit
- the level that a case has climbed to, until it is acknowledged
- a part that was given back, for whoever answers that, by the clock of the part
- a request for more time under a law that has no clock for the decision, by the limit that it is about
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, literal, or_
from sqlmodel import Session, col, select

from cases.answering import Laws, LiesAt, Reader, among, duties_behind, lies_at, published
from cases.audience import HEADS
from cases.climbing import level_of, post_of
from cases.clocks import BESIDE, CLIMB
from cases.deputies import PERSONAL
from cases.laws import law_of
from cases.matter import Kind, Matter, OnDesk
from cases.record.case import Assignment, Case, Extension
from cases.record.clock import Clock, Level
from cases.record.orders import Order
from cases.record.people import OVERSEERS, Unit
from cases.seats import posts
from cases.side_clocks import OF_A_DEPARTMENT, OF_A_UNION, desk_of
from cases.sides import Side, SideRow, SideUnit
from cases.units import RAISED_AT
from cases.words import HANDLERS, OWNER_HEAD, Post
from workflow.vocabulary import ANSWER, DECIDE, DELEGATED, DONE, HANDLER, SIGN, SUPPORT

#: What a matter is where no clock beside the case is its own; the first is also the role of whom a case has climbed to.
CLIMBED, GIVEN_BACK = "climbed_to", "given_back"
RETURNED = "returned"
#: The effects by which a part given back is answered, and a request for more time, of the case or of a part.
RELEASES, DECIDES, DECIDES_FOR_PART = "release_part", "decide_extension", "decide_part_extension"
OF_PARTS = frozenset({SIGN, DONE, DELEGATED})

_DECISIONS = {DECIDES: col(Extension.unit_id).is_(None), DECIDES_FOR_PART: col(Extension.unit_id).is_not(None)}


def kinds(db: Session, mine: Reader) -> Iterator[Kind]:
    """Yield the kinds of matters that can wait for somebody who works on others' cases."""
    if not {held.role for held in mine.duties} <= PERSONAL:
        laws, ours = published(db), mine.side
        yield _beside(laws, ours)
        yield _levels()
        yield _given_back(laws)
        yield _without_clock(laws, ours)


def _beside(laws: Laws, ours: Collection[int]) -> Kind:
    """Return what has a clock beside the case that ends with it, but for the requests of `ours`."""
    desks = [
        OnDesk(role, duties, or_(*which), _at_side(*units))
        for role, which in _clocks_by_role(laws).items()
        for duties, units in _duties_at(role)
    ]
    state = col(Clock.state)
    is_request = and_(
        state.startswith(DECIDE), col(Extension.case_id) == Clock.case_id, col(Extension.id) == SideRow(state)
    )
    is_order = and_(state.startswith(ANSWER), col(Order.case_id) == Clock.case_id, col(Order.id) == SideRow(state))
    rows = (
        select(Case, Clock, Extension, Order)
        .join(Clock, col(Clock.case_id) == Case.id)
        .outerjoin(Extension, is_request)
        .outerjoin(Order, is_order)
        .where(col(Case.closed_at).is_(None), col(Clock.kind) == BESIDE, col(Clock.stopped_at).is_(None), _not_of(ours))
        .order_by(col(Clock.due_at).is_(None), col(Clock.due_at), col(Clock.id))
    )
    return Kind(rows, desks, _read_clock, _desk_of_clock)


def _read_clock(row: Any) -> Matter:
    case, clock, request, order = row
    side = Side.parse(clock.state)
    return Matter(case, side.name, clock, row_id=clock.id, unit_id=request.unit_id if request else None, order=order)


def _desk_of_clock(db: Session, matter: Matter) -> Iterator[tuple[str, Post]]:
    assert matter.clock is not None
    yield desk_of(db, law_of(db, matter.case.law_id).definition, Side.parse(matter.clock.state))


def _clocks_by_role(laws: Laws) -> dict[str, list[ColumnElement[bool]]]:
    """Return by role the condition that a clock runs for something that only it tells of."""
    found: dict[str, list[ColumnElement[bool]]] = {}
    for law_id, law in laws:
        for name, one in law.besides.items():
            if name not in OF_PARTS and not one.outlives_case:
                which = and_(col(Case.law_id) == law_id, col(Clock.state).startswith(f"{name}@", autoescape=True))
                found.setdefault(one.owner, []).append(which)
    return found


def _duties_at(role: str) -> Iterator[tuple[Collection[str], list[ColumnElement[bool]]]]:
    """Yield the duties that sit at the desks of a role, as `cases.side_clocks.desk_of` does, and at which units."""
    if role == HANDLER:
        yield HANDLERS, [col(Unit.kind).not_in(RAISED_AT)]
        yield OF_A_UNION, [col(Unit.kind).in_(RAISED_AT)]
    else:
        yield HANDLERS if role in OF_A_DEPARTMENT else (role,), []


def _at_side(*which: ColumnElement[bool]) -> LiesAt:
    return lambda units: SideUnit(col(Clock.state)).in_(select(Unit.id).where(units, *which))


def _levels() -> Kind:
    """Return what has climbed to somebody who has not acknowledged it."""
    lies: LiesAt = partial(among, Level.unit_id)
    desks = [OnDesk(CLIMBED, (role,), col(Level.role) == role, lies) for role in OVERSEERS]
    desks.append(OnDesk(CLIMBED, HEADS, col(Level.role) == OWNER_HEAD, lies))
    is_its_clock = and_(col(Clock.case_id) == Level.case_id, col(Clock.kind) == CLIMB, col(Clock.stopped_at).is_(None))
    rows = (
        select(Case, Clock, Level)
        .join(Level, col(Level.case_id) == Case.id)
        .join(Clock, is_its_clock)
        .where(col(Case.closed_at).is_(None), col(Level.left_at).is_(None), col(Level.acknowledged_at).is_(None))
        .order_by(col(Clock.due_at), col(Clock.id))
    )
    return Kind(rows, desks, lambda row: Matter(row[0], CLIMBED, row[1], row_id=row[2].id), _desk_of_level)


def _desk_of_level(db: Session, matter: Matter) -> Iterator[tuple[str, Post]]:
    if (level := level_of(db, matter.case)) is not None:
        yield CLIMBED, post_of(level)


def _given_back(laws: Laws) -> Kind:
    """Return the parts that were given back, where their case is in a state in which somebody can answer that."""
    side = cast(Assignment.unit_id, String)
    is_its_clock = and_(
        col(Clock.case_id) == Assignment.case_id,
        col(Clock.kind) == BESIDE,
        col(Clock.stopped_at).is_(None),
        col(Clock.state) == literal(f"{DONE}@").concat(side),
    )
    rows = (
        select(Case, Clock, Assignment)
        .join(Assignment, col(Assignment.case_id) == Case.id)
        .outerjoin(Clock, is_its_clock)
        .where(col(Case.closed_at).is_(None), col(Assignment.kind) == SUPPORT, col(Assignment.status) == RETURNED)
        .where(col(Assignment.ended_at).is_(None))
        .order_by(col(Clock.due_at).is_(None), col(Clock.due_at), col(Assignment.id))
    )
    return Kind(rows, list(_by_step(laws, RELEASES)), _read_part, partial(_desks_of_step, RELEASES))


def _read_part(row: Any) -> Matter:
    case, clock, part = row
    return Matter(case, GIVEN_BACK, clock, row_id=part.id, unit_id=part.unit_id)


def _without_clock(laws: Laws, ours: Collection[int]) -> Kind:
    """Return the requests for more time under laws that have no clock for the decision, but for those of `ours`."""
    untimed = [(law_id, law) for law_id, law in laws if DECIDE not in law.besides]
    rows = (
        select(Case, Extension)
        .join(Extension, col(Extension.case_id) == Case.id)
        .where(col(Case.closed_at).is_(None), _not_of(ours))
        .where(col(Extension.decided_at).is_(None), col(Extension.lapsed_at).is_(None))
        .order_by(col(Extension.due_at).is_(None), col(Extension.due_at), col(Extension.id))
    )
    desks = [
        OnDesk(desk.role, desk.duties, and_(desk.which, which), desk.lies)
        for effect, which in _DECISIONS.items()
        for desk in _by_step(untimed, effect, only_first=True)
    ]
    return Kind(rows, desks, _read_request, _desks_of_request)


def _read_request(row: Any) -> Matter:
    case, asked = row
    return Matter(case, DECIDE, limit_at=asked.due_at, row_id=asked.id, unit_id=asked.unit_id)


def _desks_of_request(db: Session, matter: Matter) -> Iterator[tuple[str, Post]]:
    effect = DECIDES if matter.unit_id is None else DECIDES_FOR_PART
    yield from _desks_of_step(effect, db, matter, only_first=True)


def _by_step(laws: Laws, effect: str, *, only_first: bool = False) -> Iterator[OnDesk]:
    """Yield the desks of those who may take the step with an effect; of several the lowest is asked first."""
    for law_id, law in laws:
        for step in law.steps:
            for role in step.by[:1] if only_first else step.by:
                if effect in step.does and (duties := duties_behind(role)):
                    which = and_(col(Case.law_id) == law_id, col(Case.state).in_(step.sources))
                    yield OnDesk(role, duties, which, partial(lies_at, role))


def _desks_of_step(effect: str, db: Session, matter: Matter, *, only_first: bool = False) -> Iterator[tuple[str, Post]]:
    case = matter.case
    for step in law_of(db, case.law_id).definition.steps_from(case.state):
        if effect in step.does:
            for role in step.by[:1] if only_first else step.by:
                yield from ((role, post) for post in posts(db, case, role))


def _not_of(ours: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a row tells of no request, or of one that others made."""
    return or_(col(Extension.asked_by).is_(None), col(Extension.asked_by).not_in(sorted(ours)))
