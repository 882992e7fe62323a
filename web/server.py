"""Run the application with uvicorn: one process, or several on PostgreSQL."""

from __future__ import annotations

import os
import socket
from typing import Any

import uvicorn
from sqlalchemy import make_url
from uvicorn.supervisors import Multiprocess

from config import logs
from config.settings import Settings
from web.app import create_app
from workflow.errors import Refusal

#: Seconds that open answers get when the server is told to stop; without a limit a client that stays would hold it up.
LAST_WORDS = 3


def serve(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    """Serve until told to stop. Raises Refusal for several workers on SQLite and for an address that is taken."""
    if workers < 1:
        raise Refusal("进程数至少为 1。", "There must be at least one worker.")
    if workers > 1 and make_url(settings.database).get_backend_name() == "sqlite":
        raise Refusal(
            "SQLite 只支持一个进程；多进程或多节点请使用 PostgreSQL。",
            "SQLite serves one worker only; several workers or nodes need PostgreSQL.",
        )
    logs.set_up()
    listening = _listen(host, port)
    try:
        if workers == 1:
            uvicorn.Server(uvicorn.Config(create_app(settings), **_options())).run([listening])
            return
        os.environ.update(settings.as_environment())
        config = uvicorn.Config("web.app:from_environment", factory=True, workers=workers, **_options())
        Multiprocess(config, sockets=[listening]).run()
    finally:
        listening.close()


def _options() -> dict[str, Any]:
    # uvicorn would believe whatever runs on this machine; web.proxies believes whom the settings name.
    return {
        "timeout_graceful_shutdown": LAST_WORDS,
        "access_log": False,
        "log_config": None,  # as `config.logs` says
        "server_header": False,
        "proxy_headers": False,
    }


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. The protocol is named, or uvloop's workers would answer 40 ms late (Nagle)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Refusal(
            f"无法监听 {host}:{port}（{error.strerror}），端口可能已被占用，请换一个端口。",
            f"Cannot listen on {host}:{port} ({error.strerror}); the port may be in use, choose another.",
        ) from None
    listening.set_inheritable(True)
    return listening
