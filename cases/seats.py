"""Who sits at a desk: whoever has its duty at the unit or, where nobody has, at the nearest unit above it.

A desk that nobody fills at a unit is answered for further up, so that no case waits for a chair that is empty. A deputy
sits there beside the one who is away.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases.record.case import Case
from cases.record.columns import Moment
from cases.record.lines import line, line_up
from cases.record.people import LINKS, Duty, User, in_force, person
from cases.record.statements import Prepared
from cases.standing_in import stand_ins
from cases.words import Post, roles
from workflow.vocabulary import PARENT


def posts(db: Session, case: Case, word: str) -> list[Post]:
    """Return the desks that a role word stands for in a case; none for the submitter and the system."""
    if word.startswith(PARENT):
        return [Post((word.removeprefix(PARENT),), unit_above(db, case.unit_id))]
    found = roles().get(word)
    return list(found(db, case)) if found else []


def unit_above(db: Session, unit_id: int) -> int:
    """Return the parent of a unit; the root answers for itself."""
    return line(db, unit_id)[0].parent_id or unit_id


#: Who does not count at a desk, such as whoever raised the case: ids, or one, or nobody.
Besides = int | Collection[int] | None


def people_at(db: Session, post: Post, at: datetime, besides: Besides = None) -> tuple[int, list[User]]:
    """Return who answers for a desk, and the unit where they sit; the root and nobody if the whole line is empty.

    Nobody counts who is among `besides`, nor their deputy in their place (see `cases.apart.passed_over`).
    """
    unit_id, ids = answering_at(db, post, at, besides)
    return unit_id, [found for user_id in ids if (found := person(db, user_id)) is not None]


def answering_at(db: Session, post: Post, at: datetime, besides: Besides = None) -> tuple[int, list[int]]:
    """Return the ids of those who answer for a desk, and the unit where they sit, as `people_at` does."""
    unit_id, seats = seats_at(db, post, at, besides)
    return unit_id, list(dict.fromkeys(user_id for user_id, _ in seats))


def seats_at(
    db: Session, post: Post, at: datetime, besides: Besides = None
) -> tuple[int, list[tuple[int, int | None]]]:
    """Return who answers for a desk, each with whom they stand in for, and the unit where they sit."""
    aside = {besides} if isinstance(besides, int) else set(besides or ())
    if post.people or post.reaches_down:
        return post.unit_id, _seats_of(db, post, at, aside)
    if post.not_of:
        aside |= set(db.exec(select(Duty.user_id).where(col(Duty.unit_id).in_(post.not_of), in_force(at))))
    first, *others = post.duties
    (second,) = others or [first]  # no desk asks for more than two
    asked = {"unit_id": post.unit_id, "first": first, "second": second, "at": at}
    rows = [row for row in _answering().rows(db, asked) if aside.isdisjoint({row.user_id, row.stands_for})]
    if not rows:
        return line(db, post.unit_id)[-1].id, []
    nearest = rows[0].unit_id
    return nearest, [(row.user_id, row.stands_for) for row in rows if row.unit_id == nearest]


def _seats_of(db: Session, post: Post, at: datetime, aside: Collection[int]) -> list[tuple[int, int | None]]:
    """Return who answers for a desk that is some people's own: the active ones, and whoever stands in for them."""
    own = [user_id for user_id in post.people if user_id not in aside]
    seats: list[tuple[int, int | None]] = [(user_id, None) for user_id in own]
    for absent in own:
        deputies = stand_ins(db, (absent,), at, post.duties)
        seats += [(user_id, absent) for user_id in deputies if user_id not in aside and user_id not in own]
    active = set(db.exec(select(User.id).where(col(User.id).in_([user_id for user_id, _ in seats]), User.is_active)))
    return [seat for seat in seats if seat[0] in active]


@cache
def _answering() -> Prepared:
    """Return the statement that finds who holds one of two duties from a unit up to the root, nearest first."""
    up = line_up()
    stands_for, behind = stood_in_for()
    found: Any = (
        select(up.c.id.label("unit_id"), col(User.id).label("user_id"), stands_for)
        .select_from(up)
        .join(Duty, col(Duty.unit_id) == up.c.id)
        .join(User, col(User.id) == Duty.user_id)
    )
    for absent, of in behind:
        found = found.outerjoin(absent, absent.id == of.deputy_of)
    return Prepared(
        found.where(or_(col(Duty.role) == bindparam("first"), col(Duty.role) == bindparam("second")))
        .where(User.is_active, in_force(bindparam("at", type_=Moment)))
        .order_by(up.c.height, col(User.id), col(Duty.deputy_of).is_not(None), col(Duty.id))
    )


def stood_in_for() -> tuple[ColumnElement[int | None], list[tuple[Any, Any]]]:
    """Return whose a duty is that somebody stands in for, and the duties behind it, each with the one before it."""
    chain: list[Any] = [Duty, *(aliased(Duty) for _ in range(LINKS))]
    whose = func.coalesce(*(col(absent.user_id) for absent in reversed(chain[1:])))
    return whose.label("stands_for"), list(zip(chain[1:], chain[:-1], strict=True))
