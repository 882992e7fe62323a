"""`bihuan news` as an administrator types it, and the sweep that passes on the news."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from sqlmodel import select

from cases.record.database import reading, transaction
from cases.record.news import Notification
from cases.verifying import verify_database
from config import clock
from notifications import outbox
from notifications.outlets import opened
from tests.cases.world import Story
from tests.cast import MONDAY
from tests.commands.test_program import Captured, run
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import Newsroom
from tests.notifications.receivers import Receiver, dingtalk, wecom


@pytest.fixture
def newsroom(peopled_url: str) -> Newsroom:
    """Gives the cast, with addresses, once on each engine."""
    return Newsroom(peopled_url)


def set_up(patch: pytest.MonkeyPatch, **settings: Any) -> None:
    for name, value in settings.items():
        patch.setenv(f"BIHUAN_{name.upper()}", str(value))


def rows(capsys: Captured, newsroom: Newsroom, *words: str) -> list[dict[str, Any]]:
    status, out, _ = run(capsys, "news", *words, "--database", newsroom.url, "--format", "json")
    assert status == 0
    found: list[dict[str, Any]] = json.loads(out)
    return found


def test_a_sweep_fires_what_is_due_and_passes_on_the_news(
    newsroom: Newsroom, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    Story(newsroom).up_to("accept")
    with Mailbox() as box:
        set_up(monkeypatch, **box.settings)
        status, out, said = run(
            capsys, "sweep", "--database", newsroom.url, "--at", "2026-11-17T14:00", "--format", "csv"
        )
        assert (status, out.count("\n")) == (0, 2)
        assert "消息：新 16 条，送达 7" in said
        assert len(box.to("wang")) == 2
        status, out, said = run(
            capsys, "sweep", "--database", newsroom.url, "--at", "2026-11-17T14:01", "--format", "csv"
        )
        assert (status, out.count("\n"), said) == (0, 1, "")


def test_what_was_given_up_is_listed_with_its_reason_and_sent_again(
    newsroom: Newsroom, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(newsroom).up_to("submit")
    set_up(monkeypatch, smtp_host="127.0.0.1", smtp_from="a@b.cn", smtp_security="none")

    at = ("--at", "2026-11-16T12:00")
    with Mailbox() as box:
        box.unknown |= {"li@example.org", "shuang@example.org"}
        set_up(monkeypatch, **box.settings)
        run(capsys, "sweep", "--database", newsroom.url, *at)
    _, first = rows(capsys, newsroom, "parked")
    assert (first["channel"], first["to"], first["attempts"]) == ("mail", "li", 1)
    assert (first["why_zh"], first["answer"]) == ("对方拒收", "550 no such user")
    assert story.number not in json.dumps(first)
    status, out, _ = run(capsys, "doctor", "--database", newsroom.url, *at, "--format", "csv")
    assert status == 1
    assert "条消息未能送达：bihuan news parked" in out
    with Mailbox() as box:
        set_up(monkeypatch, **box.settings)
        for words, status in (
            ((), 2), (("99999",), 2), (("--all", "1"), 2), ((str(first["id"]),), 0), (("--all",), 0),
        ):  # fmt: skip
            assert run(capsys, "news", "resend", *words, "--database", newsroom.url, *at)[0] == status
        run(capsys, "sweep", "--database", newsroom.url, *at)
        assert sorted(kept.to for kept in box.kept) == ["li@example.org", "shuang@example.org"]
    assert rows(capsys, newsroom, "parked") == []
    with reading(newsroom.db) as db:
        verify_database(db)


def test_what_nobody_tells_and_what_cannot_be_told_is_found_by_the_doctor(
    newsroom: Newsroom, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    Story(newsroom).up_to("submit")
    at = ("--database", newsroom.url, "--at", "2026-11-16T12:00")
    _, out, _ = run(capsys, "doctor", *at, "--format", "csv")
    assert "个事件尚未通知" in out
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "audience_of", {}.__getitem__)  # breaks on every event
        newsroom.tells(MONDAY)
    found = rows(capsys, newsroom, "untellable")
    assert len(found) == 2
    assert "Error" in found[0]["why"]
    _, out, _ = run(capsys, "doctor", *at, "--format", "csv")
    assert "个事件无法通知：bihuan news untellable" in out
    assert "个事件尚未通知" not in out
    for words, status in (((), 2), (("99999",), 2), ((str(found[0]["event"]),), 0), (("--all",), 0)):
        assert run(capsys, "news", "tell", *words, *at)[0] == status
    assert rows(capsys, newsroom, "untellable") == []
    assert newsroom.told()
    with reading(newsroom.db) as db:
        verify_database(db)


def test_what_was_given_up_can_be_dismissed_and_never_says_who_raised_a_case(
    newsroom: Newsroom, capsys: Captured
) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_host="x", smtp_from="a@b.cn")
    Story(newsroom).up_to("verify")
    newsroom.tells(MONDAY)
    with transaction(newsroom.db) as db:
        for row in db.exec(select(Notification).where(Notification.channel == "mail")):
            row.state, row.next_at, row.why, row.answer = "parked", None, "refused", "550 <someone@example.org>"
        digest = Notification(kind="digest", user_id=newsroom.people["zhang"], channel="mail", state="parked",
                              made_at=MONDAY, why="refused", answer="550 <zhang@example.org>")  # fmt: skip
        db.add(digest)
        db.flush()
        raised = db.exec(select(Notification).where(Notification.user_id == newsroom.people["zhang"])).first()
        assert raised is not None
        raised.digest_id, raised.state = digest.id, "gathered"
    listed = rows(capsys, newsroom, "parked")
    submitters = [row for row in listed if row["to"] == "申请人 / a submitter"]
    assert len(submitters) > 1
    assert {row["answer"] for row in submitters} == {""}
    said = json.dumps(listed, ensure_ascii=False)
    assert "zhang" not in said
    assert not {"kind", "question", "answered"} & set(listed[0])
    assert [row["id"] for row in listed] == sorted((row["id"] for row in listed), reverse=True)
    for words, status in (((), 2), (("99999",), 2), ((str(listed[0]["id"]),), 0), (("--all",), 0)):
        assert run(capsys, "news", "dismiss", *words, "--database", newsroom.url)[0] == status
    assert rows(capsys, newsroom, "parked") == []
    assert {(row.state, row.why) for row in newsroom.rows(id=listed[0]["id"])} == {("dropped", "dismissed")}
    with reading(newsroom.db) as db:
        verify_database(db)


def test_a_robot_is_opened_tried_and_ended_and_its_secrets_stay_on_stdin(
    newsroom: Newsroom, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver(dingtalk("SEC1", clock.now().timestamp())) as receiver, Receiver(wecom) as other:
        for secret in ("SEC1", "WRONG"):
            monkeypatch.setattr("sys.stdin", StringIO(f"{receiver.url('/send?access_token=TOKEN')}\n{secret}\n"))
            words = ("open", "dingtalk", "--unit", "D", "--name", "群", "--database", newsroom.url)
            if secret == "SEC1":
                status, out, said = run(capsys, "news", *words)
                assert status == 1
                assert "在内网" in said
                set_up(monkeypatch, private_addresses="true")
                monkeypatch.setattr("sys.stdin", StringIO(f"{receiver.url('/send?access_token=TOKEN')}\n{secret}\n"))
            status, out, said = run(capsys, "news", *words)
            assert (status, out) == (0, "")
            assert secret not in said
        right, wrong = (row["id"] for row in rows(capsys, newsroom, "outlets"))
        other_news = Notification(kind="trial", outlet_id=right, channel="dingtalk", state="waiting",
                                  next_at=MONDAY, made_at=MONDAY)  # fmt: skip
        with transaction(newsroom.db) as db:
            db.add(other_news)
        assert run(capsys, "news", "try", str(right), "--database", newsroom.url)[0] == 0
        status, _, said = run(capsys, "news", "try", str(wrong), "--database", newsroom.url)
        assert status == 1
        assert "密钥、口令或签名不对" in said
        assert other.got == []
        assert [row.attempts for row in newsroom.rows(id=other_news.id)] == [0]
    for login, status in (("xitong", 2), ("wang", 2), ("nobody", 2), ("wu", 0), ("sun", 2)):
        confirmed = run(capsys, "news", "confirm", str(right), "--as", login, "--database", newsroom.url)
        assert confirmed[0] == status, login
    assert [bool(row["confirmed_at"]) for row in rows(capsys, newsroom, "outlets")] == [True, False]
    assert run(capsys, "news", "end", str(wrong), "--database", newsroom.url)[0] == 0
    assert run(capsys, "news", "end", str(wrong), "--database", newsroom.url)[0] == 2
    with reading(newsroom.db) as db:
        assert [row.id for row, _ in opened(db)] == [right]
        verify_database(db)


def test_another_system_is_given_a_secret_on_stdout(
    newsroom: Newsroom, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("https://192.0.2.1/hook\n"))
    words = ("news", "open", "webhook", "--unit", "P", "--database", newsroom.url)
    set_up(monkeypatch, private_addresses="true")
    status, out, _ = run(capsys, *words, "--at", MONDAY.isoformat())
    assert status == 0
    assert out.startswith("whsec_")
