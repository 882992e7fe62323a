"""Returns, disputes and more time: with a mouse and with the API, shown with both limits and with their time."""

from __future__ import annotations

import re

from tests.web.test_acting import confirmed, offered
from tests.web.visitors import API, Browser, Office, taken

BECAUSE = {"reason": "不属本部门职责", "rule": "三定方案第五条"}


def at(office: Office, login: str, number: str) -> Browser:
    """Open the page of a case as somebody."""
    browser = office.browser(login)
    browser.get(f"/cases/{number}")
    return browser


def accepted(office: Office, **fields: object) -> str:
    number = office.submitted()
    given = {"category": "劳动保护", "tier": "A", "lead": "D", **fields}
    assert taken(office.program("li"), number, "accept", given).status_code == 200
    return number


def test_a_return_goes_to_the_adjudicator_and_back_through_pages_alone(office: Office) -> None:
    number = accepted(office)
    wang = at(office, "wang", number)
    assert wang.send(f"/cases/{number}/return", reason="不属本部门职责", rule="").status_code == 422
    assert "请填写退回依据" in wang.words
    wang.send(f"/cases/{number}/return", **BECAUSE)
    assert confirmed(wang)[0].startswith("「退单」已记录。 案件现为 退单待改派")
    assert "主办 权益保障部 已退单" in wang.words
    zhao = at(office, "zhao", number)
    assert offered(zhao, number)[:2] == ["reassign", "uphold"]
    zhao.send(f"/cases/{number}/uphold", reason="属权益部职责")
    office.later(hours=1)
    wang = at(office, "wang", number)
    wang.send(f"/cases/{number}/dispute", **BECAUSE)
    assert "权属争议 待裁定" in wang.words
    assert "争议：主办（权益保障部退回） · 权益保障部 – 市总工会" in wang.words
    office.later(hours=2)
    zhao = at(office, "zhao", number)
    zhao.send(f"/cases/{number}/adjudicate", lead="A", reason="归人社局")
    assert "退回成立" in zhao.words and "用时计入 市总工会" in zhao.words
    assert "工作时间 2.0 小时，自然时间 2.0 小时" in zhao.words
    zhou = at(office, "zhou", number)
    zhou.send(f"/cases/{number}/sign_for")
    assert "「签收」已记录" in confirmed(zhou)[0]
    told = office.program("zhao").get(f"{API}/cases/{number}").json()["disputes"]
    assert [(one["about"], one["returned_by"], one["decision"], one["booked_to"], one["minutes"]) for one in told] == [
        ("lead", "D", "upheld", "C", 120)
    ]
    assert told[0]["decided_by"] == "赵督查"
    seen = office.program("zhang").get(f"{API}/cases/{number}").json()["disputes"]
    assert seen[0]["decided_by"] is None  # who raised the case learns no names of staff


def test_more_time_is_shown_with_both_limits_and_who_decides_by_when(office: Office) -> None:
    number = accepted(office, support=["A"])
    wang = at(office, "wang", number)
    wang.send(f"/cases/{number}/sign_for")
    wang.send(f"/cases/{number}/request_extension", reason="取证", extra="12wd")
    assert "待审批 全案 +12 个工作日" in wang.words
    assert "由分管领导 · 市总工会审批，2026-11-17 17:30 前" in wang.words
    assert wang.send(f"/cases/{number}/note", note="再等等").status_code == 303
    zhou = at(office, "zhou", number)
    zhou.send(f"/cases/{number}/request_part_extension", reason="取证", extra="2wd")
    assert "待审批 人社局 +2 个工作日" in zhou.words
    zhao = at(office, "zhao", number)
    assert "decide_extension" not in offered(zhao, number)
    zhao.send(f"/cases/{number}/decide_part_extension", approve="yes")
    sun = at(office, "sun", number)
    sun.send(f"/cases/{number}/decide_extension", approve="yes")
    assert "原时限 2026-12-07 17:30 → 新时限 2026-12-23 17:30" in sun.words
    assert "原时限 2026-11-30 17:30 → 新时限 2026-12-02 17:30" in sun.words
    told = office.program("wang").get(f"{API}/cases/{number}").json()["extensions"]
    assert [(one["status"], one["unit"], one["asked_by"], one["decide_by"], one["decided_by"]) for one in told] == [
        ("granted", None, "王承办", "leader", "孙主席"), ("granted", "A", "周科长", "supervisor", "赵督查"),
    ]  # fmt: skip
    assert (told[0]["due_at"], told[0]["new_due_at"]) == ("2026-12-07T09:30:00Z", "2026-12-23T09:30:00Z")
    sun.client.cookies.set("bihuan_language", "en")
    sun.get(f"/cases/{number}")
    assert "granted The case +12 working days" in sun.words


def test_a_part_that_is_given_back_is_answered_through_the_api(office: Office) -> None:
    number = accepted(office, support=["A"])
    assert taken(office.program("wang"), number, "sign_for").status_code == 200
    assert taken(office.program("zhou"), number, "return_part", {"reason": "不归我局"}).status_code == 422
    assert taken(office.program("zhou"), number, "return_part", BECAUSE).status_code == 200
    names = [one["name"] for one in office.program("wang").get(f"{API}/cases/{number}").json()["actions"]]
    assert {"agree", "dispute"} <= set(names)
    assert taken(office.program("zhou"), number, "dispute", BECAUSE).json()["state"] == "adjudicating"
    answer = taken(office.program("zhao"), number, "adjudicate_part", {"release": True, "reason": "确不归其管"})
    assert answer.json()["state"] == "handling"
    assert [one["status"] for one in answer.json()["assignments"]] == ["signed", "returned"]
    assert answer.json()["disputes"][0]["booked_to"] == "D"
    refused = taken(office.program("wang"), number, "dispute", BECAUSE)
    assert (refused.status_code, "没有单位退回协办" in refused.text) == (409, True)


def test_the_rates_show_disputes_beside_the_others(office: Office) -> None:
    number = accepted(office)
    for login, action, fields in (
        ("wang", "return", BECAUSE), ("zhao", "uphold", {"reason": "属其职责"}), ("wang", "dispute", BECAUSE),
    ):  # fmt: skip
        assert taken(office.program(login), number, action, dict(fields)).status_code == 200
    office.later(hours=1)
    assert taken(office.program("zhao"), number, "adjudicate", {"lead": "D", "reason": "属其职责"}).status_code == 200
    query = "from=2026-11-01T00:00:00%2B08:00&to=2026-12-01T00:00:00%2B08:00&by=unit"
    rows = {row["key"]: row for row in office.program("zhao").get(f"{API}/rates?{query}").json()["items"]}
    assert (rows["D"]["disputes"], rows["D"]["dispute_working_minutes"], rows["D"]["dispute_minutes"]) == (1, 60, 60)


def test_more_time_is_typed_as_a_number_with_a_unit_or_in_words_and_the_page_says_how_much_is_allowed(
    sqlite_office: Office,
) -> None:
    number = accepted(sqlite_office)
    wang = at(sqlite_office, "wang", number)
    wang.send(f"/cases/{number}/sign_for")
    form = wang.page.text.partition(f'action="/cases/{number}/request_extension"')[2].partition("</form>")[0]
    assert "一次最多 30 天" in form and "datalist" not in form and "wd 表示" not in form
    assert re.findall(r'<option value="(\w+)"', form.partition('name="extra.unit"')[2]) == ["wd", "d", "h"]
    unit = {"extra.unit": "d"}
    assert wang.send(f"/cases/{number}/request_extension", reason="取证", extra="40", **unit).status_code == 422
    assert "一次最多延长 30 天" in wang.words
    assert 'value="40"' in wang.page.text and '<option value="d" selected>' in wang.page.text  # what was typed stays
    assert wang.send(f"/cases/{number}/request_extension", reason="取证", extra="5", **unit).status_code == 303
    assert "待审批 全案 +5 天" in wang.words
    zhao = at(sqlite_office, "zhao", number)
    zhao.send(f"/cases/{number}/decide_extension", approve="no")
    answer = taken(
        sqlite_office.program("wang"), number, "request_extension", {"reason": "再请", "extra": "3 个工作日"}
    )
    assert [one["extra"] for one in answer.json()["extensions"]] == ["5d", "3wd"]


def form_of(browser: Browser, number: str, action: str) -> str:
    """Return the form of an action as it stands on the page."""
    return browser.page.text.partition(f'action="/cases/{number}/{action}"')[2].partition("</form>")[0]


def test_who_decides_on_more_time_sees_first_what_is_asked_and_the_history_says_what_was_granted(
    sqlite_office: Office,
) -> None:
    number = accepted(sqlite_office, support=["A", "T"])
    wang, zhou = at(sqlite_office, "wang", number), at(sqlite_office, "zhou", number)
    wang.send(f"/cases/{number}/sign_for")
    wang.send(f"/cases/{number}/request_extension", reason="取证", extra="5wd")
    assert confirmed(wang)[0].endswith("由督查人员 · 市总工会审批，2026-11-17 17:30 前。")
    zhou.get(f"/cases/{number}")
    zhou.send(f"/cases/{number}/request_part_extension", reason="等样本", extra="2wd")
    zhao = at(sqlite_office, "zhao", number)
    assert offered(zhao, number)[:2] == ["decide_extension", "decide_part_extension"]
    whole = form_of(zhao, number, "decide_extension")
    assert "王承办 申请延长 5 个工作日：取证（现时限 2026-12-07 17:30，同意后 2026-12-14 17:30）" in whole
    assert '<button class="main">审批延期</button>' in whole
    part = form_of(zhao, number, "decide_part_extension")
    assert "周科长 申请延长 2 个工作日：等样本（现时限 2026-11-30 17:30，同意后 2026-12-02 17:30）" in part
    assert 'name="part"' not in part  # one department alone has asked
    zhao.send(f"/cases/{number}/decide_part_extension", approve="yes")
    assert "审批协办延期 承办单位 人社局 延长时间 2 个工作日 是否同意 同意" in zhao.words
    zhao.send(f"/cases/{number}/decide_extension", approve="no")
    assert "审批延期 承办单位 全案 延长时间 5 个工作日 是否同意 不同意" in zhao.words


def test_in_a_dispute_about_a_part_its_forms_speak_of_that_part_alone(sqlite_office: Office) -> None:
    number = accepted(sqlite_office, support=["A", "T"])
    wang, zhou = at(sqlite_office, "wang", number), at(sqlite_office, "zhou", number)
    wang.send(f"/cases/{number}/sign_for")
    zhou.get(f"/cases/{number}")
    zhou.send(f"/cases/{number}/return_part", **BECAUSE)
    names = offered(wang, number)
    assert names[0] == "agree" and names.index("agree") < names.index("dispute")
    agree, dispute = form_of(wang, number, "agree"), form_of(wang, number, "dispute")
    assert "人社局 退回协办：不属本部门职责（依据 三定方案第五条）" in agree
    assert re.findall(r'<option value="(\w+)"( selected)?', agree) == [("A", " selected")]  # T has given nothing back
    assert 'name="part"' not in dispute
    assert re.search(r'name="rule"[^>]*>', dispute) and "required" not in dispute.partition('name="rule"')[2][:40]
    wang.send(f"/cases/{number}/dispute", reason="应由其办理")
    assert "权属争议 待裁定" in wang.words
    zhao = at(sqlite_office, "zhao", number)
    assert offered(zhao, number)[:2] == ["adjudicate_part", "adjudicate"]
    assert '<button class="main">裁定协办</button>' in form_of(zhao, number, "adjudicate_part")
    assert '<button class="">裁定承办</button>' in form_of(zhao, number, "adjudicate")
