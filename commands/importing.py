"""`bihuan import`: units, people and cases from CSV or XLSX; bad rows are listed one by one, good ones go in."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cases.spreadsheets import mapping as mappings
from cases.spreadsheets.faults import BadRow
from cases.spreadsheets.importing import import_cases
from cases.spreadsheets.ledger import arriving
from cases.spreadsheets.outcome import Outcome
from cases.spreadsheets.people import import_users
from cases.spreadsheets.units import import_units
from commands.options import At, Database, Format, Printed, connect, moment, say

BAD_COLUMNS = ("row", "column", "value", "reason")

importing = typer.Typer(
    help="从 CSV 或 XLSX 导入单位、人员和案件。\n\nBring units, people and cases in from CSV or XLSX.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file.")]


@importing.command("units")
def units(file: File, database: Database = "", at: At = None, form: Printed = Format.TABLE) -> None:
    """导入单位：列为 code,name,kind,parent[,calendar]，顺序不限。

    Import units: columns code,name,kind,parent[,calendar], in any order.
    """
    listing = _Listing(form)
    outcome = import_units(connect(database), file, at=moment(at), on_bad=listing.add)
    listing.end(outcome)


@importing.command("users")
def users(file: File, database: Database = "", at: At = None, form: Printed = Format.TABLE) -> None:
    """导入人员：列为 login,name,duties[,email,phone]；职务写成 角色@单位，多个用分号隔开。

    Import people: columns login,name,duties[,email,phone]; a duty is role@unit, several are separated by `;`.
    """
    listing = _Listing(form)
    outcome = import_users(connect(database), file, at=moment(at), on_bad=listing.add)
    listing.end(outcome)


@importing.command("cases")
def cases(
    file: File,
    mapping: Annotated[str, typer.Option(metavar="MAP", help="A mapping: a path, or a name in config/imports.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")] = False,
    rejects: Annotated[
        Path | None, typer.Option(metavar="OUT.csv", help="Write the rows that stay out here, with the reason.")
    ] = None,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """导入案件；同一文件导入两次不会重复。

    Import cases; the same file twice imports nothing twice.
    """
    wanted = mappings.load(mappings.find(mapping))
    listing = _Listing(form)
    with _rejects(rejects) as (name_columns, reject), _progress() as show:

        def on_bad(bad: BadRow) -> None:
            listing.add(bad)
            reject(bad)

        outcome = import_cases(
            connect(database),
            file,
            wanted,
            at=moment(at),
            is_dry=dry_run,
            on_bad=on_bad,
            on_batch=show,
            on_header=name_columns,
        )
    listing.end(outcome, is_dry=dry_run)


class _Listing:
    """Prints bad rows as they come (JSON at the end, for it is one list), and what became of all of them."""

    def __init__(self, form: Format) -> None:
        self.form = form
        self.kept: list[dict[str, str | int]] = []
        self.writer = csv.writer(sys.stdout, lineterminator="\n")
        self.is_begun = False

    def add(self, bad: BadRow) -> None:
        row = (bad.number, bad.column, bad.value, f"{bad.zh} / {bad.en}")
        if self.form is Format.JSON:
            self.kept.append(dict(zip(BAD_COLUMNS, row, strict=True)))
        elif self.form is Format.CSV:
            if not self.is_begun:
                self.writer.writerow(BAD_COLUMNS)
            self.writer.writerow(row)
        else:
            print(", ".join(map(str, row)))
        self.is_begun = True

    def end(self, outcome: Outcome, *, is_dry: bool = False) -> None:
        """Say how it ended and leave with 1 when any row stayed out."""
        if self.form is Format.JSON:
            print(json.dumps(self.kept, ensure_ascii=False, indent=2))
        known = outcome.known + outcome.repeated
        changed_zh = f"更新 {outcome.changed} 行，" if outcome.changed else ""
        changed_en = f"{outcome.changed} updated, " if outcome.changed else ""
        say(
            f"{'试运行，未写入：可' if is_dry else ''}导入 {outcome.imported} 行，{changed_zh}已有 {known} 行，"
            f"退回 {outcome.bad} 行。",
            f"{'dry run, nothing written: ' if is_dry else ''}{outcome.imported} imported, {changed_en}"
            f"{known} already there, {outcome.bad} rejected.",
        )
        if outcome.bad:
            raise typer.Exit(1)


@contextmanager
def _rejects(path: Path | None) -> Iterator[tuple[Callable[[list[str]], None], Callable[[BadRow], None]]]:
    """Lend the two functions that write the rows left out: their header, and each row as it stood in its file."""
    if path is None:
        yield lambda header: None, lambda bad: None
        return
    with arriving(path) as part, part.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        yield _rejected_rows(file)


def _rejected_rows(file: TextIO) -> tuple[Callable[[list[str]], None], Callable[[BadRow], None]]:
    writer = csv.writer(file)
    width = 0

    def name_columns(header: list[str]) -> None:
        nonlocal width
        width = len(header)
        writer.writerow([*header, *BAD_COLUMNS[1:]])

    def reject(bad: BadRow) -> None:
        cells = [*bad.cells, *[""] * (width - len(bad.cells))]
        # The cells stay as they were, formulas and all, so that the row can be mended and imported again.
        writer.writerow([*cells[:width], bad.column, bad.value, f"{bad.zh} / {bad.en}"])

    return name_columns, reject


@contextmanager
def _progress() -> Iterator[Callable[[Outcome], None]]:
    """Lend a function that shows how far an import has come: on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda outcome: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("…", total=None)
        yield lambda outcome: progress.update(
            task, description=f"{outcome.rows:,} 行 rows, {outcome.bad:,} 退回 rejected"
        )
