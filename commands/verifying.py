"""`bihuan verify`: is the history still what was written?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cases.errors import BadRequest
from cases.raw import snapshot
from cases.verifying import case_id_of, verify_database, verify_file
from commands.options import Database, connect


def verify(
    number: Annotated[str | None, typer.Option("--case", metavar="NUMBER", help="Only this case's events.")] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="EXPORT", help="Exported events, no database.")] = None,
    database: Database = "",
) -> None:
    """核验数据库或导出文件中的事件链及其所属的一切。

    Verify the chain of events and all that hangs on it, in the database or in an exported file.
    """
    if file is not None and number is not None:
        raise BadRequest("--case 与 --file 不能同时使用。", "--case and --file cannot go together.")
    if file is not None:
        events = verify_file(file, _progress)
    else:
        with snapshot(connect(database)) as db:
            events = verify_database(db, case_id_of(db, number) if number else None, _progress)
    print(f"ok {events} events")


def _progress(events: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{events:,}", end="\r", file=sys.stderr, flush=True)
