"""Units, the people in them, and what each person may be: the tree that a case moves and climbs in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Index, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel import select as select_rows

from cases.record.columns import Id, Moment, Path, table_of
from cases.record.statements import Prepared, is_remembering, remembered

#: What a person can be at a unit. Deputies hold the same duty with dates of their own (`deputy_of`).
DUTIES = (
    "worker",
    "representative",
    "reviewer",
    "handler",
    "head",
    "supervisor",
    "leader",
    "system_admin",
    "security_admin",
    "audit_admin",
)
#: Whom a matter can climb to: they have power over those who handle it.
OVERSEERS = ("head", "supervisor", "leader")
#: A deputy who is away has a deputy, and so on: so many may stand between a duty and who does it.
LINKS = 3
UNIT_KINDS = ("union", "department", "agency", "enterprise")


class Unit(SQLModel, table=True):
    """A union, a department of it, an outside agency, or an enterprise union.

    `path` is the ids from the root down, `/1/7/43/`: a subtree is a range of it, the ancestors are its parts.
    """

    __tablename__ = "units"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    code: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200, index=True)
    kind: str = Field(max_length=16)
    parent_id: int | None = Field(default=None, sa_type=Id, foreign_key="units.id", index=True)
    path: str = Field(default="", sa_type=Path, index=True)
    calendar: str | None = Field(default=None, max_length=64)
    is_active: bool = Field(default=True)


def ancestors(path: str) -> list[int]:
    """Return the unit ids along a path, from the unit itself up to the root."""
    return [int(part) for part in reversed(path.strip("/").split("/"))]


def subtree(path: str) -> tuple[str, str]:
    """Return the half-open range of paths that a unit and everything below it fall into."""
    return path, path[:-1] + "0"  # "0" is the byte after "/"


class User(SQLModel, table=True):
    """A person who can sign in or be named; without a password nobody can sign in as them.

    `password_until` is set where somebody else knows the password: it signs in until then, and only to be changed.

    One with a negative id is a veil, and nobody's name: what is raised confidentially belongs to one (`cases.veil`).
    """

    __tablename__ = "users"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    login: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=100)
    email: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=32)
    password_hash: str | None = Field(default=None, max_length=200)
    password_at: datetime | None = Field(default=None, sa_type=Moment)
    password_until: datetime | None = Field(default=None, sa_type=Moment)
    language: str = Field(default="zh", max_length=8)
    is_active: bool = Field(default=True)
    created_at: datetime = Field(sa_type=Moment)


class Duty(SQLModel, table=True):
    """A role that a person has at a unit, from and until a moment.

    `deputy_of` names the duty it stands in for, whose role and unit it has; `took_over` the one that was handed over.
    """

    __tablename__ = "duties"
    __table_args__ = (Index("ix_duties_unit_role", "unit_id", "role"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    unit_id: int = Field(sa_type=Id, foreign_key="units.id")
    role: str = Field(max_length=32)
    from_at: datetime | None = Field(default=None, sa_type=Moment)
    until_at: datetime | None = Field(default=None, sa_type=Moment)
    deputy_of: int | None = Field(default=None, sa_type=Id, foreign_key="duties.id", index=True)
    took_over: int | None = Field(default=None, sa_type=Id, foreign_key="duties.id")


@lru_cache(maxsize=256)  # one request asks many times of the same moment, and the words are long
def in_force(at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition that a duty is in force at a moment; a deputy's is while the one behind it is, too."""
    return and_(_has_begun(Duty, at), _lasts(Duty, at), _is_backed(Duty, at, LINKS))


def lasts(at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition that a duty has not ended at a moment: it is in force then, or yet to begin."""
    return _lasts(Duty, at)


def _has_begun(duty: Any, at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(duty.from_at.is_(None), duty.from_at <= at)


def _lasts(duty: Any, at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(duty.until_at.is_(None), duty.until_at > at)


def _is_backed(duty: Any, at: datetime | BindParameter[datetime], links: int) -> ColumnElement[bool]:
    """Return the condition that a duty is a person's own, or stands in for one that is in force, not too far away."""
    own: ColumnElement[bool] = duty.deputy_of.is_(None)
    if not links:
        return own
    behind = aliased(Duty)
    of = exists(select(col(behind.id)).where(col(behind.id) == duty.deputy_of))
    found = of.where(_has_begun(behind, at), _lasts(behind, at))
    return or_(own, found.where(_is_backed(behind, at, links - 1)).correlate(duty))


class SignIn(SQLModel, table=True):
    """A browser that is signed in; the cookie carries a secret of which only the digest is kept.

    `rights` stands for what the person was when they signed in; `stepped_up_at` is when they last proved themselves.
    """

    __tablename__ = "sign_ins"

    digest: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    form_token: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    rights: str = Field(default="", max_length=64)
    stepped_up_at: datetime | None = Field(default=None, sa_type=Moment)


class Waiting(SQLModel, table=True):
    """A sign-in that is not complete: the password was right, and a code or a new password is still to come."""

    __tablename__ = "waiting_sign_ins"

    digest: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    form_token: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Moment)
    has_given_code: bool = Field(default=False)


class SecondFactor(SQLModel, table=True):
    """What makes a person's one-time codes, sealed; it counts once a code has confirmed it. `last_step` was used."""

    __tablename__ = "second_factors"

    user_id: int = Field(primary_key=True, sa_type=Id, foreign_key="users.id")
    sealed: str = Field(max_length=200)
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    last_step: int = Field(default=0, sa_type=Id)


class RecoveryCode(SQLModel, table=True):
    """A code for whoever has lost what makes their codes; it is used once, and only its digest is kept."""

    __tablename__ = "recovery_codes"

    digest: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)


class FormerPassword(SQLModel, table=True):
    """The hash of a password that a person had until a moment."""

    __tablename__ = "former_passwords"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    password_hash: str = Field(max_length=200)
    until_at: datetime = Field(sa_type=Moment)


class Knock(SQLModel, table=True):
    """How often somebody tried a password in vain: for a login from a network, for a login, or from a network.

    `tag` names neither. `wait_until` is before when that network has to wait with that login, `known_at` when the login
    was last signed in with from there.
    """

    __tablename__ = "knocks"

    tag: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=8)
    begun_at: datetime = Field(sa_type=Moment, index=True)
    count: int = Field(default=0)
    is_told: bool = Field(default=False)
    wait_until: datetime | None = Field(default=None, sa_type=Moment)
    known_at: datetime | None = Field(default=None, sa_type=Moment)


class Token(SQLModel, table=True):
    """An API token; it is shown once, and only its digest is kept."""

    __tablename__ = "tokens"

    digest: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(sa_type=Id, foreign_key="users.id", index=True)
    scope: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


def people_by_id(db: Session, ids: Iterable[int | None]) -> dict[int, User]:
    """Return people by their ids."""

    def find(some: list[int]) -> dict[int, User]:
        return {user.id or 0: user for user in db.exec(select_rows(User).where(col(User.id).in_(some)))}

    return remembered(db, User, {user_id for user_id in ids if user_id is not None}, find)


def places_held(db: Session, ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the duties of people, past ones too, each as its role and the name of its unit, the first one first."""

    def find(some: list[int]) -> dict[int, list[tuple[str, str]]]:
        held = select(col(Duty.user_id), col(Duty.role), col(Unit.name)).join(Unit, col(Unit.id) == Duty.unit_id)
        found: dict[int, list[tuple[str, str]]] = {user_id: [] for user_id in some}
        for row in db.connection().execute(held.where(col(Duty.user_id).in_(some)).order_by(col(Duty.id))):
            found[row.user_id].append((row.role, row.name))
        return found

    return remembered(db, Duty, set(ids), find)


def person(db: Session, user_id: int) -> User | None:
    """Return a person by id."""
    if is_remembering(db):
        return people_by_id(db, [user_id]).get(user_id)
    return next(iter(by_id().objects(db, User, {"user_id": user_id})), None)


@cache
def by_id() -> Prepared:
    users = table_of(User)
    return Prepared(select(users).where(users.c.id == bindparam("user_id")))
