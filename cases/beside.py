"""Rows beside a case are written here and nowhere else, and the event of the same action tells what was written.

A case of several hands is never in several states at once. What each of them has to do is a row beside it: a part, a
request, a vote, a promise. An event notes each row that it adds or changes,

    ["add", table, id, {column: value}]          ["set", table, id, {column: value}]

so that rows can be rebuilt from events, and one that was changed behind their back is found (`cases.hanging`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import SQLModel

from cases.record.beside import told_columns
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.words import Deed

ADD, SET = "add", "set"


def add(deed: Deed, model: type[SQLModel], **values: Any) -> int:
    """Write a new row beside the case of a deed and return its id; what is not given has the table's default."""
    whole = _defaults(model) | {"case_id": deed.case_id} | values
    row_id = int(_insert(model).returned(deed.db, whole))
    note(deed, ADD, model, row_id, whole)
    return row_id


def change(deed: Deed, model: type[SQLModel], row_id: int, **values: Any) -> None:
    """Write new values into a row beside the case of a deed."""
    _update(model, tuple(values)).run(deed.db, {**values, "row_id": row_id})
    note(deed, SET, model, row_id, values)


def note(deed: Deed, how: str, model: type[SQLModel], row_id: int, values: dict[str, Any]) -> None:
    """Let the event of a deed tell of a row; what is empty in a new row need not be said."""
    told = {name: values[name] for name in told_columns(model) if name in values}
    if how == ADD:
        told = {name: value for name, value in told.items() if value is not None}
    deed.facts.setdefault("rows", []).append([how, table_of(model).name, row_id, told])


@cache
def _defaults(model: type[SQLModel]) -> dict[str, Any]:
    fields = model.model_fields.items()
    return {name: field.get_default() for name, field in fields if name != "id" and not field.is_required()}


@cache
def _insert(model: type[SQLModel]) -> Prepared:
    table = table_of(model)
    return Prepared(insert(table).returning(table.c.id), *(column.name for column in table.c if column.name != "id"))


@cache
def _update(model: type[SQLModel], columns: tuple[str, ...]) -> Prepared:
    table = table_of(model)
    return Prepared(update(table).where(table.c.id == bindparam("row_id")), *columns)
