"""What must hold at any moment of the rows beside a case: each recounted here from tables and events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from cases.progress import progress_of
from cases.record.case import Assignment, Case, Extension
from cases.record.clock import Clock
from cases.record.disputes import Dispute
from cases.record.endorsements import Endorsement
from cases.record.orders import Order
from cases.record.people import Duty
from cases.record.promises import Promise
from cases.record.review import Ballot, Seat
from cases.sides import BESIDE, Side
from workflow.definition import Definition


def check_rows(db: Session, case: Case, law: Definition, events: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """Assert all of them."""
    running = db.exec(select(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))).all()
    sides = Counter(
        (side.name, side.row_id) for clock in running if clock.kind == BESIDE for side in [Side.parse(clock.state)]
    )
    no_vote_counts_twice(db, case, law)
    whoever_must_decide_has_a_clock(db, case, sides)
    what_is_owed_has_a_clock(db, case, sides)
    a_dispute_is_open_while_somebody_decides_it(db, case, law)
    voices_are_counted(db, case)
    nobody_acts_in_a_place_outside_its_dates(db, events)
    progress_is_a_recount(db, case)


def of(db: Session, model: type[SQLModel], case: Case) -> Sequence[Any]:
    """Return the rows of a table that lie beside a case."""
    table: Any = model
    return db.exec(select(table).where(table.case_id == case.id).order_by(table.id)).all()


def no_vote_counts_twice(db: Session, case: Case, law: Definition) -> None:
    """Each member has one seat a ballot and one vote in it, cast while it was open; one ballot at most is open."""
    ballots, seats = {row.id: row for row in of(db, Ballot, case)}, of(db, Seat, case)
    assert max(Counter((seat.ballot_id, seat.user_id) for seat in seats).values(), default=1) == 1
    for seat in seats:
        ballot = ballots[seat.ballot_id]
        assert not (seat.choice and seat.recused_at), "a vote of somebody who has withdrawn"
        if seat.cast_at is not None:
            assert seat.cast_at >= ballot.convened_at
            assert ballot.decided_at is None or seat.cast_at <= ballot.decided_at
    is_voting = law.states[case.state].owner == "panel"
    assert sum(ballot.decided_at is None for ballot in ballots.values()) == is_voting


def whoever_must_decide_has_a_clock(db: Session, case: Case, sides: Counter[tuple[str, int | None]]) -> None:
    """A request for more time waits with the clock of whoever decides it, and no longer than that."""
    waiting = {row.id for row in of(db, Extension, case) if row.decided_at is None and row.lapsed_at is None}
    deciding = {row_id for name, row_id in sides if name in ("decide", "decide_above")}
    assert waiting == deciding


def what_is_owed_has_a_clock(db: Session, case: Case, sides: Counter[tuple[str, int | None]]) -> None:
    """An order waits for its answer while the case is open; a promise waits to be kept, also after it is closed."""
    ordered = {row.id for row in of(db, Order, case) if row.answered_at is None and row.ended_at is None}
    assert ordered == {row_id for name, row_id in sides if name == "answer"}
    assert not (case.closed_at and ordered)
    promised = {row.id for row in of(db, Promise, case) if row.kept_at is None and row.broken_at is None}
    assert promised == {row_id for name, row_id in sides if name == "keep"}


def a_dispute_is_open_while_somebody_decides_it(db: Session, case: Case, law: Definition) -> None:
    """A dispute lasts exactly as long as the case lies with an adjudicator, and is booked to one unit at its end."""
    disputes = of(db, Dispute, case)
    is_deciding = law.states[case.state].owner == "adjudicator"
    assert sum(row.decided_at is None for row in disputes) == is_deciding
    for row in disputes:
        assert row.booked_to_unit_id is None or row.decided_at is not None


def voices_are_counted(db: Session, case: Case) -> None:
    """The number of those who endorse a case is how many rows say so, one a person."""
    rows = [row for row in of(db, Endorsement, case) if row.withdrawn_at is None]
    assert len({row.user_id for row in rows}) == len(rows) == (case.voices or 0)


def nobody_acts_in_a_place_outside_its_dates(db: Session, events: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """Whoever acted in somebody's place had a duty to stand in for them at that moment."""
    for event, data in events:
        if "for" in data:
            behind = select(Duty.id).where(Duty.user_id == data["for"])
            mine = select(Duty).where(Duty.user_id == event.actor_id, col(Duty.deputy_of).in_(behind))
            assert any(holds(duty, event.at) for duty in db.exec(mine)), event


def holds(duty: Duty, at: datetime) -> bool:
    """Tell whether a duty with dates covers a moment."""
    return (duty.from_at is None or duty.from_at <= at) and (duty.until_at is None or at < duty.until_at)


def progress_is_a_recount(db: Session, case: Case) -> None:
    """What is rolled up is the mean of those who are in it or have finished, rounded down."""
    rows = of(db, Assignment, case)
    figures = []
    for row in rows:
        if row.kind == "delegate" or (row.ended_at is not None and row.status != "done"):
            continue
        delegates = [one.progress or 0 for one in rows if one.parent_id == row.id and one.ended_at is None]
        figures.append(100 if row.status == "done" else max([row.progress or 0, *delegates]))
    assert progress_of(rows).percent == (sum(figures) // len(figures) if figures else None)
