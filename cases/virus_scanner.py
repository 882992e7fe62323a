"""A virus scanner looks at a file before it is kept: clamd, or whatever else speaks its INSTREAM."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from cases.media import refused_file

#: Seconds for one file, from the connection to the answer.
PATIENCE = 20.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 1_000


def scan(file: Path, address: str, patience: float = PATIENCE) -> None:
    """Have a file looked at by the scanner at an address: `host:port`, or the path of a socket.

    Raises InvalidFields if it finds something, and also if it cannot be asked: a file that nobody has looked at is not
    kept where somebody has said that one shall.
    """
    try:
        answer = _asked(file, address, time.monotonic() + patience)
    except (OSError, ValueError):
        raise _unscanned() from None
    if answer.endswith(" FOUND"):
        raise refused_file("病毒扫描发现问题，文件未保存", "The virus scanner found something; the file was not kept")
    if answer != "stream: OK":
        raise _unscanned()


def _asked(file: Path, address: str, deadline: float) -> str:
    """Return what the scanner says. Raises OSError, also when it takes too long."""
    with _connected(address, deadline) as scanner, file.open("rb") as source:
        scanner.sendall(b"zINSTREAM\0")
        while chunk := source.read(CHUNK):
            scanner.settimeout(_left(deadline))
            scanner.sendall(len(chunk).to_bytes(4, "big") + chunk)
        scanner.sendall(bytes(4))
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
            scanner.settimeout(_left(deadline))
            if not (more := scanner.recv(LONGEST_ANSWER)):
                break
            answer += more
    said, end, _ = answer.partition(b"\0")
    if not end:  # an answer that breaks off may have been going to say anything
        raise ConnectionError
    return said.decode("ascii", "replace").strip()


def _connected(address: str, deadline: float) -> socket.socket:
    if not address.startswith("/"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), _left(deadline))
    scanner = socket.socket(socket.AF_UNIX)
    try:
        scanner.settimeout(_left(deadline))
        scanner.connect(address)
    except BaseException:
        scanner.close()
        raise
    return scanner


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _unscanned() -> Exception:
    return refused_file(
        "病毒扫描暂不可用，文件未保存，请稍后再试",
        "The virus scanner does not answer, so the file was not kept; try again later",
    )
