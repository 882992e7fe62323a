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

OF_FILES = ("version", "name", "salt", "digest", "place", "size", "media_type", "added_at", "assignment_id")
OF_RUNGS = ("version", "clock_id", "do", "at", "due_at", "fired_at")
COLUMNS = tuple(Case.model_fields)
REPLAYED = tuple(name for name in COLUMNS if name not in NOT_IN_EVENTS | {"version"})


def findings(db: Session, case_id: int | None, end: int) -> Iterator[Finding]:
    """Return what disagrees with its events, case by case; what has no event at all stands at `end`."""
    streams = _Streams(db, case_id)
    for whole in streams.cases():
        yield from of_case(whole, end)
    for event in streams.events.rest():
        yield Finding(Fault("所属案件不存在", "its case does not exist"), event.seq)
    for rest in (*streams.rests, *streams.beside.values()):
        for _ in rest.rest():
            fault = Fault(
                "有文字、附件、时限、升级或经办记录不属于任何案件",
                "a text, a file, a clock, a rung or a row beside a case belongs to no case",
            )
            yield Finding(fault, end, is_of_row=True)
    if case_id is None:
        yield from publications.findings(db, end)


def whole_of(db: Session, case_id: int) -> Whole:
    """Return one case with all that hangs on it, as the database holds it."""
    return next(_Streams(db, case_id).cases())


def _told_of(db: Session, model: type[SQLModel]) -> str:
    return raw.columns_of(db, model, "case_id", "id", *told_columns(model))


def misnumbered(version: Any, expected: int) -> Fault | None:
    """Return what is wrong if an event is not the one of its case that comes next."""
    if type(version) is int and version == expected:
        return None
    return Fault(f"在案件中应为第 {expected} 个事件", f"should be event {expected} of its case")


@dataclass(slots=True)
class Whole:
    """One case with all that hangs on it."""

    row: Mapping[str, Any]
    events: Sequence[Row]
    beside: Mapping[type[SQLModel], Sequence[Row]]
    passages: Sequence[Row]
    files: Sequence[Row]
    clocks: Sequence[Row]
    spans: Sequence[Row]
    rungs: Sequence[Row]


def of_case(case: Whole, end: int) -> Iterator[Finding]:
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


def _wrong_columns(case: Whole, replayed: Mapping[str, Any]) -> list[str]:
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


class _Streams:
    """Everything in the order of its case, so that only one case is in memory at a time."""

    def __init__(self, db: Session, case_id: int | None) -> None:
        self._db = db
        self._values = {} if case_id is None else {"case_id": case_id}
        self._only = "WHERE {0} = :case_id" if self._values else ""
        self._given = self._only.format("case_id") or "WHERE case_id IS NOT NULL"
        self.events = self._stream(EVENTS, self._columns(Event, "case_id", "seq", "version", "at", "data"))
        self.rests = (
            self._stream(PASSAGES),
            self._stream(FILES, self._columns(Attachment, "case_id", *OF_FILES)),
            self._stream(CLOCKS, self._columns(Clock, "case_id", "id", *replaying.COMPARED)),
            self._stream(
                SPANS,
                raw.columns_of(db, ClockSpan, "clock_id", *replaying.STRETCH, of="s."),
                self._only.format("c.case_id"),
            ),
            self._stream(RUNGS, self._columns(FiredRung, "case_id", *OF_RUNGS)),
        )
        self.beside = {model: self._stream(ROWS, _told_of(db, model), table=table_of(model).name) for model in TABLES}

    def cases(self) -> Iterator[Whole]:
        """Yield the cases that there are, each with all that hangs on it."""
        cases = f"SELECT {raw.columns_of(self._db, Case)} FROM cases {self._only.format('id')} ORDER BY id"
        for kept in raw.rows(self._db, cases, **self._values):
            case = dict(zip(COLUMNS, kept, strict=True))
            mine = sorted(self.events.of(case["id"]), key=lambda event: event.seq)
            beside = {model: rows.of(case["id"]) for model, rows in self.beside.items()}
            yield Whole(case, mine, beside, *(rest.of(case["id"]) for rest in self.rests))

    def _stream(self, statement: str, columns: str = "", which: str | None = None, table: str = "") -> _Stream:
        wanted = statement.format(which=self._given if which is None else which, columns=columns, table=table)
        return _Stream(raw.rows(self._db, wanted, **self._values))

    def _columns(self, model: type[SQLModel], *names: str) -> str:
        return raw.columns_of(self._db, model, *names)


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
