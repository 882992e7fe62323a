"""Review groups in a demonstration: members vote in their own time, the rest before the chair records it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cases.act import act, find
from cases.ballots import entitled, open_ballot, seats_of
from cases.laws import law_of
from cases.record.case import Case
from cases.record.people import User, person
from commands.demonstration import sentences
from commands.demonstration.departments import Errand
from workflow.calendar import Calendar
from workflow.definition import Step
from workflow.review_rules import VOTE
from workflow.tally import ACCEPT, REJECT, RETURN

#: Which outcome a step records.
OUTCOMES: Mapping[str, str] = {"record_accept": ACCEPT, "record_reject": REJECT, "record_return": RETURN}
#: Minutes of office time until a member votes, and how often one does without being waited for.
TO_VOTE, VOTES = (40, 700), 0.6
#: In a group of so many the last one is of another mind.
DISSENT_AMONG = 3


def form_of(step: Step, by: User | None) -> dict[str, Any]:
    """Return what naming a group adds to a form: whoever convenes it takes the chair."""
    return {"chair": by.login} if by and "chair" in step.needs else {}


def errands(db: Session, case: Case, calendar: Calendar, moment: datetime, seed: int) -> Iterator[Errand]:
    """Return which members of a group that was convened at a moment will vote of themselves, and when."""
    ballot = open_ballot(db, case)
    if ballot is None or ballot.convened_at != moment:
        return
    dice = random.Random(f"{seed}:{case.number}:votes")
    for seat in entitled(seats_of(db, ballot))[1:]:
        if dice.random() < VOTES:
            yield calendar.add_working_minutes(moment, dice.randrange(*TO_VOTE)), case.number, VOTE, seat.user_id


def run(db: Session, errand: Errand) -> None:
    """Let a member vote who was going to, if the vote is still open to them."""
    moment, number, _, user_id = errand
    case = find(db, number)
    ballot = open_ballot(db, case)
    if ballot is not None and any(seat.user_id == user_id for seat in entitled(seats_of(db, ballot))):
        _vote(db, case, user_id, ACCEPT, moment)


def finish(db: Session, case: Case, step: Step, moment: datetime) -> None:
    """Let every member vote as it must be for what the chair is about to record; one of three dissents."""
    outcome = next((OUTCOMES[word] for word in step.does if word in OUTCOMES), None)
    ballot = open_ballot(db, case)
    if outcome is None or ballot is None:
        return
    seats = entitled(seats_of(db, ballot))
    for place, seat in enumerate(seats, 1):
        is_of_another_mind = place == len(seats) >= DISSENT_AMONG
        choice = (REJECT if outcome == ACCEPT else ACCEPT) if is_of_another_mind else outcome
        if seat.choice != choice:
            _vote(db, case, seat.user_id, choice, moment)


def _vote(db: Session, case: Case, user_id: int, choice: str, moment: datetime) -> None:
    steps = law_of(db, case.law_id).definition.steps_from(case.state)
    step = next((step for step in steps if VOTE in step.does), None)
    if step is not None:
        form = {"vote": choice, "reason": sentences.VOTES[choice]}
        act(db, case, step.action, by=person(db, user_id), at=moment, form=form)
