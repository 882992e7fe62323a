"""What hangs on the chain of events: the rows of cases, what was said, files and laws.

Streams that are all in the order of the case are walked side by side, so that only one case is in memory at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cases import audit, raw
from cases.broken import Fault, Finding
from cases.raw import Row
from cases.record.case import Case
from cases.timeline import MOMENTS, NOT_IN_EVENTS

EVENTS = "SELECT case_id, seq, version, data FROM events {which} ORDER BY case_id, version"
PASSAGES = "SELECT case_id, version, field, audience, body, salt FROM passages {which} ORDER BY case_id, version"
FILES = "SELECT case_id, version, digest, size, media_type FROM attachments {which} ORDER BY case_id, version"
PUBLISHED = "SELECT seq, data FROM events WHERE case_id IS NULL AND action = :action ORDER BY seq"
LAWS = "SELECT name, version, source FROM laws ORDER BY id"

COLUMNS = tuple(Case.model_fields)
REPLAYED = tuple(name for name in COLUMNS if name not in NOT_IN_EVENTS | {"version"})
EVERYONE = "parties"
PUBLISH = "publish_law"


def findings(db: Session, case_id: int | None, end: int) -> Iterator[Finding]:
    """Return what disagrees with its events, case by case; what has no event at all stands at `end`."""
    values = {} if case_id is None else {"case_id": case_id}
    only = "WHERE {0} = :case_id" if values else ""
    given = only.format("case_id") or "WHERE case_id IS NOT NULL"
    events, passages, files = (
        _Stream(raw.rows(db, s.format(which=given), **values)) for s in (EVENTS, PASSAGES, FILES)
    )
    cases = f"SELECT {raw.columns_of(db, Case)} FROM cases {only.format('id')} ORDER BY id"
    for kept in raw.rows(db, cases, **values):
        case = dict(zip(COLUMNS, kept, strict=True))
        mine = sorted(events.of(case["id"]), key=lambda event: event.seq)
        yield from _of_case(case, mine, passages.of(case["id"]), files.of(case["id"]), end)
    for event in events.rest():
        yield Finding(Fault("所属案件不存在", "its case does not exist"), event.seq)
    for _ in (*passages.rest(), *files.rest()):
        yield Finding(Fault("有文字或附件不属于任何案件", "a text or a file belongs to no case"), end, is_of_row=True)
    if case_id is None:
        yield from _of_laws(db, end)


def misnumbered(version: Any, expected: int) -> Fault | None:
    """Return what is wrong if an event is not the one of its case that comes next."""
    if type(version) is int and version == expected:
        return None
    return Fault(f"在案件中应为第 {expected} 个事件", f"should be event {expected} of its case")


def _of_case(
    case: Mapping[str, Any], events: Sequence[Row], passages: list[Row], files: list[Row], end: int
) -> Iterator[Finding]:
    """Return what disagrees with the events of one case."""
    number = _word(case["number"])
    facts: dict[Any, tuple[int, dict[str, Any]]] = {}
    row: dict[str, Any] = {}
    for place, event in enumerate(events, 1):
        if fault := misnumbered(event.version, place):
            yield Finding(fault, event.seq, number)
        data = _object(event.data)
        row |= _table(data, "set")
        facts[event.version] = (event.seq, data)
    last = events[-1].seq if events else end
    for what, version in (*_of_passages(facts, passages), *_of_files(facts, files)):
        seq = facts[version][0] if version in facts else last
        yield Finding(what, seq, number, is_of_row=version not in facts)
    wrong = [name for name in REPLAYED if not _agrees(case[name], row.get(name), name in MOMENTS)]
    if type(case["version"]) is not int or case["version"] != len(events):
        wrong.append("version")
    if any(p.field == "title" and p.version == 1 and p.body not in (None, case["title"]) for p in passages):
        wrong.append("title")
    if wrong:
        names = ", ".join(wrong)
        fault = Fault(f"案件现状与其事件不符（{names}）", f"the case's row disagrees with its events ({names})")
        yield Finding(fault, last, number, is_of_row=True)


def _of_passages(facts: Mapping[Any, tuple[int, dict[str, Any]]], passages: list[Row]) -> Iterator[tuple[Fault, Any]]:
    """Return texts that are not what was said, and at which version; an erased text has neither body nor salt."""
    said = {(version, field) for version, (_, data) in facts.items() for field in _table(data, "said")}
    for passage in passages:
        data = facts[passage.version][1] if passage.version in facts else {}
        word = _word(passage.field)
        if (passage.version, passage.field) not in said:
            yield Fault(f"有未经记录的文字「{word}」", f"it knows nothing of the text {word}"), passage.version
            continue
        said.remove((passage.version, passage.field))
        is_erased = passage.body is None and passage.salt is None
        if not is_erased and not _is_digest(_table(data, "said")[passage.field], passage.salt, passage.body):
            yield Fault(f"文字「{word}」被改动", f"the text {word} was changed"), passage.version
        elif passage.audience != _table(data, "fields").get("audience", EVERYONE):
            yield Fault(f"文字「{word}」的可见范围被改动", f"who may read {word} was changed"), passage.version
    for version, field in said:
        yield Fault(f"文字「{field}」缺失", f"the text {field} is missing"), version


def _of_files(facts: Mapping[Any, tuple[int, dict[str, Any]]], files: list[Row]) -> Iterator[tuple[Fault, Any]]:
    """Return files that are not what was added, and at which version."""
    for file in files:
        known = _table(facts[file.version][1], "file") if file.version in facts else {}
        if (file.digest, file.size, file.media_type) != (known.get("digest"), known.get("size"), known.get("type")):
            yield Fault("附件与记录不符", "an attached file is not the one that was added"), file.version


def _of_laws(db: Session, end: int) -> Iterator[Finding]:
    """Return laws that are not what was published, or that no event knows."""
    published = {}
    for seq, text in raw.rows(db, PUBLISHED, action=PUBLISH):
        data = _object(text)
        published[f"{data.get('law')} v{data.get('version')}"] = (seq, data.get("digest"))
    for name, version, source in raw.rows(db, LAWS):
        law = f"{name} v{version}"
        seq, digest = published.pop(law, (end, None))
        if digest is None:
            fault = Fault(f"流程 {_word(law)} 的发布事件缺失", f"the publication of {_word(law)} is missing")
            yield Finding(fault, seq, is_of_row=True)
        elif not _is_digest(digest, "", source):
            yield Finding(Fault(f"流程 {law} 的正文被改动", f"the text of the law {law} was changed"), seq)
    for law, (seq, _) in published.items():
        yield Finding(Fault(f"所发布的流程 {_word(law)} 缺失", f"the law {_word(law)} is missing"), seq)


class _Stream:
    """Rows in the order of their case, handed out case by case."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self._stray: Row | None = None

    def of(self, case_id: int) -> list[Row]:
        """Return the rows of a case; those of cases before it that do not exist are remembered by one of them."""
        found = []
        while self._next is not None and _order(self._next.case_id) <= (0, case_id):
            if self._next.case_id == case_id:
                found.append(self._next)
            else:
                self._note(self._next)
            self._next = next(self._rows, None)
        return found

    def rest(self) -> list[Row]:
        """Return the lowest row, by its second column where that is a number, that belongs to no case."""
        while self._next is not None:
            self._note(self._next)
            self._next = next(self._rows, None)
        return [self._stray] if self._stray is not None else []

    def _note(self, row: Row) -> None:
        if self._stray is None or (type(row[1]) is type(self._stray[1]) is int and row[1] < self._stray[1]):
            self._stray = row


def _order(case_id: Any) -> tuple[int, Any]:
    """Return where SQLite sorts a value: numbers come before everything else that a column can be made to hold."""
    return (0, case_id) if isinstance(case_id, int | float) else (1, 0)


def _agrees(kept: Any, replayed: Any, is_moment: bool) -> bool:
    if not is_moment or kept is None or replayed is None:
        return type(kept) is type(replayed) and bool(kept == replayed)
    try:
        return raw.moment_of(kept) == datetime.fromisoformat(replayed)
    except (TypeError, ValueError):
        return False


def _is_digest(digest: Any, salt: Any, body: Any) -> bool:
    try:
        return bool(audit.digest(salt + body) == digest)
    except (TypeError, ValueError, AttributeError):
        return False


def _object(text: Any) -> dict[str, Any]:
    """Return the JSON object of a text; an event without one does not match its hash, which is said elsewhere."""
    try:
        value = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    """Return a word of a row that may hold anything, fit to be printed."""
    return ascii(value)[1:-1][:40] if isinstance(value, str) and not value.isprintable() else str(value)[:40]
