"""What commands share: the database they speak to, the moment they speak of, and how rows are printed."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from cases.errors import BadRequest
from cases.queries import length
from cases.record.schema import require_current
from cases.spreadsheets.harmless import harmless
from config import clock

#: Where a moment without a zone is meant, and in which moments are printed.
ZONE = ZoneInfo("Asia/Shanghai")


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


#: The option of every command that opens a database; `address` turns it into one.
Database = Annotated[
    str,
    typer.Option(
        "--database",
        metavar="URL",
        show_default="$BIHUAN_DATABASE, else sqlite:///bihuan.db",
        help="sqlite:///FILE or postgresql://...",
    ),
]
At = Annotated[str | None, typer.Option("--at", metavar="MOMENT", help="ISO 8601; now if left out.")]
Printed = Annotated[Format, typer.Option("--format", help="How rows are printed.")]


def address(url: str) -> str:
    """Return the address of the database that was named, or else of the usual one."""
    return url or os.environ.get("BIHUAN_DATABASE") or "sqlite:///bihuan.db"


def connect(url: str) -> Engine:
    """Return a database that is ready for use. Raises DatabaseError with what to do otherwise."""
    return require_current(address(url))


def moment(word: str | None) -> datetime:
    """Return the moment that a person named, or now; one without a zone is in China. Raises BadRequest."""
    if word is None:
        return clock.now()
    try:
        at = datetime.fromisoformat(word)
        return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(
            f"「{word[:40]}」不是有效时刻，请写如 2026-11-20 或 2026-11-20T09:00。",
            f'"{word[:40]}" is no moment; write 2026-11-20 or 2026-11-20T09:00.',
        ) from None


def capitals(number: str) -> str:
    """Return the number of a case as it is kept: people write it small as well."""
    return number.strip().upper()


def print_rows(rows: Iterable[Sequence[Any]], columns: Sequence[str], form: Format) -> None:
    """Print rows to stdout: a table on a terminal, JSON objects in a list, or CSV with a header."""
    match form:
        case Format.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_plain(harmless(value)) for value in row] for row in rows)
        case Format.JSON:
            print_json([dict(zip(columns, row, strict=True)) for row in rows])
        case Format.TABLE:
            table = Table(*columns, box=None, header_style="bold", pad_edge=False)
            for row in rows:
                table.add_row(*(str(_shown(value)) for value in row))
            Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)


def print_json(value: Any) -> None:
    """Print one JSON value, readable and with Chinese as it is."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def say(zh: str, en: str) -> None:
    """Tell the person something beside the rows."""
    typer.echo(f"{zh} / {en}", err=True)


def _plain(value: Any) -> Any:
    """Return a value as programs read it: moments in RFC 3339, lengths of time in words that sort and parse."""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        return length(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else _plain(value)
