"""The audit of administration: what is done to the installation stands in the same chain as what is done in a case.

What is taken out of the system, a backup, a key, the settings in force: each leaves an event before it is done, so that
nothing is done whose event cannot be written (GB/T 22239 8.1.4.3). An event names people and cases by their ids.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import make_url, select
from sqlmodel import Session

from cases import audit
from cases.record.columns import table_of
from cases.record.event import ChainHead, Event
from config.settings import Settings

EXPORT, BACKUP, RESTORE, SETTINGS = "export", "backup", "restore", "change_settings"

_EVENTS, _CHAIN = table_of(Event), table_of(ChainHead)


def note(db: Session, action: str, at: datetime, data: Mapping[str, Any]) -> None:
    """Write the event of what is done on the command line, or by the system itself."""
    audit.append(db, [audit.Entry(at=at, action=action, role="system", data=data)])


def note_settings(db: Session, settings: Settings, at: datetime) -> bool:
    """Write down the settings in force, without secrets, if they are not those written down last; tell whether."""
    db.connection().execute(select(_CHAIN.c.seq).with_for_update())  # so that of two nodes one writes
    last = select(_EVENTS.c.data).where(_EVENTS.c.action == SETTINGS).order_by(_EVENTS.c.seq.desc()).limit(1)
    found = db.connection().execute(last).scalar_one_or_none()
    told = told_of(settings)
    before = json.loads(found)["settings"] if found else None
    if before == told:
        return False
    changed = sorted(name for name in told if before is None or before.get(name) != told[name])
    note(db, SETTINGS, at, {"settings": told, "changed": changed})
    return True


def told_of(settings: Settings) -> dict[str, Any]:
    """Return the settings as an event may hold them: a secret is only told to be there, a password in none."""
    told: dict[str, Any] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name == "database":
            told[field.name] = make_url(value).render_as_string(hide_password=True)
        else:
            told[field.name] = (str(value) if not isinstance(value, int) else value) if field.repr else bool(value)
    return told
