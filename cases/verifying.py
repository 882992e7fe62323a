"""Is the history still what was written? Verified in the database and, without one, in an exported file.

An export holds one event a line, in the one canonical form, and closes with how many there are and the last hash:

    {"action":"publish_law","actor_id":null,"at":"2026-11-16T01:00:00.000000+00:00",…,"hash":"9c…","seq":1,…}
    {"events":1,"head":"9c…"}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlmodel import Session

from cases import audit, hanging, raw
from cases.broken import ChainBroken, Fault, Finding
from cases.errors import no_case
from cases.record.event import Event
from workflow.errors import Refusal

COLUMNS = tuple(Event.model_fields)
MOMENTS = ("at", "recorded_at")
LONGEST_LINE = 16 * 1024 * 1024
PROGRESS_EVERY = 10_000
CLOSING = b'{"events":'

Progress = Callable[[int], None]


class CannotRead(Refusal):
    """There is no file to verify."""


def line_of(row: Mapping[str, Any]) -> str:
    """Return the line of an event in an export, without its end of line; moments are aware or already written."""
    return audit.canonical({name: row[name] for name in COLUMNS})


def closing_line(events: int, head: str) -> str:
    """Return the last line of an export, without its end of line."""
    return audit.canonical({"events": events, "head": head})


def export_events(db: Session, case_id: int | None = None) -> Iterator[str]:
    """Return the lines of an export, each without its end of line. Raises ChainBroken at a changed event."""
    events, head = 0, audit.GENESIS
    with raw.undecoded(db), closing(_events(db, case_id)) as rows:
        for row in rows:
            if fault := _fault_of(row):
                raise ChainBroken(Finding(fault, row["seq"]))
            events, head = events + 1, row["hash"]
            yield line_of(row | {name: raw.moment_of(row[name]) for name in MOMENTS})
    yield closing_line(events, head)


def verify_database(db: Session, case_id: int | None = None, progress: Progress = lambda events: None) -> int:
    """Return how many events hold, with all that hangs on them. Raises ChainBroken at the first that does not.

    An event that does not hold comes before a row of today that disagrees with its events, wherever that row is.
    """
    with raw.explained(), raw.undecoded(db):
        events, found = _verify_chain(db, progress) if case_id is None else _verify_case(db, case_id)
        findings = [*([found] if found else []), *hanging.findings(db, case_id, events + 1)]
        if findings:
            first = min(findings, key=lambda finding: (finding.is_of_row, finding.seq or 0))
            raise ChainBroken(replace(first, case=first.case or _number_of(db, first.seq)))
    return events


def verify_file(path: Path, progress: Progress = lambda events: None) -> int:
    """Return how many events an export holds. Raises ChainBroken at its first line that does not, or CannotRead.

    An export of everything is gapless from 1 and chained; one of a case has the case's versions 1 to n. Both are
    followed at once, for an export does not say which it is.
    """
    try:
        with path.open("rb") as file:
            return verify_lines(file, progress)
    except OSError as error:
        raise CannotRead(
            f"无法读取文件 {path}：{error.strerror}。", f"Cannot read the file {path}: {error.strerror}."
        ) from None


def case_id_of(db: Session, number: str) -> int:
    """Return the id of a case, whatever else its row holds. Raises NotFound."""
    found = next(raw.rows(db, "SELECT id FROM cases WHERE number = :number", number=number), None)
    if found is None:
        raise no_case(number)
    return int(found.id)


def _verify_chain(db: Session, progress: Progress) -> tuple[int, Finding | None]:
    """Return how many events are chained without a gap, and the first that is not."""
    expected, head = 1, audit.GENESIS
    for row in _events(db):
        if fault := _misplaced(row["seq"], expected) or _unchained(row, head) or _fault_of(row):
            return expected - 1, Finding(fault, min(row["seq"], expected))
        if expected % PROGRESS_EVERY == 0:
            progress(expected)
        expected, head = expected + 1, row["hash"]
    return expected - 1, _beside_the_head(db, expected - 1, head)


def _beside_the_head(db: Session, events: int, last: str) -> Finding | None:
    """Return what is wrong if the chain does not end where the row of its head says: the last events have no others."""
    kept = [tuple(row) for row in raw.rows(db, "SELECT seq, hash FROM chain_head")]
    if kept == [(events, last)]:
        return None
    if len(kept) == 1 and type(kept[0][0]) is int and kept[0][0] > events:
        return Finding(Fault("缺失：事件链的末端被截去", "is missing: the end of the chain was cut off"), events + 1)
    return Finding(
        Fault("与事件链末端的记录不符", "is not where the chain ends, as the row of its head has it"), events or None
    )


def _verify_case(db: Session, case_id: int) -> tuple[int, Finding | None]:
    """Return how many events of a case hold by themselves, and the first that does not."""
    events = 0
    for row in _events(db, case_id):
        if fault := _fault_of(row):
            return events, Finding(fault, row["seq"])
        events += 1
    return events, None


def verify_lines(file: BinaryIO, progress: Progress = lambda events: None) -> int:
    """Return how many events the lines of an export hold. Raises ChainBroken at the first that does not."""
    events, head, case_id = 0, audit.GENESIS, None
    whole: Finding | None = None  # why this is no export of everything
    is_single = True
    line = file.readline(LONGEST_LINE)
    if not line:
        raise ChainBroken(Finding(Fault("文件是空的", "the file is empty"), line=1))
    while line and not line.startswith(CLOSING):
        row, fault = _read_line(line)
        events += 1
        if fault:
            raise ChainBroken(Finding(fault, events if events > 1 and whole is None else None, line=events))
        if whole is None and (fault := _misplaced(row["seq"], events) or _unchained(row, head)):
            whole = Finding(fault, row["seq"], line=events)
            if not is_single:
                raise ChainBroken(whole)
        case_id = row["case_id"] if events == 1 else case_id
        if is_single and (case_id is None or row["case_id"] != case_id):
            is_single = False
            if whole:
                raise ChainBroken(whole)
        if is_single and (fault := hanging.misnumbered(row["version"], events)):
            is_single = False
            if whole:
                raise ChainBroken(Finding(fault, row["seq"], line=events))
        head = row["hash"]
        if events % PROGRESS_EVERY == 0:
            progress(events)
        line = file.readline(LONGEST_LINE)
    if line != closing_line(events, head).encode() + b"\n":
        raise ChainBroken(Finding(_unclosed(), line=events + 1))
    if file.read(1):
        raise ChainBroken(Finding(_followed(), line=events + 2))
    return events


def _read_line(line: bytes) -> tuple[dict[str, Any], Fault | None]:
    """Return the event of a line, and what is wrong with it: it has to be the canonical text of itself."""
    try:
        row = json.loads(line.decode())
        if not isinstance(row, dict) or line_of(row).encode() + b"\n" != line:
            return {}, _unreadable()
        moments = {name: datetime.fromisoformat(row[name]) for name in MOMENTS}
        if any(audit.moment(at) != row[name] for name, at in moments.items()):
            return {}, _unreadable()
        return row, None if audit.hash_of(row | moments) == row["hash"] else _changed()
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return {}, _unreadable()


def _events(db: Session, case_id: int | None = None) -> Generator[dict[str, Any], None, None]:
    """Return the events as they lie in the database: all by number, or those of a case by version."""
    which = "ORDER BY seq" if case_id is None else "WHERE case_id = :case_id ORDER BY version"
    values = {} if case_id is None else {"case_id": case_id}
    for row in raw.rows(db, f"SELECT {raw.columns_of(db, Event)} FROM events {which}", **values):
        yield dict(zip(COLUMNS, row, strict=True))


def _fault_of(row: dict[str, Any]) -> Fault | None:
    """Return what is wrong with an event by itself."""
    try:
        moments = {name: raw.moment_of(row[name]) for name in MOMENTS}
        return None if audit.hash_of(row | moments) == row["hash"] else _changed()
    except (ValueError, TypeError, OverflowError):
        return _unreadable()


def _misplaced(seq: int, expected: int) -> Fault | None:
    if seq == expected:
        return None
    if seq > expected:
        return Fault(f"缺失，其后是事件 {seq}", f"is missing; event {seq} comes in its place")
    return Fault(f"不应在此，此处应为事件 {expected}", f"does not belong here, where event {expected} should be")


def _unchained(row: Mapping[str, Any], head: str) -> Fault | None:
    return (
        None
        if row["previous"] == head
        else Fault("与前一事件的哈希不相接", "does not carry the hash of the one before")
    )


def _changed() -> Fault:
    return Fault("内容与其哈希不符", "its content does not match its hash")


def _unreadable() -> Fault:
    return Fault("内容不是当初写入的形式", "its content is not in the form in which it was written")


def _unclosed() -> Fault:
    return Fault("结尾行缺失，或与前面的事件不符", "the closing line is missing or does not fit the events before it")


def _followed() -> Fault:
    return Fault("结尾行之后还有内容", "something follows the closing line")


def _number_of(db: Session, seq: int | None) -> str | None:
    """Return the number of the case that an event claims to belong to."""
    wanted = "SELECT number FROM cases WHERE id = (SELECT case_id FROM events WHERE seq = :seq)"
    return next((str(row[0]) for row in raw.rows(db, wanted, seq=seq)), None)
