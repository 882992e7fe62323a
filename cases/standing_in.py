"""Who stands in for whom at a moment (AB角): the deputies of those who are away, and whoever took over from a leaver.

A deputy holds the same role at the same unit as the one who is away, with dates of their own, and may have a deputy in
turn. Both stay responsible: the desk is the deputy's and still that of the one who is away (docs/decisions/0020).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases.record.at_once import Question
from cases.record.columns import Moment
from cases.record.people import LINKS, Duty, User, in_force
from cases.record.statements import Prepared
from cases.words import Post

#: Whom, and in which duty where; None for any.
_Place = tuple[int, str | None, int | None]


def acts_for(db: Session, by: User, at: datetime, roles: Collection[str] = ()) -> frozenset[int]:
    """Return the ids of those in whose place a person may act at a moment: their own, and whom they stand in for.

    `roles` narrows to certain duties. Both the deputy's dates and the duty behind them must be in force.
    """
    found: set[int] = {by.id or 0}
    ahead: set[_Place] = {(by.id or 0, None, None)}
    for is_first in (True, *[False] * (LINKS - 1)):
        ids = {user_id for user_id, _, _ in ahead}
        rows = _LINKS_OF.rows(db, {"user_id": min(ids), "at": at}) if len(ids) == 1 else _links(db, at, of=ids)
        rows = [row for row in rows if not roles or row[1] in roles]
        ahead = {
            (behind, role, unit)
            for user, role, unit, behind, is_now in rows
            if _is_among(ahead, user, role, unit) and (is_now or not is_first)
        }
        if not ahead:
            break
        found |= {user_id for user_id, _, _ in ahead}
    return frozenset(found)


def about_links(user_id: int, at: datetime) -> Question:
    """Return what is asked to know in whose place a person may act."""
    return _LINKS_OF, {"user_id": user_id, "at": at}


def in_any_guise(db: Session, by: User, at: datetime) -> frozenset[int]:
    """Return a person, those in whose place they may act, and those who may act in the place of one of them."""
    own = acts_for(db, by, at)
    return frozenset({*own, *stand_ins(db, own, at)})


def stand_ins(db: Session, absent: Iterable[int], at: datetime, roles: Collection[str] = ()) -> list[int]:
    """Return the ids of those who may act in the place of some people, without them; the other way round than above."""
    names = set(absent)
    found: set[int] = set()
    ahead: set[_Place] = {(user_id, None, None) for user_id in names}
    for _ in range(LINKS):
        rows = _links(db, at, roles, behind={user_id for user_id, _, _ in ahead})
        rows = [row for row in rows if _is_among(ahead, row[3], row[1], row[2])]
        found |= {user for user, _, _, _, is_now in rows if is_now}
        ahead = {(user, role, unit) for user, role, unit, _, _ in rows}
        if not ahead:
            break
    return sorted(found - names)


def ends_of(db: Session, post: Post, at: datetime) -> dict[tuple[int, int], datetime]:
    """Return until when deputies stand in at a desk, by deputy and by the one who is away."""
    wanted = select(Duty).where(col(Duty.deputy_of).is_not(None), col(Duty.role).in_(post.duties), in_force(at))
    found: dict[tuple[int, int], datetime] = {}
    for row in db.exec(wanted.order_by(col(Duty.until_at))):
        if row.until_at is not None:
            found[row.user_id, whose(db, row)] = row.until_at
    return found


def names_of(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of people by id."""
    wanted = sorted(set(ids))
    rows = db.exec(select(User.id, User.name).where(col(User.id).in_(wanted))) if wanted else ()
    return {user_id or 0: name for user_id, name in rows}


def whose(db: Session, duty: Duty) -> int:
    """Return the id of the person whose duty it is in the end, through deputies of deputies."""
    for _ in range(LINKS):
        if duty.deputy_of is None:
            break
        duty = db.get_one(Duty, duty.deputy_of)
    return duty.user_id


def _is_among(places: set[_Place], user_id: int, role: str, unit_id: int) -> bool:
    return not places.isdisjoint({(user_id, role, unit_id), (user_id, None, None)})


def _links(
    db: Session, at: datetime, roles: Collection[str] = (), of: Collection[int] = (), behind: Collection[int] = ()
) -> Sequence[Any]:
    """Return which person stands, as what and where, for which other, and whether they do so now.

    Whoever took over and has handed on since is a link still, though nobody who acts.
    """
    other, wanted = _linked(at)
    if roles:
        wanted = wanted.where(col(Duty.role).in_(sorted(roles)))
    if of:
        wanted = wanted.where(col(Duty.user_id).in_(sorted(of)))
    else:
        wanted = wanted.where(col(other.user_id).in_(sorted(behind)))
    return db.connection().execute(wanted).all()


def _linked(at: datetime | BindParameter[datetime]) -> tuple[Any, Select[Any]]:
    """Return the duties behind those of others, and the query for who stands for whom."""
    other = aliased(Duty)
    now = in_force(at)
    behind: Any = col(other.user_id).label("behind")
    wanted = select_columns(col(Duty.user_id), col(Duty.role), col(Duty.unit_id), behind, now.label("is_now"))
    wanted = wanted.join(other, or_(col(Duty.deputy_of) == other.id, col(Duty.took_over) == other.id))
    return other, wanted.where(or_(and_(col(Duty.deputy_of).is_not(None), now), col(Duty.took_over).is_not(None)))


_LINKS_OF = Prepared(
    _linked(bindparam("at", type_=Moment))[1].where(col(Duty.user_id) == bindparam("user_id")).order_by(col(Duty.id))
)
