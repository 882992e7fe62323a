"""Whoever stays anonymous comes back with a receipt: to follow, to add, to rate, under addresses that tell nothing."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import select

from cases.record.case import Case
from cases.record.database import reading
from cases.record.vault import Guess, Receipt, Sealed
from tests.web.visitors import API, SUBMISSION, Browser, Office, taken


def anonymous(office: Office, **changes: Any) -> tuple[str, str]:
    """Submit a case anonymously and return its number and the receipt."""
    answer = office.program("zhang").post(f"{API}/cases", json=SUBMISSION | {"identity": "anonymous"} | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["number"], answer.json()["receipt"]


def holder(office: Office, code: str) -> Browser:
    """Return a browser in which somebody has shown a receipt."""
    browser = Browser(office.client())
    answer = browser.client.post("/track", data={"code": code})
    assert answer.status_code == 303, answer.text
    browser.get("/track")
    return browser


def test_a_receipt_leads_to_what_was_raised_and_to_nothing_else(office: Office) -> None:
    number, code = anonymous(office)
    assert re.fullmatch(r"(\d{4} ){5}\d{4}", code)
    browser = holder(office, code)
    assert SUBMISSION["title"] in browser.words
    assert number not in browser.page.text  # what is over somebody's shoulder names no case
    assert browser.page.headers["referrer-policy"] == "no-referrer"
    assert browser.page.headers["cache-control"] == "no-store"
    for path in ("/", "/inbox", f"/cases/{number}", "/overdue"):
        assert browser.client.get(path).headers.get("location", "").startswith("/sign-in"), path
    assert browser.client.get(f"{API}/cases").status_code == 401


def test_to_the_account_that_submitted_anonymously_the_case_is_anybody_elses(office: Office) -> None:
    number, _ = anonymous(office)
    zhang = office.program("zhang")
    read = zhang.get(f"{API}/cases/{number}").json()  # as everybody may who could endorse it
    assert [one["name"] for one in read["actions"]] == ["endorse"]
    assert office.browser("zhang").get("/").count(number) == 0
    with reading(office.engine) as db:
        case = db.exec(select(Case)).one()
        assert case.submitter_id is not None and case.submitter_id < 0


def test_the_holder_of_a_receipt_supplements_rates_and_reopens(office: Office) -> None:
    number, code = anonymous(office)
    taken(office.program("li"), number, "ask_submitter", {"reason": "请补充时间"})
    browser = holder(office, code)
    assert "请补充时间" in browser.words
    assert browser.send("/track/do/supplement", note="十一月三日").status_code == 303
    office.go(number, until="verify")
    browser = holder(office, code)
    assert browser.send("/track/do/unsatisfied", reason="没有解决").status_code == 303
    for login, action, fields in (("wang", "report", {"answer": "已解决"}), ("zhao", "verify", {})):
        office.later(hours=1)
        assert taken(office.program(login), number, action, fields).status_code == 200
    browser = holder(office, code)
    browser.send("/track/do/satisfied")
    assert office.program("zhao").get(f"{API}/cases/{number}").json()["state"] == "closed"


def test_a_file_is_added_and_read_with_a_receipt(office: Office) -> None:
    _, code = anonymous(office)
    browser = holder(office, code)
    assert browser.send("/track/files", file=("工资条.txt", "三月未发".encode())).status_code == 303
    (link,) = re.findall(r'href="(/track/files/[0-9a-f]{64})"', browser.page.text)
    assert browser.client.get(link).content == "三月未发".encode()
    _, other = anonymous(office, title="另一件")
    assert holder(office, other).client.get(link).status_code == 404


def test_a_file_sent_with_a_receipt_may_be_as_large_as_any(sqlite_office: Office) -> None:
    _, code = anonymous(sqlite_office)
    browser = holder(sqlite_office, code)
    assert browser.send("/track/files", file=("工资条.txt", b"x" * (10 * 1024 * 1024))).status_code == 303
    assert "工资条.txt" in browser.words
    browser.get("/track")
    assert browser.send("/track/files", file=("工资条.txt", b"x" * (11 * 1024 * 1024))).status_code == 413


def test_every_wrong_receipt_is_answered_alike(office: Office) -> None:
    _, code = anonymous(office)
    last = "0" if code[-1] != "0" else "1"
    texts = {office.client().post("/track", data={"code": wrong}).text for wrong in (
        code[:-1] + last, "0000 " + code[5:], "1234", "", "口令", code + " 1234",
    )}  # fmt: skip
    assert len(texts) == 1 and "凭证码不正确" in texts.pop()


def test_ten_wrong_tries_at_a_receipt_hold_it_back_there_for_an_hour_and_nobody_else(office: Office) -> None:
    (_, code), (_, of_a_colleague) = anonymous(office), anonymous(office)
    client, elsewhere = office.client(), office.client_from("198.51.100.7")
    for number in range(10):
        assert client.post("/track", data={"code": f"{code[:9]} {number:016d}"}).status_code == 401
    assert client.post("/track", data={"code": code}).status_code == 429
    assert client.post("/track", data={"code": of_a_colleague}).status_code == 303
    assert elsewhere.post("/track", data={"code": code}).status_code == 303
    office.later(minutes=61)
    assert client.post("/track", data={"code": code}).status_code == 303


def test_a_hundred_wrong_tries_hold_a_network_back_for_an_hour(office: Office) -> None:
    _, code = anonymous(office)
    client = office.client()
    for number in range(100):
        assert client.post("/track", data={"code": f"{number:08d} {number:016d}"}).status_code == 401
    assert client.post("/track", data={"code": code}).status_code == 429
    with reading(office.engine) as db:
        kept = db.exec(select(Guess)).all()
        assert all("127.0.0" not in row.tag and code[:9].replace(" ", "") not in row.tag for row in kept)
    office.later(minutes=61)
    assert client.post("/track", data={"code": code}).status_code == 303


def test_tries_that_are_sent_at_once_are_counted_before_any_is_weighed(office: Office) -> None:
    _, code = anonymous(office)
    together = 24
    ready = Barrier(together)

    def guess(number: int) -> int:
        client = office.client()
        ready.wait()
        return client.post("/track", data={"code": f"{code[:9]} {number:016d}"}).status_code

    with ThreadPoolExecutor(together) as pool:
        answers = Counter(pool.map(guess, range(together)))
    assert answers == {401: 10, 429: 14}


def test_whoever_has_the_receipt_uses_up_no_tries(office: Office) -> None:
    _, code = anonymous(office)
    for _ in range(12):
        assert office.client().post("/track", data={"code": code}).status_code == 303


def test_nonsense_is_no_try_at_anybody_s_receipt(office: Office) -> None:
    for network in range(12):
        client = office.client_from(f"10.9.{network}.1")
        assert client.post("/track", data={"code": "1234"}).status_code == 401


def test_a_receipt_is_kept_as_a_slow_hash_alone(office: Office) -> None:
    _, code = anonymous(office)
    with reading(office.engine) as db:
        row = db.exec(select(Receipt)).one()
    digits = code.replace(" ", "")
    assert row.selector == digits[:8] and row.verifier.startswith("$argon2id$") and digits[8:] not in row.verifier


def test_leaving_ends_the_visit_and_asks_the_browser_to_forget(office: Office) -> None:
    _, code = anonymous(office)
    browser = holder(office, code)
    answer = browser.send("/track/leave")
    assert answer.headers["clear-site-data"] == '"cache"'
    assert 'name="code"' in browser.get("/track")


def test_a_visit_with_a_receipt_ends_after_half_an_hour_of_silence(office: Office) -> None:
    _, code = anonymous(office)
    browser = holder(office, code)
    office.later(minutes=31)
    assert 'name="code"' in browser.get("/track")


@pytest.mark.parametrize("path", ["/track/do/withdraw", "/track/files", "/track/leave"])
def test_a_form_of_nobody_or_without_its_token_is_refused(office: Office, path: str) -> None:
    _, code = anonymous(office)
    assert office.client().post(path).headers["location"] == "/track"
    assert holder(office, code).client.post(path).status_code == 403


def test_a_repeated_submission_does_not_repeat_the_receipt(office: Office) -> None:
    program = office.program("zhang")
    program.headers["idempotency-key"] = "k-1"
    body = SUBMISSION | {"identity": "anonymous"}
    first, again = (program.post(f"{API}/cases", json=body).json() for _ in range(2))
    assert first["receipt"] and again["receipt"] is None and first["number"] == again["number"]


def test_everything_kept_is_taken_out_and_erased_with_the_receipt(office: Office) -> None:
    form = {
        "workflow": "grievance",
        "unit": "C",
        "title": "三个月没有发工资",
        "text": "从八月起。",
        "identity": "confidential",
    }
    page = office.client().post("/submit/open", data=form | {"name": "钱桂芳", "phone": "13957312345"}).text
    (code,) = re.findall(r'<p class="receipt"[^>]*>([\d ]+)</p>', page)
    browser = holder(office, code)
    browser.send("/track/export")
    told = browser.page.json()
    assert told["identity"]["name"] == "钱桂芳" and told["case"]["title"] == form["title"]
    browser.get("/track")
    assert browser.send("/track/erase").status_code == 422 and "请勾选确认" in browser.words
    assert browser.send("/track/erase", sure="yes").status_code == 303
    with reading(office.engine) as db:
        assert db.exec(select(Sealed)).all() == []
    browser.send("/track/export")
    assert not browser.page.json()["identity"].get("name")
    browser.get("/track")
    assert form["title"] in browser.words
    assert browser.send("/track/erase", sure="yes", with_texts="yes").status_code == 303
    assert form["title"] not in browser.words and "从八月起" not in browser.words


def test_what_a_receipt_has_opened_is_no_account_in_the_cookie_of_one(office: Office) -> None:
    _, code = anonymous(office)
    browser = holder(office, code)
    client = office.client(cookie=f"bihuan={browser.client.cookies['bihuan-receipt']}")
    for path in ("/", "/inbox", "/account"):
        assert client.get(path).headers["location"].startswith("/sign-in"), path
