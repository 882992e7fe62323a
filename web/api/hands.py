"""The departments of a case as the API gives them."""

from __future__ import annotations

from cases.roster import Hand, hands_of, progress_in, withheld
from cases.sheet import Sheet
from web import words
from web.api.hand_shapes import HandOfCase, ProgressOfCase, WaitedFor, WithheldAction
from web.visits import Visit


def progress_of_case(sheet: Sheet) -> ProgressOfCase:
    """Return how far a case is, part by part."""
    return ProgressOfCase(percent=progress_in(sheet).percent, parts=[_hand(hand) for hand in hands_of(sheet)])


def withheld_actions(visit: Visit, sheet: Sheet) -> list[WithheldAction]:
    """Return what the person could report done, but for those it waits for."""
    return [
        WithheldAction(
            name=one.step.action,
            label=words.label(one.step, visit.language),
            waits_for=[
                WaitedFor(
                    unit=hand.unit.code,
                    name=hand.unit.name,
                    kind=hand.row.kind,
                    status=hand.row.status,
                    since=hand.row.assigned_at,
                    due_at=hand.due_at,
                )
                for hand in one.waits_for
            ],
        )
        for one in withheld(visit.db, sheet, hands_of(sheet), visit.by, visit.at)
    ]


def _hand(hand: Hand) -> HandOfCase:
    return HandOfCase(
        unit=hand.unit.code,
        name=hand.unit.name,
        kind=hand.row.kind,
        status=hand.row.status,
        delegated_by=hand.owner.code if hand.owner else None,
        percent=hand.percent,
        weight=hand.weight,
        since=hand.row.assigned_at,
        due_at=hand.due_at,
        ended_at=hand.row.ended_at,
        todo=hand.todo,
        answer=hand.answer.body if hand.answer else None,
        files=[file.digest for file in hand.files],
    )
