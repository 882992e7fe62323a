"""E-mail over SMTP: text and HTML, with STARTTLS or TLS; it has arrived when the server has said 250 to its content."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
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
        except smtplib.SMTPAuthenticationError as error:
            return self._refused("bad_secret", error.smtp_code, error.smtp_error)
        except smtplib.SMTPResponseException as error:
            return self._refused("refused", error.smtp_code, error.smtp_error)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return self._refused("refused", code, said)
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
        settings, is_over = self.settings, False
        if settings.smtp_security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=_my_name(), context=self.tls)
        else:
            smtp = smtplib.SMTP(local_hostname=_my_name())
        smtp.timeout = settings.patience + 1

        def cut() -> None:
            nonlocal is_over
            is_over = True
            with suppress(OSError):
                if smtp.sock is not None:
                    socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)  # below TLS, whose own would wait for an answer

        watch = Timer(settings.patience, cut)
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
            if is_over:
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

    @staticmethod
    def _refused(why: str, code: int, said: bytes | str) -> Answer:
        heard = f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
        return never(why, heard) if code >= 500 else later(why, heard)


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
    parts, end = [], 0
    for found in WEB_ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()]), f'<a href="{escape(found[0])}">{escape(found[0])}</a>']
        end = found.end()
    return "".join([*parts, escape(text[end:])])
