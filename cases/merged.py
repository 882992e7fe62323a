"""Cases that were merged into another one: which one goes on for them, and what their submitters read of it.

Nobody learns from it who else raised the matter: a lead case's answers and its outcome are told, not its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases.laws import law_of
from cases.policy import visible_to
from cases.record.case import Case, Passage
from cases.record.columns import table_of
from cases.record.people import User
from cases.record.statements import Prepared
from workflow.definition import STAGES, State

#: The stage in which a matter has been answered: whoever raised it may say what they think of it.
FEEDBACK = STAGES[-1]
ANSWER, PARTIES = "answer", "parties"
#: The effect by which the submitter of a merged case says what they think of the lead case's answer.
RATE = "rate_merged"
#: So long is no chain of cases that were merged one after the other; the guard ends what should not be.
LONGEST = 100
#: The page of a lead case names so many of those that were merged into it.
MOST_SHOWN = 100

_CASES = table_of(Case)
_FOLLOWERS = Prepared(
    select(_CASES.c.id).where(_CASES.c.merged_into_id == bindparam("lead_id")).order_by(_CASES.c.id), of_case="lead_id"
)
_BY_ID = Prepared(select(_CASES).where(_CASES.c.id == bindparam("case_id")))


@dataclass(frozen=True)
class Answered:
    """An answer of the lead case; `body` is None once it has been erased."""

    at_version: int
    body: str | None


@dataclass(frozen=True)
class LeadCase:
    """What whoever raised a merged case may know of the case that goes on for it; of `case` that is its number."""

    case: Case
    state: State
    answered_at: datetime | None
    closed_at: datetime | None
    answers: Sequence[Answered]
    is_visible: bool

    @property
    def number(self) -> str:
        """Return its number."""
        return self.case.number


def lead_of(db: Session, case: Case) -> Case | None:
    """Return the case that goes on for a merged one, however many were merged one into the other; None if it is none.

    Under a law with `[merging]` every merged case points at it; under one without, it may be some cases away.
    """
    lead: Case | None = None
    next_id = case.merged_into_id
    for _ in range(LONGEST):
        if next_id is None:
            break
        (lead,) = _BY_ID.objects(db, Case, {"case_id": next_id})
        next_id = lead.merged_into_id
    return lead


def leads_of(db: Session, cases: Iterable[Case]) -> dict[int, Case]:
    """Return, by the id of each merged one among some cases, the case that it points at."""
    into = {case.id or 0: case.merged_into_id for case in cases if case.merged_into_id is not None}
    wanted = select_rows(Case).where(col(Case.id).in_(sorted(set(into.values()))))
    found = {lead.id: lead for lead in db.exec(wanted)} if into else {}
    return {case_id: found[lead_id] for case_id, lead_id in into.items()}


def followers(db: Session, case_id: int) -> list[int]:
    """Return the ids of the cases that were merged into one, in order."""
    return [row.id for row in _FOLLOWERS.rows(db, {"lead_id": case_id})]


def merged_cases(db: Session, lead: Case) -> Sequence[Case]:
    """Return the cases that were merged into one and were raised by somebody, in order."""
    wanted = select_rows(Case).where(Case.merged_into_id == lead.id, col(Case.submitter_id).is_not(None))
    return db.exec(wanted.order_by(col(Case.id))).all()


def by_id(db: Session, case_id: int) -> Case:
    """Return a case as it is now."""
    return _BY_ID.objects(db, Case, {"case_id": case_id})[0]


def is_answered(db: Session, lead: Case) -> bool:
    """Tell whether a lead case has come to where it is rated: it waits for a word on its answer, or is closed."""
    return law_of(db, lead.law_id).state(lead.state).stage == FEEDBACK


def read_lead(db: Session, case: Case, by: User, at: datetime) -> LeadCase | None:
    """Return what somebody who may see a merged case reads of its lead case; None for a case that is not merged."""
    lead = lead_of(db, case)
    if lead is None:
        return None
    said = select_rows(Passage).where(Passage.case_id == lead.id, Passage.field == ANSWER, Passage.audience == PARTIES)
    return LeadCase(
        case=lead,
        state=law_of(db, lead.law_id).state(lead.state),
        answered_at=lead.answered_at,
        closed_at=lead.closed_at,
        answers=[Answered(row.version, row.body) for row in db.exec(said.order_by(col(Passage.id)))],
        is_visible=bool(db.exec(select_rows(Case.id).where(Case.id == lead.id, visible_to(db, by, at))).first()),
    )


def merged_into(db: Session, case: Case, by: User, at: datetime) -> Sequence[Case]:
    """Return the cases that were merged into one, among those that a person may see."""
    if not followers(db, case.id or 0):
        return []
    mine = select_rows(Case).where(Case.merged_into_id == case.id, visible_to(db, by, at))
    return db.exec(mine.order_by(col(Case.id)).limit(MOST_SHOWN)).all()
