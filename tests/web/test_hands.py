"""The departments of a case on its page and in the API: how far, until when, what they answered, who is waited for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.test_acting import confirmed, offered
from tests.web.test_attachments import PNG
from tests.web.visitors import API, Office, taken

ACCEPTED = {"category": "劳动保护", "tier": "A", "lead": "D", "support": ["A", "T"]}


def begun(office: Office) -> str:
    """Begin a case that D leads; A has signed for its part and is at 40 %, T has not signed."""
    number = office.submitted()
    for login, action, fields in (
        ("li", "accept", ACCEPTED), ("wang", "sign_for", {}), ("zhou", "sign_part", {}),
        ("zhou", "report_progress", {"percent": 40, "note": "已约谈"}),
    ):  # fmt: skip
        office.later(hours=1)
        does(office, login, number, action, fields)
    return number


def does(office: Office, login: str, number: str, action: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """Take an action through the API and return the case as it is then."""
    answer = taken(office.program(login), number, action, fields)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def read(office: Office, login: str, number: str) -> dict[str, Any]:
    """Read a case through the API."""
    shown: dict[str, Any] = office.program(login).get(f"{API}/cases/{number}").json()
    return shown


def test_the_api_says_how_far_each_department_is_and_whom_the_report_waits_for(office: Office) -> None:
    number = begun(office)
    shown = read(office, "wang", number)
    progress = shown["progress"]
    assert progress["percent"] == 40 // 3
    assert [(p["unit"], p["status"], p["percent"], p["todo"], p["due_at"]) for p in progress["parts"]] == [
        ("D", "signed", 0, "finish", None),
        ("A", "signed", 40, "finish", "2026-11-30T09:30:00Z"),
        ("T", "offered", 0, "sign", "2026-11-17T09:30:00Z"),
    ]
    assert sum(part["weight"] for part in progress["parts"]) == pytest.approx(1)
    (report,) = shown["withheld"]
    assert (report["name"], report["label"]) == ("report", "报办结")
    assert [(one["unit"], one["status"], one["due_at"]) for one in report["waits_for"]] == [
        ("A", "signed", "2026-11-30T09:30:00Z"), ("T", "offered", "2026-11-17T09:30:00Z"),
    ]  # fmt: skip
    assert "report" not in [action["name"] for action in shown["actions"]]
    assert read(office, "zhou", number)["withheld"] == []  # it is not hers to report
    refused = taken(office.program("wang"), number, "report", {"answer": "已办"})
    assert refused.status_code == 409
    assert "人社局、当湖镇总工会" in refused.text


def test_a_delegated_part_is_withheld_from_its_department_too(office: Office) -> None:
    number = begun(office)
    does(office, "zhao", number, "waive_part", {"part": "T", "reason": "不需要"})
    shown = does(office, "zhou", number, "delegate", {"delegate": "T", "reason": "就近"})
    assert [(one["name"], [w["unit"] for w in one["waits_for"]]) for one in shown["withheld"]] == [
        ("report_part", ["T"])
    ]
    part = next(part for part in shown["progress"]["parts"] if part["kind"] == "delegate")
    assert (part["delegated_by"], part["weight"], part["todo"]) == ("A", 0.0, "sign")
    names = [action["name"] for action in shown["actions"]]
    assert "take_back" in names and "report_part" not in names
    does(office, "zhou", number, "take_back", {"reason": "自办"})
    shown = does(office, "zhou", number, "report_part", {"result": "已督促补缴"})
    assert next(part for part in shown["progress"]["parts"] if part["unit"] == "A")["answer"] == "已督促补缴"


def test_the_page_shows_bars_answers_files_and_whom_the_report_waits_for(office: Office) -> None:
    number = begun(office)
    zhou = office.browser("zhou")
    zhou.get(f"/cases/{number}")
    zhou.send(f"/cases/{number}/attachments", file=("凭证.png", PNG))
    zhou.get(f"/cases/{number}")
    zhou.send(f"/cases/{number}/report_part", result="已督促补缴")
    wang = office.browser("wang")
    page = wang.get(f"/cases/{number}")
    assert '<progress max="100" value="33"' in page
    assert '<blockquote><span class="body">已督促补缴</span></blockquote>' in page
    part = page[page.index('<ul class="parts">') : page.index("凭证.png")]
    assert "当湖镇总工会" not in part  # the file stands with the part of A
    assert "「报办结」还不能办理，须等：" in wang.words
    assert "当湖镇总工会（协办，待签收，自 2026-11-16 10:00 起，2026-11-17 17:30 到期）" in wang.words
    digests = {part["unit"]: part["files"] for part in read(office, "wang", number)["progress"]["parts"]}
    assert [len(files) for files in digests.values()] == [0, 1, 0]
    wang.client.cookies.set("bihuan_language", "en")
    assert "“Report done” has to wait for:" in wang.get(f"/cases/{number}").replace("&#34;", '"')


def test_what_is_said_after_an_action_names_the_limit_of_the_part_and_not_of_the_case(office: Office) -> None:
    number = office.submitted()
    does(office, "li", number, "accept", ACCEPTED)
    zhou = office.browser("zhou")
    zhou.get(f"/cases/{number}")
    zhou.send(f"/cases/{number}/sign_part")
    assert confirmed(zhou) == ["「协办签收」已记录。 人社局的协办现为 已签收，到期时刻 2026-11-30 17:30。"]
    zhou.get(f"/cases/{number}")
    zhou.send(f"/cases/{number}/report_part", result="已办")
    assert confirmed(zhou) == ["「协办办结」已记录。 人社局的协办现为 已办完。"]


def test_a_mouse_is_enough_to_add_transfer_delegate_and_report(office: Office) -> None:
    number = begun(office)
    does(office, "zhao", number, "waive_part", {"part": "T", "reason": "不需要"})
    zhou, wang, zhao = (office.browser(login) for login in ("zhou", "wang", "zhao"))
    assert {"report_part", "report_progress", "delegate"} <= set(offered(zhou, number))
    zhou.send(f"/cases/{number}/report_progress", percent="101")
    assert "须是 0 到 100 的整数" in zhou.words
    zhou.send(f"/cases/{number}/report_progress", percent="60")
    wang.get(f"/cases/{number}")
    wang.send(f"/cases/{number}/delegate", delegate="T", reason="就近", instructions="请走访")
    wang.send(f"/cases/{number}/take_back", reason="改为自办")
    zhao.get(f"/cases/{number}")
    select = zhao.page.text[zhao.page.text.index('id="transfer_part-part"') :].partition("</select>")[0]
    assert 'value="A"' in select and 'value="D"' not in select  # parts that are open
    zhao.send(f"/cases/{number}/transfer_part", part="A", to_unit="T", reason="归口")
    zhao.send(f"/cases/{number}/add_support", support="A", reason="仍需配合")
    shown = read(office, "zhao", number)
    assert [(p["unit"], p["kind"], p["status"]) for p in shown["progress"]["parts"]] == [
        ("D", "lead", "signed"), ("A", "support", "transferred"), ("T", "support", "waived"),
        ("T", "delegate", "taken_back"), ("T", "support", "offered"), ("A", "support", "offered"),
    ]  # fmt: skip
    assert office.browser("zhang").get(f"/cases/{number}")  # who raised it may read the page too


def test_an_answer_among_staff_is_not_read_by_the_one_who_raised_it(office: Office) -> None:
    number = office.submitted()
    for login, action, fields in (
        ("li", "accept", ACCEPTED | {"support": []}), ("wang", "sign_for", {}),
        ("wang", "delegate", {"delegate": "A", "reason": "就近"}), ("zhou", "sign_delegated", {}),
        ("zhou", "report_delegated", {"result": "内部核实意见"}),
    ):  # fmt: skip
        does(office, login, number, action, fields)
    answers = {login: [p["answer"] for p in read(office, login, number)["progress"]["parts"]] for login in
               ("wang", "zhang")}  # fmt: skip
    assert answers == {"wang": [None, "内部核实意见"], "zhang": [None, None]}
    assert "内部核实意见" not in office.browser("zhang").get(f"/cases/{number}")


def test_a_file_belongs_to_the_part_that_one_acts_for(office: Office) -> None:
    number = begun(office)
    zhou, li = office.program("zhou"), office.program("li")
    path = f"{API}/cases/{number}/attachments"
    assert zhou.post(path, files={"file": ("a.png", PNG)}).status_code == 201
    assert li.post(path, files={"file": ("b.txt", b"review")}).status_code == 201
    refused = zhou.post(path, files={"file": ("c.txt", b"c")}, data={"part": "D"})
    assert refused.status_code == 422 and "D" in refused.text
    parts = {part["unit"]: len(part["files"]) for part in read(office, "zhou", number)["progress"]["parts"]}
    assert parts == {"D": 0, "A": 1, "T": 0}


def test_a_desk_shows_what_is_to_be_done_with_a_part_and_until_when(office: Office) -> None:
    number = begun(office)
    zhou, wang = office.browser("zhou"), office.browser("wang")
    row = re.search(rf'<a href="/cases/{number}">.*?</tr>', zhou.get("/"), re.S)
    assert row and "待办结" in row[0] and 'title="2026-11-30 17:30"' in row[0]
    row = re.search(rf'<a href="/cases/{number}">.*?</tr>', wang.get("/"), re.S)
    assert row and "待办结" not in row[0] and 'title="2026-12-07 17:30"' in row[0]  # the case itself lies with her
    does(office, "zhao", number, "waive_part", {"part": "T", "reason": "不需要"})
    does(office, "zhou", number, "delegate", {"delegate": "T", "reason": "就近"})
    zhou.get("/")
    assert "已委派，待报回或收回" in zhou.words
    does(office, "zhou", number, "take_back", {"reason": "自办"})
    does(office, "zhou", number, "report_part", {"result": "已办"})
    zhou.get("/")
    assert number not in zhou.words
    does(office, "wang", number, "delegate", {"delegate": "A", "reason": "就近"})
    row = re.search(rf'<a href="/cases/{number}">.*?</tr>', zhou.get("/"), re.S)
    assert row and "待签收" in row[0] and 'title="2026-11-23 17:30"' in row[0]


def test_an_english_page_has_english_marks(office: Office) -> None:
    number = begun(office)
    does(office, "zhao", number, "card", {"colour": "yellow", "reason": "slow"})
    zhao = office.browser("zhao")
    zhao.client.get("/language/en")
    zhao.get(f"/cases/{number}")
    assert "权益保障部 (王承办, 吴部长)" in zhao.words and "Support 人社局, 当湖镇总工会" in zhao.words
    shown = zhao.words.replace("午间无处休息，", "").replace("冬天尤其冷。", "")
    assert re.findall("[（）、，：；「」]", shown) == []
