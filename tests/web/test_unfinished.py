"""What one was writing when the sign-in ended comes back after signing in, and is never sent by itself."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from tests.cast import PASSWORD
from tests.web.visitors import API, Browser, Office, taken

TEXT = '与"另一件"重复\n<b>见附件</b> & \\'
FILLED = {
    "title": "建议增设驿站",
    "text": "司机无处休息，\n冬天尤其冷。",
    "unit": "C",
    "workflow": "proposal",
    "identity": "named",
    "category": "阵地建设",
}


def signed_out_elsewhere(browser: Browser) -> None:
    """Sign out in another tab of the same browser."""
    tab = Browser(browser.client)
    tab.get("/")
    tab.send("/sign-out")


def form_in(browser: Browser, action: str) -> str:
    found = re.search(rf'<form method="post" action="{action}".*?</form>', browser.page.text, re.S)
    assert found
    return unescape(found[0])


@pytest.mark.parametrize("way", ["signed out in another tab", "after a long pause"])
def test_an_action_that_was_filled_in_comes_back_after_signing_in(office: Office, way: str) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    if way == "after a long pause":
        office.later(minutes=31)
    else:
        signed_out_elsewhere(li)
    assert li.send(f"/cases/{number}/reject", reason=TEXT).status_code == 401
    assert "登录已过期，没有提交" in li.words
    assert li.send("/sign-in", login="li", password="guess").status_code == 401
    assert li.send("/sign-in", login="li", password=PASSWORD).status_code == 200
    assert "您填写的内容还在，请核对后再次提交" in li.words
    assert "待审议" in li.words
    assert TEXT + "</textarea>" in form_in(li, f"/cases/{number}/reject")
    assert office.program("li").get(f"{API}/cases/{number}").json()["version"] == 2
    li.send(f"/cases/{number}/reject", reason=TEXT)
    assert "「不予立案」已记录" in li.words
    assert TEXT in unescape(li.page.text)


def test_choices_come_back_as_they_were_made(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    signed_out_elsewhere(li)
    li.send(f"/cases/{number}/accept", category="劳动保护", tier="B", lead="D", support=["A", "T"])
    li.send("/sign-in", login="li", password=PASSWORD)
    form = form_in(li, f"/cases/{number}/accept")
    assert 'name="tier" value="B" checked' in form
    assert 'value="D" selected' in form
    assert sorted(re.findall(r'name="support" value="(\w)" checked', form)) == ["A", "T"]
    assert PASSWORD not in li.page.text


def test_a_case_that_was_being_raised_comes_back_and_is_raised_once(office: Office) -> None:
    zhang = office.browser("zhang")
    zhang.get("/submit")
    signed_out_elsewhere(zhang)
    assert zhang.send("/submit", **FILLED).status_code == 401
    zhang.send("/sign-in", login="zhang", password=PASSWORD)
    assert office.program("zhang").get(f"{API}/cases").json()["items"] == []
    form = form_in(zhang, "/submit")
    assert FILLED["text"] + "</textarea>" in form
    for name, mark in (("title", 'value="建议增设驿站"'), ("identity", 'value="named" checked')):
        assert f'name="{name}" {mark}' in form
    assert '<option value="proposal" selected' in form
    zhang.send("/submit", **FILLED)
    assert [case["title"] for case in office.program("zhang").get(f"{API}/cases").json()["items"]] == [FILLED["title"]]


def test_who_signed_in_again_in_another_tab_keeps_what_the_first_one_holds(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    signed_out_elsewhere(li)
    li.client.post("/sign-in", data={"login": "li", "password": PASSWORD})
    assert li.send(f"/cases/{number}/reject", reason=TEXT).status_code == 403
    assert "页面已过期，没有提交" in li.words
    assert TEXT + "</textarea>" in form_in(li, f"/cases/{number}/reject")
    li.send(f"/cases/{number}/reject", reason=TEXT)
    assert "「不予立案」已记录" in li.words


def test_what_can_no_longer_be_sent_is_still_shown(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    signed_out_elsewhere(li)
    taken(office.program("zhang"), number, "withdraw")
    li.send(f"/cases/{number}/reject", reason=TEXT)
    li.send("/sign-in", login="li", password=PASSWORD)
    assert f"<dd>{TEXT}</dd>" in unescape(li.page.text)


def test_somebody_else_who_signs_in_comes_to_their_own_desk(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    signed_out_elsewhere(li)
    li.send(f"/cases/{number}/reject", reason=TEXT)
    answer = li.send("/sign-in", login="zhou", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "周科长" in li.words
    assert "另一件" not in li.words


def test_nothing_is_kept_where_nothing_was_typed_or_for_a_form_that_is_not_ours(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    wang, stranger = sqlite_office.browser("wang"), sqlite_office.client()
    for client, path, data in (
        (stranger, f"/cases/{number}/reject", {"_form_token": "x", "_seen": "2", "_once": "y", "reason": ""}),
        (stranger, f"/cases/{number}/reject", {"reason": "无令牌"}),
        (stranger, "/sign-out", {}),
        (stranger, "/submit", {"_form_token": "x", "text": '"' * 340_000}),
    ):
        answer = client.post(path, data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), data
    assert stranger.post(f"/cases/{number}/attachments", files={"file": ("a.txt", b"x")}).status_code == 303
    refused = stranger.post(f"{API}/cases/{number}/actions/note", data={"_form_token": "x", "note": "y"})
    assert refused.headers["content-type"] == "application/problem+json"
    assert wang.client.post("/submit", data={"text": "无令牌"}).status_code == 403


def test_as_much_as_can_be_typed_passes_through_signing_in(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    li = sqlite_office.browser("li")
    li.get(f"/cases/{number}")
    signed_out_elsewhere(li)
    longest = '字"\n' * 6_666
    li.send(f"/cases/{number}/note", note=longest)
    assert li.send("/sign-in", login="li", password=PASSWORD).status_code == 200
    assert longest in unescape(li.page.text)


@pytest.mark.parametrize("left", ["{", "[]", '{"typed": 1}', '{"typed": {"x": {}}}', "x" * 1000])
def test_a_made_up_remainder_is_refused(sqlite_office: Office, left: str) -> None:
    data = {"login": "li", "password": PASSWORD, "left": left}
    assert sqlite_office.client().post("/sign-in", data=data).status_code == 422


def test_a_remainder_shows_nothing_that_its_reader_may_not_see(sqlite_office: Office) -> None:
    for number in ("TA-1", "\0", "x" * 500, "字"):
        left = json.dumps({"number": number, "action": "reject", "typed": {"reason": "x"}})
        answer = sqlite_office.client().post("/sign-in", data={"login": "li", "password": PASSWORD, "left": left})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "bihuan=" in answer.headers["set-cookie"]
