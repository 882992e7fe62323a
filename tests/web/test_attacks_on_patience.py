"""Mistakes that others made with what costs time and memory, tried here: each is named after what told of it.

Time is that of the processor, and the bound is far above what is needed: what is looked for grows beyond any bound.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.web.test_receipts import anonymous, holder
from tests.web.visitors import API, Office, taken

#: Seconds of the processor that no hostile request takes.
ENDURED = 5
BOUNDARY = "multipart/form-data; boundary=b"


@contextmanager
def endured() -> Iterator[None]:
    """Assert that something takes the processor no longer than anybody endures."""
    before = time.process_time()
    yield
    assert time.process_time() - before < ENDURED


def posted(office: Office, content: bytes, kind: str = BOUNDARY) -> int:
    """Send a body to forms of people without an account, and return the worst status of the answers."""
    found = []
    for path in ("/submit/open", "/sign-in", "/track"):
        with endured():
            found.append(office.client().post(path, content=content, headers={"content-type": kind}).status_code)
    return max(found)


@pytest.mark.parametrize(
    "words",
    ["(" * 20_000, "a" * 15_000 + "!", "1" * 19_000, " " * 19_000 + "x", "\t\n" * 9_000, "中国" * 9_000, "=?" * 9_000],
    ids=["open", "letters", "digits", "blanks", "lines", "signs", "encoded"],
)
def test_no_words_keep_a_reader_busy_cve_2014_9472(sqlite_office: Office, words: str) -> None:
    office = sqlite_office
    number = office.submitted()
    li, zhao = office.program("li"), office.program("zhao")
    with endured():
        assert taken(li, number, "note", {"note": words}).status_code in (200, 422)
        office.program("zhang").post(f"{API}/cases", json={"title": words[:200], "text": words, "unit": "C"})
        li.get(f"{API}/similar", params={"text": words[:5_000], "unit": "C"})
    with endured():
        for name in ("accept-language", "if-match", "if-none-match", "range", "cookie", "authorization", "origin"):
            value = "".join(sign for sign in words if sign.isascii() and sign.isprintable())[:6_000]
            assert li.get(f"{API}/cases", headers={name: value or "x"}).status_code < 500
    with endured():
        for path, names in (("rates", ("from", "to")), ("overdue", ("at", "cursor")), ("questions", ("quarter",))):
            assert zhao.get(f"{API}/{path}", params=dict.fromkeys(names, words[:2_000])).status_code < 500
        admin = office.browser("xitong")
        admin.get("/admin/calendar")
        assert admin.send("/admin/calendar", text=words, year="2027").status_code == 422


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1000000000", "9" * 30, "1e9", "Infinity", "all", "100;DROP", "５０"]
)
def test_nobody_asks_for_more_than_a_page_cve_2011_4460(office: Office, limit: str) -> None:
    zhao = office.program("zhao")
    number = office.submitted()
    for path in ("cases", "overdue", f"cases/{number}/events", "inbox"):
        answer = zhao.get(f"{API}/{path}", params={"limit": limit})
        assert answer.status_code == 422 or (limit == "５０" and answer.status_code == 200), path
        assert zhao.get(f"{API}/{path}", params={"limit": "100" if path != "inbox" else "1"}).status_code == 200


def test_nobody_sends_files_without_end_ghsa_ph4f_2jhx_q76w(office: Office) -> None:
    office.app.state.settings = replace(office.app.state.settings, uploads_an_hour=3)
    number, code = anonymous(office)
    path, file = f"{API}/cases/{number}/attachments", {"file": ("a.txt", b"wages")}
    li = office.program("li")
    assert [li.post(path, files=file).status_code for _ in range(2)] == [201, 201]
    assert li.post(path, files={"file": ("a.exe", b"MZ\0")}).status_code == 422  # looked at, and counted
    refused = li.post(path, files=file)
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
    assert "一小时内上传" in refused.json()["detail"] and refused.headers["retry-after"]
    assert office.program("zhao").post(path, files=file).status_code == 201  # others go on
    browser = holder(office, code)
    sent = [browser.send("/track/files", file=("a.txt", b"wages")).status_code for _ in range(3)]
    browser.get("/track")
    assert (sent, browser.send("/track/files", file=("a.txt", b"wages")).status_code) == ([303] * 3, 429)
    office.later(hours=1)
    assert office.program("li").post(path, files=file).status_code == 201


def test_a_form_of_very_many_parts_is_left_cve_2026_42561(sqlite_office: Office) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    headers = b"--b\r\n" + b"X-A: b\r\n" * 50_000 + b'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n'
    long = b"--b\r\nX-A: " + b"a" * 900_000 + b"\r\n\r\n--b--"
    for content in (part * 15_000 + b"--b--\r\n", headers, long):
        assert posted(sqlite_office, content) in (400, 401, 413, 422)


def test_what_stands_between_the_parts_is_passed_over_cve_2026_40347(sqlite_office: Office) -> None:
    for content in (
        b"\r\n" * 450_000,
        b"--" * 450_000,
        b"\r\n--a" * 180_000,
        b"-" * 900_000 + b"--b--",
        b"--b\r" * 180_000,
    ):
        assert posted(sqlite_office, content) < 500
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'b' * 9_000}",
    ):
        assert posted(sqlite_office, b"--b--", kind) < 500


def test_a_form_of_very_many_fields_is_left_ghsa_93gm_qmq6_w238(sqlite_office: Office) -> None:
    kind = "application/x-www-form-urlencoded"
    for content in (
        b"a=1&" * 200_000,
        b"&" * 900_000,
        b"=" * 900_000,
        b"a" * 900_000,
        b"%" * 900_000,
        b"a[b]=" * 150_000,
    ):
        assert posted(sqlite_office, content, kind) < 500
    zhang = sqlite_office.program("zhang")
    for body in (b"[" * 100_000, b'{"a":' * 50_000, b"1" * 100_000, b'{"title":' + b"9" * 5_000 + b"}", b'"' * 100_000):
        with endured():
            answer = zhang.post(f"{API}/cases", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), body[:9]
