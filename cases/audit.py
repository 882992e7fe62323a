"""The hash chain: every event carries the digest of the one before, so that no change goes unnoticed.

One chain for the whole installation, so that neither a case nor an act of administration can vanish from it. Its head
is a row of its own, which is locked as the last thing before the commit; on SQLite there is one writer anyway. See
docs/decisions for why it is one chain and what it costs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from cases.record import bulk
from cases.record.columns import table_of
from cases.record.database import DatabaseError
from cases.record.event import ChainHead, Event
from cases.record.statements import Prepared

GENESIS = "0" * 64

_EVENTS = table_of(Event)
_CHAIN = table_of(ChainHead)
_HEAD = Prepared(select(_CHAIN.c.seq, _CHAIN.c.hash).with_for_update())
_MOVE = Prepared(update(_CHAIN), "seq", "hash")
_INSERT = Prepared(insert(_EVENTS).inline(), *_EVENTS.c.keys())


#: Writes the rows of events in order.
Writer = Callable[[Session, Sequence[dict[str, Any]]], None]


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


def append(db: Session, entries: Sequence[Entry], write: Writer | None = None) -> list[dict[str, Any]]:
    """Write events at the end of the chain, in order, move its head, and return them as rows.

    The chain is held from here until the transaction ends, so this comes last in it. Raises DatabaseError where the
    events cannot be written; with it the whole deed is taken back.
    """
    if not entries:
        return []
    rows = chained(entries, *_head(db))
    try:
        (write or _one_by_one)(db, rows)
        _MOVE.run(db, {"seq": rows[-1]["seq"], "hash": rows[-1]["hash"]})
    except Exception as error:
        if _is_refused(db, error):
            raise DatabaseError(
                "数据库拒绝写入审计记录，操作未执行；请运行 bihuan doctor。",
                "The database refuses to write the audit, so nothing was done: run bihuan doctor.",
            ) from error
        raise
    return rows


def _is_refused(db: Session, error: Exception) -> bool:
    """Tell whether the database will have none of it; what it may take another time explains itself elsewhere."""
    driver: Any = db.get_bind().dialect.loaded_dbapi
    passing = (OperationalError, driver.OperationalError)
    return isinstance(error, DBAPIError | driver.DatabaseError) and not isinstance(error, passing)


def _head(db: Session) -> tuple[int, str]:
    """Return number and hash of the last event, and hold the chain until the transaction ends."""
    if not (found := _HEAD.rows(db, {})):
        raise DatabaseError(
            "事件链的末端记录缺失，请运行 bihuan verify。", "The head of the chain is missing: run bihuan verify."
        )
    return found[0].seq, found[0].hash


def in_bulk(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows of many events at once."""
    columns = tuple(_EVENTS.c.keys())
    bulk.write(db, "events", columns, [tuple(row[name] for name in columns) for row in rows])


def _one_by_one(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        _INSERT.run(db, row)


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
