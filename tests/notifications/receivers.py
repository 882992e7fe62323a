"""Real HTTP receivers on this machine, which check what they get as the vendors document it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from config.settings import Settings

HOUR = 3600
#: What lets this machine be posted to, and waits for it no longer than two seconds.
LOCAL = Settings(private_addresses=True, patience=2)


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


Reply = tuple[int, Any]
Check = Callable[[Got], Reply]


class Receiver:
    """A server that answers what a check says; `got` is what it was sent, in order."""

    def __init__(self, check: Check) -> None:
        receiver = self
        self.got: list[Got] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                got = Got(parts.path, query, headers, self.rfile.read(int(headers.get("content-length", 0))))
                receiver.got.append(got)
                status, answer = check(got)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:  # whoever asked has hung up
                    self.close_connection = True

            def log_message(self, format: str, *values: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self.server.server_address[1])

    def url(self, path: str = "/") -> str:
        """Return an address of it."""
        return f"http://127.0.0.1:{self.port}{path}"


def dingtalk(secret: str, now: float) -> Check:
    """Check as 钉钉 does: 200 always, and a code that says what is wrong."""

    def check(got: Got) -> Reply:
        timestamp = got.query.get("timestamp", "")
        mac = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
        is_right = got.query.get("sign") == base64.b64encode(mac).decode()
        if not (is_right and abs(int(timestamp) / 1000 - now) <= HOUR):
            return 200, {"errcode": 310000, "errmsg": "description:机器人发送签名不匹配"}
        if got.query.get("access_token") != "TOKEN":
            return 200, {"errcode": 300001, "errmsg": "token is not exist"}
        if not (got.json["msgtype"] == "text" and got.json["text"]["content"]):
            return 200, {"errcode": 40035, "errmsg": "缺少参数 json"}
        return 200, {"errcode": 0, "errmsg": "ok"}

    return check


def wecom(got: Got) -> Reply:
    """Check as 企业微信 does: the key, and the length of the text in bytes."""
    if got.query.get("key") != "KEY":
        return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}
    if len(got.json["text"]["content"].encode()) > 2048:
        return 200, {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
    return 200, {"errcode": 0, "errmsg": "ok"}


def feishu(secret: str, now: float) -> Check:
    """Check as 飞书 does: 200 always, and a code that says what is wrong."""

    def check(got: Got) -> Reply:
        timestamp = got.json.get("timestamp", "0")
        mac = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
        if got.json.get("sign") != base64.b64encode(mac).decode() or abs(int(timestamp) - now) > HOUR:
            return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        if not (got.json["msg_type"] == "text" and got.json["content"]["text"]):
            return 200, {"code": 9499, "msg": "Bad Request"}
        return 200, {"code": 0, "msg": "success", "data": {}}

    return check


def standard_webhook(secret: str, now: float) -> Check:
    """Check as the Standard Webhooks libraries do: a signature over id, moment and body, five minutes of tolerance."""
    key = base64.b64decode(secret.removeprefix("whsec_"))

    def check(got: Got) -> Reply:
        signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        is_right = expected in got.headers["webhook-signature"].split(" ")
        if not is_right or abs(int(got.headers["webhook-timestamp"]) - now) > 300:
            return 401, {"error": "No matching signature found"}
        return 204, b""

    return check
