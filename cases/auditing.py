"""The audit of administration, for who audits: who did what to the installation, and who saw or erased an identity.

It is read from the chain. People stand in it by id and login, cases by id; what was said in a case is not in it, nor
what happens there in the ordinary way (GB/T 22239 8.1.4.3: time, user, kind, success; what failed left no event).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from cases import audit, erasing, own_data, revealing
from cases.erased import ERASE, ERASED
from cases.policy import duties_of
from cases.record.event import Event
from cases.record.people import User
from workflow.machine import NotByYou

AUDITOR, READ = "audit_admin", "read_audit"
#: What happens in a case and is audited all the same, and what may be told of it.
IN_CASES = (
    revealing.ASK, revealing.AGREE, revealing.DECLINE, revealing.SHOW, erasing.ASK, erasing.DECLINE, ERASE,
    own_data.EXPORT_OWN,
)  # fmt: skip
TOLD_OF_CASES = frozenset({"reveal", "times", "erasure", "with_texts", ERASED})
MOST = 100_000


@dataclass(frozen=True)
class Line:
    """One act of administration; `login` is whose account did it, empty for the system and the command line."""

    seq: int
    at: datetime
    action: str
    role: str
    actor_id: int | None
    login: str | None
    case_id: int | None
    facts: str


def is_auditor(db: Session, by: User, at: datetime) -> bool:
    """Tell whether a person is an audit administrator."""
    return any(held.role == AUDITOR for held in duties_of(db, by, at))


def require_auditor(db: Session, by: User, at: datetime) -> None:
    """Refuse whoever is not an audit administrator. Raises NotByYou."""
    if not is_auditor(db, by, at):
        raise NotByYou("只有审计管理员可以查看审计记录。", "Only an audit administrator reads the audit.")


def note_read(db: Session, at: datetime, by: User | None, lines: int) -> None:
    """Write the event of somebody who has read the audit: an audit administrator, or whoever is at the machine."""
    role, actor = (AUDITOR, by.id) if by else ("system", None)
    audit.append(db, [audit.Entry(at=at, action=READ, role=role, data={"lines": lines}, actor_id=actor)])


def audited(
    db: Session,
    since: datetime | None = None,
    until: datetime | None = None,
    who: User | None = None,
    what: str | None = None,
    most: int = MOST,
    before: int | None = None,
) -> list[Line]:
    """Return the last acts of administration from one moment until before another, newest last.

    `who` is who acted, or whom an act was about; `before` is the number of an event that they all came before.
    """
    wanted = select(Event).where(or_(col(Event.case_id).is_(None), col(Event.action).in_(IN_CASES)))
    if since is not None:
        wanted = wanted.where(col(Event.recorded_at) >= since)
    if until is not None:
        wanted = wanted.where(col(Event.recorded_at) < until)
    if what is not None:
        wanted = wanted.where(Event.action == what)
    if who is not None:
        about = or_(*(col(Event.data).contains(f'"user":{who.id}{end}') for end in ",}"))
        wanted = wanted.where(or_(col(Event.actor_id) == who.id, about))
    if before is not None:
        wanted = wanted.where(col(Event.seq) < before)
    events = db.exec(wanted.order_by(col(Event.seq).desc()).limit(most)).all()
    found = [(event, json.loads(event.data)) for event in reversed(events)]
    logins = _logins(db, {event.actor_id for event, _ in found} | {data.get("user") for _, data in found})
    return [
        Line(
            event.seq,
            event.recorded_at,
            event.action,
            event.role,
            event.actor_id,
            logins.get(event.actor_id),
            event.case_id,
            _facts(event, data, logins),
        )
        for event, data in found
    ]


def _facts(event: Event, data: Mapping[str, Any], logins: Mapping[Any, str]) -> str:
    told = dict(data) if event.case_id is None else {name: data[name] for name in data if name in TOLD_OF_CASES}
    if (login := logins.get(told.get("user"))) is not None:
        told["login"] = login
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _logins(db: Session, ids: set[Any]) -> dict[Any, str]:
    wanted = sorted(one for one in ids if isinstance(one, int))
    rows: dict[Any, str] = {}
    for start in range(0, len(wanted), 500):
        some = select(User.id, User.login).where(col(User.id).in_(wanted[start : start + 500]))
        rows |= dict(db.exec(some).all())
    return rows
