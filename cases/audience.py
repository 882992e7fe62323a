"""Who a word of a ladder stands for in one case, at one moment: the desk, the unit that answers for it, the people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from cases.apart import passed_over
from cases.laws import law_of
from cases.record.case import Case
from cases.seats import answering_at, posts
from cases.words import OWNER, OWNER_HEAD, SUBMITTER, Post, audiences, listeners

#: The head of a department; of a union, its leader in charge.
HEADS = ("head", "leader")


@dataclass(frozen=True)
class Addressee:
    """A desk that is told: `unit_id` answers for it; nobody there means nobody on the whole line up to the root.

    The submitter has no unit and is never named: who raised a case is not for its events to say.
    """

    role: str
    unit_id: int | None
    people: tuple[int, ...]

    @property
    def noted(self) -> list[object]:
        """Return it as an event keeps it."""
        return [self.role, self.unit_id, list(self.people)]


def addressees(
    db: Session, case: Case, words: Iterable[str], at: datetime, side: tuple[str, Post] | None = None
) -> Iterator[Addressee]:
    """Return whom each word of a ladder's `tell` stands for, in order; who only listens sits at no desk.

    `side` is whose it is to act beside the case, as role and desk: they are the owner then, and not whoever has it.
    """
    for word in words:
        if word in listeners():
            yield Addressee(word, None, tuple(listeners()[word](db, case.id or 0)))
            continue
        role = word if word != OWNER else _owner(db, case) if side is None else side[0]
        if role == SUBMITTER:
            yield Addressee(SUBMITTER, None, ())
            continue
        for post in desks(db, case, word, side[1] if side else None):
            unit_id, people = answering_at(db, post, at, besides=passed_over(db, case, role))
            yield Addressee(role, unit_id, tuple(people))


def desks(db: Session, case: Case, word: str, side: Post | None = None) -> list[Post]:
    """Return the desks that a role or an audience stands for; none for the submitter and the system."""
    if side is not None and word in (OWNER, OWNER_HEAD):
        return [side if word == OWNER else Post(HEADS, side.unit_id)]
    if word == OWNER:
        return posts(db, case, _owner(db, case))
    if word == OWNER_HEAD:
        return [Post(HEADS, post.unit_id) for post in posts(db, case, _owner(db, case))]
    return list(audiences()[word](db, case)) if word in audiences() else posts(db, case, word)


def _owner(db: Session, case: Case) -> str:
    return law_of(db, case.law_id).state(case.state).owner or SUBMITTER
