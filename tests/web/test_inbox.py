"""The inbox: what somebody was told, on a page, in the header of every page and over the API."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlmodel import select

from cases.record.database import transaction
from cases.record.news import Notification
from cases.record.people import Duty
from notifications.outbox import fan_out
from tests.web.visitors import API, Office, person


def told(office: Office) -> None:
    fan_out(office.engine, office.app.state.settings, office.at)


def test_what_waits_for_me_is_counted_on_every_page_and_read_when_it_is_opened(office: Office) -> None:
    number = office.submitted()
    told(office)
    li = office.browser("li")
    assert ">1</b>" in li.get("/")
    words = li.get("/inbox")
    assert "交您办理" in words
    assert number in words
    (entry,) = re.findall(r'action="/inbox/(\d+)"', words)
    answer = li.send(f"/inbox/{entry}")
    assert answer.headers["location"] == f"/cases/{number}"
    assert " hidden>0</b>" in li.get("/")
    assert 'class="unread"' not in li.get("/inbox")


def test_an_inbox_is_nobody_elses(office: Office) -> None:
    office.submitted()
    told(office)
    mine = office.program("li").get(f"{API}/inbox").json()
    assert [item["kind"] for item in mine["items"]] == ["task"]
    assert mine["unread"] == 1
    entry = mine["items"][0]["id"]
    assert office.program("wang").get(f"{API}/inbox").json() == {"items": [], "next": None, "unread": 0}
    for login in ("wang", "xitong"):
        assert office.program(login).post(f"{API}/inbox/{entry}/read").status_code == 404
        assert office.browser(login).client.get(f"/inbox/{entry}").status_code == 404
    assert office.program("li").post(f"{API}/inbox/{entry}/read").json() == {"id": entry, "unread": 0}
    assert office.program("li").post(f"{API}/inbox/{2**70}/read").status_code == 404


def test_a_case_that_one_may_not_see_any_more_is_not_named(office: Office) -> None:
    number = office.submitted()
    told(office)
    with transaction(office.engine) as db:
        db.exec(select(Duty).where(Duty.user_id == person(db, "li").id)).one().until_at = office.at
    office.later(minutes=1)
    li = office.browser("li")
    assert "此案已不由您查看" in li.get("/inbox")
    assert number not in li.page.text
    assert office.program("li").get(f"{API}/inbox").json()["items"][0]["title"] is None


def test_everything_can_be_marked_as_read_and_pages_go_back(office: Office) -> None:
    numbers = [office.submitted() for _ in range(5)]
    told(office)
    client, seen, cursor = office.program("li"), [], None
    while True:
        page = client.get(f"{API}/inbox", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["number"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == numbers[::-1]
    assert client.get(f"{API}/inbox?cursor=zzz").status_code == 422
    li = office.browser("li")
    li.get("/inbox")
    li.send("/inbox/read")
    assert li.client.get("/inbox/unread").json() == {"unread": 0}


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(office: Office) -> None:
    li = office.browser("li")
    for _ in range(6):
        office.later(minutes=5)
        answer = li.client.get("/inbox/unread")
    assert answer.status_code == 303
    li = office.browser("li")
    office.at += timedelta(minutes=29)
    assert li.client.get("/inbox/unread").json() == {"unread": 0}


def test_an_alarm_leads_an_administrator_to_their_page(office: Office) -> None:
    with transaction(office.engine) as db:
        admin_id = person(db, "xitong").id
        db.add(Notification(kind="exception", user_id=admin_id, channel="inbox", state="sent", made_at=office.at))
    admin = office.browser("xitong")
    page = admin.get("/inbox")
    assert "系统有异常，需要您处理" in page
    (entry,) = re.findall(r'action="(/inbox/\d+)"', page)
    assert admin.send(entry).headers["location"] == "/admin"


def test_the_address_of_an_entry_counts_nothing_that_others_are_told(office: Office) -> None:
    for _ in range(3):
        office.submitted()
    told(office)
    items = office.program("li").get(f"{API}/inbox").json()["items"]
    with transaction(office.engine) as db:
        ids = {row.id or 0 for row in db.exec(select(Notification))}
    places = [item["id"] for item in items]
    assert len(set(places)) == 3 and not ids & set(places)
    assert min(abs(one - other) for one in places for other in places if one != other) > 1_000
    page = office.program("li").get(f"{API}/inbox?limit=2").json()
    rest = office.program("li").get(f"{API}/inbox?limit=2&cursor={page['next']}").json()
    assert [item["id"] for item in (*page["items"], *rest["items"])] == places
    for entry in (1, 0, -1, 2**63, *sorted(ids)):
        assert office.program("li").post(f"{API}/inbox/{entry}/read").status_code in (404, 422)
