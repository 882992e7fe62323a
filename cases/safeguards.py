"""What guards the record from unnoticed change: the triggers on events, and the head of their chain."""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import Session

from cases import audit, raw
from cases.record.database import is_sqlite

SQLITE_TRIGGERS = ("events_no_update", "events_no_delete", "events_no_replace")
POSTGRESQL_TRIGGERS = ("events_no_change", "events_no_truncate")
ON_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
#: A trigger that is there may be disabled ("D"), or fire on replicas only ("R").
ON_POSTGRESQL = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'events'::regclass AND tgenabled IN ('O', 'A')"
#: One statement, so that both are of one moment while others write events.
ENDS = """
    SELECT 'head', seq, hash FROM chain_head
    UNION ALL SELECT 'event', seq, hash FROM (SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1) AS last
"""


class Gap(NamedTuple):
    """A safeguard that is not as it should be, and why that matters."""

    where: str
    zh: str
    en: str


def gaps(db: Session) -> list[Gap]:
    """Return what no longer guards the record; finding them costs nothing that grows with it."""
    return [*_missing_triggers(db), *_moved_head(db)]


def _missing_triggers(db: Session) -> list[Gap]:
    wanted, query = (SQLITE_TRIGGERS, ON_SQLITE) if is_sqlite(db) else (POSTGRESQL_TRIGGERS, ON_POSTGRESQL)
    there = {row[0] for row in raw.rows(db, query)}
    return [
        Gap(
            name,
            "保护事件的触发器缺失或已停用，数据库不再拒绝改动事件",
            "this trigger is missing or disabled: the database no longer refuses to change events",
        )
        for name in wanted
        if name not in there
    ]


def _moved_head(db: Session) -> list[Gap]:
    """Find out whether the head of the chain names the last event, by number and hash."""
    ends: dict[str, list[tuple[int, str]]] = {"head": [], "event": []}
    for what, seq, digest in raw.rows(db, ENDS):
        ends[what].append((seq, digest))
    if ends["head"] == (ends["event"] or [(0, audit.GENESIS)]):
        return []
    return [
        Gap(
            "chain_head",
            "事件链末端记录与最后一个事件不符，请运行 bihuan verify",
            "the head of the chain does not name the last event by number and hash: run bihuan verify",
        )
    ]
