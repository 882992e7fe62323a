"""The key of an installation: a variable or a file of its own, from which everything that seals identities is derived.

Whoever has a copy of the database and not this key learns nobody's name. It therefore lies apart from the database, its
files and its backups, readable for the one account that runs the system.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from config.settings import Settings, SettingsError

#: Bytes.
LENGTH = 32
FOLDER, NAME = "bihuan", "bihuan.key"
#: Where `start.py` has the demonstration's key made, so that nothing is written outside the clone.
HERE = Path("keys") / NAME


def key_of(settings: Settings) -> bytes:
    """Return the key of an installation, made on first use where a file holds it. Raises SettingsError."""
    if settings.key:
        return _decoded(settings.key, "BIHUAN_KEY")
    path = key_file(settings)
    try:
        return _read(path) if path.exists() else _made(path)
    except OSError as error:
        raise SettingsError(
            f"无法读写密钥文件 {path}（{error.strerror}）：请用 BIHUAN_KEY_FILE 指定一个本账号可读写的位置。",
            f"The key file {path} cannot be used ({error.strerror}): name another place with BIHUAN_KEY_FILE.",
        ) from None


def key_file(settings: Settings) -> Path:
    """Return where the key lies: as set, else in the folder `keys` here if there is one, else in the account's own.

    The demonstration has a folder of its own for it; an installation keeps it away from its data.
    """
    if settings.key_file:
        return Path(settings.key_file)
    if HERE.is_file():
        return HERE
    try:
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    except RuntimeError:  # an account without a home
        raise SettingsError(
            "请用 BIHUAN_KEY_FILE 指定密钥文件的位置。", "Name a key file with BIHUAN_KEY_FILE."
        ) from None
    return home / FOLDER / NAME


def _read(path: Path) -> bytes:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingsError(
            f"密钥文件 {path} 可被其他账号读取：请执行 chmod 600 {path}。",
            f"The key file {path} can be read by other accounts: run chmod 600 {path}.",
        )
    return _decoded(path.read_text(encoding="ascii", errors="replace").strip(), str(path))


def _made(path: Path) -> bytes:
    """Write a new key; of two who do so at once, both take the one that was there first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    coming = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    key = secrets.token_bytes(LENGTH)
    try:
        with open(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(base64.b64encode(key).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(coming, path)
    except FileExistsError:
        return _read(path)
    finally:
        coming.unlink(missing_ok=True)
    return key


def _decoded(text: str, where: str) -> bytes:
    """Return a key written as base64 or as 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(text) if len(text) == 2 * LENGTH else base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise SettingsError(
            f"{where} 不是有效的密钥：应为 32 字节，写作 base64 或 64 位十六进制。",
            f"{where} is no key: it is 32 bytes, written as base64 or as 64 hexadecimal digits.",
        )
    return key
