"""The head of the chain leaves this host every day: who rewrites the whole history cannot rewrite what has left.

A head is one line, the same in a file, a mail and a webhook:

    {"at":"2026-11-21T00:00:00.000000+00:00","erased":[[41,7,false]],"hash":"9c…","seq":52}

`erased` names what was forgotten since the head before it, as number of the event, id of the case, and whether its
texts went too: a backup that is older has to forget it again (`cases.restoring`). Each target gets each head at least
once: it is a row before it is sent, claimed by moving its next attempt ahead, and due until it has arrived.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases import audit, raw
from cases.broken import ChainBroken, Fault, Finding
from cases.erased import ACTIONS, Tombstone, tombstones_in
from cases.record.columns import table_of
from cases.record.database import DatabaseError
from cases.record.heads import Head
from workflow.errors import Refusal

FILE, MAIL, WEBHOOK = "file", "mail", "webhook"
#: Whoever dies while sending leaves a head that comes due again after so long.
CLAIMED = timedelta(minutes=10)
#: A head that fails is tried again later and later, but never less often than this: it is never given up.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
#: A head that has not arrived for so long is a finding.
LATE = timedelta(days=1)
AT_ONCE = 100

_HEADS = table_of(Head)


class BadHeads(Refusal):
    """A file is not one of heads."""


@dataclass(frozen=True)
class Told:
    """A line of a file of heads."""

    line: int
    seq: int
    hash: str
    erased: tuple[Tombstone, ...]


def daily(db: Session, targets: Collection[str], at: datetime) -> None:
    """Write down the head of the day for each target that has none yet; another node may have been first."""
    day = at.astimezone(UTC).date().isoformat()
    there = set(db.exec(select_rows(Head.target).where(Head.day == day)))
    for target in sorted(set(targets) - there):
        try:
            with db.begin_nested():
                take(db, target, at, day)
        except IntegrityError:
            continue


def take(db: Session, target: str, at: datetime, day: str | None = None) -> Head:
    """Write down the head of the chain as it is now, to be sent to a target. Raises DatabaseError if there is none."""
    found = db.connection().execute(sql("SELECT seq, hash FROM chain_head")).first()
    if found is None:
        raise DatabaseError(
            "事件链的末端记录缺失，请运行 bihuan verify。", "The head of the chain is missing: run bihuan verify."
        )
    last = db.connection().execute(select(func.max(_HEADS.c.seq)).where(_HEADS.c.target == target)).scalar_one()
    erased = audit.canonical([list(stone) for stone in erased_since(db, last or 0, found.seq)])
    row = Head(target=target, day=day, seq=found.seq, hash=found.hash, at=at, erased=erased, next_at=at)
    db.add(row)
    db.flush()
    return row


def erased_since(db: Session, since: int, until: int) -> Iterator[Tombstone]:
    """Yield what the events after one number, up to another, tell of as erased."""
    names = ", ".join(f"'{action}'" for action in ACTIONS)
    wanted = f"SELECT seq, data FROM events WHERE seq > :since AND seq <= :until AND action IN ({names}) ORDER BY seq"
    for seq, data in raw.rows(db, wanted, since=since, until=until):
        yield from tombstones_in(seq, raw.object_of(data))


def claim(db: Session, at: datetime) -> list[Head]:
    """Return the heads that are due, oldest first, and keep other nodes off them for a while."""
    due = select_rows(Head).where(col(Head.sent_at).is_(None), col(Head.next_at) <= at).order_by(col(Head.id))
    return [row for row in db.exec(due.limit(AT_ONCE)).all() if _is_mine(db, row, at)]


def _is_mine(db: Session, row: Head, at: datetime) -> bool:
    mine = update(_HEADS).where(_HEADS.c.id == row.id, _HEADS.c.attempts == row.attempts)
    claimed = db.connection().execute(mine.values(attempts=row.attempts + 1, next_at=at + CLAIMED)).rowcount == 1
    db.expunge(row)
    row.attempts += 1
    return claimed


def ended(db: Session, row: Head, at: datetime, said: str, *, has_arrived: bool) -> None:
    """Record how an attempt ended."""
    pause = min(FIRST_PAUSE * 4 ** min(row.attempts - 1, 8), LONGEST_PAUSE)
    values: dict[str, Any] = {"sent_at": at} if has_arrived else {"next_at": at + pause}
    db.connection().execute(update(_HEADS).where(_HEADS.c.id == row.id).values(**values, said=said[:300]))


def late(db: Session, at: datetime) -> list[Head]:
    """Return the heads that should have arrived long ago."""
    wanted = select_rows(Head).where(col(Head.sent_at).is_(None), col(Head.at) < at - LATE)
    return list(db.exec(wanted.order_by(col(Head.id))))


def line_of(row: Head) -> str:
    """Return the line of a head, without its end."""
    told = {"seq": row.seq, "hash": row.hash, "at": row.at, "erased": json.loads(row.erased)}
    return audit.canonical(told)


def read(path: Path) -> list[Told]:
    """Return the heads of a file, in its order. Raises BadHeads."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise BadHeads(f"无法读取文件 {path}：{why}。", f"Cannot read the file {path}: {why}.") from None
    found = [_told(number, line, path) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise BadHeads(f"文件 {path} 中没有链头。", f"There is no head in the file {path}.")
    return found


def check(db: Session, heads: Collection[Told]) -> int:
    """Return how many heads lie on the chain of this database. Raises ChainBroken at the first that does not."""
    for told in heads:
        kept = next(raw.rows(db, "SELECT hash FROM events WHERE seq = :seq", seq=told.seq), None)
        if told.seq == 0 and told.hash == audit.GENESIS:
            continue
        if kept is None:
            fault = Fault(
                "链头已送出，但数据库中没有这个事件：事件链被截短",
                "its head has left this host, and this database has no such event: the chain was cut",
            )
        elif kept.hash != told.hash:
            fault = Fault(
                "哈希与已送出的链头不符：此前的历史被改写",
                "its hash is not the one that has left this host: the history before it was rewritten",
            )
        elif lost := set(told.erased) - set(erased_since(db, 0, told.seq)):
            fault = Fault(
                f"链头所列的删除（案件 {min(lost).case_id}）不在事件中",
                f"its head tells of an erasure (case {min(lost).case_id}) that no event knows",
            )
        else:
            continue
        raise ChainBroken(Finding(fault, told.seq, line=told.line))
    return len(heads)


def _told(number: int, line: str, path: Path) -> Told:
    try:
        told = json.loads(line)
        seq, digest = told["seq"], told["hash"]
        if type(seq) is not int or not 0 <= seq < 2**63 or not isinstance(digest, str) or len(digest) != 64:
            raise ValueError(line)
        stones = tuple(Tombstone(int(at), int(case_id), bool(texts)) for at, case_id, texts in told.get("erased", []))
        return Told(number, seq, digest, stones)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadHeads(f"文件 {path} 第 {number} 行不是链头。", f"Line {number} of {path} is no head.") from None
