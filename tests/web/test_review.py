"""A group reviews a case with a mouse, and with the API: named, voted in, recorded, and shown to whom it concerns."""

from __future__ import annotations

import re

from tests.web.visitors import API, Browser, Office, taken

ACCEPTED = {"category": "劳动保护", "tier": "A", "lead": "D"}


def section(browser: Browser, number: str) -> str:
    """Return the words of the group's section of a case's page."""
    page = browser.get(f"/cases/{number}")
    found = re.search(r'<section class="card about group">(.*?)</section>', page, re.S)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found[1])).strip() if found else ""


def test_a_group_is_named_votes_and_is_recorded_with_forms_alone(office: Office) -> None:
    number = office.submitted()
    li, feng = office.browser("li"), office.browser("feng")
    page = li.get(f"/cases/{number}")
    form = page.partition(f'action="/cases/{number}/convene"')[2].partition("</form>")[0]
    chairs = form.partition('name="chair"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="(\w+)">', chairs) == ["li", "feng"]
    assert ">李审议 · 市总工会</option>" in chairs
    assert 'type="checkbox" name="panel" value="feng"' in form
    answer = li.send(f"/cases/{number}/convene", chair="feng", panel=["li"])
    assert answer.status_code == 422 and "组长须是小组成员" in li.words
    assert 'name="panel" value="li" checked' in li.page.text  # what was ticked stays
    assert li.send(f"/cases/{number}/convene", chair="li", panel=["li", "feng"]).status_code == 303
    assert section(li, number).startswith("小组审议 第 1 次表决 · 2026-11-16 09:00")
    assert "应表决 2 人，已表决 0 人，法定 1 人（未达到）" in section(li, number)
    assert number in feng.get("/")
    feng.get(f"/cases/{number}")
    assert feng.send(f"/cases/{number}/vote", vote="accept", reason="情况属实").status_code == 303
    assert number not in feng.get("/").partition("近期办结")[0]
    assert "冯审议 同意立案 情况属实" in section(li, number)
    li.send(f"/cases/{number}/vote", vote="abstain", reason="不熟悉")
    assert "结果已定：同意立案，等组长记录" in section(li, number)
    li.get(f"/cases/{number}")
    assert f'action="/cases/{number}/vote_down"' not in li.page.text
    assert li.send(f"/cases/{number}/carry", **ACCEPTED).status_code == 303
    assert "待签收" in li.words
    assert "小组审议 第 1 次表决" in section(office.browser("wang"), number)
    assert "冯审议" not in section(office.browser("zhang"), number)


def test_a_group_s_dissent_is_shown_to_staff_and_its_outcome_to_the_submitter(office: Office) -> None:
    number = office.submitted()
    li, feng = office.program("li"), office.program("feng")
    assert taken(li, number, "convene", {"chair": "li", "panel": ["li", "feng", "wu"]}).status_code == 200
    for login, choice in (("li", "reject"), ("feng", "accept"), ("wu", "reject")):
        fields = {"vote": choice, "reason": f"{login} 的理由"}
        assert taken(office.program(login), number, "vote", fields).status_code == 200
    assert office.program("zhang").get(f"{API}/cases/{number}").json()["review"] == []
    assert taken(li, number, "vote_down", {"reason": "不属工会职责"}).status_code == 200
    (ballot,) = feng.get(f"{API}/cases/{number}").json()["review"]
    assert (ballot["outcome"], ballot["reason"], ballot["cast"], ballot["quorum"]) == ("reject", "不属工会职责", 3, 2)
    assert [(one["login"], one["choice"], one["is_dissent"], one["reason"]) for one in ballot["members"]] == [
        ("li", "reject", False, "li 的理由"),
        ("feng", "accept", True, "feng 的理由"),
        ("wu", "reject", False, "wu 的理由"),
    ]
    assert "冯审议 同意立案 不同意见" in section(office.browser("feng"), number)
    zhang = office.program("zhang")
    (told,) = zhang.get(f"{API}/cases/{number}").json()["review"]
    assert (told["outcome"], told["reason"], told["members"]) == ("reject", "不属工会职责", [])
    assert [told[name] for name in ("entitled", "cast", "quorum", "has_quorum")] == [None] * 4
    whole = zhang.get(f"{API}/cases/{number}").text + zhang.get(f"{API}/cases/{number}/events").text
    assert "的理由" not in whole and "feng" not in whole
    assert section(office.browser("zhang"), number).endswith("不予立案 不属工会职责")


def test_refusals_of_the_group_are_one_sentence_each(office: Office) -> None:
    number = office.submitted()
    li = office.program("li")
    two = taken(li, number, "convene", {"chair": ["li", "feng"], "panel": ["li", "feng"]})
    assert two.status_code == 422 and two.json()["errors"][0]["field"] == "chair"
    taken(li, number, "convene", {"chair": "li", "panel": ["li", "feng"]})
    for login in ("li", "feng"):
        taken(office.program(login), number, "vote", {"vote": "accept", "reason": "同意"})
    assert taken(li, number, "carry", ACCEPTED).status_code == 200
    late = taken(office.program("feng"), number, "vote", {"vote": "reject", "reason": "反对"})
    assert late.status_code == 409
    assert "案件现处「待签收」，不能「表决」。" in late.text


def test_there_is_no_group_on_the_page_of_a_case_that_had_none(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    assert section(sqlite_office.browser("li"), number) == ""
    assert sqlite_office.program("li").get(f"{API}/cases/{number}").json()["review"] == []


def test_why_another_chair_was_named_is_for_staff(office: Office) -> None:
    number = office.submitted()
    taken(office.program("li"), number, "convene", {"chair": "li", "panel": ["li", "feng"]})
    named = taken(office.program("zhao"), number, "name_chair", {"chair": "feng", "reason": "原组长出差"})
    assert named.status_code == 200 and "原组长出差" in office.program("li").get(f"{API}/cases/{number}").text
    for path in ("", "/events"):
        assert "原组长出差" not in office.program("zhang").get(f"{API}/cases/{number}{path}").text
    assert "原组长出差" not in office.browser("zhang").get(f"/cases/{number}")


def test_a_member_who_withdraws_is_led_to_their_desk_and_told_that_it_is_recorded(office: Office) -> None:
    number = office.submitted()
    members = {"chair": "li", "panel": ["li", "feng", "zhou"]}
    assert taken(office.program("li"), number, "convene", members).status_code == 200
    zhou = office.browser("zhou")
    zhou.get(f"/cases/{number}")
    answer = zhou.send(f"/cases/{number}/recuse", reason="与申请人有亲属关系")
    assert (answer.status_code, answer.headers["location"], zhou.page.status_code) == (303, "/", 200)
    assert f"「回避」已记录。 案件 {number} 不再对您显示。" in zhou.words
    zhou.get("/")
    assert "已记录" not in zhou.words  # once
    zhou.client.cookies.set("bihuan_left", f"{number}.2")  # an event of somebody else
    zhou.get("/")
    assert "已记录" not in zhou.words


def test_only_a_chair_who_withdraws_is_asked_who_follows(office: Office) -> None:
    number = office.submitted()
    taken(office.program("li"), number, "convene", {"chair": "li", "panel": ["li", "feng", "wu"]})
    for login, is_asked in (("li", True), ("feng", False)):
        page = office.browser(login).get(f"/cases/{number}")
        form = page.partition(f'action="/cases/{number}/recuse"')[2].partition("</form>")[0]
        assert ('<select id="recuse-chair" name="chair" required' in form) == is_asked
    browser = office.browser("li")
    browser.get(f"/cases/{number}")
    assert browser.send(f"/cases/{number}/recuse", reason="亲属", chair="feng").status_code == 303
