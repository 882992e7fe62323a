"""Mistakes that others in this field made with what people write, tried here: each is named after what told of it.

That nothing of it runs in a real browser is seen in test_scripts.py; here it is seen what every place makes of it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from cases.laws import publish
from cases.record.database import transaction
from cases.record.people import Unit
from cases.words import vocabulary
from tests.cast import WORKFLOWS
from tests.samples import picture
from tests.web.inert import inert
from tests.web.visitors import API, SUBMISSION, Browser, Office, person, taken
from workflow.reading import parse

SCRIPT = "<script>alert(1)</script>"
ONERROR = "<img src=x onerror=alert(1)>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def noted(office: Office, words: str) -> str:
    """Have somebody write a note, and return what the page of the case says."""
    number = office.submitted()
    assert taken(office.program("li"), number, "note", {"note": words}).status_code == 200
    zhang = office.browser("zhang")
    zhang.get(f"/cases/{number}")
    return inert(zhang.page)


def sent(office: Office, number: str, name: str, content: bytes, kind: str = "") -> Any:
    file = (name, content, kind) if kind else (name, content)
    return office.program("zhang").post(f"{API}/cases/{number}/attachments", files={"file": file})


def refused(browser: Browser, path: str, action: str, **fields: Any) -> str:
    """Send a form with faults, and return what the page says that shows it again."""
    browser.get(path)
    assert browser.send(action, **fields).status_code == 422
    return inert(browser.page)


def test_an_address_of_code_is_no_link_freescout_javascript_in_website(sqlite_office: Office) -> None:
    office = sqlite_office
    words = "javascript:alert(document.cookie)//https://a.example"
    assert words in noted(office, words)
    robot = {"channel": "webhook", "unit": "C", "name": "群", "address": "javascript:alert(1)"}
    refused(office.browser("xitong"), "/admin/news", "/admin/news/outlets", **robot)


def test_a_tag_inside_a_tag_stays_text_ghsa_jpq8_j69f_mj98(sqlite_office: Office) -> None:
    office = sqlite_office
    words = f"<scr<script>ipt>alert(1)</scr</script>ipt><<b>img src=x onerror=alert(1)> {SCRIPT * 2}"
    assert words in noted(office, words)


def test_a_comment_hides_nothing_freescout_svg_comment_bypass(sqlite_office: Office) -> None:
    office = sqlite_office
    words = f'<svg><!--<img title="-->{ONERROR}-->"></svg><![CDATA[{SCRIPT}]]>'
    assert words in noted(office, words)


def test_answers_that_are_no_pages_have_a_policy_as_well_ghsa_2g42_f97q_973x(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    digest = sent(office, number, "a.txt", b"wages").json()["file"]["digest"]
    client = office.browser("zhang").client
    paths = (
        "/inbox/unread", f"{API}/cases", f"{API}/cases/{number}", f"{API}/nothing", "/nothing", "/admin", "/healthz",
        "/language/en", "/static/news.js", "/api/openapi.json", f"/cases/{number}/attachments/{digest}", "/metrics",
    )  # fmt: skip
    for path in paths:
        answer = client.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert "unsafe" not in answer.headers["content-security-policy"], path
    large = client.post("/submit", content=b"x" * 2_000_000)
    assert large.status_code == 413 and "default-src 'none'" in large.headers["content-security-policy"]


def test_a_drawing_that_runs_is_no_picture_osticket_svg_image(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    for name, kind in (("a.svg", "image/svg+xml"), ("a.png", "image/png"), ("a.svg.jpg", "image/jpeg")):
        answer = sent(office, number, name, SVG, kind)
        if answer.status_code == 201:  # it is text, and is handed out as nothing else
            file = answer.json()["file"]
            assert (file["media_type"], file["name"][-4:]) == ("text/plain", ".txt")
            fetched = office.program("li").get(f"{API}/cases/{number}/attachments/{file['digest']}")
            assert fetched.headers["content-type"].startswith("text/plain")
            assert fetched.headers["content-disposition"].startswith("attachment")
            assert fetched.headers["x-content-type-options"] == "nosniff"
        else:
            assert answer.status_code == 422


def test_a_name_of_a_picture_is_text_osticket_image_caption(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    for name in (f'"{ONERROR}.png', f"'>{SCRIPT}.png", 'a" onmouseover="alert(1).png', "a\r\nX-Evil: 1\r\n\r\n.png"):
        answer = sent(office, number, name, picture("PNG"))
        assert answer.status_code == 201, answer.text
        digest = answer.json()["file"]["digest"]
        fetched = office.program("li").get(f"{API}/cases/{number}/attachments/{digest}")
        assert "x-evil" not in fetched.headers and "\n" not in fetched.headers["content-disposition"]
    li = office.browser("li")
    li.get(f"/cases/{number}")
    assert "onmouseover=" in inert(li.page)


def test_a_page_that_was_uploaded_is_handed_out_as_text_osticket_draft_files(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    content = f"<!doctype html><html><body>{SCRIPT}</body></html>".encode()
    for name, kind in (("a.html", "text/html"), ("a.xhtml", "application/xhtml+xml"), ("a.mht", "message/rfc822")):
        file = sent(office, number, name, content, kind).json()["file"]
        for client, path in (
            (office.program("li"), f"{API}/cases/{number}/attachments/{file['digest']}"),
            (office.browser("zhang").client, f"/cases/{number}/attachments/{file['digest']}"),
        ):
            fetched = client.get(path)
            assert fetched.headers["content-type"].startswith("text/plain")
            assert fetched.headers["content-security-policy"].startswith("sandbox")
            assert fetched.headers["content-disposition"].startswith("attachment")


def test_a_unit_may_be_called_anything_osticket_queue_names(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    office.go(number, until="accept")
    name = f'权益"{ONERROR}'
    with transaction(office.engine) as db:
        for code in (2, 4):
            db.get_one(Unit, code).name = name
    for login, path in (("wang", f"/cases/{number}"), ("wang", "/"), ("zhang", "/submit"), ("xitong", "/people")):
        browser = office.browser(login)
        browser.get(path)
        assert name in inert(browser.page), path


def test_a_person_may_be_called_anything_osticket_role_names(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    office.go(number, until="accept")
    name = f"王'>{SCRIPT}"
    with transaction(office.engine) as db:
        person(db, "li").name = name
    li = office.browser("li")
    for path in (f"/cases/{number}", "/", "/account", "/inbox"):
        li.get(path)
        assert name in inert(li.page), path


def test_a_law_may_say_anything_osticket_sla_names(sqlite_office: Office) -> None:
    office = sqlite_office
    source = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    edited = re.sub(r'label = "待审议"', f'label = "{ONERROR}"', source)
    assert edited != source
    with transaction(office.engine) as db:
        publish(db, parse(edited, "edited", vocabulary()), at=office.at + timedelta(seconds=1))
    number = office.submitted()
    zhang = office.browser("zhang")
    for path in (f"/cases/{number}", "/", f"/cases/{number}/explain"):
        zhang.get(path)
        assert ONERROR in inert(zhang.page), path


def test_what_is_on_record_is_text_osticket_audit_log(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    reason = f"</blockquote></section>{SCRIPT}"
    assert taken(office.program("li"), number, "reject", {"reason": reason}).status_code == 200
    for login in ("zhang", "li", "zhao"):
        browser = office.browser(login)
        browser.get(f"/cases/{number}")
        assert reason in inert(browser.page)


@pytest.mark.parametrize("words", [SCRIPT, f'"{ONERROR}', "2026Q4'onload=alert(1)"])
def test_a_period_that_is_none_is_told_as_text_osticket_dashboard_period(sqlite_office: Office, words: str) -> None:
    office = sqlite_office
    zhao = office.browser("zhao").client
    for path in ("/questions?quarter=", "/overdue?cursor=", "/endorse?cursor=", "/inbox?cursor="):
        answer = zhao.get(path.partition("=")[0], params={path.partition("?")[2][:-1]: words})
        assert answer.status_code in (200, 404, 422)
        inert(answer)
    told = office.program("zhao").get(f"{API}/rates", params={"from": words, "to": words})
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")


def test_what_is_like_a_text_is_told_as_text_osticket_onerror(sqlite_office: Office) -> None:
    office = sqlite_office
    title = f"开发区建骑手驿站{ONERROR}"
    office.submitted(title=title)
    zhang = office.browser("zhang")
    zhang.get("/submit")
    form = SUBMISSION | {"title": title, "workflow": "proposal", "_check": "yes"}
    assert zhang.send("/submit", **form).status_code == 200
    assert title in inert(zhang.page)


def test_a_value_leaves_its_field_nowhere_osticket_formaction(sqlite_office: Office) -> None:
    office = sqlite_office
    words = '" formaction="//evil.example" onfocus="alert(1)" autofocus x="'
    said = refused(office.browser("zhang"), "/submit", "/submit", title=words, text=f"</textarea>{SCRIPT}", unit=words)
    assert words in said and f"</textarea>{SCRIPT}" in said
    form = {"workflow": "grievance", "identity": "named", "unit": words, "title": words, "name": words}
    answer = office.client().post("/submit/open", data=form)
    assert answer.status_code == 422 and words in inert(answer)
    wrong = office.client().post("/sign-in", data={"login": words, "password": "x", "next": words})
    assert wrong.status_code == 401 and words in inert(wrong)


@pytest.mark.parametrize(
    "path", ["/static/page.css", "/static/mark.svg", "/api/docs", "/sign-in", f"{API}/cases", "/x"]
)
def test_no_browser_guesses_what_an_answer_is_cve_2022_25802(sqlite_office: Office, path: str) -> None:
    headers = sqlite_office.client().get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert ("charset" in headers["content-type"]) is headers["content-type"].startswith("text/")
