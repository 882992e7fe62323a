"""Who is away and who stands in for them, and the hand-over of a leaver, for those who may arrange it."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from cases.handing_over import Plan
from web import absences
from web.api.shapes import Given, Word
from web.visits import Reading, Visit, Writing

router = APIRouter(prefix="/people", tags=["people"])


class OneAbsence(BaseModel):
    """Somebody who is away in a duty, such as reviewer@330482, from and until a moment, and their deputy."""

    duty: str
    absent: str
    deputy: str
    from_at: datetime
    until_at: datetime


class Absences(BaseModel):
    """Who is away or will be, in the order in which it begins."""

    items: list[OneAbsence]
    next: None = None


class EndedDeputy(Given):
    """A deputy who is to stand in no more; people are named by their logins."""

    duty: str
    absent: Word
    deputy: Word


class NewDeputy(EndedDeputy):
    """A deputy from the first day to the last, written 2026-12-03; a year at most."""

    first: str
    last: str


class HandOver(Given):
    """A leaver and who takes over; without `seen` it is a preview, with the preview's `seen` it is done."""

    leaver: Word
    successor: Word
    disable: bool = False
    seen: int | None = None


class MovedDesk(BaseModel):
    """A duty that moves, with the open cases that lie there and how many others are there besides the leaver."""

    duty: str
    open_cases: int
    others: int
    next_unit: str | None


class MovedDeputy(BaseModel):
    """A deputy relation that goes with a duty, or ends."""

    duty: str
    deputy: str
    absent: str
    ends: bool


class HandedOver(BaseModel):
    """What a hand-over moves, or has moved."""

    desks: list[MovedDesk]
    deputies: list[MovedDeputy]
    stays: list[str]
    seen: int
    is_done: bool


@router.get("/deputies", summary="Who is away and who stands in for them")
def deputies(visit: Reading) -> Absences:
    """Return the absences that I may arrange."""
    return _absences(visit)


@router.post("/deputies", summary="Name a deputy for some days", status_code=201)
def name(visit: Writing, wanted: NewDeputy) -> Absences:
    """Name a deputy and return who is away then."""
    days = absences.day(wanted.first), absences.day(wanted.last)
    absences.name(visit, wanted.deputy, wanted.duty, wanted.absent, *days)
    return _absences(visit)


@router.post("/deputies/end", summary="End what a deputy does, before its last day")
def end(visit: Writing, wanted: EndedDeputy) -> Absences:
    """End it and return who is away still."""
    absences.end(visit, wanted.deputy, wanted.duty, wanted.absent)
    return _absences(visit)


@router.post("/handover", summary="Look at a hand-over, or do it as it was looked at")
def hand_over(visit: Writing, wanted: HandOver) -> HandedOver:
    """Return what moves."""
    moving = absences.planned(visit, wanted.leaver, wanted.successor, disables=wanted.disable)
    shown = _moved(moving, is_done=wanted.seen is not None)
    if wanted.seen is not None:
        absences.hand(visit, wanted.leaver, wanted.successor, wanted.seen, disables=wanted.disable)
    return shown


def _absences(visit: Visit) -> Absences:
    return Absences(
        items=[
            OneAbsence(
                duty=f"{one.role}@{one.unit.code}",
                absent=one.absent.login,
                deputy=one.deputy.login,
                from_at=one.from_at,
                until_at=one.until_at,
            )
            for one in absences.in_reach(visit)
        ]
    )


def _moved(moving: Plan, *, is_done: bool) -> HandedOver:
    return HandedOver(
        desks=[
            MovedDesk(duty=desk.word, open_cases=desk.cases, others=desk.others, next_unit=desk.next_at)
            for desk in moving.desks
        ],
        deputies=[
            MovedDeputy(
                duty=f"{one.role}@{one.unit.code}",
                deputy=one.deputy.login,
                absent=one.absent.login,
                ends=one.ends,
            )
            for one in moving.deputies
        ],
        stays=list(moving.stays),
        seen=absences.seen_of(moving),
        is_done=is_done,
    )
