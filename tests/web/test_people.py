"""The page on which absences are arranged: deputies, hand-overs, and desks that nobody is at."""

from __future__ import annotations

import json
import re

import pytest
from sqlmodel import col, select

from cases.record.database import transaction
from cases.record.event import Event
from cases.record.people import Duty, Unit
from tests.web.visitors import API, Office, person

DAYS = {"first": "2026-11-16", "last": "2026-12-03"}


def last_event(office: Office) -> Event:
    with transaction(office.engine) as db:
        return db.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).one()


def test_a_leader_names_a_deputy_who_then_acts_and_is_shown_everywhere(office: Office) -> None:
    number = office.submitted()
    office.go(number, "accept")
    sun = office.browser("sun")
    assert "/people" in sun.get("/")
    sun.get("/people")
    assert sun.send("/people/deputies", duty="wang handler@D", deputy="zhou", **DAYS).status_code == 303
    assert "代理人已指定：周科长代王承办。" in sun.words
    assert "周科长（代王承办，11 月 16 日 至 12 月 3 日）" in sun.words
    sun.get("/people")
    assert "代理人已指定：" not in sun.words  # once
    event = last_event(office)
    assert (event.action, event.role) == ("name_deputy", "leader") and event.actor_id is not None

    zhou = office.browser("zhou")
    zhou.get("/")
    assert "您正代王承办办理（承办人员 · 权益保障部），至 12 月 3 日" in zhou.words
    assert "代王承办" in zhou.words and number in zhou.words
    assert "周科长代您办理" in office.browser("wang").get("/")
    zhou.get(f"/cases/{number}")
    assert "周科长（代王承办，至 12 月 3 日）" in zhou.words
    assert zhou.send(f"/cases/{number}/sign_for").status_code == 303
    assert "周科长（代王承办）" in zhou.words
    events = office.program("zhao").get(f"{API}/cases/{number}/events").json()["items"]
    assert events[-1]["actor"]["name"] == "周科长" and events[-1]["actor"]["stands_for"] == "王承办"
    own = office.program("zhang").get(f"{API}/cases/{number}/events").json()["items"]
    assert own[-1]["actor"]["name"] is None and own[-1]["actor"]["stands_for"] is None

    sun.get("/people")
    assert sun.send("/people/deputies/end").status_code == 303
    assert "目前无人请假" in sun.words
    assert office.program("zhou").get(f"{API}/cases/{number}").status_code == 404


@pytest.mark.parametrize(
    ("who", "fields", "status", "says"),
    [
        ("sun", {"duty": "wang handler@D", "deputy": "wang"}, 422, "不能指定本人"),
        ("sun", {"duty": "zhao supervisor@C", "deputy": "sun"}, 422, "不能指定您本人"),
        ("sun", {"duty": "chen supervisor@P", "deputy": "zhou"}, 403, "不归您安排"),
        ("wu", {"duty": "zhao supervisor@C", "deputy": "zhou"}, 403, "不归您安排"),
        ("xitong", {"duty": "shenji audit_admin@C", "deputy": "zhou"}, 403, "不归您安排"),
        ("sun", {"duty": "wang handler@D", "deputy": "zhou", "last": "2026-11-01"}, 422, "早于开始日期"),
        ("sun", {"duty": "wang handler@D", "deputy": "nobody"}, 422, "没有登录名为 nobody"),
        ("sun", {"duty": "什么", "deputy": "zhou"}, 422, "不是 职责@单位"),
        ("sun", {"duty": "wang handler@D", "deputy": "zhou", "first": "soon"}, 422, "请填写开始和结束日期"),
    ],
)
def test_what_may_not_be_is_refused_in_a_sentence_with_what_was_typed(
    sqlite_office: Office, who: str, fields: dict[str, str], status: int, says: str
) -> None:
    browser = sqlite_office.browser(who)
    browser.get("/people")
    answer = browser.send("/people/deputies", **(DAYS | fields))
    assert (answer.status_code, says in answer.text) == (status, True)
    assert f'value="{fields["duty"]}"' in answer.text
    with transaction(sqlite_office.engine) as db:
        assert db.exec(select(Duty).where(col(Duty.deputy_of).is_not(None))).all() == []
    assert last_event(sqlite_office).action != "name_deputy"


def test_who_arranges_nothing_does_not_see_the_page(sqlite_office: Office) -> None:
    for login in ("zhang", "li", "zhao", "wang", "shenji"):
        assert sqlite_office.browser(login).client.get("/people").status_code == 403
    assert "人员与代理" not in sqlite_office.browser("zhao").get("/")
    assert "人员与代理" in sqlite_office.browser("xitong").get("/admin")


def test_an_administrator_hands_a_leavers_desks_over_as_they_were_previewed(office: Office) -> None:
    number = office.submitted()
    office.go(number, "accept")
    with transaction(office.engine) as db:
        for login in ("wu", "wang"):
            person(db, login).is_active = False
    admin = office.browser("xitong")
    assert "handler@D" in admin.get("/admin")
    admin.get("/people")
    assert "停用人员留下的岗位" in admin.words
    answer = admin.send("/people/handover", leaver="wang", successor="zhou", disable="yes")
    assert answer.status_code == 200
    assert "移交预览：王承办 → 周科长" in admin.words and "1 件未结" in admin.words
    with transaction(office.engine) as db:
        db.add(Duty(user_id=person(db, "wang").id or 0, unit_id=6, role="head"))
    stale = admin.send("/people/handover/confirm")
    assert stale.status_code == 409 and "请重新预览" in admin.words
    admin.get("/people")
    admin.send("/people/handover", leaver="wang", successor="zhou")
    assert admin.send("/people/handover/confirm").status_code == 303
    event = last_event(office)
    data = json.loads(event.data)
    assert (event.action, event.role, len(data["duties"])) == ("hand_over", "system_admin", 2)
    assert "停用人员留下的岗位" not in admin.words
    assert number in office.browser("zhou").get("/")
    admin.get("/people")
    assert admin.send("/people/handover", leaver="shenji", successor="zhou").status_code == 403
    assert "audit_admin@C 不归您安排" in admin.words
    assert admin.send("/people/handover", leaver="zhou", successor="xitong").status_code == 422


def test_only_an_administrator_disables_and_english_is_complete(sqlite_office: Office) -> None:
    sun = sqlite_office.browser("sun")
    sun.get("/people")
    assert "同时停用" not in sun.words
    answer = sun.send("/people/handover", leaver="wang", successor="zhou", disable="yes")
    assert answer.status_code == 403 and "只有系统管理员可以停用" in answer.text
    sun.client.get("/language/en?next=/people")
    sun.get("/people")
    assert "Name a deputy" in sun.words and "Hand-over" in sun.words
    sun.send("/people/deputies", duty="wang handler@D", deputy="zhou", **DAYS)
    assert "(for 王承办, 16 November until 3 December)" in sun.words


def test_a_program_does_all_of_it_as_the_page_does(office: Office) -> None:
    number = office.submitted()
    office.go(number, "accept")
    sun = office.program("sun")
    wanted = {"duty": "handler@D", "absent": "wang", "deputy": "zhou"}
    assert sun.post(f"{API}/people/deputies", json=wanted | DAYS).status_code == 201
    (one,) = sun.get(f"{API}/people/deputies").json()["items"]
    assert {name: one[name] for name in wanted} == wanted
    again = sun.post(f"{API}/people/deputies", json=wanted | DAYS)
    assert again.status_code in (400, 422) and "zhou" in again.json()["detail"]
    assert sun.post(f"{API}/people/deputies", json=wanted | DAYS | {"duty": "supervisor@P"}).status_code == 403
    assert sun.post(f"{API}/people/deputies/end", json=wanted).json()["items"] == []
    assert office.program("zhao").get(f"{API}/people/deputies").status_code == 403
    moving = {"leaver": "wang", "successor": "zhou"}
    shown = sun.post(f"{API}/people/handover", json=moving).json()
    assert (shown["is_done"], shown["desks"][0]["duty"], shown["desks"][0]["open_cases"]) == (False, "handler@D", 1)
    assert sun.post(f"{API}/people/handover", json=moving | {"seen": 1}).status_code == 409
    assert sun.post(f"{API}/people/handover", json=moving | {"seen": shown["seen"]}).json()["is_done"]
    assert number in office.browser("zhou").get("/")


def test_forms_offer_the_staff_whose_duties_the_reader_may_arrange_and_nobody_else(office: Office) -> None:
    for login, expected in (
        ("wu", ["wang", "wu"]),
        ("sun", ["li", "sun", "wang", "wu", "zhao", "zhou"]),
        ("xitong", ["chen", "feng", "li", "sun", "wang", "wei", "wu", "zhao", "zhou"]),
    ):
        page = office.browser(login).get("/people")
        listed = page.partition('<datalist id="people">')[2].partition("</datalist>")[0]
        assert re.findall(r'value="(\w+)"', listed) == expected


def test_a_preview_names_what_stays_by_role_and_unit(office: Office) -> None:
    with transaction(office.engine) as db:
        wang, department = person(db, "wang"), db.exec(select(Unit).where(Unit.code == "D")).one()
        db.add(Duty(user_id=wang.id or 0, unit_id=department.id or 0, role="worker"))
    sun = office.browser("sun")
    sun.get("/people")
    sun.send("/people/handover", leaver="wang", successor="zhou")
    assert "不移交 职工 · 权益保障部" in sun.words and "worker@D" not in sun.words


def test_a_name_that_one_alone_has_is_as_good_as_a_login_and_the_preview_lists_the_cases(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    sqlite_office.go(number, "accept")
    sun = sqlite_office.browser("sun")
    assert '<a href="/people"' in sun.get("/inbox") and '<a href="/people"' not in sqlite_office.browser("wang").get(
        "/"
    )
    sun.get("/people")
    assert sun.send("/people/deputies", duty="wang handler@D", deputy="吴部长", **DAYS).status_code == 303
    assert "代理人已指定：吴部长代王承办。" in sun.words
    offered = re.findall(r'<option value="wu handler@D">(.*?)</option>', sun.page.text)
    assert "吴部长（代王承办） · 承办人员 · 权益保障部" in offered  # beside their own duty, if they have it
    answer = sun.send("/people/handover", leaver="王承办", successor=" 吴部长 ")
    assert answer.status_code == 200 and "移交预览：王承办 → 吴部长" in sun.words
    assert f'href="/cases/{number}">{number}</a> 希望在开发区建骑手驿站' in sun.page.text
    assert sun.send("/people/handover/confirm").status_code == 303
    assert "王承办的职责和未结案件已一次移交吴部长。" in sun.words
    with transaction(sqlite_office.engine) as db:
        person(db, "wu").name = person(db, "zhao").name
    answer = sun.send("/people/handover", leaver="赵督查", successor="li")
    assert answer.status_code == 422 and "有 2 位赵督查：wu、zhao，请填写登录名" in sun.words


def test_an_administrator_who_reads_no_case_reads_numbers_alone(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    sqlite_office.go(number, "accept")
    admin = sqlite_office.browser("xitong")
    admin.get("/people")
    admin.send("/people/handover", leaver="wang", successor="wu")
    assert number in admin.words and "骑手驿站" not in admin.words
