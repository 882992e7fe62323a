"""Write a deed down: the case by compare-and-set, what was said, and the event."""

from __future__ import annotations

import secrets
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
from cases.record.statements import Prepared
from cases.words import SUBMITTER, Deed

_CASES = table_of(Case)
_EVENTS = table_of(Event)
_LAST = Prepared(
    select(_EVENTS.c.at).where(_EVENTS.c.case_id == bindparam("case_id"), _EVENTS.c.version == bindparam("version"))
)
_PASSAGES = table_of(Passage)
_ONE = update(_CASES).where(_CASES.c.id == bindparam("case_id"), _CASES.c.version == bindparam("seen"))
_saves: dict[tuple[str, ...], Prepared] = {}  # one for each set of columns that an action changes
_SAY = Prepared(insert(_PASSAGES).inline(), "case_id", "version", "field", "audience", "body", "salt")


def not_before(db: Session, case: Case, at: datetime) -> datetime:
    """Return the moment, or that of the case's last event if it is later.

    The clocks of two nodes may differ; the history of a case never runs backwards.
    """
    last = _LAST.rows(db, {"case_id": case.id, "version": case.version})
    return max(at, last[0].at) if last else at


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
        actor_id=None if deed.by is None or deed.role == SUBMITTER else deed.by.id,
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
