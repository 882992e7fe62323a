"""The ledger: every case a row, as XLSX or CSV, written while it is read so that its length does not matter."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import Select, select
from sqlmodel import Session

from cases.lists import of_unit
from cases.queries import length
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.law import LawVersion
from cases.record.people import Unit
from cases.spreadsheets.faults import BadFile
from cases.spreadsheets.harmless import harmless
from workflow.errors import Refusal

COLUMNS = (
    "number", "external_id", "unit", "lead", "category", "stage", "state", "due_at", "late_by", "level", "workflow",
    "title", "submitted_at", "first_due_at", "answered_at", "closed_at", "round", "rating", "tier",
)  # fmt: skip
ZONE = ZoneInfo("Asia/Shanghai")
AT_ONCE = 2_000
MOST_EXCEL_ROWS = 1_048_576

_CASES, _LAWS = table_of(Case), table_of(LawVersion)
_UNITS, _LEADS = table_of(Unit).alias("own"), table_of(Unit).alias("leading")


@dataclass(frozen=True)
class Filters:
    """Which cases a ledger holds; `unit` means everything below it too, `since` and `until` the submission."""

    unit: str | None = None
    state: str | None = None
    stage: str | None = None
    category: str | None = None
    workflow: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    only_open: bool = False
    only_overdue: bool = False


class Sink(Protocol):
    """Where the rows of a ledger go."""

    def write(self, row: list[Any]) -> None:
        """Take one row."""


def rows(db: Session, filters: Filters, at: datetime) -> Iterator[list[Any]]:
    """Yield the rows of the ledger in the order in which the cases came; `late_by` is as of a moment."""
    found = db.connection().execute(_wanted(db, filters, at).execution_options(yield_per=AT_ONCE))
    for row in found:
        values = row._asdict()
        due = values["due_at"]
        is_late = values["closed_at"] is None and due is not None and due < at
        values["late_by"] = length(at - due) if is_late else None
        yield [_written(values[name]) for name in COLUMNS]


def export_cases(db: Session, path: Path, filters: Filters, *, at: datetime) -> int:
    """Write the ledger and return how many cases it holds. Raises BadFile for a place that cannot be written.

    The file appears under its name only when it is whole.
    """
    sinks = {".xlsx": _excel, ".csv": _text}
    if path.suffix.lower() not in sinks:
        raise BadFile(f"{path.name} 的扩展名须为 .xlsx 或 .csv。", f"{path.name} has to end in .xlsx or .csv.")
    count = 0
    with arriving(path) as part, sinks[path.suffix.lower()](part) as sink:
        sink.write(list(COLUMNS))
        for row in rows(db, filters, at):
            count += 1
            sink.write(row)
    return count


@contextmanager
def arriving(path: Path) -> Iterator[Path]:
    """Lend a name beside the one wanted, and give the file its own name once it is whole. Raises BadFile."""
    if not path.name:
        raise BadFile("请写明要写入的文件名。", "Name the file to write.")
    part = path.with_name(path.name + ".part")
    try:
        try:
            yield part
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadFile(f"无法写入 {path}：{error.strerror}", f"Cannot write {path}: {error.strerror}") from None


def _wanted(db: Session, filters: Filters, at: datetime) -> Select[Any]:
    wanted = (
        select(
            *(_CASES.c[name] for name in COLUMNS if name in _CASES.c),
            _UNITS.c.code.label("unit"),
            _LEADS.c.code.label("lead"),
            _LAWS.c.name.label("workflow"),
        )
        .join(_UNITS, _UNITS.c.id == _CASES.c.unit_id)
        .join(_LEADS, _LEADS.c.id == _CASES.c.lead_id, isouter=True)
        .join(_LAWS, _LAWS.c.id == _CASES.c.law_id)
        .order_by(_CASES.c.id)
    )
    for name in ("state", "stage", "category"):
        if (value := getattr(filters, name)) is not None:
            wanted = wanted.where(_CASES.c[name] == value)
    if filters.workflow is not None:
        wanted = wanted.where(_LAWS.c.name == filters.workflow)
    if filters.unit is not None:
        wanted = wanted.where(of_unit(_path_of(db, filters.unit)))
    if filters.since is not None:
        wanted = wanted.where(_CASES.c.submitted_at >= filters.since)
    if filters.until is not None:
        wanted = wanted.where(_CASES.c.submitted_at < filters.until)
    if filters.only_open or filters.only_overdue:
        wanted = wanted.where(_CASES.c.closed_at.is_(None))
    return wanted.where(_CASES.c.due_at < at) if filters.only_overdue else wanted


def _path_of(db: Session, code: str) -> str:
    units = table_of(Unit)
    path: str | None = db.connection().execute(select(units.c.path).where(units.c.code == code)).scalar()
    if path is None:
        raise Refusal(f"没有代码为 {code[:64]} 的单位。", f"There is no unit {code[:64]}.")
    return path


def _written(value: Any) -> Any:
    return value.astimezone(ZONE).isoformat(timespec="seconds") if isinstance(value, datetime) else value


class _Excel:
    def __init__(self, sheet: Any, path: Path) -> None:
        self.sheet = sheet
        self.path = path
        self.row = 0

    def write(self, row: list[Any]) -> None:
        if self.row == MOST_EXCEL_ROWS:
            raise BadFile(
                "XLSX 最多 1048576 行，请导出为 .csv。", "An XLSX holds 1,048,576 rows; export a .csv instead."
            )
        for column, value in enumerate(row):
            if isinstance(value, str):
                self.sheet.write_string(self.row, column, value)
            elif value is not None:
                self.sheet.write_number(self.row, column, value)
        self.row += 1


@contextmanager
def _excel(path: Path) -> Iterator[Sink]:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with path.open("wb") as file, xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("cases")
        sheet.freeze_panes(1, 0)
        yield _Excel(sheet, path)


class _Text:
    def __init__(self, writer: Any) -> None:
        self.writer = writer

    def write(self, row: list[Any]) -> None:
        self.writer.writerow([harmless(value) for value in row])


@contextmanager
def _text(path: Path) -> Iterator[Sink]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        yield _Text(csv.writer(file))
