"""Read the rows of a CSV or XLSX file, numbered as a person sees them in it: the first row is 1.

The ending of the file's name does not matter, its first bytes do. A blank row is passed over but counted. A formula
counts with the value that was last saved with it; one that was never calculated is an empty cell.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, WorksheetNotFound

from cases.spreadsheets.cells import Cell, is_blank
from cases.spreadsheets.encodings import encoding_of
from cases.spreadsheets.faults import BadCell, BadFile

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DELIMITERS = (",", ";", "\t")
LONGEST_CELL = 131_072
#: More control bytes than this share of its beginning, and a file is no text.
MOST_CONTROLS = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank; `fault` says why it cannot be read, and then it has no cells."""

    number: int
    cells: list[Cell]
    fault: BadCell | None = None


def read(
    path: Path, *, sheet: int | str = 0, encoding: str | None = None, delimiter: str | None = None, header_row: int = 1
) -> Iterator[Row]:
    """Yield the rows of a spreadsheet. Raises BadFile."""
    start = _beginning(path)
    if start.startswith(ZIP):
        return _excel_rows(path, sheet)
    if start.startswith(COMPOUND):
        raise BadFile(
            f"{path.name} 有密码保护，或是旧版 .xls；请去除密码并另存为 .xlsx。",
            f"{path.name} is protected by a password, or an old .xls; save it as .xlsx without a password.",
        )
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise _empty(path)
    marked = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not marked and sum(byte < 32 and byte not in b"\t\r\n" for byte in start) > len(start) * MOST_CONTROLS:
        raise _no_spreadsheet(path)
    return _text_rows(path, encoding_of(path, encoding), delimiter, header_row)


def _beginning(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadFile(f"{path.name} 是文件夹，不是表格文件。", f"{path.name} is a folder, not a spreadsheet.")
        with path.open("rb") as file:
            start = file.read(4096)
    except FileNotFoundError:
        raise BadFile(f"找不到文件 {path}。", f"There is no file {path}.") from None
    except OSError as error:
        raise BadFile(f"读不到 {path.name}：{error.strerror}", f"Cannot read {path.name}: {error.strerror}") from None
    except BadFile:
        raise
    except ValueError:
        raise BadFile("文件名不能含有空字符。", "A file name cannot hold a NUL.") from None
    if not start:
        raise _empty(path)
    return start


def _text_rows(path: Path, encoding: str, delimiter: str | None, header_row: int) -> Iterator[Row]:
    """Yield the rows of a CSV file, line breaks inside quotes kept, while reading no more than it must."""
    separator = delimiter or _delimiter(path, encoding, header_row)
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            rows = csv.reader(file, delimiter=separator)
            number = 0
            while True:
                number += 1
                try:
                    cells: list[Cell] = list(next(rows))
                except StopIteration:
                    return
                except csv.Error:
                    yield Row(number, [], BadCell("", "", "这一行不是正确的 CSV", "the row is not valid CSV"))
                    continue
                if not is_blank(cells):
                    yield Row(number, cells)
    except (UnicodeError, LookupError):
        raise BadFile(f"{path.name} 不是 {encoding} 编码。", f"{path.name} is not encoded in {encoding}.") from None


def _delimiter(path: Path, encoding: str, header_row: int) -> str:
    """Return the separator that stands most often in the header, outside quotes."""
    try:
        with path.open(encoding=encoding, errors="surrogateescape") as file:
            header = next((line for number, line in enumerate(file, 1) if number == header_row), "")
    except (UnicodeError, LookupError):
        raise BadFile(f"{path.name} 不是 {encoding} 编码。", f"{path.name} is not encoded in {encoding}.") from None
    plain = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=plain.count)


def _excel_rows(path: Path, sheet: int | str) -> Iterator[Row]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            page = book.get_sheet_by_name(sheet) if isinstance(sheet, str) else book.get_sheet_by_index(sheet)
            yield from _rows_of(path, page)
    except PasswordError:
        raise BadFile(f"{path.name} 有密码保护，请先去除密码。", f"{path.name} is protected by a password.") from None
    except WorksheetNotFound:
        raise BadFile(
            f"{path.name} 没有工作表「{sheet}」；已有：{'、'.join(names)}",
            f"{path.name} has no sheet {sheet}; there are: {', '.join(names)}",
        ) from None
    except CalamineError:
        raise _no_spreadsheet(path) from None


def _rows_of(path: Path, page: CalamineSheet) -> Iterator[Row]:
    if page.start is None:
        raise _empty(path)
    # Calamine gives blank rows above the first cell but leaves out blank columns to the left of it.
    margin: list[Cell] = [""] * page.start[1]
    for number, cells in enumerate(page.iter_rows(), 1):
        if not is_blank(cells):
            yield Row(number, [*margin, *cells])


def _empty(path: Path) -> BadFile:
    return BadFile(f"{path.name} 是空的。", f"{path.name} is empty.")


def _no_spreadsheet(path: Path) -> BadFile:
    return BadFile(
        f"{path.name} 不是表格文件（应为 CSV 或 XLSX）。", f"{path.name} is not a spreadsheet (CSV or XLSX)."
    )
