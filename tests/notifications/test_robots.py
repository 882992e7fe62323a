"""Robots and other systems: signed as documented, done only when they say so, refused in words, bounded in all."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from config.settings import Settings, SettingsError
from notifications.channels import Answer, Channel, Message, Verdict
from notifications.channels.dingtalk import DingTalk
from notifications.channels.feishu import Feishu
from notifications.channels.posting import LONGEST_REPLY, Poster, Reply, is_public
from notifications.channels.sms import Sms
from notifications.channels.webhook import Webhook, new_secret
from notifications.channels.wecom import WeCom
from tests.cast import MONDAY
from tests.notifications.receivers import Check, Receiver, dingtalk, feishu, standard_webhook, wecom

NOW = MONDAY.timestamp()
LOCAL = Settings(private_addresses=True, patience=2)
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


def test_the_address_of_a_receiver_stays_as_it_was_typed() -> None:
    asked: list[str] = []
    with Receiver(lambda got: (200, {})) as receiver:
        handler = receiver.server.RequestHandlerClass
        post = handler.do_POST  # type: ignore[attr-defined]  # the handler of the receiver

        def heard(self: Any) -> None:
            asked.append(self.path)
            post(self)

        handler.do_POST = heard  # type: ignore[attr-defined]  # the same
        Poster(LOCAL).post(receiver.url("/hook?flag&b=%20+x"), b"{}", {})
    assert asked == ["/hook?flag&b=%20+x"]


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


def test_a_private_address_is_refused_however_it_is_written() -> None:
    poster = Poster(Settings(patience=2))
    with Receiver(lambda got: (200, {})) as receiver:
        for host in (
            "127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]", "0.0.0.0", "[::]", "[64:ff9b::7f00:1]",
        ):  # fmt: skip
            answer = poster.post(f"http://{host}:{receiver.port}/", b"{}", {})
            assert isinstance(answer, Answer), host
            assert (answer.verdict, answer.why) == (Verdict.NEVER, "private_address"), host
        assert receiver.got == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False),
        ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("255.255.255.255", False), ("fec0::1", False), ("64:ff9b:1::7f00:1", False),
        ("::7f00:1", False), ("::ffff:0:7f00:1", False), ("5f00::1", False), ("2001::1", False), ("3fff::1", False),
        ("2001:db8::1", False), ("ff02::1", False), ("::", False), ("::1", False), ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True), ("2400:3200::1", True),
    ],
)  # fmt: skip
def test_which_addresses_are_of_the_open_internet(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_a_name_is_asked_once_and_the_checked_address_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.216.34", "127.0.0.1"], ["10.0.0.8"]])
    asked: list[str] = []
    connected: list[str] = []

    def resolve(host: str, port: int, **more: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    def connect(address: tuple[str, int], *more: Any, **options: Any) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    poster = Poster(Settings(patience=2))
    for _ in range(2):  # one public address beside a private one is refused as well
        answer = poster.post("https://rebinding.example/", b"{}", {})
        assert isinstance(answer, Answer)
        assert answer.why == "private_address"
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    poster.post("https://rebinding.example/", b"{}", {})
    assert connected == ["93.184.216.34"]
    assert asked == ["rebinding.example"] * 3


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "file:///etc/passwd", "http://", "https://a:b@x.example/", "http://[::1", "x" * 9]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    answer = Poster(LOCAL).post(url, b"{}", {})
    assert isinstance(answer, Answer)
    assert (answer.verdict, answer.why) == (Verdict.NEVER, "bad_address")


def test_an_answer_of_ten_megabytes_is_read_as_far_as_it_may_be() -> None:
    with Receiver(lambda got: (200, b"x" * 10_000_000)) as receiver:
        reply = Poster(LOCAL).post(receiver.url(), b"{}", {})
    assert isinstance(reply, Reply)
    assert len(reply.body) == LONGEST_REPLY


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """Serves a letter a moment, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    with connection:
                        connection.sendall(first)
                        while True:
                            connection.sendall(b"a")
                            time.sleep(0.1)
                except OSError:
                    if listener.fileno() < 0:
                        return

        Thread(target=drip, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"])
def test_an_answer_that_never_ends_is_left_when_the_time_is_over(first: bytes) -> None:
    with dripping(first) as url:
        begin = time.monotonic()
        answer = Poster(replace(LOCAL, patience=1)).post(url, b"{}", {})
        assert time.monotonic() - begin < 2.5
    assert isinstance(answer, Answer)
    assert (answer.verdict, answer.why) in ((Verdict.LATER, "timeout"), (Verdict.LATER, "unreachable"))


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
