"""`bihuan backup` and `bihuan restore`: everything in one file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cases import backup as backups
from cases import heads, restoring
from cases.administering import BACKUP, note
from cases.errors import BadRequest
from cases.record.database import transaction
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
    db, now = connect(database), clock.now()
    with transaction(db) as session:
        note(session, BACKUP, now, {"out": out.name})
    rows = backups.write(db, out, files or settings().files, at=now, is_forced=is_forced)
    say(f"已备份 {rows} 行到 {out}（{out.stat().st_size:,} 字节）。", f"{rows} rows are in {out}.")


def restore(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file that bihuan backup wrote.")],
    database: Database = "",
    files: Files = None,
    tombstones: Annotated[
        Path | None, typer.Option("--tombstones", metavar="HEADS", help="Heads that tell what was erased since.")
    ] = None,
) -> None:
    """从备份恢复到空数据库和空附件目录，并核验事件链；备份之后已删除的身份再次删除。

    Make an empty database, of either kind, and an empty files folder from an archive, and verify the chain. What the
    heads tell of as erased after the backup is erased again.
    """
    told = heads.read(tombstones) if tombstones is not None else []
    stones = [stone for one in told for stone in one.erased]
    place = files or settings().files
    events = restoring.restore(address(database), source, place, tombstones=stones, at=clock.now())
    say("数据库和文件已恢复并核验。", "The database and its files are restored and verified.")
    print(f"ok {events} events")


def settings() -> Settings:
    """Return the settings of this installation. Raises BadRequest for a wrong one."""
    try:
        return load(os.environ)
    except SettingsError as error:
        raise BadRequest(error.zh, error.en) from None
