"""The yellow and red cards of units and of cases: those of the ladders and those given by hand, counted together.

A card of a ladder is for whoever was late: the unit of a clock beside the case, else the lead department, or the union
where nobody leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from cases.clocks import BESIDE
from cases.record.cards import Card
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung
from cases.record.columns import table_of
from cases.record.statements import Prepared, of_each_case
from cases.sides import Side

YELLOW, RED = "yellow", "red"

_CARDS, _CASES, _CLOCKS, _RUNGS = (table_of(model) for model in (Card, Case, Clock, FiredRung))
_FIRED = (
    select(_RUNGS.c.do, _RUNGS.c.fired_at, _RUNGS.c.version, _CLOCKS.c.kind, _CLOCKS.c.state)
    .add_columns(_CASES.c.lead_id, _CASES.c.unit_id)
    .join(_CLOCKS, _CLOCKS.c.id == _RUNGS.c.clock_id)
    .join(_CASES, _CASES.c.id == _RUNGS.c.case_id)
    .where(or_(_RUNGS.c.do == YELLOW, _RUNGS.c.do == RED))
)
_OF_CASE = of_each_case(Card)
_FIRED_IN_CASE = Prepared(_FIRED.where(_RUNGS.c.case_id == bindparam("case_id")), of_case="case_id")


@dataclass(frozen=True)
class Given:
    """One card: who got it, when, and in which event it is told."""

    colour: str
    unit_id: int
    at: datetime
    version: int
    is_by_hand: bool


@dataclass(frozen=True)
class Tally:
    """How many cards a unit was given, and how many of them by hand."""

    yellow: int
    red: int
    yellow_by_hand: int
    red_by_hand: int


def cards_of(db: Session, unit_id: int, since: datetime, until: datetime) -> Tally:
    """Count the cards that a unit was given in the period [since, until)."""
    by_hand = (_CARDS.c.unit_id == unit_id) & (_CARDS.c.given_at >= since) & (_CARDS.c.given_at < until)
    by_ladder = (_RUNGS.c.fired_at >= since) & (_RUNGS.c.fired_at < until)
    rows = (db.connection().execute(wanted) for wanted in (select(_CARDS).where(by_hand), _FIRED.where(by_ladder)))
    mine = [one for one in _given(*rows) if one.unit_id == unit_id]
    counts = Counter((one.colour, one.is_by_hand) for one in mine)
    return Tally(
        yellow=counts[YELLOW, True] + counts[YELLOW, False],
        red=counts[RED, True] + counts[RED, False],
        yellow_by_hand=counts[YELLOW, True],
        red_by_hand=counts[RED, True],
    )


def cards_of_case(db: Session, case_id: int) -> list[Given]:
    """Return the cards that were given in a case, in order."""
    rows = (prepared.rows(db, {"case_id": case_id}) for prepared in (_OF_CASE, _FIRED_IN_CASE))
    return sorted(_given(*rows), key=lambda one: one.version)


def _given(by_hand: Iterable[Any], by_ladder: Iterable[Any]) -> Iterator[Given]:
    for row in by_hand:
        yield Given(row.colour, row.unit_id, row.given_at, row.version, is_by_hand=True)
    for row in by_ladder:
        late = Side.parse(row.state).unit_id if row.kind == BESIDE else row.lead_id or row.unit_id
        yield Given(row.do, late, row.fired_at, row.version, is_by_hand=False)
