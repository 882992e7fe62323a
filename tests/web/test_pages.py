"""Pages: what they show, to whom, and what happens to a form that cannot be taken."""

from __future__ import annotations

import re

from tests.cast import PEOPLE, UNITS
from tests.web.visitors import API, SUBMISSION, Office, taken

#: What people and units are called and have said, and the name of the other language, stay Chinese on English pages.
WRITTEN_IN_CHINESE = (
    *(name for _, name, *_ in (*UNITS, *PEOPLE)), SUBMISSION["title"], "午间无处休息", "冬天尤其冷", "中文", "闭环",
)  # fmt: skip


def test_a_form_with_faults_comes_back_as_it_was_filled_in(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    answer = li.send(f"/cases/{number}/accept", category="<b>安全</b>", tier="B", lead="", reason="先看")
    assert answer.status_code == 422
    assert "请填写主办单位" in li.words
    form = re.search(rf'<form method="post" action="/cases/{number}/accept".*?</form>', li.page.text, re.S)
    assert form
    assert 'value="&lt;b&gt;安全&lt;/b&gt;"' in form[0]
    assert re.search(r'name="tier" value="B" checked', form[0])
    assert "先看</textarea>" in form[0]
    assert 'aria-invalid="true" aria-describedby="fault-accept-lead"' in form[0]
    li.send(f"/cases/{number}/accept", category="安全", tier="B", lead="D", support=["A"])
    assert "人社局" in li.words
    assert "待签收" in li.words


def test_who_was_overtaken_sees_the_case_as_it_is_and_keeps_what_was_typed(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    li.get(f"/cases/{number}")
    taken(office.program("zhang"), number, "note", {"note": "补充：有二十人"})
    answer = li.send(f"/cases/{number}/reject", reason="与另一件重复")
    assert answer.status_code == 409
    assert "刚被他人办理" in li.words
    assert "补充：有二十人" in li.words
    assert "与另一件重复</textarea>" in li.page.text
    taken(office.program("zhang"), number, "withdraw")
    answer = li.send(f"/cases/{number}/reject", reason="与另一件重复")
    assert answer.status_code == 409
    assert "您刚才填写的内容还在这里" in li.words
    assert "与另一件重复" in li.words


def test_an_action_that_is_not_mine_is_refused_on_a_page_too(office: Office) -> None:
    number = office.submitted()
    sun = office.browser("sun")
    sun.get(f"/cases/{number}")
    assert "立案交办</summary>" not in sun.page.text
    token = re.search(r'name="_form_token" value="([^"]+)"', sun.page.text)
    assert token
    form = {"_form_token": token[1], "_seen": "2"}
    assert sun.client.post(f"/cases/{number}/accept", data=form).status_code == 403
    assert sun.client.post(f"/cases/{number}/abolish", data=form).status_code == 404
    assert sun.client.post(f"/cases/{number}/urge", data={"_form_token": token[1]}).status_code == 428
    assert sun.client.post(f"/cases/{number}/urge", data=form | {"_seen": "x"}).status_code == 428


def test_what_staff_say_among_themselves_is_not_for_the_applicant(office: Office) -> None:
    number = office.submitted()
    li = office.program("li")
    answer = li.post(f"{API}/cases/{number}/notes", json={"text": "先问管委会", "audience": "staff"})
    assert answer.status_code == 201
    assert answer.json() == {"number": number, "version": 3}
    assert "先问管委会" in office.browser("zhao").get(f"/cases/{number}")
    zhang = office.browser("zhang")
    assert "先问管委会" not in zhang.get(f"/cases/{number}")
    assert "李审议" not in zhang.page.text
    for path in ("", "/events"):
        assert "先问管委会" not in office.program("zhang").get(f"{API}/cases/{number}{path}").text
    assert li.post(f"{API}/cases/{number}/notes", json={"text": "x", "audience": "press"}).status_code == 422


def test_a_confidential_applicant_has_no_name_anywhere_and_a_named_one_has(office: Office) -> None:
    hidden, named = office.submitted(), office.submitted(identity="named")
    for number in (hidden, named):
        taken(office.program("zhang"), number, "note", {"note": "再说一句"})
    li, program = office.browser("li"), office.program("li")
    for text in (li.get(f"/cases/{hidden}"), program.get(f"{API}/cases/{hidden}/events").text):
        assert "张代表" not in text
    assert "张代表" in li.get(f"/cases/{named}")
    assert "zhang" not in program.get(f"{API}/cases/{hidden}").text


def test_an_applicant_learns_which_unit_acted_and_in_which_role_and_no_name_of_staff(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="verify")
    taken(office.program("zhao"), number, "note", {"note": "已核"})
    names = [name for _, name, *_ in PEOPLE]
    answer = office.program("zhang").get(f"{API}/cases/{number}/events")
    page = office.browser("zhang").get(f"/cases/{number}").replace("张代表", "", 1)  # who is signed in
    for text in (answer.text, page):
        assert [name for name in names if name in text] == []
    assert [(event["role"], event["actor"]) for event in answer.json()["items"][1:4]] == [
        ("submitter", None),
        ("reviewer", {"name": None, "unit": "市总工会", "stands_for": None}),
        ("lead", {"name": None, "unit": "权益保障部", "stands_for": None}),
    ]
    assert "市总工会" in page
    assert "李审议" in office.program("li").get(f"{API}/cases/{number}/events").text


def test_the_desk_shows_what_lies_with_me_and_nothing_else(office: Office) -> None:
    first, second = office.submitted(title="第一件"), office.submitted(title="第二件")
    office.go(second, until="accept")
    desks = {login: office.browser(login).get("/") for login in ("zhang", "li", "wang", "wu", "zhou", "zhao", "xitong")}
    waiting = {login: text.partition("待我办理</h2>")[2].partition("</section>")[0] for login, text in desks.items()}
    assert {login for login, text in waiting.items() if first in text} == {"li"}
    assert {login for login, text in waiting.items() if second in text} == {"wang", "wu"}
    assert first in desks["zhang"]
    assert "没有等您办理的案件" in waiting["xitong"]


def test_time_is_told_in_working_days_and_the_exact_moment_stands_beside_it(office: Office) -> None:
    number = office.submitted()
    li = office.browser("li")
    assert '<span class="due calm" title="2026-11-19 17:30">还剩 3 个工作日</span>' in li.get("/")
    office.later(days=7)
    li = office.browser("li")
    assert '<span class="due late" title="2026-11-19 17:30">逾期 3 天</span>' in li.get("/")
    assert number in office.browser("zhao").get("/overdue")
    assert number not in office.browser("qian").get("/overdue")


def test_the_overdue_list_goes_on_where_the_page_ends(office: Office) -> None:
    numbers = [office.submitted(title=f"第 {n} 件") for n in range(53)]
    office.later(days=9)
    zhao = office.browser("zhao")
    first = re.findall(r'class="number"><a href="/cases/([^"]+)"', zhao.get("/overdue"))
    following = re.search(r'href="(/overdue\?cursor=[^"]+)"', zhao.page.text)
    assert following
    second = re.findall(r'class="number"><a href="/cases/([^"]+)"', zhao.get(following[1]))
    assert [*first, *second] == numbers
    assert zhao.client.get("/overdue?cursor=x").status_code == 422


def test_pages_speak_the_language_that_was_chosen(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    li = sqlite_office.browser("li")
    assert '<html lang="zh-CN">' in li.get(f"/cases/{number}")
    answer = li.client.get("/language/en", params={"next": f"/cases/{number}"})
    assert answer.headers["location"] == f"/cases/{number}"
    english = li.get(f"/cases/{number}")
    assert '<html lang="en">' in english
    for word in ("Accept and assign", "In review", "3 working days left", "The applicant", "On whose desk"):
        assert word in english
    assert li.client.get("/language/fr").status_code == 422
    assert "Sign in" in sqlite_office.client(**{"accept-language": "en"}).get("/sign-in").text
    assert "登录" in sqlite_office.client(**{"accept-language": "fr, de;q=0.5"}).get("/sign-in").text


def test_every_page_reads_in_both_languages_without_gaps(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    for path in ("/", "/submit", "/overdue", f"/cases/{number}", "/api/docs"):
        li = sqlite_office.browser("li")
        assert "闭环" in li.get(path)
        li.client.cookies.set("bihuan_language", "en")
        li.get(path)
        shown = re.sub("|".join(WRITTEN_IN_CHINESE), "", li.words)
        assert re.findall(r"[\u4e00-\u9fff]+", shown) == []


def test_what_people_write_is_shown_as_text(sqlite_office: Office) -> None:
    number = sqlite_office.submitted(title="<script>alert(1)</script>", text='"><img src=x onerror=alert(1)>')
    page = sqlite_office.browser("li").get(f"/cases/{number}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_form_sent_twice_raises_one_case_and_a_changed_one_another(office: Office) -> None:
    zhang = office.browser("zhang")
    zhang.get("/submit")
    form, filled = zhang.page, {"unit": "C", "title": "建议增设驿站", "text": "司机无处休息。", "workflow": "proposal"}
    first = zhang.send("/submit", **filled).headers["location"]
    zhang.page = form
    assert zhang.send("/submit", **filled).headers["location"] == first
    zhang.page = form
    other = zhang.send("/submit", **filled | {"title": "建议增设食堂"}).headers["location"]
    assert other != first
    zhang.page = form
    assert zhang.send("/submit", **filled).headers["location"] == first


def test_who_runs_the_system_finds_the_way_to_it_and_nobody_else_does(sqlite_office: Office) -> None:
    way = 'href="/admin"'
    for path in ("/", "/inbox", "/admin/calendar"):
        assert way in sqlite_office.browser("xitong").client.get(path).text, path
    assert way not in sqlite_office.browser("zhao").client.get("/").text
    assert way not in sqlite_office.browser("shenji").client.get("/").text
