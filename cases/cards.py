"""The yellow and red cards of units and of cases: those of the ladders and those given by hand, counted together.

A card of a ladder is for whoever was late: the unit of a clock beside the case, else the lead department, or the union
where nobody leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from cases.clocks import BESIDE
from cases.record.cards import Card
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung
from cases.record.columns import table_of
from cases.sides import Side

YELLOW, RED = "yellow", "red"

_CARDS, _CASES, _CLOCKS, _RUNGS = (table_of(model) for model in (Card, Case, Clock, FiredRung))


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
    mine = [one for one in _given(db, by_hand, by_ladder) if one.unit_id == unit_id]
    counts = Counter((one.colour, one.is_by_hand) for one in mine)
    return Tally(
        yellow=counts[YELLOW, True] + counts[YELLOW, False],
        red=counts[RED, True] + counts[RED, False],
        yellow_by_hand=counts[YELLOW, True],
        red_by_hand=counts[RED, True],
    )


def cards_of_case(db: Session, case_id: int) -> list[Given]:
    """Return the cards that were given in a case, in order."""
    return sorted(_given(db, _CARDS.c.case_id == case_id, _RUNGS.c.case_id == case_id), key=lambda one: one.version)


def _given(db: Session, by_hand: ColumnElement[bool], by_ladder: ColumnElement[bool]) -> Iterator[Given]:
    for row in db.connection().execute(select(_CARDS).where(by_hand)):
        yield Given(row.colour, row.unit_id, row.given_at, row.version, is_by_hand=True)
    fired = (
        select(_RUNGS.c.do, _RUNGS.c.fired_at, _RUNGS.c.version, _CLOCKS.c.kind, _CLOCKS.c.state)
        .add_columns(_CASES.c.lead_id, _CASES.c.unit_id)
        .join(_CLOCKS, _CLOCKS.c.id == _RUNGS.c.clock_id)
        .join(_CASES, _CASES.c.id == _RUNGS.c.case_id)
        .where(_RUNGS.c.do.in_((YELLOW, RED)), by_ladder)
    )
    for row in db.connection().execute(fired):
        late = Side.parse(row.state).unit_id if row.kind == BESIDE else row.lead_id or row.unit_id
        yield Given(row.do, late, row.fired_at, row.version, is_by_hand=False)
