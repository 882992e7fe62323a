"""`bihuan backup` and `bihuan restore`: everything in one file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cases import backup as backups
from cases import restoring
from cases.errors import BadRequest
from commands.options import Database, address, connect, say
from config import clock
from config.settings import Settings, SettingsError, load

Files = Annotated[Path | None, typer.Option("--files", metavar="DIR", help="The files folder; as set if left out.")]


def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new file, such as bihuan.tar.gz.")],
    database: Database = "",
    files: Files = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Overwrite OUT if it exists.")] = False,
) -> None:
    """不停机把整个数据库和附件备份成一个文件。

    Write the whole database and its files into one archive while others go on working.
    """
    rows = backups.write(connect(database), out, files or settings().files, at=clock.now(), is_forced=is_forced)
    say(f"已备份 {rows} 行到 {out}（{out.stat().st_size:,} 字节）。", f"{rows} rows are in {out}.")


def restore(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file that bihuan backup wrote.")],
    database: Database = "",
    files: Files = None,
) -> None:
    """从备份恢复到空数据库和空附件目录，并核验事件链。

    Make an empty database, of either kind, and an empty files folder from an archive, and verify the chain.
    """
    events = restoring.restore(address(database), source, files or settings().files)
    say("数据库和文件已恢复并核验。", "The database and its files are restored and verified.")
    print(f"ok {events} events")


def settings() -> Settings:
    """Return the settings of this installation. Raises BadRequest for a wrong one."""
    try:
        return load(os.environ)
    except SettingsError as error:
        raise BadRequest(error.zh, error.en) from None
