"""Robots, other systems and short messages: signed as documented, done only when they say so, refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.settings import Settings, SettingsError
from notifications.channels import Answer, Channel, Message, Verdict
from notifications.channels.dingtalk import DingTalk
from notifications.channels.feishu import Feishu
from notifications.channels.posting import Poster
from notifications.channels.sms import Sms
from notifications.channels.webhook import Webhook, new_secret
from notifications.channels.wecom import WeCom
from tests.cast import MONDAY
from tests.notifications.receivers import LOCAL, Check, Receiver, dingtalk, feishu, standard_webhook, wecom

NOW = MONDAY.timestamp()
SECRET = "SEC0f1e2d3c"
MESSAGE = Message(
    id="0123abcd",
    to="",
    subject="交您办理",
    text="权益保障部，您好：\n\n案件「<at user_id=\"all\">」到了。\n\nhttps://news.example/cases/TA-2026-7KQ3M9X",
    link="https://news.example/cases/TA-2026-7KQ3M9X",
    event={"type": "bihuan.news.task", "source": "https://news.example", "subject": "TA-2026-7KQ3M9X",
           "time": MONDAY, "data": {"kind": "task", "number": "TA-2026-7KQ3M9X"}},
)  # fmt: skip


def sent(channel: Channel, check: Check, path: str, secret: str | None = None, **more: Any) -> tuple[Answer, Receiver]:
    with Receiver(check) as receiver:
        return channel.send(replace(MESSAGE, to=receiver.url(path), secret=secret, **more), MONDAY), receiver


def test_dingtalk_takes_our_signature_and_a_wrong_secret_is_told() -> None:
    channel = DingTalk(Poster(LOCAL))
    answer, receiver = sent(channel, dingtalk(SECRET, NOW), "/robot/send?access_token=TOKEN", SECRET)
    assert answer.verdict is Verdict.DONE
    assert receiver.got[0].json["text"]["content"].startswith("【闭环】权益保障部")
    for path, secret in (("/robot/send?access_token=TOKEN", "WRONG"), ("/robot/send?access_token=X", SECRET)):
        answer, _ = sent(channel, dingtalk(SECRET, NOW), path, secret)
        assert (answer.verdict, answer.why) == (Verdict.LATER, "bad_secret")
    late = channel.send(MESSAGE, MONDAY)
    assert late.why == "bad_address"


def test_a_signature_whose_sign_needs_encoding_arrives_whole() -> None:
    channel = DingTalk(Poster(LOCAL))
    for minute in range(20):  # a third of all signatures hold a + or a /
        with Receiver(dingtalk(SECRET, NOW)) as receiver:
            message = replace(MESSAGE, to=receiver.url("/robot/send?access_token=TOKEN"), secret=SECRET)
            assert channel.send(message, MONDAY + timedelta(minutes=minute)).verdict is Verdict.DONE


def test_wecom_gets_no_more_than_it_takes_and_the_link_stays_whole() -> None:
    channel = WeCom(Poster(LOCAL))
    answer, receiver = sent(channel, wecom, "/cgi-bin/webhook/send?key=KEY", text="长" * 5_000)
    assert answer.verdict is Verdict.DONE
    assert receiver.got[0].json["text"]["content"].endswith(MESSAGE.link)
    answer, _ = sent(channel, wecom, "/cgi-bin/webhook/send?key=OTHER")
    assert (answer.verdict, answer.why) == (Verdict.LATER, "bad_secret")


def test_feishu_takes_our_signature_and_nobody_is_called_by_a_title() -> None:
    channel = Feishu(Poster(LOCAL))
    answer, receiver = sent(channel, feishu(SECRET, NOW), "/open-apis/bot/v2/hook/x", SECRET)
    assert answer.verdict is Verdict.DONE
    assert "<at" not in receiver.got[0].json["content"]["text"]
    answer, _ = sent(channel, feishu(SECRET, NOW), "/open-apis/bot/v2/hook/x", "WRONG")
    assert (answer.verdict, answer.why) == (Verdict.LATER, "bad_secret")
    answer, _ = sent(channel, feishu(SECRET, NOW + 2 * 3600), "/open-apis/bot/v2/hook/x", SECRET)
    assert answer.why == "bad_secret"


def test_an_older_robot_of_feishu_says_it_otherwise() -> None:
    for reply, verdict in (
        ({"StatusCode": 0, "StatusMessage": "success"}, Verdict.DONE),
        ({"StatusCode": 9499}, Verdict.LATER),
    ):
        answer, _ = sent(Feishu(Poster(LOCAL)), answering(reply), "/x")
        assert answer.verdict is verdict


def answering(reply: Any) -> Check:
    return lambda got: (200, reply)


@pytest.mark.parametrize("channel", [DingTalk, Feishu])
@pytest.mark.parametrize("text", ["<" * 30_000, "\n" * 30_000, "长" * 30_000])
def test_a_body_stays_under_twenty_thousand_bytes_and_its_link_whole(channel: Any, text: str) -> None:
    _, receiver = sent(channel(Poster(LOCAL)), lambda got: (200, {"code": 0, "errcode": 0}), "/x", SECRET, text=text)
    (got,) = receiver.got
    assert 17_000 < len(got.body) < 20_000
    assert MESSAGE.link in got.body.decode()


def test_no_log_holds_the_key_of_a_robot(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    answer, _ = sent(WeCom(Poster(LOCAL)), wecom, "/cgi-bin/webhook/send?key=KEY")
    assert answer.verdict is Verdict.DONE
    assert "KEY" not in caplog.text


@pytest.mark.parametrize("channel", [DingTalk, WeCom, Feishu])
@pytest.mark.parametrize(
    ("reply", "verdict", "why"),
    [
        ((200, {"errcode": -1, "code": 11232}), Verdict.LATER, "busy"),
        ((200, {"errcode": 40035, "code": 9499}), Verdict.LATER, "refused"),
        ((200, b"<html>"), Verdict.LATER, "unreadable"),
        ((200, [1]), Verdict.LATER, "unreadable"),
        ((200, {}), Verdict.LATER, "unreadable"),
        ((200, {"errcode": False, "code": False}), Verdict.LATER, "refused"),
        ((500, {"errcode": 0, "code": 0}), Verdict.LATER, "refused"),
        ((404, {}), Verdict.LATER, "refused"),
        ((410, {}), Verdict.NEVER, "refused"),
        ((302, {}), Verdict.LATER, "redirect"),
    ],
)
def test_only_the_robots_own_word_counts(channel: Any, reply: Any, verdict: Verdict, why: str) -> None:
    answer, receiver = sent(channel(Poster(LOCAL)), lambda got: reply, "/x")
    assert (answer.verdict, answer.why) == (verdict, why)
    assert [got.path for got in receiver.got] == ["/x"]


def test_another_system_gets_a_signed_cloudevent_under_the_same_id_each_time() -> None:
    secret = new_secret()
    channel = Webhook(Poster(LOCAL))
    answer, receiver = sent(channel, standard_webhook(secret, NOW), "/hook", secret)
    assert answer.verdict is Verdict.DONE
    (got,) = receiver.got
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    assert got.headers["webhook-id"] == "0123abcd"
    assert got.json == {
        "specversion": "1.0", "id": "0123abcd", "time": "2026-11-16T01:00:00Z", "datacontenttype": "application/json",
        "type": "bihuan.news.task", "source": "https://news.example", "subject": "TA-2026-7KQ3M9X",
        "data": {"kind": "task", "number": "TA-2026-7KQ3M9X"},
    }  # fmt: skip
    answer, _ = sent(channel, standard_webhook(secret, NOW), "/hook", new_secret())
    assert (answer.verdict, answer.why) == (Verdict.LATER, "refused")
    for wrong in (None, "", "plain", "whsec_", "whsec_%%%", "whsec_c2hvcnQ="):
        assert sent(channel, standard_webhook(secret, NOW), "/hook", wrong)[0].why == "bad_secret"


def test_a_short_message_goes_through_the_gateway_as_its_template_says() -> None:
    def gateway(got: Any) -> tuple[int, Any]:
        return 200, {"Response": {"Status": "OK" if got.headers["authorization"] == "Bearer k" else "NO"}}

    with Receiver(gateway) as receiver:
        settings = Settings(sms_url=receiver.url("/sms"), sms_header="Authorization: Bearer k",
                            sms_success="Response.Status=OK")  # fmt: skip
        message = replace(MESSAGE, to="+86 138-0000 0004", subject='交您办理："x"')
        assert Sms(settings).send(message, MONDAY).verdict is Verdict.DONE
        assert receiver.got[-1].json == {"phone": "+8613800000004", "text": f'交您办理："x" {MESSAGE.link}'}
        form = replace(settings, sms_body="mobile=$phone&content=$text&id=$id")
        assert Sms(form).send(message, MONDAY).verdict is Verdict.DONE
        assert b"mobile=%2B8613800000004&content=%E4%BA%A4" in receiver.got[-1].body
        wrong = replace(settings, sms_header="Authorization: Bearer x")
        assert Sms(wrong).send(message, MONDAY).verdict is Verdict.LATER
    for phone in ("", "12", "1380000\r\n", "１３８００００００００", "abc"):
        assert Sms(settings).send(replace(message, to=phone), MONDAY).why == "bad_address"
    wrong_ones: tuple[dict[str, Any], ...] = (
        {"sms_body": '{"to": "$mobile"}'}, {"sms_success": "code"}, {"sms_success": "=0"}, {"sms_header": "Bearer k"},
    )  # fmt: skip
    for one in wrong_ones:
        with pytest.raises(SettingsError):
            Sms(replace(settings, **one))


def test_an_answer_that_cannot_be_read_sends_no_short_message_twice() -> None:
    with Receiver(lambda got: (200, {"status": "sent"})) as receiver:
        channel = Sms(Settings(sms_url=receiver.url(), sms_success="code=0"))
        answer = channel.send(replace(MESSAGE, to="13800000004"), MONDAY)
    assert (answer.verdict, answer.why) == (Verdict.NEVER, "unreadable")


def test_a_long_short_message_keeps_its_link() -> None:
    with Receiver(lambda got: (200, {})) as receiver:
        Sms(Settings(sms_url=receiver.url())).send(replace(MESSAGE, to="13800000004", subject="长" * 400), MONDAY)
    text = receiver.got[0].json["text"]
    assert len(text) == 300
    assert text.endswith(f"… {MESSAGE.link}")


def test_no_answer_and_no_message_shows_a_secret() -> None:
    message = replace(MESSAGE, to="https://oapi.dingtalk.com/robot/send?access_token=TOKEN", secret=SECRET)
    assert "TOKEN" not in repr(message)
    assert SECRET not in repr(message)
    with Receiver(lambda got: (500, {})) as receiver:
        url = receiver.url("/send?key=KEY")
    answer = WeCom(Poster(LOCAL)).send(replace(message, to=url), MONDAY)
    assert "KEY" not in json.dumps([answer.why, answer.said])
