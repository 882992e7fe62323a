"""Acting on a case through its page: what is offered first, what is said afterwards, what is shown to the loser."""

from __future__ import annotations

import re

from tests.web.test_attachments import PNG
from tests.web.visitors import ROAD, Browser, Office, taken


def offered(browser: Browser, number: str) -> list[str]:
    """Return the actions of a case's page, from top to bottom."""
    return re.findall(rf'action="/cases/{number}/(\w+)" class="stack"', browser.get(f"/cases/{number}"))


def confirmed(browser: Browser) -> list[str]:
    """Return what the page says was done, in plain words."""
    found = re.findall(r'<p class="notice done" role="status">(.*?)</p>', browser.page.text)
    return [re.sub("<[^>]+>", "", words) for words in found]


def test_the_action_that_goes_on_comes_first_and_what_leaves_the_case_where_it_lies_last(office: Office) -> None:
    number = office.submitted()
    shown = [offered(office.browser("li"), number)]
    for (login, action, fields), then in zip(ROAD, ("wang", "wang", "zhao", "zhang", "zhang"), strict=True):
        assert taken(office.program(login), number, action, fields).status_code == 200
        shown.append(offered(office.browser(then), number))
    assert shown == [
        ["accept", "ask_submitter", "reject", "merge", "split", "link", "note"],
        ["sign_for", "return", "link", "note"],
        ["report", "request_extension", "link", "note"],
        ["verify", "send_back", "urge", "link", "note"],
        ["satisfied", "partly_satisfied", "unsatisfied", "urge", "note"],
        ["reopen", "note"],
    ]


def test_in_the_fast_lane_too_the_report_comes_before_the_return(office: Office) -> None:
    number = office.submitted("qian", workflow="grievance")
    assert offered(office.browser("qian"), number) == ["withdraw", "urge", "note"]
    accepted = {"category": "工资", "urgency": "7d", "tier": "A", "lead": "D"}
    assert taken(office.program("li"), number, "accept", accepted).status_code == 200
    assert offered(office.browser("wang"), number)[:2] == ["report", "return"]


def test_the_page_after_an_action_says_once_what_was_done_and_where_the_case_lies_now(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    assert confirmed(li) == []
    li.send(f"/cases/{number}/accept", category="劳动保护", tier="A", lead="D")
    desk = "主办部门 · 权益保障部（王承办、吴部长）"
    assert confirmed(li) == [f"「立案交办」已记录。 案件现为 待签收，在{desk}手上，到期时刻 2026-11-17 17:30。"]
    li.get(f"/cases/{number}")
    assert confirmed(li) == []
    li.client.cookies.set("bihuan_language", "en")
    li.send(f"/cases/{number}/note", note="请尽快")
    (words,) = confirmed(li)
    assert words.startswith("“Note” is recorded. The case is now Assigned, with lead unit · ")
    assert words.endswith(", due 2026-11-17 17:30.")


def test_the_end_of_a_case_is_confirmed_without_a_desk_or_a_moment(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="verify")
    zhang = office.browser("zhang")
    zhang.get(f"/cases/{number}")
    zhang.send(f"/cases/{number}/satisfied")
    assert confirmed(zhang) == ["「满意」已记录。 案件现为 销号。"]


def test_submitting_and_adding_a_file_are_confirmed_and_a_refusal_is_not(office: Office) -> None:
    zhang = office.browser("zhang")
    zhang.get("/submit")
    zhang.send("/submit", title="建议增设驿站", text="司机无处休息。", unit="C", workflow="proposal")
    (words,) = confirmed(zhang)
    assert words.startswith("「提交」已记录。 案件现为 待审议，在审议人员 · 市总工会手上")
    number = zhang.page.url.path.rpartition("/")[2]
    zhang.send(f"/cases/{number}/attachments", file=("照片.png", PNG))
    assert confirmed(zhang)[0].startswith("「上传附件」已记录。")
    assert zhang.send(f"/cases/{number}/note", note="").status_code == 422
    assert confirmed(zhang) == []


def test_what_is_confirmed_comes_from_the_record_and_not_from_the_browser(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    li = sqlite_office.browser("li")
    for value in ("<b>x</b>", "99", "9" * 30, "-1", "", "²"):
        answer = li.client.get(f"/cases/{number}", headers=[(b"cookie", cookie(li, value))])
        assert (answer.status_code, 'role="status"' in answer.text) == (200, False), value
    taken(sqlite_office.program("li"), number, "note", {"note": "在办"})
    li.get(f"/cases/{number}")
    assert confirmed(li) == []  # what a program did is not told to a browser


def cookie(browser: Browser, done: str) -> bytes:
    return f"bihuan={browser.client.cookies['bihuan']}; bihuan_done={done}".encode()


def test_the_confirmation_belongs_to_one_case_and_goes_nowhere_else(sqlite_office: Office) -> None:
    first, second = sqlite_office.submitted(), sqlite_office.submitted()
    li = sqlite_office.browser("li")
    li.get(f"/cases/{first}")
    form = {"_form_token": re.findall(r'name="_form_token" value="([^"]+)"', li.page.text)[0], "_seen": "2"}
    made = li.client.post(f"/cases/{first}/note", data=form | {"note": "在办"}).headers["set-cookie"]
    assert f"Path=/cases/{first};" in made
    assert "HttpOnly" in made
    assert "Max-Age=60" in made
    li.get(f"/cases/{second}")
    assert confirmed(li) == []
    li.get(f"/cases/{first}")
    assert confirmed(li)[0].startswith("「留言」已记录。")


def test_what_the_loser_of_a_race_had_typed_is_named_as_on_the_form(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="report")
    zhao = office.browser("zhao")
    zhao.get(f"/cases/{number}")
    taken(office.program("zhao"), number, "send_back", {"reason": "照片不清"})
    wang = office.browser("wang")
    wang.get(f"/cases/{number}")
    taken(office.program("wu"), number, "report", {"answer": "已换照片。"})
    answer = wang.send(f"/cases/{number}/report", answer="已重拍照片。")
    assert answer.status_code == 409
    assert "<dt>答复意见</dt><dd>已重拍照片。</dd>" in wang.page.text
    wang.client.cookies.set("bihuan_language", "en")
    wang.get(f"/cases/{number}")
    taken(office.program("zhao"), number, "send_back", {"reason": "照片不清"})
    zhao.client.cookies.set("bihuan_language", "en")
    zhao.send(f"/cases/{number}/send_back", reason="Still blurred")
    assert "<dt>Reason</dt><dd>Still blurred</dd>" in zhao.page.text


def test_choices_and_units_that_were_typed_in_vain_are_shown_in_words(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    taken(office.program("zhang"), number, "withdraw")
    li.send(f"/cases/{number}/accept", category="劳动保护", tier="A", lead="D", support=["A", "a\0b"], colour="red")
    kept = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", li.page.text.partition('class="kept"')[2].partition("</dl>")[0])
    assert kept == [
        ("类别", "劳动保护"),
        ("处置类别", "A 类 限时办结"),
        ("主办单位", "权益保障部"),
        ("协办单位", "人社局、a\0b"),
        ("colour", "red"),
    ]


def test_the_other_language_of_a_page_that_answers_a_form_is_that_of_the_case(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    li = sqlite_office.browser("li")
    li.get(f"/cases/{number}")
    assert li.send(f"/cases/{number}/accept", category="").status_code == 422
    assert f'href="/language/en?next=/cases/{number}"' in li.page.text
