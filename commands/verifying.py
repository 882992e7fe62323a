"""`bihuan verify` and `bihuan head`: is the history still what was written, and what leaves the host to prove it?"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cases import dossier, heads
from cases.errors import BadRequest
from cases.raw import snapshot
from cases.record.database import reading, transaction
from cases.stored_files import check_files
from cases.verifying import case_id_of, verify_database, verify_file
from commands.options import At, Database, connect, moment, say
from config.settings import load
from notifications.channels import Verdict
from notifications.heads import send, targets_of


def verify(
    number: Annotated[str | None, typer.Option("--case", metavar="NUMBER", help="Only this case's events.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="EXPORT", help="Exported events or a dossier, no database.")
    ] = None,
    outside: Annotated[
        Path | None, typer.Option("--heads", metavar="FILE", help="Heads that have left this host.")
    ] = None,
    files: Annotated[
        Path | None, typer.Option("--files", metavar="DIR", help="The folder of files, each compared with the record.")
    ] = None,
    database: Database = "",
) -> None:
    """核验数据库或导出文件中的事件链及其所属的一切。

    Verify the chain of events and all that hangs on it, in the database or in an exported file.
    """
    if sum(one is not None for one in (file, number, outside, files)) > 1:
        raise BadRequest(
            "--case、--file、--heads 与 --files 不能同时使用。",
            "--case, --file, --heads and --files cannot go together.",
        )
    if file is not None:
        events = dossier.verify(file) if dossier.is_one(file) else verify_file(file, _progress)
    else:
        told = heads.read(outside) if outside is not None else []
        with snapshot(connect(database)) as db:
            events = verify_database(db, case_id_of(db, number) if number else None, _progress)
            heads.check(db, told)
        if outside is not None:
            say(f"{len(told)} 个链头都在本库的事件链上。", f"{len(told)} heads lie on the chain of this database.")
    if files is not None:
        with reading(connect(database)) as db:  # by now, for somebody may have erased meanwhile
            lying = check_files(db, files)
        say(f"{lying} 个附件文件与记录相符。", f"{lying} files are as they were added.")
    print(f"ok {events} events")


def head(database: Database = "", at: At = None) -> None:
    """输出事件链的链头，并送往设置的各处。

    Print the head of the chain, and send it to the targets of the settings.
    """
    engine, settings, now = connect(database), load(os.environ), moment(at)
    targets = targets_of(settings)
    with transaction(engine) as db:
        rows = [heads.take(db, target, now) for target in targets or [heads.FILE]]
        line = heads.line_of(rows[0])
        if not targets:
            db.rollback()  # printed, and on its way to nobody
    print(line)
    if not targets:
        say(
            "未设置送往何处：heads_file、heads_mail 或 heads_webhook。",
            "It goes nowhere: set heads_file, heads_mail or heads_webhook.",
        )
        return
    failed = [row for row, answer in send(engine, settings, now) if answer.verdict is not Verdict.DONE]
    for row in failed:
        say(f"未能送到 {row.target}，稍后重试。", f"It has not reached {row.target} and is tried again later.")
    if failed:
        raise typer.Exit(1)


def _progress(events: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{events:,}", end="\r", file=sys.stderr, flush=True)
