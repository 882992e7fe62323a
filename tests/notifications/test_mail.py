"""Every mail is seen in a real server's mailbox; what the server says decides what becomes of it."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from config.settings import Settings
from notifications.channels import Message, Verdict
from notifications.channels.mail import Mail
from tests.cast import MONDAY
from tests.notifications.mailbox import LOGIN, PASSWORD, Mailbox, certificate, check_login

MESSAGE = Message(
    id="0123abcd",
    to="wang@example.org",
    subject="交您办理：希望建驿站 <b>",
    text="王承办，您好：\n\n案件「希望<建>驿站」\n到了。\n\nhttps://news.example/cases/TA-2026-7KQ3M9X?a=1&b=2",
    link="https://news.example/cases/TA-2026-7KQ3M9X",
)


def mail(box: Mailbox, **more: Any) -> Mail:
    return Mail(Settings(**box.settings | more))


def test_a_mail_is_text_and_html_in_chinese_with_an_id_that_stays() -> None:
    with Mailbox() as box:
        assert mail(box).send(MESSAGE, MONDAY).verdict is Verdict.DONE
        assert mail(box).send(MESSAGE, MONDAY + timedelta(hours=1)).verdict is Verdict.DONE
    first, second = box.kept
    assert first.id == second.id == "<0123abcd@union.example>"
    assert first.message["Subject"] == MESSAGE.subject
    assert first.message["From"] == "闭环 <news@union.example>"
    assert first.message["Date"] == "Mon, 16 Nov 2026 01:00:00 +0000"
    assert first.message["Auto-Submitted"] == "auto-generated"
    assert first.body().replace("\r\n", "\n").strip() == MESSAGE.text
    html = first.body("html")
    assert "案件「希望&lt;建&gt;驿站」<br>" in html
    assert '<a href="https://news.example/cases/TA-2026-7KQ3M9X?a=1&amp;b=2">' in html


@pytest.mark.parametrize(
    "address",
    [
        "wang@example.org\r\nBcc: all@example.org", "wang@example.org\n", "wang", "@example.org", "wang@", "a b@c.d",
        "王@example.org", "wang@example.org,li@example.org", "<wang@example.org>", "x" * 250 + "@a.cn", "",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_before_anybody_is_called(address: str) -> None:
    with Mailbox() as box:
        answer = mail(box).send(replace(MESSAGE, to=address), MONDAY)
        assert (answer.verdict, answer.why, box.kept) == (Verdict.NEVER, "bad_address", [])


def test_a_line_break_in_a_subject_begins_no_header() -> None:
    with Mailbox() as box:
        answer = mail(box).send(replace(MESSAGE, subject="a\r\nBcc: all@example.org"), MONDAY)
    assert (answer.verdict, box.kept) == (Verdict.NEVER, [])


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("451 try again", Verdict.LATER), ("421 going down", Verdict.LATER), ("554 not from here", Verdict.LATER),
    ],
)  # fmt: skip
def test_what_is_no_fault_of_the_recipient_is_tried_again(said: str, verdict: Verdict) -> None:
    async def whim(server: SMTP, envelope: Envelope, message: EmailMessage) -> str:
        return said

    with Mailbox(whim) as box:
        answer = mail(box).send(MESSAGE, MONDAY)
    assert (answer.verdict, answer.why, answer.said) == (verdict, "refused", said)


def test_a_recipient_whom_nobody_knows_is_not_written_to_again() -> None:
    with Mailbox() as box:
        box.unknown.add(MESSAGE.to)
        answer = mail(box).send(MESSAGE, MONDAY)
    assert (answer.verdict, answer.why, answer.said) == (Verdict.NEVER, "refused", "550 no such user")


def test_a_sender_who_is_refused_is_no_fault_of_the_recipient() -> None:
    class Strict(Mailbox):
        async def handle_MAIL(self, *arguments: Any) -> str:
            return "553 sender not allowed"

    with Strict() as box:
        answer = mail(box).send(MESSAGE, MONDAY)
    assert (answer.verdict, answer.why) == (Verdict.LATER, "refused")


def test_only_an_address_on_a_line_of_its_own_is_linked() -> None:
    with Mailbox() as box:
        title = "案件「请点 https://evil.example/ 领奖」到了。"
        mail(box).send(replace(MESSAGE, text=f"{title}\n\n{MESSAGE.link}"), MONDAY)
    html = box.kept[0].body("html")
    assert html.count("<a ") == 1
    assert f'<a href="{MESSAGE.link}">' in html


def test_a_server_that_cuts_the_line_or_is_not_there_is_tried_again() -> None:
    async def whim(server: SMTP, envelope: Envelope, message: EmailMessage) -> None:
        cast(asyncio.Transport, server.transport).abort()

    with Mailbox(whim) as box:
        assert mail(box).send(MESSAGE, MONDAY).verdict is Verdict.LATER
        sender = mail(box)
    answer = sender.send(MESSAGE, MONDAY)
    assert (answer.verdict, answer.why) == (Verdict.LATER, "unreachable")


def test_a_server_that_hangs_is_left_when_the_time_is_over() -> None:
    async def whim(server: SMTP, envelope: Envelope, message: EmailMessage) -> None:
        await asyncio.sleep(30)

    with Mailbox(whim) as box:
        begin = time.monotonic()
        answer = mail(box, patience=1).send(MESSAGE, MONDAY)
    assert (answer.verdict, answer.why) == (Verdict.LATER, "timeout")
    assert time.monotonic() - begin < 3


def test_a_server_that_speaks_a_letter_a_moment_is_left_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(b"2")
                        time.sleep(0.2)
                except OSError:
                    pass

        Thread(target=drip, daemon=True).start()
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=listener.getsockname()[1], smtp_security="none", smtp_from="a@b.cn",
            patience=1,
        )  # fmt: skip
        begin = time.monotonic()
        assert Mail(settings).send(MESSAGE, MONDAY).why == "timeout"
        assert time.monotonic() - begin < 3


@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_slow_connection_does_not_switch_the_time_limit_off(security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.create_connection

    def slowly(*arguments: Any, **more: Any) -> socket.socket:
        time.sleep(0.9)  # of one second; what is left then is cut all the same
        return connect(*arguments, **more)

    monkeypatch.setattr(socket, "create_connection", slowly)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                while True:
                    connection.sendall(b"2" if security == "none" else b"\x16")
                    time.sleep(0.2)

        Thread(target=drip, daemon=True).start()
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=listener.getsockname()[1], smtp_security=security, smtp_from="a@b.cn",
            patience=1,
        )  # fmt: skip
        begin = time.monotonic()
        assert Mail(settings).send(MESSAGE, MONDAY).verdict is Verdict.LATER
        assert time.monotonic() - begin < 2.5


def test_of_several_addresses_all_together_get_the_time_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(address: tuple[str, int], timeout: float) -> socket.socket:
        time.sleep(timeout)
        raise TimeoutError

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{n}", 25)) for n in range(5)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **more: addresses)
    monkeypatch.setattr(socket, "create_connection", nobody)
    begin = time.monotonic()
    sender = Mail(Settings(smtp_host="mail.example", smtp_security="none", smtp_from="a@b.cn", patience=1))
    assert sender.send(MESSAGE, MONDAY).why == "timeout"
    assert time.monotonic() - begin < 2


def test_it_has_arrived_even_if_the_parting_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(self: smtplib.SMTP) -> tuple[int, bytes]:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", lost)
    with Mailbox() as box:
        assert mail(box).send(MESSAGE, MONDAY).verdict is Verdict.DONE
    assert len(box.kept) == 1


def test_starttls_encrypts_and_a_wrong_password_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certificate(tmp_path)
    options: dict[str, Any] = {"tls_context": context, "require_starttls": True, "authenticator": check_login}
    with Mailbox(auth_required=True, **options) as box:
        login = {"smtp_security": "starttls", "smtp_login": LOGIN.decode(), "smtp_password": PASSWORD.decode()}
        assert mail(box, **login).send(MESSAGE, MONDAY).why == "certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert mail(box, **login).send(MESSAGE, MONDAY).verdict is Verdict.DONE
        wrong = mail(box, **login | {"smtp_password": "guess"}).send(MESSAGE, MONDAY)
        assert (wrong.verdict, wrong.why) == (Verdict.LATER, "bad_secret")
        assert "guess" not in repr(wrong)
    assert len(box.kept) == 1


def test_tls_from_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with Mailbox(ssl_context=context) as box:
        assert mail(box, smtp_security="tls").send(MESSAGE, MONDAY).verdict is Verdict.DONE
    assert len(box.kept) == 1


def test_a_server_without_starttls_gets_nothing_in_the_clear() -> None:
    with Mailbox() as box:
        answer = mail(box, smtp_security="starttls").send(MESSAGE, MONDAY)
    assert (answer.verdict, answer.why, box.kept) == (Verdict.LATER, "unsupported", [])
