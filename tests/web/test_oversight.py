"""Urges, orders, cards, copies, recall and going back, with a mouse and through the API."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.web.visitors import API, Office, taken


def read(office: Office, login: str, number: str) -> dict[str, Any]:
    """Return a case as a person may read it."""
    answer = office.program(login).get(f"{API}/cases/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def field(case: dict[str, Any], action: str, name: str) -> dict[str, Any]:
    """Return what an action asks for in a field."""
    (found,) = [one for one in case["actions"] if one["name"] == action]
    (asked,) = [one for one in found["fields"] if one["name"] == name]
    return dict(asked)


def control(page: str, number: str, action: str, name: str) -> list[str]:
    """Return the values that a form of a page offers for a field."""
    form = re.search(rf'action="/cases/{number}/{action}".*?</form>', page, re.S)
    assert form
    radios = re.findall(rf'<input type="radio" name="{name}" value="([^"]+)"', form[0])
    return radios or re.findall(r'<option value="([^"]+)"', form[0])


def test_an_order_is_issued_and_answered_with_a_mouse_and_stays_from_the_submitter(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    sun, wang = office.browser("sun"), office.browser("wang")
    sun.get(f"/cases/{number}")
    sun.send(f"/cases/{number}/order", order_text="请三日内<b>答复</b>", answer_within="5wd")
    wang.get(f"/cases/{number}")
    assert "督办〔2026〕1号" in wang.words and "市总工会 → 权益保障部" in wang.words and "待答复" in wang.words
    assert "<b>答复</b>" not in wang.page.text
    wang.send(f"/cases/{number}/answer_order", answer="已约谈单位负责人")
    sun.get(f"/cases/{number}")
    assert "王承办 已于" in sun.words and "已约谈单位负责人" in sun.words
    assert "督办〔2026〕1号" not in office.browser("zhang").get(f"/cases/{number}")
    assert read(office, "zhang", number)["oversight"]["orders"] == []
    (order,) = read(office, "zhao", number)["oversight"]["orders"]
    assert (order["number"], order["union"], order["unit"], order["issued_by"], order["answered_by"]) == (
        "督办〔2026〕1号", "C", "D", "sun", "wang"
    )  # fmt: skip
    assert order["answer"] == "已约谈单位负责人"


def test_a_refused_order_says_what_is_missing_and_keeps_what_was_typed(office: Office) -> None:
    number = office.submitted()
    zhao = office.browser("zhao")
    zhao.get(f"/cases/{number}")
    answer = zhao.send(f"/cases/{number}/order", order_text="请答复")
    assert answer.status_code == 422
    assert "不能给本工会自己下达督办单" in zhao.words and "请答复" in zhao.page.text
    assert taken(office.program("zhao"), number, "order").status_code == 422


def test_urges_are_counted_for_everyone_and_named_for_staff(office: Office) -> None:
    number = office.submitted()
    zhang = office.browser("zhang")
    zhang.get(f"/cases/{number}")
    zhang.send(f"/cases/{number}/urge", reason="请抓紧")
    assert "审议人员 · 市总工会：被催办 1 次" in zhang.words
    assert taken(office.program("zhang"), number, "urge").status_code == 409
    assert taken(office.program("zhao"), number, "urge").status_code == 200
    for login, by in (("zhang", None), ("sun", "zhao")):
        (urge,) = read(office, login, number)["oversight"]["urges"]
        assert (urge["desk"], urge["unit"], urge["count"], urge["last_role"], urge["last_by"]) == (
            "reviewer", "C", 2, "supervisor", by
        )  # fmt: skip
    assert "赵督查" not in office.browser("zhang").get(f"/cases/{number}")


def test_a_card_stands_on_the_page_with_its_colour(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    zhao = office.browser("zhao")
    page = zhao.get(f"/cases/{number}")
    assert control(page, number, "card", "colour") == ["yellow", "red"]
    zhao.send(f"/cases/{number}/card", colour="red", reason="拖延")
    assert '<li class="red">红牌 · 权益保障部' in zhao.page.text and "人工" in zhao.words
    (card,) = read(office, "wang", number)["oversight"]["cards"]
    assert (card["colour"], card["unit"], card["is_by_hand"]) == ("red", "D", True)


def test_a_copy_is_offered_among_staff_and_opens_the_case(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    zhou = office.program("zhou")
    assert zhou.get(f"{API}/cases/{number}").status_code == 404
    zhao = office.browser("zhao")
    people = control(zhao.get(f"/cases/{number}"), number, "copy_to", "person")
    assert {"li", "wang", "zhou"} <= set(people) and not {"zhang", "qian", "zheng", "shenji"} & set(people)
    zhao.send(f"/cases/{number}/copy_to", person="zhou")
    assert "周科长（抄送）" in zhao.words
    assert {one["name"] for one in read(office, "zhou", number)["actions"]} == {"unwatch", "note"}
    assert read(office, "zhou", number)["oversight"]["watchers"][0]["added_by"] == "zhao"
    assert read(office, "zhang", number)["oversight"]["watchers"] == []
    assert taken(office.program("zhao"), number, "copy_to", {"person": "zhang"}).status_code == 422


def test_going_back_offers_the_points_that_were_passed_and_no_others(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    zhao = office.browser("zhao")
    page = zhao.get(f"/cases/{number}")
    assert control(page, number, "go_back", "point") == ["assigned", "in_review"]
    assert field(read(office, "zhao", number), "go_back", "point")["options"] == {
        "assigned": "待签收", "in_review": "待审议"
    }  # fmt: skip
    zhao.send(f"/cases/{number}/go_back", point="assigned", reason="请重新签收")
    assert "「退回上一环节」已记录。" in zhao.words and "案件现为 待签收" in zhao.words
    assert "退回到 待签收" in unescape(zhao.words)
    again = taken(office.program("wang"), number, "sign_for")
    assert again.status_code == 200
    refused = taken(office.program("zhao"), number, "go_back", {"point": "handling", "reason": "前进"})
    assert refused.status_code == 422 and "案件没有经过「办理中」" in refused.text


def test_a_report_is_taken_back_with_a_mouse_until_somebody_acts(office: Office) -> None:
    number = office.submitted()
    due = office.go(number, until="sign_for")["due_at"]
    assert taken(office.program("wang"), number, "report", {"answer": "已办"}).status_code == 200
    office.later(days=1)
    wang = office.browser("wang")
    wang.get(f"/cases/{number}")
    wang.send(f"/cases/{number}/recall")
    assert "「撤回上一步」已记录。" in wang.words
    assert read(office, "wang", number)["due_at"] == due
    assert taken(office.program("wang"), number, "report", {"answer": "已办"}).status_code == 200
    assert taken(office.program("zhao"), number, "note", {"note": "在看"}).status_code == 200
    assert taken(office.program("wang"), number, "recall").status_code == 409


def test_a_form_offers_the_orders_that_wait_for_one_s_own_unit(office: Office) -> None:
    number = office.submitted()
    accepted = {"category": "劳动保护", "tier": "A", "lead": "D", "support": ["A"]}
    assert taken(office.program("li"), number, "accept", accepted).status_code == 200
    for unit in ("D", "D", "A"):
        office.later(minutes=5)
        order = {"order_text": "请答复", "at_unit": unit}
        assert taken(office.program("sun"), number, "order", order).status_code == 200
    page = office.browser("wang").get(f"/cases/{number}")
    assert control(page, number, "answer_order", "order_number") == ["督办〔2026〕1号", "督办〔2026〕2号"]
    asked = field(read(office, "zhou", number), "answer_order", "order_number")
    assert asked["options"] == {"督办〔2026〕3号": "督办〔2026〕3号"}
    wang = office.browser("wang")
    wang.get(f"/cases/{number}")
    wang.send(f"/cases/{number}/answer_order", answer="已办", order_number="督办〔2026〕2号")
    zhou = office.browser("zhou").get(f"/cases/{number}")
    assert '<option value="督办〔2026〕3号" selected>' in zhou  # the only one


def test_a_form_offers_the_promises_that_wait_and_to_break_those_whose_day_has_passed(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    for day in ("2026-12-18", "2027-03-01"):
        fields = {"answer": "分步解决", "promise": f"{day} 前", "promised_on": day}
        assert taken(office.program("wang"), number, "report", fields).status_code == 200
        if day < "2027":
            assert taken(office.program("zhao"), number, "send_back", {"reason": "再办"}).status_code == 200
    office.later(days=40)
    kept = field(read(office, "wang", number), "keep_promise_done", "promise_number")["options"]
    assert kept == {"1": "第 1 项，承诺 2026-12-18", "2": "第 2 项，承诺 2027-03-01"}
    page = office.browser("zhao").get(f"/cases/{number}")
    assert control(page, number, "break_promise", "promise_number") == ["1"]


def test_only_who_watches_a_case_is_offered_to_stop_a_copy(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="accept")
    zhao = office.browser("zhao")
    zhao.get(f"/cases/{number}")
    zhao.send(f"/cases/{number}/copy_to", person="zhou")
    zhao.get(f"/cases/{number}")
    assert control(zhao.page.text, number, "stop_copy", "person") == ["zhou"]
    assert field(read(office, "zhao", number), "stop_copy", "person")["options"] == {"zhou": "周科长"}
    assert len(control(zhao.page.text, number, "copy_to", "person")) > 3


def test_who_stops_watching_and_so_sees_the_case_no_more_is_led_to_their_desk(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="accept")
    assert taken(office.program("zhao"), number, "copy_to", {"person": "zhou"}).status_code == 200
    zhou = office.browser("zhou")
    zhou.client.get("/language/en")
    zhou.get(f"/cases/{number}")
    answer = zhou.send(f"/cases/{number}/unwatch")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert f"“Stop watching” is recorded. Case {number} is not shown to you any more." in zhou.words
