"""The hash chain: every event carries the digest of the one before, so that no change goes unnoticed.

One chain for the whole installation, so that neither a case nor an act of administration can vanish from it. On
PostgreSQL the head is taken under an advisory lock as the last thing before the commit; on SQLite there is one writer
anyway. See docs/decisions for why it is one chain and what it costs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, literal_column, select
from sqlmodel import Session

from cases.record.columns import table_of
from cases.record.database import is_sqlite
from cases.record.event import Event
from cases.record.statements import Prepared

GENESIS = "0" * 64
CHAIN_LOCK = 7_230_114_209  # any number, as long as nothing else in the database locks it

_EVENTS = table_of(Event)
_HEAD = Prepared(select(_EVENTS.c.seq, _EVENTS.c.hash).order_by(_EVENTS.c.seq.desc()).limit(literal_column("1")))
_LOCK = f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})"
_INSERT = Prepared(insert(_EVENTS).inline(), *_EVENTS.c.keys())


@dataclass(slots=True)
class Entry:
    """An event before it has its place in the chain. `recorded_at` is `at` unless history is being written."""

    at: datetime
    action: str
    role: str
    data: Mapping[str, Any] = field(default_factory=dict)
    case_id: int | None = None
    version: int | None = None
    state_from: str | None = None
    state_to: str | None = None
    actor_id: int | None = None
    recorded_at: datetime | None = None


def append(db: Session, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Write events at the end of the chain, in order, and return them as rows."""
    seq, previous = head(db)
    rows = chained(entries, seq, previous)
    for row in rows:
        _INSERT.run(db, row)
    return rows


def head(db: Session) -> tuple[int, str]:
    """Return number and hash of the last event, and hold the chain until the transaction ends."""
    if not is_sqlite(db):
        db.connection().exec_driver_sql(_LOCK)
    last = _HEAD.rows(db, {})
    return (last[0].seq, last[0].hash) if last else (0, GENESIS)


def chained(entries: Sequence[Entry], seq: int, previous: str) -> list[dict[str, Any]]:
    """Return the rows of events that follow a head."""
    rows: list[dict[str, Any]] = []
    for entry in entries:
        seq += 1
        row: dict[str, Any] = {
            "seq": seq,
            "case_id": entry.case_id,
            "version": entry.version,
            "at": entry.at,
            "recorded_at": entry.recorded_at or entry.at,
            "action": entry.action,
            "state_from": entry.state_from,
            "state_to": entry.state_to,
            "actor_id": entry.actor_id,
            "role": entry.role,
            "data": canonical(entry.data),
            "previous": previous,
        }
        row["hash"] = previous = hash_of(row)
        rows.append(row)
    return rows


def hash_of(row: Mapping[Any, Any]) -> str:
    """Return the SHA-256 of an event's every field but `hash` itself, in hexadecimal."""
    parts = [
        row["seq"],
        row["case_id"],
        row["version"],
        moment(row["at"]),
        moment(row["recorded_at"]),
        row["action"],
        row["state_from"],
        row["state_to"],
        row["actor_id"],
        row["role"],
        row["data"],
        row["previous"],
    ]
    return digest(canonical(parts))


def digest(words: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(words.encode()).hexdigest()


def moment(at: datetime) -> str:
    """Return a moment as the chain writes it: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


_encoder = json.JSONEncoder(
    ensure_ascii=False,
    separators=(",", ":"),
    sort_keys=True,
    default=lambda value: moment(value) if isinstance(value, datetime) else _plain(value),
)


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, moments in UTC."""
    return _encoder.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"an event cannot hold {type(value).__name__}")
