"""Posting to an address: public ones only, resolved once, as typed, and bounded in time and size."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from config.settings import Settings
from notifications.channels import Answer, Verdict
from notifications.channels.posting import LONGEST_REPLY, Poster, Reply, is_public
from tests.notifications.receivers import LOCAL, Receiver


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
