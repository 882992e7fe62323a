"""What hangs on the chain of events: the rows of cases, what was said, files, clocks and parts, and what was published.

Streams that are all in the order of the case are walked side by side, so that only one case is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, SQLModel

from cases import parts, publications, raw, replaying, rows_beside
from cases.broken import Fault, Finding
from cases.raw import Row
from cases.record.beside import TABLES, told_columns
from cases.record.case import Attachment, Case
from cases.record.clock import Clock, ClockSpan, FiredRung
from cases.record.columns import table_of
from cases.record.event import Event
from cases.timeline import MOMENTS, NOT_IN_EVENTS

EVENTS = "SELECT {columns} FROM events {which} ORDER BY case_id, version"
PASSAGES = "SELECT case_id, version, field, audience, body, salt FROM passages {which} ORDER BY case_id, version"
FILES = "SELECT {columns} FROM attachments {which} ORDER BY case_id, version"
CLOCKS = "SELECT {columns} FROM clocks {which} ORDER BY case_id, id"
#: A stretch of no clock stands at case 0, which does not exist.
SPANS = """
    SELECT coalesce(c.case_id, 0) AS case_id, {columns} FROM clock_spans AS s LEFT JOIN clocks AS c ON c.id = s.clock_id
    {which} ORDER BY 1, s.id
"""
ROWS = "SELECT {columns} FROM {table} {which} ORDER BY case_id, id"
RUNGS = "SELECT {columns} FROM fired_rungs {which} ORDER BY case_id, version"

COLUMNS = tuple(Case.model_fields)
REPLAYED = tuple(name for name in COLUMNS if name not in NOT_IN_EVENTS | {"version"})


def findings(db: Session, case_id: int | None, end: int) -> Iterator[Finding]:
    """Return what disagrees with its events, case by case; what has no event at all stands at `end`."""
    values = {} if case_id is None else {"case_id": case_id}
    only = "WHERE {0} = :case_id" if values else ""
    given = only.format("case_id") or "WHERE case_id IS NOT NULL"

    def stream(statement: str, columns: str = "", which: str = given, table: str = "") -> _Stream:
        return _Stream(raw.rows(db, statement.format(which=which, columns=columns, table=table), **values))

    events = stream(EVENTS, raw.columns_of(db, Event, "case_id", "seq", "version", "at", "data"))
    rests = (
        stream(PASSAGES),
        stream(
            FILES,
            raw.columns_of(
                db,
                Attachment,
                "case_id",
                "version",
                "name",
                "salt",
                "digest",
                "place",
                "size",
                "media_type",
                "added_at",
                "assignment_id",
            ),
        ),
        stream(CLOCKS, raw.columns_of(db, Clock, "case_id", "id", *replaying.COMPARED)),
        stream(SPANS, raw.columns_of(db, ClockSpan, "clock_id", *replaying.STRETCH, of="s."), only.format("c.case_id")),
        stream(
            RUNGS, raw.columns_of(db, FiredRung, "case_id", "version", "clock_id", "do", "at", "due_at", "fired_at")
        ),
    )
    beside = {model: stream(ROWS, _told_of(db, model), table=table_of(model).name) for model in TABLES}
    cases = f"SELECT {raw.columns_of(db, Case)} FROM cases {only.format('id')} ORDER BY id"
    for kept in raw.rows(db, cases, **values):
        case = dict(zip(COLUMNS, kept, strict=True))
        mine = sorted(events.of(case["id"]), key=lambda event: event.seq)
        of_case = {model: rows.of(case["id"]) for model, rows in beside.items()}
        yield from _of_case(_Whole(case, mine, of_case, *(rest.of(case["id"]) for rest in rests)), end)
    for event in events.rest():
        yield Finding(Fault("所属案件不存在", "its case does not exist"), event.seq)
    for rest in (*rests, *beside.values()):
        for _ in rest.rest():
            fault = Fault(
                "有文字、附件、时限、升级或经办记录不属于任何案件",
                "a text, a file, a clock, a rung or a row beside a case belongs to no case",
            )
            yield Finding(fault, end, is_of_row=True)
    if case_id is None:
        yield from publications.findings(db, end)


def _told_of(db: Session, model: type[SQLModel]) -> str:
    return raw.columns_of(db, model, "case_id", "id", *told_columns(model))


def misnumbered(version: Any, expected: int) -> Fault | None:
    """Return what is wrong if an event is not the one of its case that comes next."""
    if type(version) is int and version == expected:
        return None
    return Fault(f"在案件中应为第 {expected} 个事件", f"should be event {expected} of its case")


@dataclass(slots=True)
class _Whole:
    """One case with all that hangs on it."""

    row: Mapping[str, Any]
    events: Sequence[Row]
    beside: Mapping[type[SQLModel], Sequence[Row]]
    passages: Sequence[Row]
    files: Sequence[Row]
    clocks: Sequence[Row]
    spans: Sequence[Row]
    rungs: Sequence[Row]


def _of_case(case: _Whole, end: int) -> Iterator[Finding]:
    """Return what disagrees with the events of one case."""
    number = raw.word(case.row["number"])
    facts: dict[Any, tuple[int, Any, dict[str, Any]]] = {}
    row: dict[str, Any] = {}
    told: list[replaying.Told] = []
    noted: rows_beside.Told = {}
    for place, event in enumerate(case.events, 1):
        if fault := misnumbered(event.version, place):
            yield Finding(fault, event.seq, number)
        data = raw.object_of(event.data)
        row |= raw.table_in(data, "set")
        replaying.replay(told, event.seq, event.at, data.get("clocks"))
        rows_beside.replay(noted, event.seq, data.get("rows"))
        facts[event.version] = (event.seq, event.at, data)
    last = case.events[-1].seq if case.events else end
    of_versions = (
        *parts.of_passages(facts, case.passages),
        *parts.of_files(facts, case.files),
        *parts.of_rungs(facts, case.rungs),
    )
    for what, version in of_versions:
        seq = facts[version][0] if version in facts else last
        yield Finding(what, seq, number, is_of_row=version not in facts)
    spans: dict[Any, list[Row]] = {}
    for span in case.spans:
        spans.setdefault(span.clock_id, []).append(span)
    for what, seq in replaying.disagreements(told, case.clocks, spans, last):
        yield Finding(what, seq, number, is_of_row=True)
    for what, seq in rows_beside.disagreements(noted, case.beside, last):
        yield Finding(what, seq, number, is_of_row=True)
    if wrong := _wrong_columns(case, row):
        names = ", ".join(wrong)
        fault = Fault(f"案件现状与其事件不符（{names}）", f"the case's row disagrees with its events ({names})")
        yield Finding(fault, last, number, is_of_row=True)


def _wrong_columns(case: _Whole, replayed: Mapping[str, Any]) -> list[str]:
    """Return the columns of a case that are not what its events have made of it.

    The title is what was said last to be it, and a category that nobody has decided on yet what was said first, unless
    it has been erased.
    """
    wrong = [
        name
        for name in REPLAYED
        if (kept := case.row[name]) is not (told := replayed.get(name)) and not _agrees(kept, told, name in MOMENTS)
    ]
    if type(case.row["version"]) is not int or case.row["version"] != len(case.events):
        wrong.append("version")
    said = {passage.field: passage.body for passage in case.passages if passage.version == 1}
    titles = [passage.body for passage in case.passages if passage.field == "title"]
    if titles and titles[-1] not in (None, case.row["title"]):
        wrong.append("title")
    is_undecided = "category" in said and "category" not in replayed
    if "category" in wrong and is_undecided and said["category"] in (None, case.row["category"]):
        wrong.remove("category")
    return wrong


class _Stream:
    """Rows in the order of their case, which is their first column, handed out case by case."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self._stray: Row | None = None

    def of(self, case_id: int) -> list[Row]:
        """Return the rows of a case; those of cases before it that do not exist are remembered by one of them."""
        found: list[Row] = []
        row = self._next
        while row is not None:
            if row[0] == case_id:
                found.append(row)
            elif _order(row[0]) < (0, case_id):
                self._note(row)
            else:
                break
            row = next(self._rows, None)
        self._next = row
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
        return bool(kept == raw.stored(replayed))
    except ValueError:
        return False
