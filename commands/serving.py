"""Serve the web application, and fill a database with the demonstration first."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cases.errors import BadRequest
from cases.record.database import release
from cases.record.schema import migrate, require_current
from commands.demonstration.filling import PASSWORD, Filling, fill, is_filled
from commands.demonstration.logins import COLUMNS, logins
from commands.options import At, Database, Format, address, moment, print_rows, say
from config.keyfile import key_file
from config.settings import Settings, load

#: The demonstration's own database: in the clone, in a folder that Git does not see.
DEMONSTRATION = Path(__file__).resolve().parent.parent / "demo" / "bihuan.db"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HIGHEST_PORT = 65_535

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int | None, typer.Option("--port", help="0 takes a free one.")]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Processes; several need PostgreSQL.")] = None,
    database: Database = "",
) -> None:
    """启动网站和定时任务；多进程或多节点须用 PostgreSQL。

    Serve the web application with its schedule; several workers or nodes need PostgreSQL.
    """
    url = address(database)
    settings = replace(load(os.environ), database=url)
    workers = settings.workers if workers is None else workers
    if workers < 1:
        raise BadRequest("--workers 须为正整数。", "--workers is a positive number.")
    db = require_current(url)
    if workers > 1 and db.dialect.name == "sqlite":
        raise BadRequest(
            "SQLite 只能由一个进程服务；多个进程请使用 PostgreSQL。",
            "SQLite is served by one process; several workers need PostgreSQL.",
        )
    chosen_host, chosen_port = _listenable(settings, host, port)
    say(f"服务地址：http://{_shown(chosen_host)}:{chosen_port}", "the address of the application")
    _run(settings, chosen_host, chosen_port, workers)


def demo(
    cases: Annotated[int, typer.Option("--cases", min=0, max=20_000, help="How many cases.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="The same seed tells the same stories.")] = 1,
    is_serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it afterwards.")] = True,
    database: Annotated[
        str | None,
        typer.Option("--database", envvar="BIHUAN_DATABASE", metavar="URL", help="By default demo/bihuan.db."),
    ] = None,
    host: Host = None,
    port: Port = None,
    at: At = None,
) -> None:
    """填充演示工会和各种状态的案件，然后启动网站。

    Fill a database with a demonstration union and cases in every state, then serve it.
    """
    url = database or _own_database()
    settings = replace(load(os.environ), database=url)
    # Asked before the work is done, so that a port that is taken is known at once.
    chosen = _listenable(settings, host, port) if is_serving else None
    filling = Filling(moment(at), cases, seed)
    if is_filled(url):
        migrate(url)
        say("演示库已就绪，不再重新填充。", "the demonstration is already there and was not filled again")
    else:
        with _progress(cases) as tick:
            fill(url, filling, tick)
        say(f"已生成 {cases} 件演示案件。", f"{cases} cases were made up.")
    say(
        "这是演示库，人物和案件均属虚构，请勿录入真实信息。",
        "A demonstration: all of it is made up; enter nothing real.",
    )
    where = "BIHUAN_KEY" if settings.key else str(key_file(settings))
    say(
        f"身份密封用的密钥：{where}（演示用，已自动生成）。",
        f"The key that seals identities: {where}, made for this demonstration.",
    )
    print_rows(logins(), COLUMNS, Format.TABLE)
    say(f"以上账号的口令都是 {PASSWORD}", f"the password of every login is {PASSWORD}")
    if chosen is None:
        return
    if chosen[0] not in LOOPBACK:
        say("注意：口令是公开的，其他机器也能访问。", "Mind: the password is public, and other machines can reach it.")
    say(f"请打开 http://{_shown(chosen[0])}:{chosen[1]}", "open this address")
    _run(settings, *chosen, 1)


def _own_database() -> str:
    DEMONSTRATION.parent.mkdir(exist_ok=True)
    return f"sqlite:///{DEMONSTRATION}"


def _listenable(settings: Settings, host: str | None, port: int | None) -> tuple[str, int]:
    """Return where to listen, a free port for 0. Raises BadRequest for a place that cannot be listened on."""
    host = settings.host if host is None else host
    port = settings.port if port is None else port
    if not 0 <= port <= HIGHEST_PORT:
        raise BadRequest(f"端口须在 0 到 {HIGHEST_PORT} 之间。", f"A port lies between 0 and {HIGHEST_PORT}.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            if os.name == "posix":  # as the server does: a port just given up is free; Windows means another thing
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            return host, int(listener.getsockname()[1])
    except OSError as error:
        raise BadRequest(
            f"无法监听 {host}:{port}（{error.strerror}），请用 --port 另选端口。",
            f"Cannot listen on {host}:{port} ({error.strerror}); choose another port with --port.",
        ) from None


def _run(settings: Settings, host: str, port: int, workers: int) -> None:
    from web.server import serve as serve_application  # here, so that other commands start without the web

    release(settings.database)  # the server opens its own connections, in workers of their own
    serve_application(settings, host=host, port=port, workers=workers)


@contextmanager
def _progress(cases: int) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("演示案件 cases"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=cases)
        yield lambda: bar.advance(task)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
