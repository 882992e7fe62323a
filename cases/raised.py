"""What I have raised: what is open still, what goes on as another case, and what was closed lately.

A case that was merged into another one has ended for those who work on it, and not for whoever raised it: it goes on as
the lead case, whose answer they read and rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cases.answering import published
from cases.desks import MOST, Desk
from cases.merged import FEEDBACK, RATE
from cases.policy import visible_to
from cases.record.case import Case
from cases.record.people import User
from cases.veil import faces

#: So long after the lead case was closed its answer waits for what the submitters of merged cases think of it.
RATED_WITHIN = timedelta(days=30)


def raised_by(db: Session, by: User, at: datetime, most: int = MOST) -> list[SelectOfScalar[Case]]:
    """Return the queries for the cases that a person has raised and that are not over for them, newest first."""
    mine = select(Case).where(col(Case.submitter_id).in_(faces(db, by.id or 0)))
    going_on = and_(col(Case.merged_into_id).is_not(None), or_(lead_is_open(), waits_for_rating(db, at)))
    ways = (col(Case.closed_at).is_(None), going_on)  # either has an index of its own
    return [mine.where(one).order_by(col(Case.id).desc()).limit(most + 1) for one in ways]


def as_desk(rows: Iterable[Iterable[Case]], most: int = MOST) -> Desk:
    """Return what such queries have found, newest first."""
    found = sorted((case for some in rows for case in some), key=lambda case: -(case.id or 0))
    return Desk(found[:most], len(found) > most)


def to_rate(db: Session, by: User, at: datetime, most: int = MOST) -> SelectOfScalar[Case]:
    """Return the query for the merged cases of a person whose lead case is answered, and that they may rate now."""
    mine = select(Case).where(col(Case.submitter_id).in_(faces(db, by.id or 0)), col(Case.merged_into_id).is_not(None))
    return mine.where(waits_for_rating(db, at)).order_by(col(Case.id)).limit(most)


def lately_closed(db: Session, by: User, at: datetime, since: datetime, most: int = 10) -> SelectOfScalar[Case]:
    """Return the query for the cases that were closed last among those a person may see; what goes on was not."""
    closed = select(Case).where(col(Case.closed_at) >= since, col(Case.closed_at) <= at, visible_to(db, by, at))
    closed = closed.where(or_(col(Case.merged_into_id).is_(None), ~lead_is_open()))
    return closed.order_by(col(Case.closed_at).desc(), col(Case.id).desc()).limit(most)


def lead_is_open() -> ColumnElement[bool]:
    """Return the condition that the case that goes on for a merged one is open."""
    lead: Any = aliased(Case)
    return exists(select(lead.id).where(lead.id == Case.merged_into_id, lead.closed_at.is_(None)).correlate(Case))


def waits_for_rating(db: Session, at: datetime) -> ColumnElement[bool]:
    """Return the condition that a merged case has an answer that its submitter has not rated yet, nor let lie long."""
    lead: Any = aliased(Case)
    is_recent = or_(lead.closed_at.is_(None), lead.closed_at > at - RATED_WITHIN)
    answered = select(lead.id).where(lead.id == Case.merged_into_id, lead.stage == FEEDBACK, is_recent)
    return and_(_may_be_rated(db), col(Case.rating).is_(None), exists(answered.correlate(Case)))


def _may_be_rated(db: Session) -> ColumnElement[bool]:
    """Return the condition that a case is in a state in which its law lets its submitter rate the lead case."""
    found = [
        and_(col(Case.law_id) == law_id, col(Case.state).in_(step.sources))
        for law_id, law in published(db)
        for step in law.steps
        if RATE in step.does
    ]
    return or_(false(), *found)
