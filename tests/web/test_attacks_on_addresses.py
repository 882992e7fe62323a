"""Mistakes that others made with addresses that somebody types in, tried here: each is named after what told of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from config.settings import Settings
from notifications.channels import Answer, Verdict
from notifications.channels.posting import Poster, Reply, refusal
from tests.hostile_documents import BETRAYING as DOCUMENTS
from tests.notifications.receivers import LOCAL, Check, Receiver
from tests.samples import R, docx, links, packed
from tests.web.visitors import API, Office, form_token

#: This machine, its neighbours and what clouds tell of themselves, as people have written them to be let through.
INSIDE = (
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://127.0.0.1.:80/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:169.254.169.254]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://0.0.0.0/", "http://[::]/", "http://0/",
    "http://localhost/", "http://LOCALHOST./", "http://[fe80::1]/", "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/", "http://224.0.0.1/", "http://255.255.255.255/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/",
)  # fmt: skip
#: What is no address of the web at all, or hides one behind another.
ODD = (
    "file:///etc/passwd", "gopher://127.0.0.1:25/_x", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "//127.0.0.1/",
    "http://evil@127.0.0.1/", "http://example.org@127.0.0.1/", "http://127.0.0.1\\@example.org/", "http:///x",
    "http://example.org\r\nHost: 127.0.0.1/", "http://", "https://[", "jar:http://127.0.0.1!/", "data:text/html,x",
)  # fmt: skip


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Gives whom this process has connected to; nobody is."""
    found: list[object] = []

    def connect(self: socket.socket, address: object) -> None:
        found.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield found


def test_no_address_inside_is_posted_to_ghsa_22wf_848c_c856(connected: list[object]) -> None:
    poster = Poster(Settings(patience=2))
    for url in (*INSIDE, *ODD):
        answer = poster.post(url, b"{}", {})
        assert isinstance(answer, Answer) and answer.verdict in (Verdict.NEVER, Verdict.LATER), url
    assert connected == []


def test_no_administrator_opens_a_robot_inside_ghsa_6w8v_qp43_vg2h(
    sqlite_office: Office, connected: list[object]
) -> None:
    admin = sqlite_office.browser("xitong")
    token = form_token(admin)
    for url in (*(one.replace("http:", "https:") for one in INSIDE), *ODD):
        robot = {"channel": "webhook", "unit": "C", "name": "x", "address": url, "_form_token": token}
        answer = admin.client.post("/admin/news/outlets", data=robot)
        assert answer.status_code == 422, url
    assert connected == []
    assert "/admin/news/outlets/1/" not in admin.get("/admin/news")


def answering(status: int) -> Check:
    """Return what answers everything with a status."""
    return lambda got: (status, {})


def test_nobody_is_led_on_to_another_address_freescout_redirect_fix_2026_07_24() -> None:
    with Receiver(lambda got: (200, {})) as inside:
        for status in (301, 302, 303, 307, 308):
            with Receiver(answering(status)) as outside:
                handler: Any = outside.server.RequestHandlerClass
                end = handler.end_headers

                def ending(self: Any, end: Any = end) -> None:
                    self.send_header("Location", inside.url("/secret"))
                    end(self)

                handler.end_headers = ending
                reply = Poster(LOCAL).post(outside.url("/hook"), b"{}", {})
                assert isinstance(reply, Reply) and reply.status == status
                told = refusal(reply)
                assert told is not None and (told.verdict, told.why) == (Verdict.LATER, "redirect")
        assert inside.got == []


def test_pictures_from_elsewhere_are_not_fetched_osticket_ssrf_external_images_1(
    sqlite_office: Office, connected: list[object]
) -> None:
    office = sqlite_office
    words = (
        "<img src=http://169.254.169.254/x.png> ![x](http://10.0.0.1/x.png) <link href=//127.0.0.1/x rel=stylesheet>"
    )
    number = office.submitted(title="见图", text=words)
    office.go(number, until="verify")
    for login in ("zhang", "li"):
        for path in (f"/cases/{number}", "/", f"/cases/{number}/explain"):
            office.browser(login).client.get(path)
        assert words in office.program(login).get(f"{API}/cases/{number}").text
    assert connected == []


def test_files_are_opened_and_nothing_is_fetched_osticket_ssrf_external_images_2(
    sqlite_office: Office, connected: list[object]
) -> None:
    office = sqlite_office
    number = office.submitted()
    drawing = (
        '<w:p><w:r><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" r:id="rId1"/></w:pict></w:r></w:p>'
    )
    parts = docx(drawing) | {"word/_rels/document.xml.rels": links(("image", "http://127.0.0.1/x.png"))}
    entity = (
        f'<!DOCTYPE w [<!ENTITY x SYSTEM "http://127.0.0.1/x">]><w:document xmlns:w="w" xmlns:r="{R}">&x;</w:document>'
    )
    files = [("a.docx", packed(parts)), ("b.docx", packed(docx() | {"word/document.xml": entity}))]
    files += [(name, make()) for name, make in DOCUMENTS]
    for name, content in files:
        sent = {"file": (name, content)}
        answer = office.program("zhang").post(f"{API}/cases/{number}/attachments", files=sent)
        assert answer.status_code in (201, 422), (name, answer.text)
        if answer.status_code == 201:
            digest = answer.json()["file"]["digest"]
            kept = office.program("li").get(f"{API}/cases/{number}/attachments/{digest}").content
            assert b"127.0.0.1" not in kept
    assert connected == []
