"""`bihuan key`: where the key lies that seals identities, another one, and the key of an officer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlmodel import Session

from cases import officer as officers
from cases.backup import DamagedBackup, is_sealed
from cases.errors import BadRequest
from cases.keyring import Keyring, NoKey, SealBroken, keyring
from cases.record.database import reading, transaction
from cases.record.law import Installation
from cases.rotating import NotRotated, unopened
from cases.rotating import rotate as rotate_key
from cases.veil import FINGERPRINT
from commands.keeping import settings
from commands.options import At, Database, Format, Printed, address, connect, moment, print_rows, say
from config.keyfile import key_file, key_of
from config.settings import Settings, SettingsError

Finding = tuple[str, str, str, str]  # kind, where, zh, en
OTHER_KEY = (
    "数据库是用另一把密钥密封的：请用 BIHUAN_KEY 或 BIHUAN_KEY_FILE 指定当初的密钥",
    "this database was sealed with another key: name that one with BIHUAN_KEY or BIHUAN_KEY_FILE",
)

keys = typer.Typer(name="key", help="密封身份的密钥。\n\nThe key that seals identities.", no_args_is_help=True)


@keys.command()
def show(database: Database = "", form: Printed = Format.TABLE) -> None:
    """说明密钥在哪里、指纹、算法，以及是否为本库的密钥；不显示密钥。

    Tell where the key lies, its fingerprint and profile, and whether it is this database's; never the key itself.
    """
    chosen, own = settings(), keyring()
    with reading(connect(database)) as db:
        row = db.get(Installation, FINGERPRINT)
        fits = "" if row is None else "yes" if row.value == own.fingerprint else "no"
        broken = len(list(unopened(db, own))) if fits == "yes" else 0
    where = "BIHUAN_KEY" if chosen.key else str(key_file(chosen))
    facts = {"where": where, "fingerprint": own.fingerprint, "profile": own.profile, "fits": fits, "unopened": broken}
    print_rows(list(facts.items()), ("field", "value"), form)
    if fits == "no" or broken:
        raise typer.Exit(1)


@keys.command()
def rotate(
    new_file: Annotated[Path, typer.Option("--new-file", metavar="FILE", help="The new key; made if not there.")],
    database: Database = "",
    at: At = None,
) -> None:
    """改用新密钥：重新密封全部内容，或什么都不改；之后用 BIHUAN_KEY_FILE 指定新文件并重启。

    Seal everything again under a new key, or change nothing; then name the new file with BIHUAN_KEY_FILE and restart.
    """
    chosen, now = settings(), moment(at)
    if not chosen.key and new_file.resolve() == key_file(chosen).resolve():
        raise BadRequest("新密钥须写在另一个文件里。", "The new key lies in another file.")
    try:
        new = Keyring(key_of(Settings(key_file=str(new_file))), chosen.crypto_profile)
    except SettingsError as error:
        raise NoKey(error.zh, error.en) from None
    with transaction(connect(database)) as db:
        try:
            tally = rotate_key(db, keyring(), new, now)
        except SealBroken as error:
            raise NotRotated(error.zh, error.en) from error
    say(
        f"已重新密封 {tally.veils} 个代号和 {tally.keys} 把案件密钥，指纹 {new.fingerprint}。"
        f"请设置 BIHUAN_KEY_FILE={new_file} 并重启；旧密钥留到旧备份过期为止。",
        f"{tally.veils} veils and {tally.keys} keys of cases are sealed again, fingerprint {new.fingerprint}. "
        f"Set BIHUAN_KEY_FILE={new_file} and restart; keep the old key until the backups of its time are gone.",
    )


@keys.command()
def officer(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new file for the officer's private key.")],
) -> None:
    """为密封模式生成身份查看员的密钥，私钥以口令密封；输出公钥，用于 vault_officer。

    Make the key of the officer of the sealed mode, sealed with a passphrase; prints the public key for vault_officer.
    """
    if sys.stdin.isatty():
        passphrase = str(typer.prompt("口令 passphrase", hide_input=True, confirmation_prompt=True))
    else:
        passphrase = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    print(officers.make(out, passphrase))
    say(
        f"私钥在 {out}，请由查看员保管，不要留在服务器上；口令遗失则无法找回。",
        f"The private key is in {out}: the officer keeps it, away from the server. A lost passphrase cannot be found.",
    )


def findings(db: Session, database: str) -> Iterator[Finding]:
    """Yield what is wrong with where the key of this installation lies, or with the key itself."""
    chosen = settings()
    if not chosen.key:
        path = key_file(chosen)
        if not path.exists():
            return  # it is made when something is first sealed
        yield from (("key", str(path), zh, en) for zh, en in _misplaced(path, chosen, address(database)))
        if os.name == "posix" and path.stat().st_mode & 0o077:
            yield (
                "key",
                str(path),
                f"可被其他账号读取：chmod 600 {path}",
                f"other accounts can read it: chmod 600 {path}",
            )
            return
    try:
        own = keyring()
    except NoKey as refusal:
        yield "key", "", refusal.zh, refusal.en
        return
    row = db.get(Installation, FINGERPRINT)
    if row is not None and row.value != own.fingerprint:
        yield "key", own.fingerprint, *OTHER_KEY


def _misplaced(path: Path, chosen: Settings, url: str) -> Iterator[tuple[str, str]]:
    """Yield why a copy of something else would take the key with it."""
    folder = path.resolve().parent
    name = make_url(url).database or ""
    if url.startswith("sqlite") and folder == Path(name).resolve().parent:
        yield "与数据库在同一文件夹，复制一处就得到全部", "it lies beside the database: a copy of one takes the other"
    if folder.is_relative_to(chosen.files.resolve()):
        yield "在附件文件夹中，会进入备份", "it lies in the files folder, and so in every backup"
    if any(_is_backup(one) for one in sorted(folder.glob("*.tar.gz"))):
        yield "与备份在同一文件夹", "it lies beside a backup"


def _is_backup(path: Path) -> bool:
    try:
        return is_sealed(path)
    except DamagedBackup:
        return False
