"""The application by itself: news goes out while it runs, and a mail server that hangs slows no page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope
from fastapi.testclient import TestClient

from cases.record.database import transaction
from config import clock
from tests.notifications.mailbox import Mailbox
from tests.web.visitors import API, SUBMISSION, Office, person

PATIENCE = 20


def waited(is_true: Callable[[], object]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if is_true():
            return True
        time.sleep(0.05)
    return False


def set_up(office: Office, box: Mailbox, **more: object) -> None:
    office.app.state.settings = replace(office.app.state.settings, **box.settings, **more)
    office.at = clock.now()
    with transaction(office.engine) as db:
        for login in ("li", "zhao"):
            person(db, login).email = f"{login}@example.org"


def test_what_happens_is_mailed_and_counted_by_itself(office: Office) -> None:
    with Mailbox() as box:
        set_up(office, box, quiet_from="00:00", quiet_until="00:00")
        with TestClient(office.app):
            office.submitted()
            assert waited(lambda: box.to("li"))
            assert office.browser("li").client.get("/inbox/unread").json() == {"unread": 1}
            figures = office.client_from("127.0.0.1").get("/metrics").text
            assert "bihuan_parked_messages 0" in figures
            assert waited(lambda: "bihuan_waiting_messages 0" in office.client_from("127.0.0.1").get("/metrics").text)


def test_a_mail_server_that_hangs_slows_no_page_and_no_inbox(sqlite_office: Office) -> None:
    office = sqlite_office

    async def hangs(server: SMTP, envelope: Envelope, message: EmailMessage) -> None:
        await asyncio.sleep(60)

    with Mailbox(hangs) as box:
        set_up(office, box, patience=3, quiet_from="00:00", quiet_until="00:00")
        with TestClient(office.app):
            for _ in range(3):
                office.submitted()
            assert waited(lambda: "bihuan_waiting_messages 3" in office.client_from("127.0.0.1").get("/metrics").text)
            browser = office.browser("li").client
            number = office.program("zhang").post(f"{API}/cases", json=SUBMISSION).json()["number"]
            assert waited(lambda: number in browser.get("/inbox").text)  # told while the mails still hang
            begin = time.monotonic()
            for _ in range(20):
                assert browser.get("/").status_code == 200
            assert time.monotonic() - begin < PATIENCE
