"""A spreadsheet with a header: where its columns stand, and its rows below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cases.spreadsheets.cells import Cell, text_of
from cases.spreadsheets.faults import BadCell, BadFile, BadRow
from cases.spreadsheets.reading import Row, read


class Table:
    """The rows below the header. `rows` yields each once; one that cannot be read carries its fault."""

    def __init__(
        self,
        path: Path,
        *,
        sheet: int | str = 0,
        encoding: str | None = None,
        delimiter: str | None = None,
        header_row: int = 1,
    ) -> None:
        self.path = path
        self._rows = read(path, sheet=sheet, encoding=encoding, delimiter=delimiter, header_row=header_row)
        first = next((row for row in self._rows if row.number >= header_row), None)
        if first is None or first.number > header_row or first.fault:
            raise BadFile(
                f"{path.name} 第 {header_row} 行没有表头。", f"{path.name} has no header in row {header_row}."
            )
        self.header = [text_of(cell).strip().strip("\ufeff") for cell in first.cells]

    def places(self, wanted: Mapping[str, str]) -> dict[str, int]:
        """Return where each of our fields stands, given the names of their columns. Raises BadFile."""
        there = "、".join(name for name in self.header if name)[:300]
        for column in wanted.values():
            if column not in self.header:
                raise BadFile(
                    f"{self.path.name} 没有「{column}」这一列；已有：{there}",
                    f"{self.path.name} has no column {column}; there are: {there}",
                )
            if self.header.count(column) > 1:
                raise BadFile(
                    f"{self.path.name} 有两列都叫「{column}」。", f"{self.path.name} has two columns called {column}."
                )
        return {field: self.header.index(column) for field, column in wanted.items()}

    @property
    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header, each as wide as it."""
        width = len(self.header)
        for row in self._rows:
            cells = row.cells
            if len(cells) < width:
                cells.extend([""] * (width - len(cells)))
            if row.fault is None and (fault := self._fault(cells)):
                row = Row(row.number, cells, fault)
            yield row

    def _fault(self, cells: list[Cell]) -> BadCell | None:
        if cells[0] == self.header[0] and [text_of(cell).strip() for cell in cells] == self.header:
            return BadCell(self.header[0], cells[0], "这一行重复了表头", "the row repeats the header")
        extra = next((cell for cell in cells[len(self.header) :] if cell != ""), None)
        if extra is not None:
            return BadCell(
                "", extra, f"这一行有 {len(cells)} 格，表头只有 {len(self.header)} 列",
                f"the row has {len(cells)} cells, the header {len(self.header)} columns",
            )  # fmt: skip
        return None


def bad_row(row: Row, fault: BadCell) -> BadRow:
    """Return a row as it is listed when it stays out."""
    return BadRow(row.number, fault.column, fault.value, fault.zh, fault.en, tuple(map(text_of, row.cells)))
