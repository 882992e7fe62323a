"""Who a word of a ladder stands for in one case, at one moment: the desk, the unit that answers for it, the people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from cases.laws import law_of
from cases.policy import answering_at, posts
from cases.record.case import Case
from cases.words import HANDLERS, OWNER, OWNER_HEAD, SUBMITTER, Post
from workflow.vocabulary import SUPPORT

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
    db: Session, case: Case, words: Iterable[str], at: datetime, part_of: int | None = None
) -> Iterator[Addressee]:
    """Return whom each word of a ladder's `tell` stands for, in order.

    `part_of` is the id of the department whose part it is: it is the owner then, and not whoever has the case.
    """
    for word in words:
        role = word if word != OWNER else _owner(db, case) if part_of is None else SUPPORT
        if role == SUBMITTER:
            yield Addressee(SUBMITTER, None, ())
            continue
        for post in desks(db, case, word, part_of):
            unit_id, people = answering_at(db, post, at, besides=case.submitter_id)
            yield Addressee(role, unit_id, tuple(people))


def desks(db: Session, case: Case, word: str, part_of: int | None = None) -> list[Post]:
    """Return the desks that a role or an audience stands for; none for the submitter and the system."""
    if part_of is not None and word in (OWNER, OWNER_HEAD):
        return [Post(HANDLERS if word == OWNER else HEADS, part_of)]
    if word == OWNER:
        return posts(db, case, _owner(db, case))
    if word == OWNER_HEAD:
        return [Post(HEADS, post.unit_id) for post in posts(db, case, _owner(db, case))]
    return posts(db, case, word)


def _owner(db: Session, case: Case) -> str:
    return law_of(db, case.law_id).state(case.state).owner or SUBMITTER
