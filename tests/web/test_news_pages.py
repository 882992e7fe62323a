"""How a person wants their news, and what they confirm and see of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import select

from cases.errors import NotFound
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import NewsChoice, QuietHours
from notifications import confirming, outlets
from notifications.confirming import YourOwn
from tests.notifications.mailbox import Mailbox
from tests.web.letters import sends
from tests.web.visitors import Office, person


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


def test_pages_of_the_news_name_no_outside_address(office: Office, tmp_path: Path) -> None:
    li = office.browser("li")
    for path in ("/inbox", "/settings/news"):
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', li.get(path))
