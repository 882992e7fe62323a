"""All that one case's page shows to one person, in a fixed number of queries: what was said, what happened, who."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cases.apart import FOR, passed_over
from cases.attachments import files_seen
from cases.climbing import level_of, post_of
from cases.laws import law_of
from cases.minutes import RungFired, minutes_of
from cases.policy import numbers_seen, reads_as_staff
from cases.record.at_once import open_file
from cases.record.case import Assignment, Attachment, Case
from cases.record.clock import Clock, ClockSpan
from cases.record.people import Unit, User, people_by_id, places_held
from cases.record.statements import of_each_case
from cases.revealing import open_name
from cases.seats import Besides, posts, seats_at
from cases.sides import BESIDE, Side
from cases.standing_in import ends_of
from cases.timeline import events_of, passages_of
from cases.units import units_by_id
from cases.veil import is_own, raiser
from cases.words import STAFF, SUBMITTER, Post
from workflow.definition import Definition
from workflow.vocabulary import ANSWER, DELEGATE, SUPPORT

ASSIGNMENTS = "assignments"
_PARTS, _CLOCKS = of_each_case(Assignment), of_each_case(Clock)
#: Passages of another audience than this are for staff alone.
PARTIES = "parties"
#: The field of an event that names another case.
OTHER = "other"
#: The version that the first event of a case leaves behind.
FIRST = 1


@dataclass(frozen=True)
class Said:
    """A text that was said; `body` is None once it has been erased."""

    field: str
    body: str | None
    is_for_staff: bool


@dataclass(frozen=True)
class Actor:
    """Who of the staff did something, as the reader may know it: a submitter learns the unit and not the name.

    `stands_for` is the name of the one in whose place they did it.
    """

    name: str | None
    unit: str | None
    stands_for: str | None = None


@dataclass(frozen=True)
class Happening:
    """One event of a case, with what was said in it; `part_id` is the part that somebody beside the lead acted on."""

    version: int
    at: datetime
    action: str
    role: str
    actor: Actor | None
    state_from: str | None
    state_to: str | None
    values: Mapping[str, Any]
    clocks: Sequence[Sequence[Any]]
    said: Sequence[Said]
    rung: RungFired | None
    part_id: int | None = None


@dataclass(frozen=True)
class Seat:
    """Somebody at a desk, and in whose place until when, if they stand in for another."""

    name: str
    stands_for: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Desk:
    """One desk that a case lies on: the unit that answers for it and the people there."""

    unit: str
    people: Sequence[Seat]


@dataclass(frozen=True)
class ReachedLevel:
    """Whom a case has climbed to, and whether they have acknowledged it."""

    role: str
    desk: Desk
    measure: str | None


@dataclass(frozen=True)
class Sheet:
    """One case as one person may see it."""

    case: Case
    definition: Definition
    units: Mapping[int, Unit]
    desks: Sequence[Desk]
    level: ReachedLevel | None
    history: Sequence[Happening]
    parts: Sequence[Assignment]
    clocks: Sequence[Clock]
    attachments: Sequence[Attachment]
    is_submitter: bool
    is_staff: bool
    submitter: str | None

    @property
    def texts(self) -> list[tuple[Happening, Said]]:
        """Return everything said, oldest first."""
        return [(happening, said) for happening in self.history for said in happening.said]


def sheet_of(db: Session, case: Case, by: User, at: datetime) -> Sheet:
    """Return a case as a person may see it; the caller has asked whether they may see it at all."""
    assert case.id is not None
    definition = law_of(db, case.law_id).definition
    named = open_file(db, case.id, by.id or 0)
    units_by_id(db, {case.unit_id, case.lead_id, *named.get("units", ())})
    people_by_id(db, [*named.get("users", ()), *_seated(db, case, at)])
    parts = _PARTS.objects(db, Assignment, {"case_id": case.id})
    is_submitter, is_staff = is_own(db, case, by), reads_as_staff(db, case, by, at)
    return Sheet(
        case=case,
        definition=definition,
        units=units_by_id(db, [case.unit_id, case.lead_id, *(part.unit_id for part in parts)]),
        desks=desks_of(db, case, at),
        level=_level(db, case, at),
        history=history_of(db, case, by, at),
        parts=parts,
        clocks=clocks_seen(db, case, by, at),
        attachments=files_seen(db, case, by, at),
        is_submitter=is_submitter,
        is_staff=is_staff,
        submitter=open_name(db, case) if is_submitter or is_staff else None,
    )


def history_of(db: Session, case: Case, by: User, at: datetime) -> list[Happening]:
    """Return what happened to a case, as a person may know it.

    Whoever is not staff in it, such as the one who raised it, reads neither what staff say among themselves nor who of
    them did what.
    """
    assert case.id is not None
    events = events_of(db, case.id)
    said: dict[int, list[Said]] = {}
    for row in passages_of(db, case.id):
        said.setdefault(row.version, []).append(Said(row.field, row.body, row.audience != PARTIES))
    is_staff = reads_as_staff(db, case, by, at)
    datas = [json.loads(event.data) for event in events]
    seen = {event.actor_id for event in events} | {data.get(FOR) for data in datas}
    actor = _actors(db, {user_id for user_id in seen if user_id is not None}, is_named=is_staff)
    rung_of = minutes_of(db, datas, is_named=is_staff)
    others = {data["fields"][OTHER] for data in datas if OTHER in data.get("fields", {})}
    known = numbers_seen(db, others, by, at)
    history = []
    for event, data in zip(events, datas, strict=True):
        texts = said.get(event.version or 0, [])
        is_among_staff = data.get("fields", {}).get("audience") == STAFF or any(text.is_for_staff for text in texts)
        if is_among_staff and not is_staff:
            continue
        fields = data.get("fields", {})
        if fields.get(OTHER) not in (None, *known):  # that it has to do with another one is for those who know of both
            if (event.version or 0) > FIRST:
                continue
            fields = {
                name: value for name, value in fields.items() if name != OTHER
            }  # what it was begun with is theirs
        history.append(
            Happening(
                version=event.version or 0,
                at=event.at,
                action=event.action,
                role=event.role,
                actor=actor(event.actor_id, event.role, data.get(FOR)),
                state_from=event.state_from,
                state_to=event.state_to,
                values=data.get("set", {}) | fields,
                clocks=data.get("clocks", []),
                said=texts,
                rung=rung_of(data),
                part_id=_part_of(event.role, data),
            )
        )
    return history


def _part_of(role: str, data: Mapping[str, Any]) -> int | None:
    """Return the id of the assignment that an event of a support department or a delegate was about."""
    if role not in (SUPPORT, DELEGATE):
        return None
    return next((row_id for _, table, row_id, _ in data.get("rows", []) if table == ASSIGNMENTS), None)


def clocks_of(db: Session, case_id: int) -> Sequence[Clock]:
    """Return every clock of a case, in the order in which they started."""
    return _CLOCKS.objects(db, Clock, {"case_id": case_id})


def clocks_seen(db: Session, case: Case, by: User, at: datetime) -> Sequence[Clock]:
    """Return the clocks of a case that a person may know of: an order, and so its limit, is a matter among staff."""
    assert case.id is not None
    clocks = clocks_of(db, case.id)
    if reads_as_staff(db, case, by, at):
        return clocks
    return [clock for clock in clocks if clock.kind != BESIDE or Side.parse(clock.state).name != ANSWER]


def desks_of(db: Session, case: Case, at: datetime) -> list[Desk]:
    """Return on whose desks a case lies; none for the submitter's and for a case that has ended."""
    owner = law_of(db, case.law_id).state(case.state).owner
    if owner is None or owner == SUBMITTER:
        return []
    besides = passed_over(db, case, owner)
    return [_desk(db, post, at, besides) for post in posts(db, case, owner)]


def spans_of(db: Session, clocks: Iterable[Clock]) -> dict[int, list[ClockSpan]]:
    """Return the stretches of clocks, by clock; a clock that was never paused nor extended has none."""
    wanted = select(ClockSpan).where(col(ClockSpan.clock_id).in_([clock.id for clock in clocks]))
    spans: dict[int, list[ClockSpan]] = {}
    for span in db.exec(wanted.order_by(col(ClockSpan.id))):
        spans.setdefault(span.clock_id, []).append(span)
    return spans


def _seated(db: Session, case: Case, at: datetime) -> Iterator[int]:
    """Yield the ids of those at the desks that a case lies on, and of those in whose place they sit there."""
    owner = law_of(db, case.law_id).state(case.state).owner
    for post in posts(db, case, owner) if owner and owner != SUBMITTER else ():
        for seat in seats_at(db, post, at, passed_over(db, case, owner or ""))[1]:
            yield from (user_id for user_id in seat if user_id is not None)


def _desk(db: Session, post: Post, at: datetime, besides: Besides) -> Desk:
    """Return a desk with the people at it; who stands in for another says so, and until when."""
    unit_id, seats = seats_at(db, post, at, besides)
    ids = {user_id for seat in seats for user_id in seat if user_id is not None}
    names = {user_id: user.name for user_id, user in people_by_id(db, ids).items()}
    until = ends_of(db, post, at) if any(whose for _, whose in seats) else {}
    people: dict[int, Seat] = {}
    for user_id, whose in seats:
        seat = Seat(names[user_id], names.get(whose or 0), until.get((user_id, whose or 0)))
        people.setdefault(user_id, seat)
    return Desk(units_by_id(db, [unit_id])[unit_id].name, list(people.values()))


def _level(db: Session, case: Case, at: datetime) -> ReachedLevel | None:
    level = level_of(db, case)
    if level is None:
        return None
    return ReachedLevel(level.role, _desk(db, post_of(level), at, raiser(db, case)), level.measure)


def _actors(
    db: Session, ids: Iterable[int], *, is_named: bool
) -> Callable[[int | None, str, int | None], Actor | None]:
    """Return who people are when they act in a role: with the unit where they hold it, else with their first one."""
    wanted = sorted(set(ids))
    names = {user_id: user.name for user_id, user in people_by_id(db, wanted).items()}
    duties = places_held(db, wanted)

    def actor(user_id: int | None, role: str, whose: int | None) -> Actor | None:
        if user_id is None or user_id not in names:
            return None
        mine = duties.get(whose or user_id, [])
        unit = next((unit for duty, unit in mine if duty == role.rpartition(".")[2]), mine[0][1] if mine else None)
        return Actor(names[user_id], unit, names.get(whose or 0)) if is_named else Actor(None, unit)

    return actor
