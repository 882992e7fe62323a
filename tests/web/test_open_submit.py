"""Somebody without an account raises a case: who may know them is asked first, and what they tell is sealed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from cases.record.case import Case
from cases.record.database import reading
from cases.record.vault import Sealed
from tests.web.visitors import API, Browser, Office

TOLD = {"name": "钱桂芳", "phone": "13957312345", "contact": "微信 qgf1980"}
MATTER = {"workflow": "grievance", "unit": "C", "title": "三个月没有发工资", "text": "从八月起没有发过。"}


def submitted(office: Office, mode: str, **changes: Any) -> str:
    """Submit without an account and return the receipt."""
    browser = Browser(office.client())
    browser.get(f"/submit/open?identity={mode}")
    told = {} if mode == "anonymous" else TOLD
    browser.send("/submit/open", **MATTER | told | changes)
    (code,) = re.findall(r'<p class="receipt"[^>]*>([\d ]+)</p>', browser.page.text)
    return str(code)


def test_who_may_know_me_is_asked_before_anything_else(office: Office) -> None:
    browser = Browser(office.client())
    assert browser.client.get("/submit?unit=C").headers["location"] == "/submit/open?unit=C"
    first = browser.get("/submit/open?unit=C")
    assert "<form" not in first.split("</header>")[1]
    for mode in ("confidential", "anonymous", "named"):
        assert f'href="/submit/open?identity={mode}&amp;unit=C"' in first


def test_the_form_of_who_stays_anonymous_has_no_field_for_a_name(office: Office) -> None:
    browser = Browser(office.client())
    page = browser.get("/submit/open?identity=anonymous&unit=C")
    assert not set(re.findall(r'name="(\w+)"', page)) & set(TOLD)
    browser.send("/submit/open", **MATTER | {"name": "钱桂芳"})
    assert browser.page.status_code == 422 and "匿名提交不记录身份" in browser.words
    with reading(office.engine) as db:
        assert db.exec(select(Case)).all() == []


@pytest.mark.parametrize("mode", ["confidential", "named", "anonymous"])
def test_what_somebody_tells_of_themselves_lies_in_the_vault_alone(office: Office, mode: str) -> None:
    submitted(office, mode)
    with reading(office.engine) as db:
        sealed = db.exec(select(Sealed)).all()
        assert len(sealed) == (0 if mode == "anonymous" else 4)
        tables = [table for table in Case.metadata.tables]
        everything = json.dumps(
            [
                [list(map(str, row)) for row in db.connection().execute(text(f"SELECT * FROM {name}"))]
                for name in tables
            ],
            ensure_ascii=False,
        )
    assert not any(value in everything for value in TOLD.values())


def test_staff_see_a_code_name_and_whoever_is_named_by_name(office: Office) -> None:
    submitted(office, "confidential")
    submitted(office, "named", title="另一件事")
    li = office.program("li")
    for item in li.get(f"{API}/cases").json()["items"]:
        browser = office.browser("li")
        browser.get(f"/cases/{item['number']}")
        if item["identity"] == "named":
            assert "钱桂芳" in browser.words and "13957312345" not in browser.words
        else:
            assert "钱桂芳" not in browser.words and re.search(r"申请人 [A-Z]\d", browser.words)


def test_a_name_is_asked_for_where_somebody_wants_to_be_reached(office: Office) -> None:
    browser = Browser(office.client())
    browser.get("/submit/open?identity=confidential")
    browser.send("/submit/open", **MATTER)
    assert browser.page.status_code == 422 and "请填写姓名，或选择匿名" in browser.words
    assert MATTER["title"] in browser.page.text  # nothing typed is lost


def test_a_double_click_raises_one_case_and_says_so(office: Office) -> None:
    client = office.client()
    once = re.search(r'name="_once" value="([^"]+)"', client.get("/submit/open?identity=anonymous").text)
    assert once
    form = MATTER | {"identity": "anonymous", "_once": once[1]}
    first, again = client.post("/submit/open", data=form), client.post("/submit/open", data=form)
    assert 'class="receipt"' in first.text and 'class="receipt"' not in again.text and "已经提交过" in again.text
    with reading(office.engine) as db:
        assert len(db.exec(select(Case)).all()) == 1


def test_a_network_that_submits_too_much_waits_an_hour(office: Office) -> None:
    client = office.client()
    form = MATTER | {"identity": "anonymous"}
    answers = [client.post("/submit/open", data=form | {"title": f"第 {n} 件"}).status_code for n in range(32)]
    assert answers == [200] * 30 + [429] * 2
    office.later(minutes=61)
    assert client.post("/submit/open", data=form).status_code == 200


def test_the_reviewer_reads_whom_a_text_names_and_that_nothing_is_given_out_before(office: Office) -> None:
    submitted(office, "anonymous", title="人社局窗口", text="人社局让我跑了三趟。")
    number = office.program("li").get(f"{API}/cases").json()["items"][0]["number"]
    browser = office.browser("li")
    browser.get(f"/cases/{number}")
    assert "人社局 文中提到，待确认" in browser.words and "不能交给任何单位" in browser.words
    form = browser.page.text.partition(f'action="/cases/{number}/clear_accused"')[2].partition("</form>")[0]
    assert re.findall(r'<option value="(\w+)"|name="accused" value="(\w+)"', form) == [("A", "")]
    browser.send(f"/cases/{number}/clear_accused", accused="A", reason="只是提到")
    assert "人社局 已排除" in browser.words and "不能交给任何单位" not in browser.words


def test_whoever_submitted_anonymously_opens_up_with_the_receipt(office: Office) -> None:
    code = submitted(office, "anonymous")
    browser = Browser(office.client())
    browser.client.post("/track", data={"code": code})
    assert "让工会知道我是谁" in browser.get("/track") and 'value="confidential"' in browser.page.text
    assert browser.send("/track/open-up", identity="named").status_code == 422 and "请填写姓名" in browser.words
    browser.get("/track")
    assert browser.send("/track/open-up", identity="named", **TOLD).status_code == 303
    assert "「公开更多身份」已记录" in browser.words and "让工会知道我是谁" not in browser.words
    assert "已记录" not in browser.get("/track")  # it is said once
    (item,) = office.program("li").get(f"{API}/cases").json()["items"]
    assert TOLD["name"] in office.browser("li").get(f"/cases/{item['number']}")


def test_what_is_told_anew_takes_the_place_of_what_was_told_and_the_rest_stays(office: Office) -> None:
    code = submitted(office, "confidential")
    browser = Browser(office.client())
    browser.client.post("/track", data={"code": code})
    assert "沿用原来留下的" in browser.get("/track") and "还没有人查看过" in browser.words
    assert browser.send("/track/open-up", identity="named", phone="13900002222").status_code == 303
    exported = browser.client.post("/track/export", data={"_form_token": form_token_of(browser)}).json()
    assert exported["identity"] == TOLD | {"phone": "13900002222"}


def form_token_of(browser: Browser) -> str:
    return str(re.findall(r'name="_form_token" value="([^"]+)"', browser.page.text)[0])


def test_the_page_with_the_receipt_leads_nowhere_by_accident(office: Office) -> None:
    browser = Browser(office.client())
    assert "/language/" in browser.get("/submit/open?identity=anonymous")
    browser.send("/submit/open", **MATTER)
    assert 'class="receipt"' in browser.page.text and "/language/" not in browser.page.text


def test_an_account_opens_up_on_the_page_of_its_case(office: Office) -> None:
    number = office.submitted()
    zhang, li = office.browser("zhang"), office.browser("li")
    assert "张代表" not in li.get(f"/cases/{number}") and "open-up" not in li.page.text
    zhang.get(f"/cases/{number}")
    assert zhang.send(f"/cases/{number}/open-up", identity="named").status_code == 303
    assert "张代表" in li.get(f"/cases/{number}")
