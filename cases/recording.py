"""Write a deed down: the case by compare-and-set, what was said, and the event."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from cases import audit
from cases.errors import stale
from cases.record.case import Case, Passage
from cases.record.columns import table_of
from cases.record.event import Event
from cases.record.people import User
from cases.record.statements import Prepared
from cases.words import ANYONE, UNNAMED, Deed

_CASES = table_of(Case)
_EVENTS = table_of(Event)
_LAST_AT = select(_EVENTS.c.at).where(_EVENTS.c.case_id == _CASES.c.id, _EVENTS.c.version == _CASES.c.version)
_HOLD = Prepared(
    select(_LAST_AT.scalar_subquery().label("last_at"))
    .where(_CASES.c.id == bindparam("case_id"), _CASES.c.version == bindparam("seen"))
    .with_for_update(key_share=True, of=_CASES)
)
_PASSAGES = table_of(Passage)
_ONE = update(_CASES).where(_CASES.c.id == bindparam("case_id"), _CASES.c.version == bindparam("seen"))
_RAISE = Prepared(_ONE, "version")
_saves: dict[tuple[str, ...], Prepared] = {}  # one for each set of columns that an action changes
_SAY = Prepared(insert(_PASSAGES).inline(), "case_id", "version", "field", "audience", "body", "salt")


def hold(db: Session, case: Case, at: datetime) -> datetime:
    """Make everyone else wait who acts on the case, and return the moment, or that of its last event if it is later.

    Without the lock, two on PostgreSQL take the case's clocks and parts in different orders and wait for each other,
    and a condition reads what the other has just written; SQLite has one writer anyway. The clocks of two nodes may
    differ, but the history of a case never runs backwards. Raises Stale.
    """
    if not (held := _HOLD.rows(db, {"case_id": case.id, "seen": case.version})):
        raise stale(case.number)
    return max(at, held[0].last_at or at)


def hold_others(db: Session, ids: Sequence[int]) -> None:
    """Hold other cases as well until the transaction ends, and never wait for them. Raises Stale.

    Whoever acts on a case holds it already, and in a sweep also the end of the chain: to wait for another case then
    could be to wait for somebody who waits for us.
    """
    wanted = select(_CASES.c.id).where(_CASES.c.id.in_(ids)).with_for_update(key_share=True, skip_locked=True)
    held = set(db.connection().execute(wanted).scalars()) if ids else set()
    for case_id in ids:
        if case_id not in held:
            number = db.connection().execute(select(_CASES.c.number).where(_CASES.c.id == case_id)).scalar_one()
            raise stale(number)


def note(
    db: Session,
    case: Case,
    action: str,
    *,
    by: User,
    at: datetime,
    told: Mapping[str, Any],
    role: str = ANYONE,
    before: Callable[[int], None] = lambda version: None,
) -> dict[str, Any]:
    """Write an event of a case that is no step of its law, and bring the row in hand up to date. Raises Stale.

    It moves nothing. `before` writes what belongs to the event under its version. Whoever raised the case is not named.
    """
    assert case.id is not None
    version = case.version + 1
    if _RAISE.run(db, {"case_id": case.id, "seen": case.version, "version": version}) != 1:
        raise stale(case.number)
    before(version)
    event = audit.Entry(
        at=at,
        action=action,
        role=role,
        actor_id=None if role in UNNAMED else by.id,
        case_id=case.id,
        version=version,
        state_from=case.state,
        state_to=case.state,
        data={"set": {}, **told},
    )
    set_committed_value(case, "version", version)
    return audit.append(db, [event])[0]


def record(deed: Deed, *, is_birth: bool = False) -> dict[str, Any]:
    """Write the case, what was said and the event, and bring the row in hand up to date."""
    case, version = deed.case, deed.case.version + 1
    values = {name: value for name, value in deed.sets.items() if getattr(case, name) != value}
    if not _saved(deed, {**values, "version": version}):
        raise stale(case.number)
    event = audit.Entry(
        at=deed.at,
        action=deed.step.action,
        role=deed.role,
        actor_id=None if deed.by is None or deed.role in UNNAMED else deed.by.id,
        case_id=case.id,
        version=version,
        state_from=None if is_birth else case.state,
        state_to=deed.now("state"),
        data={
            "set": deed.sets if is_birth else values,
            **({"said": _say(deed, version)} if deed.said else {}),
            **deed.facts,
        },
    )
    for name, value in {**values, "version": version}.items():
        set_committed_value(case, name, value)
    return audit.append(deed.db, [event])[0]


def _saved(deed: Deed, values: dict[str, Any]) -> bool:
    """Write the case if it still has the version that was seen."""
    columns = tuple(sorted(values))
    save = _saves.get(columns) or _saves.setdefault(columns, Prepared(_ONE, *columns))
    return save.run(deed.db, {**values, "case_id": deed.case_id, "seen": deed.case.version}) == 1


def _say(deed: Deed, version: int) -> dict[str, str]:
    """Keep free texts in rows of their own and return their digests for the event."""
    audience = str(deed.fields.get("audience", "parties"))
    digests: dict[str, str] = {}
    passage = {"case_id": deed.case_id, "version": version, "audience": audience}
    for name, body in deed.said.items():
        salt = secrets.token_hex(8)
        _SAY.run(deed.db, {**passage, "field": name, "body": body, "salt": salt})
        digests[name] = audit.digest(salt + body)
    return digests
