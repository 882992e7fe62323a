"""The hands of one case as one person may read them: parts with their progress, answers, files, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from cases.hands import clock_of, delegation_of, holding_up, open_rows, own_parts, todo_of
from cases.policy import roles_in
from cases.progress import Progress, percent_of, progress_of
from cases.record.case import Assignment, Attachment
from cases.record.clock import Clock
from cases.record.people import Unit, User
from cases.sheet import Said, Sheet
from workflow.definition import Step
from workflow.vocabulary import SUPPORT

ANSWERS = ("result", "answer")


@dataclass(frozen=True)
class Hand:
    """A department with its part: how far it is, until when, what it has to do, what it answered and attached.

    `owner` is the unit that has delegated it.
    """

    row: Assignment
    unit: Unit
    owner: Unit | None
    percent: int
    weight: float
    due_at: datetime | None
    clock: Clock | None
    todo: str | None
    answer: Said | None
    files: Sequence[Attachment]


@dataclass(frozen=True)
class Withheld:
    """A step that a person would take but for others who are not done, and who they are."""

    step: Step
    waits_for: Sequence[Hand]


def progress_in(sheet: Sheet) -> Progress:
    """Return how far a case is; one that has ended is nowhere on its way."""
    return progress_of(sheet.parts if sheet.case.closed_at is None else [])


def hands_of(sheet: Sheet) -> list[Hand]:
    """Return every part that a case has had, in the order in which they were given."""
    weights = {share.assignment_id: share.weight for share in progress_in(sheet).shares}
    units = {row.id: sheet.units[row.unit_id] for row in sheet.parts}
    hands = []
    for row in sheet.parts:
        clock = clock_of(row, sheet.clocks)
        hands.append(
            Hand(
                row=row,
                unit=sheet.units[row.unit_id],
                owner=units.get(row.parent_id),
                percent=percent_of(row, sheet.parts),
                weight=weights.get(row.id or 0, 0.0),
                due_at=clock.due_at if clock else None,
                clock=clock,
                todo=todo_of(row, sheet.parts),
                answer=_answer(sheet, row),
                files=[file for file in sheet.attachments if file.assignment_id == row.id],
            )
        )
    return hands


def own_hands(db: Session, sheet: Sheet, by: User, at: datetime) -> list[Assignment]:
    """Return the open parts for which a person acts; none in a case of their own."""
    return [] if sheet.is_submitter else own_parts(db, sheet.case, open_rows(sheet.parts), by, at)


def withheld(db: Session, sheet: Sheet, hands: Sequence[Hand], by: User, at: datetime) -> list[Withheld]:
    """Return what a person could report done now, but for departments that are not done yet."""
    waiting = {row.id for row in holding_up(sheet.definition, sheet.parts)}
    if not waiting or sheet.is_submitter:
        return []
    steps = sheet.definition.steps_from(sheet.case.state)
    of_lead = [step for step in steps if "support_done" in step.only_if]
    held = roles_in(db, sheet.case, by, at, {word for step in of_lead for word in step.by})
    found = [
        Withheld(step, [hand for hand in hands if hand.row.id in waiting])
        for step in of_lead
        if not held.keys().isdisjoint(step.by)
    ]
    delegated = [row for row in open_rows(sheet.parts) if row.kind == SUPPORT and delegation_of(row, sheet.parts)]
    mine = {row.id for row in own_parts(db, sheet.case, delegated, by, at)}
    own = [hand for hand in hands if hand.row.id in waiting and hand.row.parent_id in mine]
    return found + [Withheld(step, own) for step in steps if own and "report_part" in step.does]


def _answer(sheet: Sheet, row: Assignment) -> Said | None:
    """Return what a department answered, if the reader may know it."""
    happening = next((one for one in sheet.history if one.version == row.answered_in), None)
    return next((said for said in happening.said if said.field in ANSWERS), None) if happening else None
