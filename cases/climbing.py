"""A matter that nobody moves climbs: to the head, the supervisor, the leader, then to each union above in turn.

Whoever it reaches has a clock of their own to acknowledge it in, and once they have, the case has some time to move;
after either it climbs past them. It comes down again when the case moves or gets more time (see `cases.clocks.stop`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from cases import beside, clocks
from cases.audience import HEADS, Addressee, desks
from cases.record.case import Case
from cases.record.clock import Level
from cases.record.columns import table_of
from cases.record.lines import line
from cases.record.statements import Prepared
from cases.seats import answering_at
from cases.veil import raiser
from cases.words import OWNER_HEAD, Deed, Post
from workflow.errors import Refusal
from workflow.provisions import Climb

_LEVELS = table_of(Level)
_OPEN = Prepared(
    select(_LEVELS).where(_LEVELS.c.case_id == bindparam("of_case"), _LEVELS.c.left_at.is_(None)), of_case="of_case"
)


class Stranded(Refusal):
    """Says that nobody is left to climb to; `skipped` holds the role and the unit of each empty desk."""

    def __init__(self, skipped: list[list[object]]) -> None:
        super().__init__(
            "逐级升级到顶，仍无人在岗：请为上级单位设定督查或分管领导。",
            "There is nobody left to climb to: give someone above the duty of a supervisor or a leader.",
        )
        self.skipped = skipped


@dataclass(frozen=True)
class Rank:
    """A place on the way up; its number counts from one, whether or not the places before it exist in a case."""

    number: int
    role: str
    post: Post


def ranks(db: Session, case: Case, climb: Climb) -> list[Rank]:
    """Return the whole way up for a case, from its own unit to the root; the union's head is its leader in charge."""
    own, *above = line(db, case.unit_id)
    way: list[tuple[str, list[Post]]] = [(word, desks(db, case, word)) for word in climb.line]
    way += [(word, [Post((word,), place.id)]) for place in above for word in climb.line if word != OWNER_HEAD]
    return [
        Rank(number, role, post)
        for number, (role, posts) in enumerate(way, 1)
        for post in posts
        if role != OWNER_HEAD or post.unit_id != own.id
    ]


def still_above(db: Session, case: Case, climb: Climb, words: tuple[str, ...], now: Any | None) -> list[Rank]:
    """Return the ranks that a case may still climb to: from the one that the rung names, above where it is now."""
    way = ranks(db, case, climb)
    entry = _entry(db, case, words, way)
    return [rank for rank in way if rank.number >= entry and (now is None or rank.number > now.number)]


def is_above(db: Session, case: Case, climb: Climb, words: tuple[str, ...], now: Any) -> bool:
    """Tell whether the rank that a rung names lies above the level that a case has climbed to."""
    return bool(_entry(db, case, words, ranks(db, case, climb)) > now.number)


def level_of(db: Session, case: Case) -> Any | None:
    """Return the row of the level that a case has climbed to, if it has."""
    return next(iter(_OPEN.rows(db, {"of_case": case.id})), None)


def climb(deed: Deed, words: tuple[str, ...]) -> None:
    """Take a case to the next level that somebody fills, passing over empty desks. Raises Stranded.

    `words` are whom the rung names as the first to climb to; a case that climbs already goes on from where it is, and
    stays there if that is higher.
    """
    law = deed.law.definition.climb
    assert law is not None  # reading a law refuses a rung that climbs without it
    now = level_of(deed.db, deed.case)
    if now is not None and words and not is_above(deed.db, deed.case, law, words, now):
        deed.facts["climbing"] = now.number
        return
    skipped: list[list[object]] = []
    for rank in still_above(deed.db, deed.case, law, words, now):
        unit_id, people = answering_at(deed.db, rank.post, deed.at, besides=raiser(deed.db, deed.case))
        if people and unit_id == rank.post.unit_id:
            if skipped:
                deed.facts["skipped"] = skipped
            _reach(deed, rank, law, Addressee(rank.role, unit_id, tuple(people)))
            return
        skipped.append([rank.role, rank.post.unit_id])
    raise Stranded(skipped)


def post_of(level: Any) -> Post:
    """Return the desk of a level."""
    return Post(HEADS if level.role == OWNER_HEAD else (level.role,), level.unit_id)


def acknowledge(deed: Deed, level: Any, measure: str) -> None:
    """Note that the level knows, and give the case some time to move before it climbs on."""
    law = deed.law.definition.climb
    assert law is not None  # only a law with levels has a case on one
    first = {"acknowledged_at": deed.at, "acknowledged_by": deed.by.id if deed.by else None}
    kept = {name: getattr(level, name) or value for name, value in first.items()}
    beside.change(deed, Level, level.id, **kept, measure=measure)
    if level.acknowledged_at is None:
        noted = deed.facts.setdefault("clocks", [])
        for clock in _climbing(deed):
            clocks.halt(deed, clock, noted)
        clocks.start(deed, clocks.CLIMB, None, law.after, noted)


def _entry(db: Session, case: Case, words: tuple[str, ...], way: list[Rank]) -> int:
    """Return the number of the rank that the first of the words names; the first of all where none does."""
    wanted = {(post.duties, post.unit_id) for word in words[:1] for post in desks(db, case, word)}
    return next((rank.number for rank in way if (rank.post.duties, rank.post.unit_id) in wanted), 1)


def _reach(deed: Deed, rank: Rank, law: Climb, told: Addressee) -> None:
    noted = deed.facts.setdefault("clocks", [])
    for clock in _climbing(deed):
        clocks.stop(deed, clock, noted)
    clocks.start(deed, clocks.CLIMB, None, law.limit, noted)
    beside.add(deed, Level, number=rank.number, role=rank.role, unit_id=rank.post.unit_id, reached_at=deed.at)
    deed.sets["level"] = rank.number
    deed.facts["told"] = [told.noted]


def _climbing(deed: Deed) -> Iterator[Any]:
    for clock in clocks.running_clocks(deed.db, deed.case_id):
        if clock.kind == clocks.CLIMB:
            yield clock
