"""My desk as people see it: what waits beside cases in words, with limits of its own, and merged cases that go on."""

from __future__ import annotations

import re

from cases.sweep import sweep
from tests.web.test_hands import ACCEPTED, does
from tests.web.visitors import Office, taken

BECAUSE = {"reason": "不属本单位职责", "rule": "三定方案第五条"}


def desk(office: Office, login: str, heading: str = "待我办理") -> list[list[str]]:
    """Return the rows under a heading of a person's desk: number, what is to be done, and how long there is."""
    text = office.browser(login).get("/").partition(f"{heading}</h2>")[2].partition("</section>")[0]
    rows = re.findall(r"<tr>\s*<td class=\"number\">(.*?)</tr>", text, re.S)
    return [
        [
            re.findall(r">([^<]+)</a>", row)[0],
            "".join(re.findall(r'class="tag part">([^<]+)<', row)),
            "".join(re.findall(r'class="due \w+" title="([^"]*)"', row)),
        ]
        for row in rows
    ]


def test_each_thing_that_waits_beside_a_case_is_a_row_with_what_to_do_and_until_when(office: Office) -> None:
    number = office.submitted()
    for login, action, fields in (
        ("li", "accept", ACCEPTED), ("wang", "sign_for", {}), ("zhou", "sign_part", {}),
        ("wang", "request_extension", {"reason": "需要取证", "extra": "5wd"}),
        ("zhou", "request_part_extension", {"reason": "需要取证", "extra": "2wd"}),
        ("zhao", "order", {"order_text": "请书面答复"}),
    ):  # fmt: skip
        office.later(minutes=5)
        does(office, login, number, action, fields)
    assert desk(office, "zhao") == [
        [number, "审批延期", "2026-11-17 17:30"],
        [number, "审批延期（人社局）", "2026-11-17 17:30"],
    ]
    does(office, "zhou", number, "return_part", BECAUSE)
    assert desk(office, "wang") == [
        [number, "答复督办单 督办〔2026〕1号", "2026-11-19 17:30"],
        [number, "答复退回协办（人社局）", "2026-11-30 17:30"],
        [number, "", "2026-12-07 17:30"],
    ]
    zhao = office.browser("zhao")
    page = zhao.get("/")
    assert "<dt>待我办理</dt><dd>1</dd>" in page and "<dt>其中逾期</dt><dd>0</dd>" in page
    office.later(days=2)
    page = office.browser("zhao").get("/")
    assert "<dt>其中逾期</dt><dd>1</dd>" in page and '<span class="due late" title="2026-11-17 17:30">' in page


def test_what_has_climbed_says_so_on_the_desk_of_whom_it_has_climbed_to(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="accept")
    office.later(days=7)
    list(sweep(office.engine, office.at))
    assert [row[:2] for row in desk(office, "chen")] == [[number, "已升级到您，请阅处"]]


def test_a_merged_case_goes_on_as_its_lead_case_on_the_desk_of_its_submitter(office: Office) -> None:
    lead, other = office.submitted(), office.submitted("qian")
    assert taken(office.program("li"), other, "merge", {"into": lead}).status_code == 200
    assert desk(office, "qian", "我提出的") == [[other, "随主案办理：待审议", ""]]
    assert "近期办结" not in office.browser("qian").get("/")
    office.go(lead, until="verify")
    assert desk(office, "qian") == [[other, "评价并案结果", ""]]
    does(office, "qian", other, "rate_merged", {"rating": "satisfied"})
    assert desk(office, "qian") == []
    assert desk(office, "qian", "我提出的") == [[other, "随主案办理：待评价", ""]]
    does(office, "zhang", lead, "satisfied")
    assert desk(office, "qian", "我提出的") == []
    assert other in office.browser("qian").get("/").partition("近期办结")[2]


def test_the_answer_stands_above_the_buttons_by_which_it_is_rated(office: Office) -> None:
    number, other = office.submitted(), office.submitted("qian")
    assert taken(office.program("li"), other, "merge", {"into": number}).status_code == 200
    office.go(number, until="report")
    assert "请评价这一答复" not in office.browser("zhang").get(f"/cases/{number}")
    does(office, "zhao", number, "send_back", {"reason": "附照片"})
    does(office, "wang", number, "report", {"answer": "两处驿站已开放，附照片。"})
    does(office, "zhao", number, "verify")
    for login, one in (("zhang", number), ("qian", other)):
        page = office.browser(login).get(f"/cases/{one}")
        above, buttons, _ = page.partition("我可以办理")
        card = above.partition("请评价这一答复")[2].partition("</section>")[0]
        assert buttons and "两处驿站已开放，附照片。" in card and "已设两处驿站" not in card
    assert "请评价这一答复" not in office.browser("wang").get(f"/cases/{number}")
    does(office, "qian", other, "rate_merged", {"rating": "satisfied"})
    does(office, "zhang", number, "satisfied")
    for login, one in (("zhang", number), ("qian", other)):
        assert "请评价这一答复" not in office.browser(login).get(f"/cases/{one}")


def test_the_page_of_a_merged_case_says_where_its_lead_case_lies_and_when_that_was_closed(office: Office) -> None:
    lead, other = office.submitted(), office.submitted("qian")
    assert taken(office.program("li"), other, "merge", {"into": lead}).status_code == 200
    qian = office.browser("qian")
    qian.get(f"/cases/{other}")
    assert f"本案随主案 {lead} 继续办理，主案现为“待审议”，在审议人员 · 市总工会手上。" in qian.words
    assert "已结束，不在任何人手上" not in qian.words and "办结时间" not in qian.words
    office.go(lead, until="sign_for")
    qian = office.browser("qian")
    page = qian.get(f"/cases/{other}")
    assert "主案现为“办理中”，在主办部门 · 权益保障部手上。" in qian.words and "王承办" not in page
    assert re.search(r'<li class="now" aria-current="step">办理</li>', page)
    english = qian.client.get(f"/cases/{other}", headers={"accept-language": "en"}).text
    assert f"It goes on as its lead case {lead}, which is now “Handling”, with " in english.replace("&#34;", '"')
    does(office, "wang", lead, "report", {"answer": "已办"})
    does(office, "zhao", lead, "verify")
    qian.get(f"/cases/{other}")
    assert "主案现为“待评价”，在主案申请人手上。" in qian.words
    does(office, "zhang", lead, "satisfied")
    qian = office.browser("qian")
    qian.get(f"/cases/{other}")
    assert f"本案随主案 {lead} 办结。" in qian.words and "办结时间" in qian.words
