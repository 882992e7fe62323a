"""How long a case lay with its own union, and how long with the union above it (上报): both times of its road.

They are read from its events: where it came when, and whose desk that is under the law of then. What its submitter was
asked for counts for neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from cases.calendars import calendar_of
from cases.laws import law_of
from cases.record.case import Case, Passage
from cases.record.lines import line
from cases.sheet import PARTIES
from cases.timeline import events_of
from cases.words import SUBMITTER
from workflow.definition import SYSTEM
from workflow.vocabulary import PARENT

OWN, ABOVE, WITH_SUBMITTER = "own", "above", "submitter"


@dataclass(frozen=True)
class Stay:
    """A time that a case lay with somebody; `until_at` is None while it still does."""

    side: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Answered:
    """One time that a case was referred up: the summary that went along, and what the union above answered, if so.

    Either is None where it is not for the reader.
    """

    referred_at: datetime
    summary: str | None
    replied_at: datetime | None
    answer: str | None
    unit_id: int


@dataclass(frozen=True)
class TwoTimes:
    """Both times, as they pass on the clock on the wall and in working time, and each time it was referred up."""

    own: timedelta
    own_minutes: int
    above: timedelta
    above_minutes: int
    stays: Sequence[Stay]
    referrals: Sequence[Answered]


def two_times(db: Session, case: Case, at: datetime, *, is_staff: bool = True) -> TwoTimes | None:
    """Return both times of a case until it ended, or until a moment; None for one that was never referred up.

    Whoever is not staff in it reads nothing that was said among staff.
    """
    stays, referrals = _walk(db, case, is_staff)
    if not referrals:
        return None
    office = calendar_of(db, line(db, case.unit_id))
    wall, minutes = {OWN: timedelta(), ABOVE: timedelta()}, {OWN: 0, ABOVE: 0}
    for stay in stays:
        until = stay.until_at or max(at, stay.from_at)
        if stay.side in wall:
            wall[stay.side] += until - stay.from_at
            minutes[stay.side] += office.working_minutes(stay.from_at, until)
    return TwoTimes(wall[OWN], minutes[OWN], wall[ABOVE], minutes[ABOVE], stays, referrals)


def lasted(wall: timedelta, minutes: int) -> tuple[str, str]:
    """Return a time and the office hours in it, in words."""
    days, hours = wall.days, wall.seconds // 3600
    return (
        f"{days} 天 {hours} 小时，其中工作时间 {minutes // 60} 小时 {minutes % 60} 分",
        f"{days} d {hours} h, of which {minutes // 60} h {minutes % 60} min of office hours",
    )


def _walk(db: Session, case: Case, is_staff: bool) -> tuple[list[Stay], list[Answered]]:
    """Return where a case lay one after the other, and each time it went up."""
    assert case.id is not None
    came: list[tuple[datetime, str | None]] = []
    went_up: list[tuple[datetime, int, datetime | None, int | None, int]] = []
    law = law_of(db, case.law_id).definition
    unit_id = case.unit_id
    for event in events_of(db, case.id):
        changed = json.loads(event.data)["set"]
        unit_id = changed.get("unit_id", unit_id)
        if "law_id" in changed:
            law = law_of(db, changed["law_id"]).definition
        state = law.states.get(event.state_to or "")
        side = None if state is None or state.final else _side(state.owner, is_first=state.name == law.initial.name)
        if came and came[-1][1] == side:
            continue
        if side == ABOVE:
            went_up.append((event.at, event.version or 0, None, None, line(db, unit_id)[0].parent_id or unit_id))
        elif came and came[-1][1] == ABOVE:
            went_up[-1] = (*went_up[-1][:2], event.at, event.version, went_up[-1][4])
        came.append((event.at, side))
    stays = [
        Stay(side, from_at, came[place + 1][0] if place + 1 < len(came) else None)
        for place, (from_at, side) in enumerate(came)
        if side is not None
    ]
    return stays, list(_answered(db, case.id, went_up, is_staff))


def _side(owner: str | None, *, is_first: bool) -> str | None:
    """Return with whom a case lies; with nobody before it was handed in."""
    if is_first or owner in (None, SYSTEM):
        return None
    if owner == SUBMITTER:
        return WITH_SUBMITTER
    return ABOVE if (owner or "").startswith(PARENT) else OWN


def _answered(
    db: Session, case_id: int, went_up: Sequence[tuple[datetime, int, datetime | None, int | None, int]], is_staff: bool
) -> Iterator[Answered]:
    said: dict[tuple[int, str], str | None] = {}
    if went_up:
        passages = select(Passage.version, Passage.field, Passage.body).where(Passage.case_id == case_id)
        if not is_staff:
            passages = passages.where(Passage.audience == PARTIES)
        said = {(version, name): body for version, name, body in db.exec(passages)}
    for at, version, replied_at, reply, unit_id in went_up:
        answer = said.get((reply, "answer")) if reply is not None else None
        yield Answered(at, said.get((version, "summary")), replied_at, answer, unit_id)
