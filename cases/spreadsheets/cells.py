"""Cells: what a spreadsheet holds, and the text of it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from unicodedata import category

from cases.spreadsheets.faults import BadCell

Cell = str | int | float | bool | datetime | date | time | timedelta

#: What neither a database nor a terminal should get; the door refuses the same (cases.fields).
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def text_of(cell: Cell) -> str:
    """Return a cell as a person reads it: an id of 2549.0 is 2549, a day is 2024-03-05."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def clean(cell: Cell, column: str) -> str:
    """Return the text of a cell without the blanks around it; one that nobody can see is none. Raises BadCell."""
    text = text_of(cell).strip().strip("\ufeff")
    if not text.isprintable() and _CONTROLS.search(text):
        raise BadCell(
            column, text, "含有不能保存的控制字符或无法解码的字符", "holds a control character or one that is no text"
        )
    return text if any(not letter.isspace() and category(letter) != "Cf" for letter in text) else ""


def is_blank(cells: list[Cell]) -> bool:
    """Tell whether nothing stands in a row."""
    return not any(
        cell if isinstance(cell, str) and not cell.isspace() else not isinstance(cell, str) for cell in cells
    )
