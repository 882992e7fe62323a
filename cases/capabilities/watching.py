"""To follow a case without acting in it: copied to by those who run it, or watched of one's own accord (抄送、关注)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlmodel import Session, col

from cases import beside
from cases.errors import FieldError, InvalidFields, shown
from cases.hooks import may_also_see
from cases.policy import HANDLING, OVERSIGHT, duties_of, reads_as_staff
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.people import Duty, User, in_force
from cases.record.statements import Prepared
from cases.record.watchers import Watcher
from cases.veil import is_own
from cases.words import Deed, condition, effect, listener, register
from workflow.errors import Refusal
from workflow.vocabulary import Field

WATCHERS = "watchers"
#: To whom a case can be copied: whoever works for the union or a department.
STAFF_DUTIES = OVERSIGHT | HANDLING

_WATCHERS = table_of(Watcher)
_OF_CASE = Prepared(
    select(_WATCHERS)
    .where(_WATCHERS.c.case_id == bindparam("case_id"), _WATCHERS.c.until_at.is_(None))
    .order_by(_WATCHERS.c.id),
    of_case="case_id",
)
_USERS = table_of(User)
_PERSON = Prepared(select(_USERS).where(_USERS.c.login == bindparam("login")))

register(Field("person", "person", "人员", "Person", longest=64))


@effect("copy_to", needs=("person",), clerical=True)
def copy_to(deed: Deed) -> None:
    """Let somebody see the case and hear of its moves; they may not act in it because of that."""
    deed.among_staff()
    login = deed.fields["person"]
    found = _named(deed)
    # Staff who raised the case are copied to like others: a refusal, however worded, would tell who they are. They
    # are told of nothing because of it (`notifications.outbox`).
    if found is None or not _is_staff(deed, found):
        zh = f"不能抄送给 {shown(login)}：须是在岗的工会或部门工作人员"
        en = f"{shown(login)} must be staff with a duty in force"
        raise InvalidFields([FieldError("person", zh, en)])
    if any(row.user_id == found.id for row in watching(deed.db, deed.case_id)):
        raise InvalidFields(
            [FieldError("person", f"{shown(login)} 已在抄送之列", f"{shown(login)} watches it already")]
        )
    deed.facts |= {"told": [[WATCHERS, None, [found.id]]], "kind": "watch"}
    _add(deed, found)


@effect("stop_copy", needs=("person",), only_if=("is_watched",), clerical=True)
def stop_copy(deed: Deed) -> None:
    """End a copy: the person sees the case and hears of it no more, unless for another reason."""
    deed.among_staff()
    login, found = deed.fields["person"], _named(deed)
    row = next((row for row in watching(deed.db, deed.case_id) if found and row.user_id == found.id), None)
    if row is None:
        raise InvalidFields(
            [FieldError("person", f"{shown(login)} 不在抄送之列", f"The case is not copied to {shown(login)}")]
        )
    beside.change(deed, Watcher, row.id, until_at=deed.at)


@effect("watch", only_if=("may_watch",), clerical=True)
def watch(deed: Deed) -> None:
    """Let oneself be told of the case's moves."""
    deed.among_staff()
    assert deed.by is not None  # the law's condition has asked
    _add(deed, deed.by)


@effect("unwatch", only_if=("is_watching",), clerical=True)
def unwatch(deed: Deed) -> None:
    """Be told no more."""
    deed.among_staff()
    for row in watching(deed.db, deed.case_id):
        if deed.by is not None and row.user_id == deed.by.id:
            beside.change(deed, Watcher, row.id, until_at=deed.at)


@condition("may_watch")
def may_watch(deed: Deed) -> Refusal | None:
    """Refuse whoever is not staff in the case, and whoever watches it already."""
    if deed.by is None or not reads_as_staff(deed.db, deed.case, deed.by, deed.at):
        return Refusal("只有本案的工作人员可以关注；申请人本来就会收到进展。", "Only staff in the case may watch it.")
    if any(row.user_id == deed.by.id for row in watching(deed.db, deed.case_id)):
        return Refusal("您已关注本案。", "You watch this case already.")
    return None


@condition("is_watching")
def is_watching(deed: Deed) -> Refusal | None:
    """Refuse whoever does not watch the case.

    Staff who raised it and to whom it was copied do not, as far as they are asked: their ending it would tell who of
    those who read it along the applicant is.
    """
    by, people = deed.by, {row.user_id for row in watching(deed.db, deed.case_id)}
    if by is None or by.id not in people or is_own(deed.db, deed.case, by):
        return Refusal("您没有关注本案。", "You do not watch this case.")
    return None


@condition("is_watched")
def is_watched(deed: Deed) -> Refusal | None:
    """Refuse where nobody watches the case."""
    if not watching(deed.db, deed.case_id):
        return Refusal("本案没有抄送给任何人。", "The case is copied to nobody.")
    return None


@may_also_see(is_staff=True)
def sees_as_a_watcher(user_id: int, at: datetime) -> ColumnElement[bool]:
    """Return the condition that a case is watched by somebody who still has a duty."""
    mine = select(_WATCHERS.c.case_id).where(_WATCHERS.c.user_id == user_id, _WATCHERS.c.until_at.is_(None))
    at_work = exists().where(col(Duty.user_id) == user_id, col(Duty.role).in_(sorted(STAFF_DUTIES)), in_force(at))
    return col(Case.id).in_(mine.where(at_work))


@listener(WATCHERS)
def listeners(db: Session, case_id: int) -> Iterable[int]:
    """Return who watches a case."""
    return [row.user_id for row in watching(db, case_id)]


def watching(db: Session, case_id: int) -> Sequence[Any]:
    """Return the rows of those who watch a case now."""
    return _OF_CASE.rows(db, {"case_id": case_id})


def _add(deed: Deed, user: User) -> None:
    by = deed.by.id if deed.by else None
    beside.add(deed, Watcher, user_id=user.id, added_by=by, since_at=deed.at)


def _named(deed: Deed) -> User | None:
    return next(iter(_PERSON.objects(deed.db, User, {"login": deed.fields["person"]})), None)


def _is_staff(deed: Deed, user: User) -> bool:
    return any(duty.role in STAFF_DUTIES for duty in duties_of(deed.db, user, deed.at))
