"""A virus scanner on a real socket that speaks clamd's INSTREAM, and misbehaves when told to."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path
from typing import Self

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner:
    """Answers like clamd; `how` is well, deaf, slow, hangs_up, halfway, garbage, endless, full or unfinished."""

    def __init__(self, how: str = "well", path: Path | None = None) -> None:
        self.how = how
        self.seen: list[bytes] = []
        self._stop = threading.Event()
        self._listening = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._listening.bind(str(path) if path else ("127.0.0.1", 0))
        self.address = str(path) if path else f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._listening.listen()
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._stop.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client:
                try:
                    self._answer(client)
                except OSError:
                    continue

    def _answer(self, client: socket.socket) -> None:
        if self.how == "hangs_up":
            return
        if self.how == "deaf":
            self._stop.wait(5)
            return
        stream = client.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", stream.read(4))[0]:
            content += stream.read(length)
            if self.how == "halfway":
                return
        self.seen.append(content)
        match self.how:
            case "well":
                client.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
            case "slow":
                while not self._stop.wait(0.1):
                    client.sendall(b".")
            case "garbage":
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe\0")
            case "endless":
                while not self._stop.is_set():
                    client.sendall(b"OK" * 10_000)
            case "full":
                client.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            case "unfinished":
                client.sendall(b"stream: OK")
