"""The rows beside a case as its events tell them (see `cases.beside`), held against the rows of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import SQLModel

from cases import raw
from cases.beside import ADD, SET
from cases.broken import Fault
from cases.raw import Row
from cases.record.beside import told_columns
from cases.record.columns import Moment, table_of


@dataclass(slots=True)
class Noted:
    """A row as events tell it, and the event that spoke of it last."""

    seq: int
    values: dict[str, Any] = field(default_factory=dict)


#: What events tell of rows: table and id -> the row.
Told = dict[tuple[Any, Any], Noted]


def replay(told: Told, seq: int, notes: Any) -> None:
    """Let the notes of one event happen to the rows beside a case.

    Notes that make no sense are passed over: no engine wrote them, so their event does not match its hash.
    """
    for note in notes if isinstance(notes, list) else ():
        try:
            how, table, row_id, values = note
            row = Noted(seq) if how == ADD else told[table, row_id]
            row.values |= values
            row.seq = seq
            if how in (ADD, SET):
                told[table, row_id] = row
        except (TypeError, ValueError, KeyError):
            continue


def disagreements(told: Told, kept: Mapping[type[SQLModel], Sequence[Row]], last: int) -> Iterator[tuple[Fault, int]]:
    """Return the rows that are not as the events tell them, each with the event that spoke of it last."""
    left = dict(told)
    for model, rows in kept.items():
        name = table_of(model).name
        moments = {column.name for column in table_of(model).c if isinstance(column.type, Moment)}
        for row in rows:
            noted = left.pop((name, row.id), None)
            if noted is None:
                yield Fault(f"有未经记录的一行（{name}）", f"it knows nothing of a row of {name}"), last
            elif wrong := _wrong(noted, row, told_columns(model), moments):
                names = ", ".join(wrong)
                yield (
                    Fault(f"{name} 的一行与其事件不符（{names}）", f"a row of {name} disagrees with it ({names})"),
                    noted.seq,
                )
    for (name, _), noted in left.items():
        yield Fault(f"{raw.word(name)} 缺少一行", f"a row of {raw.word(name)} is missing"), noted.seq


def _wrong(noted: Noted, row: Row, columns: Sequence[str], moments: set[str]) -> list[str]:
    """Return the columns of a row that do not hold what was told."""
    wrong = []
    for name in columns:
        value, kept = noted.values.get(name), getattr(row, name)
        try:
            told = raw.stored(value) if name in moments else value
        except ValueError:
            told = value
        if (kept is None) is not (told is None) or (kept is not None and plain(kept) != plain(told)):
            wrong.append(name)
    return wrong


def plain(value: Any) -> str:
    """Return a value as text: a truth is a number on SQLite, and a day is one only on PostgreSQL."""
    return str(int(value)) if isinstance(value, bool) else str(value)
