"""How a person wants their news, and what a system administrator sees to."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from cases.errors import InvalidFields, NotFound
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import NewsChoice, NewsTemplate, Notification, Outlet, QuietHours
from notifications import confirming, outbox, outlets
from notifications.confirming import YourOwn
from notifications.delivering import Post, deliver
from notifications.outbox import fan_out
from notifications.passing import channels_of
from tests.notifications.mailbox import Mailbox
from tests.notifications.receivers import Receiver, dingtalk
from tests.web.visitors import Office, person


@pytest.fixture
def mailed(office: Office) -> Iterator[tuple[Office, Mailbox]]:
    """Gives the application with a mail server, whose people have addresses."""
    with Mailbox() as box:
        office.app.state.settings = replace(office.app.state.settings, **box.settings, sms_url="https://sms.example")
        with transaction(office.engine) as db:
            for login in ("li", "wang"):
                person(db, login).email = f"{login}@example.org"
        yield office, box


def sends(office: Office) -> None:
    settings = office.app.state.settings
    fan_out(office.engine, settings, office.at)
    deliver(office.engine, Post(channels_of(settings), settings, lambda: office.at, lambda: office.at))


def test_without_mail_or_short_messages_there_is_nothing_to_choose(office: Office) -> None:
    assert "尚未设置邮件和短信" in office.browser("li").get("/settings/news")


def test_what_i_choose_is_kept_and_counts(mailed: tuple[Office, Mailbox]) -> None:
    office, box = mailed
    li = office.browser("li")
    page = li.get("/settings/news")
    assert "li@example.org" in page
    assert "未登记" in page  # a telephone
    answer = li.send("/settings/news", **{"task.mail": "never", "note.mail": "digest", "language": "en"})
    assert answer.headers["location"] == "/settings/news?saved=true"
    with reading(office.engine) as db:
        rows = {(row.kind, row.channel): row.how for row in db.exec(select(NewsChoice))}
        assert rows == {("task", "mail"): "never", ("note", "mail"): "digest"}
        assert db.get_one(QuietHours, person(db, "li").id).from_time is None
        assert person(db, "li").language == "en"
    office.submitted()
    sends(office)
    assert box.kept == []


@pytest.mark.parametrize(
    "fields",
    [
        {"task.mail": "sometimes"}, {"quiet": "yes", "quiet_from": "", "quiet_until": "08:00"},
        {"quiet": "yes", "quiet_from": "25:00", "quiet_until": "08:00"}, {"language": "fr"},
        {"quiet": "yes", "quiet_from": "08:00", "quiet_until": "08:00"},
    ],
)  # fmt: skip
def test_a_choice_that_is_none_is_refused_in_words(mailed: tuple[Office, Mailbox], fields: dict[str, str]) -> None:
    office, _ = mailed
    li = office.browser("li")
    li.get("/settings/news")
    assert li.send("/settings/news", **({"language": "zh"} | fields)).status_code == 422
    assert "没有保存" in li.page.text
    with reading(office.engine) as db:
        assert db.exec(select(NewsChoice)).all() == []


def test_whoever_saves_anything_else_keeps_the_quiet_hours_of_the_union(mailed: tuple[Office, Mailbox]) -> None:
    office, _ = mailed
    li = office.browser("li")

    def kept(**fields: str) -> list[tuple[str | None, str | None]]:
        li.get("/settings/news")
        li.send("/settings/news", language="zh", **fields)
        with reading(office.engine) as db:
            return [(row.from_time, row.until_time) for row in db.exec(select(QuietHours))]

    assert kept(quiet="yes", quiet_from="21:00", quiet_until="08:00") == []
    assert kept(quiet="yes", quiet_from="22:00", quiet_until="07:00") == [("22:00", "07:00")]
    assert kept() == [(None, None)]
    assert kept(quiet="yes", quiet_from="21:00", quiet_until="08:00") == []


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


def test_a_second_person_who_oversees_the_unit_confirms_a_robot(office: Office) -> None:
    admin = office.browser("xitong")
    admin.get("/admin/news")
    admin.send("/admin/news/outlets", channel="feishu", unit="D", name="部群", address="https://open.feishu.example/x")
    assert "等待该单位" in admin.get("/admin/news")
    for login in ("wang", "li", "xitong", "zhang"):  # who oversee nothing, or not as those who answer for it
        assert "等待您确认" not in office.browser(login).get("/settings/news")
    sun = office.browser("sun")  # the leader of the union above
    assert "有 1 个机器人等待您确认" in sun.get("/inbox")
    page = sun.get("/settings/news")
    assert "open.feishu.example/…" in page
    (action,) = re.findall(r"/settings/news/outlets/\d+/confirm", page)
    assert sun.send(action).status_code == 303
    assert "等待您确认" not in sun.get("/settings/news")
    assert "等待您确认" not in sun.get("/inbox")
    assert "已由第二人确认" in admin.get("/admin/news")
    with reading(office.engine) as db:
        event = db.exec(select(Event).where(Event.action == "confirm_outlet")).one()
        assert (event.role, event.actor_id) == ("leader", person(db, "sun").id)
    for login in ("sun", "wang"):
        with transaction(office.engine) as db, pytest.raises(NotFound):
            confirming.confirm(db, 1, by=person(db, login), at=office.at)


def test_nobody_confirms_what_they_have_opened(office: Office) -> None:
    with transaction(office.engine) as db:
        wanted = outlets.Wanted("wecom", "C", "群", "https://wecom.example/x")
        row, _ = outlets.open_outlet(db, wanted, office.app.state.settings, by=person(db, "sun"), at=office.at)
        assert confirming.awaiting(db, person(db, "sun"), office.at) == []
        assert [outlet.id for outlet, _ in confirming.awaiting(db, person(db, "zhao"), office.at)] == [row.id]
        with pytest.raises(YourOwn):
            confirming.confirm(db, row.id or 0, by=person(db, "sun"), at=office.at)


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


def test_pages_of_the_news_name_no_outside_address(office: Office, tmp_path: Path) -> None:
    li = office.browser("li")
    for path in ("/inbox", "/settings/news"):
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', li.get(path))
