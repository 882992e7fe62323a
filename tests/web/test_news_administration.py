"""What a system administrator sees to: robots and other systems, what was given up, the words of the news."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from cases.errors import InvalidFields
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import NewsTemplate, Notification, Outlet
from notifications import outbox, outlets
from tests.notifications.mailbox import Mailbox
from tests.notifications.receivers import Receiver, dingtalk
from tests.web.letters import sends
from tests.web.visitors import Office, person


def test_only_a_system_administrator_sees_to_the_news(office: Office) -> None:
    for login in ("li", "sun", "anquan", "shenji", "zhang"):
        client = office.browser(login).client
        for path in ("/admin/news", "/admin/news/words/task/zh"):
            assert client.get(path).status_code == 403
    admin = office.browser("xitong")
    assert "消息模板" in admin.get("/admin/news")
    assert admin.client.get("/admin/news/words/nothing/zh").status_code == 404
    assert admin.client.get("/admin/news/words/task/fr").status_code == 404


def test_an_administrator_opens_tries_and_ends_a_robot_and_its_secrets_are_never_shown(office: Office) -> None:
    admin = office.browser("xitong")
    admin.get("/admin/news")
    robot = {"channel": "dingtalk", "unit": "C", "name": "市总群", "secret": "SEC0f1e"}
    with Receiver(dingtalk("SEC0f1e", office.at.timestamp())) as receiver:
        address = receiver.url("/robot/send?access_token=TOKEN")
        refused = admin.send("/admin/news/outlets", **robot, address=address)
        assert refused.status_code == 422
        assert "在内网" in admin.page.text
        assert "SEC0f1e" not in admin.page.text
        office.app.state.settings = replace(office.app.state.settings, private_addresses=True)
        assert admin.send("/admin/news/outlets", **robot, address=address).status_code == 200
        admin.get("/admin/news")
        for secret in ("SEC0f1e", "TOKEN"):
            assert secret not in admin.page.text
        (outlet,) = re.findall(r'action="/admin/news/outlets/(\d+)/try"', admin.page.text)
        admin.send(f"/admin/news/outlets/{outlet}/try")
        sends(office)
        assert "已送达" in admin.get("/admin/news")
        assert "测试消息" in receiver.got[0].json["text"]["content"]
    admin.send(f"/admin/news/outlets/{outlet}/end")
    assert f"/outlets/{outlet}/" not in admin.get("/admin/news")
    with reading(office.engine) as db:
        assert db.exec(select(Outlet.ended_at)).one() == office.at
        events = db.exec(select(Event).where(Event.role == "administrator")).all()
        assert [event.action for event in events] == ["open_outlet", "end_outlet"]
        assert "SEC0f1e" not in "".join(event.data for event in events)


def test_nobody_asks_a_name_server_while_an_outlet_is_opened(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, resolve = [], socket.getaddrinfo

    def listens(host: str, *more: Any, **flags: Any) -> Any:
        asked.append((host, flags.get("flags")))
        return resolve(host, *more, **flags)

    monkeypatch.setattr(socket, "getaddrinfo", listens)
    for host, is_taken in (("oa.example", True), ("127.1", False), ("[::1]", False), ("localhost", False)):
        wanted = outlets.Wanted("webhook", "C", "", f"https://{host}/hook")
        with transaction(office.engine) as db:
            if is_taken:
                outlets.open_outlet(db, wanted, office.app.state.settings, by=None, at=office.at)
                continue
            with pytest.raises(InvalidFields, match="inner network"):
                outlets.open_outlet(db, wanted, office.app.state.settings, by=None, at=office.at)
    assert {flags for _, flags in asked} == {socket.AI_NUMERICHOST}


def test_another_system_gets_its_secret_once(office: Office) -> None:
    office.app.state.settings = replace(office.app.state.settings, private_addresses=True)
    admin = office.browser("xitong")
    admin.get("/admin/news")
    admin.send("/admin/news/outlets", channel="webhook", unit="P", address="https://oa.example/hook")
    assert "whsec_" in admin.page.text
    assert "whsec_" not in admin.get("/admin/news")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"channel": "pigeon"}, "dingtalk"), ({"unit": "nowhere"}, "nowhere"), ({"name": "x" * 101}, "100"),
        ({"address": "ftp://x.example"}, "https://"), ({"address": "https://a:b@x.example/"}, "https://"),
        ({"address": "https://x.example/\nHost: y"}, "https://"), ({"secret": "x" * 201}, "200"),
        ({"channel": "webhook", "secret": "guess"}, "whsec_"),
    ],
)  # fmt: skip
def test_an_outlet_that_cannot_be_is_refused_in_words(office: Office, fields: dict[str, str], field: str) -> None:
    good = {"channel": "feishu", "unit": "C", "name": "群", "address": "https://open.feishu.example/hook/x"}
    with transaction(office.engine) as db, pytest.raises(InvalidFields) as refused:
        outlets.open_outlet(db, outlets.Wanted(**good | fields), office.app.state.settings, by=None, at=office.at)
    assert field in refused.value.zh
    assert refused.value.en


def test_what_was_given_up_is_explained_and_sent_again(office: Office) -> None:
    settings = replace(office.app.state.settings, smtp_host="127.0.0.1", smtp_from="a@b.cn", smtp_security="none")
    office.app.state.settings = settings
    with transaction(office.engine) as db:
        person(db, "li").email = "li\r\nBcc: all@example.org"
    number = office.submitted()
    sends(office)
    admin = office.browser("xitong")
    page = admin.get("/admin/news")
    assert "地址或号码不对" in page
    assert number not in page
    with transaction(office.engine) as db:
        person(db, "li").email = "li@example.org"
        message = db.exec(select(Notification.id).where(Notification.state == "parked")).one()
    with Mailbox() as box:
        office.app.state.settings = replace(settings, **box.settings)
        admin.send(f"/admin/news/parked/{message}/resend")
        sends(office)
        assert [kept.to for kept in box.kept] == ["li@example.org"]
    assert admin.client.post(f"/admin/news/parked/{message}/resend").status_code == 403  # no form of ours
    assert "没有搁置的消息" in admin.get("/admin/news")


def test_an_event_that_could_not_be_told_is_shown_and_told_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.submitted()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "audience_of", {}.__getitem__)  # breaks on every event
        sends(office)
    admin = office.browser("xitong")
    page = admin.get("/admin/news")
    actions = re.findall(r"/admin/news/events/\d+/tell", page)
    assert "Traceback" in page
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "audience_of", {}.__getitem__)
        assert admin.send(actions[0]).status_code >= 400
    admin.get("/admin/news")
    for action in actions:
        assert admin.send(action).status_code == 303
        admin.get("/admin/news")
    assert "Traceback" not in admin.page.text
    assert "交您办理" in office.browser("li").get("/inbox")


def test_what_was_given_up_can_be_dismissed(office: Office) -> None:
    office.app.state.settings = replace(
        office.app.state.settings, smtp_host="127.0.0.1", smtp_from="a@b.cn", smtp_security="none"
    )
    with transaction(office.engine) as db:
        for login in ("li", "wang"):
            person(db, login).email = "none"
    office.submitted()
    sends(office)
    admin = office.browser("xitong")
    page = admin.get("/admin/news")
    (message,) = re.findall(r"parked/(\d+)/dismiss", page)
    assert "交您办理 ·" not in page
    admin.send(f"/admin/news/parked/{message}/dismiss")
    assert "没有搁置的消息" in admin.get("/admin/news")
    with reading(office.engine) as db:
        events = db.exec(select(Event.action).where(Event.role == "administrator")).all()
    assert events == ["dismiss_news"]


def test_words_are_edited_with_known_placeholders_only(office: Office) -> None:
    admin = office.browser("xitong")
    here = "/admin/news/words/task/zh"
    admin.get(here)
    for subject, body, said in (
        ("$title 请办", "${number.__class__}", "占位符"),
        ("$password", "$link", "没有占位符 $password"),
        ("$due", "$link", "没有占位符 $due"),
        ("100%", "$ 5", "占位符"),
        ("", "$link", "不能为空"),
    ):
        assert admin.send(here, subject=subject, body=body).status_code == 422
        assert said in admin.page.text, subject
    assert admin.send(here, subject="请办：$title", body="{{ 7*7 }} $$5 $link").status_code == 303
    with reading(office.engine) as db:
        row = db.exec(select(NewsTemplate)).one()
        assert (row.kind, row.subject, row.edited_by) == ("task", "请办：$title", person(db, "xitong").id)
    assert "（已改）" in admin.get("/admin/news")
    admin.get(here)
    admin.send(here, reset="yes")
    assert "（已改）" not in admin.get("/admin/news")


def test_edited_words_are_what_is_sent(mailed: tuple[Office, Mailbox]) -> None:
    office, box = mailed
    admin = office.browser("xitong")
    admin.get("/admin/news/words/task/zh")
    admin.send("/admin/news/words/task/zh", subject="请办：$title", body="{{ 7*7 }} $$5 $name $link")
    admin.get("/admin/news/words/sealed/zh")
    assert admin.send("/admin/news/words/sealed/zh", subject="$title", body="$link").status_code == 422
    number = office.submitted(identity="named")
    sends(office)
    (letter,) = box.to("li")
    assert letter.message["Subject"] == "请办：希望在开发区建骑手驿站"
    assert letter.body().strip() == f"{{{{ 7*7 }}}} $5 李审议 http://127.0.0.1:8000/cases/{number}"
