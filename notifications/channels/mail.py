"""E-mail over SMTP: text and HTML, with STARTTLS or TLS; it has arrived when the server has said 250 to its content."""

from __future__ import annotations

import math
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, parseaddr
from functools import cache
from html import escape
from threading import Timer

from config.settings import Settings
from notifications.channels import Answer, Message, done, later, never

LONGEST_ADDRESS = 254
#: Plain addresses only; above all, nothing with a line break in it, which could begin a header of its own.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
#: Only on a line of its own: an address inside a title was written by whoever raised the case.
WEB_ADDRESS = re.compile(r"https?://\S+")


class Mail:
    """Sends through the mail server of the settings, a connection for each message."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tls = ssl.create_default_context() if settings.smtp_security != "none" else None

    def send(self, message: Message, at: datetime) -> Answer:
        """Send one mail."""
        if not is_address(message.to):
            return never("bad_address", repr(message.to))
        try:
            letter = self._letter(message, at)
        except ValueError as error:  # a line break where a header would end
            return never("unfillable", error)
        try:
            with self._connection() as smtp:
                smtp.sendmail(parseaddr(self.settings.smtp_from)[1], [message.to], letter)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return (never if code >= 500 else later)("refused", _heard(code, said))
        except smtplib.SMTPAuthenticationError as error:
            return later("bad_secret", _heard(error.smtp_code, error.smtp_error))
        except smtplib.SMTPResponseException as error:  # the sender or the letter: that can be set right
            return later("refused", _heard(error.smtp_code, error.smtp_error))
        except smtplib.SMTPNotSupportedError as error:
            return later("unsupported", error)
        except ssl.SSLCertVerificationError as error:
            return later("certificate", error.verify_message)
        except TimeoutError:
            return later("timeout")
        except (OSError, smtplib.SMTPException) as error:
            return later("unreachable", error)
        return done("250")

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Open a session; whatever the server does, it is cut off when its time is over."""
        settings = self.settings
        if settings.smtp_security == "tls":
            smtp: _Hurried = _HurriedTLS(local_hostname=_my_name(), context=self.tls)
        else:
            smtp = _Hurried(local_hostname=_my_name())
        smtp.timeout = settings.patience + 1
        smtp.until = time.monotonic() + settings.patience
        watch = Timer(settings.patience, smtp.cut)
        watch.start()
        try:
            smtp._host = settings.smtp_host  # type: ignore[attr-defined]  # what TLS checks; else only __init__ sets it
            smtp.connect(settings.smtp_host, settings.smtp_port)
            if settings.smtp_security == "starttls":
                smtp.starttls(context=self.tls)
            if settings.smtp_login:
                smtp.login(settings.smtp_login, settings.smtp_password)
            yield smtp
            with suppress(OSError, smtplib.SMTPException):  # it has arrived, however the parting goes
                smtp.quit()
        except (OSError, smtplib.SMTPServerDisconnected):
            if smtp.is_over:
                raise TimeoutError from None
            raise
        finally:
            watch.cancel()
            smtp.close()

    def _letter(self, message: Message, at: datetime) -> bytes:
        letter = EmailMessage(policy=POLICY)
        letter["From"] = self.settings.smtp_from
        letter["To"] = message.to
        letter["Subject"] = message.subject
        letter["Date"] = format_datetime(at)
        letter["Message-ID"] = f"<{message.id}@{parseaddr(self.settings.smtp_from)[1].partition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        # Base64, because a server that cannot take eight bits would spoil every Chinese letter.
        letter.set_content(message.text, cte="base64")
        letter.add_alternative(_as_html(message), subtype="html", cte="base64")
        return letter.as_bytes()


class _Hurried(smtplib.SMTP):
    """A session that `cut` ends at any point of it, and that connects only as long as there is time left."""

    until = math.inf
    line: socket.socket | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether the time is over."""
        return time.monotonic() >= self.until

    def cut(self) -> None:
        """Hang up, below TLS, whose own parting would wait for an answer."""
        with suppress(OSError):
            if self.line is not None:
                self.line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Leave nothing open."""
        super().close()
        if self.line is not None:
            self.line.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect to the first address of a name that answers in what is left of the time."""
        problem: OSError = TimeoutError()
        for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            if (left := self.until - time.monotonic()) <= 0:
                raise TimeoutError
            try:
                found = socket.create_connection((str(address[0]), int(address[1])), left)
            except OSError as error:
                problem = error
                continue
            found.settimeout(timeout)
            self.line = found.dup()  # TLS takes the first one apart before it has shaken hands
            if self.is_over:  # nobody else would cut it
                raise TimeoutError
            return found
        raise problem


class _HurriedTLS(smtplib.SMTP_SSL, _Hurried):
    """The same, encrypted from the first byte."""


def _heard(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"


@cache
def _my_name() -> str:
    """Return what this machine calls itself, which may take seconds to find out."""
    return socket.getfqdn()


def is_address(text: str) -> bool:
    """Tell whether mail can be sent to an address."""
    return len(text) <= LONGEST_ADDRESS and ADDRESS.fullmatch(text) is not None


def _as_html(message: Message) -> str:
    """Return the text as HTML: escaped, a paragraph for each block, a link for each web address."""
    blocks = [_linked(block).replace("\n", "<br>\n") for block in message.text.split("\n\n")]
    return "<!doctype html>\n<html><body>\n" + "\n".join(f"<p>{block}</p>" for block in blocks) + "\n</body></html>\n"


def _linked(text: str) -> str:
    return "\n".join(
        f'<a href="{escape(one)}">{escape(one)}</a>' if WEB_ADDRESS.fullmatch(one.strip()) else escape(one)
        for one in text.split("\n")
    )
