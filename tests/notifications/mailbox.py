"""A real SMTP server on this machine that keeps what it was sent, and misbehaves when it is told to."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN, PASSWORD = b"bihuan", b"letmein"


@dataclass(frozen=True)
class Kept:
    """A message that the server has taken, and whether its sender was told so."""

    to: str
    message: EmailMessage
    is_told: bool = True

    @property
    def id(self) -> str:
        """Return its Message-ID."""
        return str(self.message["Message-ID"])

    def body(self, kind: str = "plain") -> str:
        """Return its text, or its HTML."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


#: Says what to answer to a message, or None for 250; it may also hang, or cut the connection through the server.
Whim = Callable[[SMTP, Envelope, EmailMessage], Awaitable[str | None]]


class Mailbox:
    """The server: listens on a free port while it is entered."""

    def __init__(self, whim: Whim | None = None, **options: Any) -> None:
        self.kept: list[Kept] = []
        self.whim = whim
        self.unknown: set[str] = set()
        self.controller = _Controller(self, hostname="127.0.0.1", port=0, **options)

    def __enter__(self) -> Self:
        self.controller.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.controller.stop()

    @property
    def port(self) -> int:
        """Return where it listens."""
        server: Any = self.controller.server
        return int(server.sockets[0].getsockname()[1])

    @property
    def settings(self) -> dict[str, Any]:
        """Return the settings of an installation that sends through it."""
        return {
            "smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_security": "none",
            "smtp_from": "闭环 <news@union.example>",
        }  # fmt: skip

    def to(self, login: str) -> list[Kept]:
        """Return what one of the cast was sent."""
        return [kept for kept in self.kept if kept.to == f"{login}@example.org"]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Know a recipient, or not."""
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a message, or not."""
        message = message_from_bytes(envelope.original_content or b"", policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        answer = await self.whim(server, envelope, message) if self.whim else None
        if answer is None:
            self.kept += [Kept(to, message) for to in envelope.rcpt_tos]
        return answer or "250 kept"


class _Controller(Controller):
    """Knows its own port, where the usual one would ask for a fixed one."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd types only what is public


def check_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Let in whoever knows the password."""
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (LOGIN, PASSWORD)
    return AuthResult(success=is_right, handled=False)


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for this machine; return its file, and what a server shows it with."""
    key, file = folder / "key.pem", folder / "certificate.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run([*command.split(), "-keyout", key, "-out", file], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context
