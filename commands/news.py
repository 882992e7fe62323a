"""`bihuan news`: messages that were given up, and the robots and systems that units have."""

from __future__ import annotations

import getpass
import os
import sys
import time
from typing import Annotated

import typer
from sqlalchemy import Engine

from cases.errors import BadRequest
from cases.record.database import reading, transaction
from cases.record.news import SENT, WAITING, Notification
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say
from commands.record import As, person
from config import clock
from config.settings import Settings, load
from notifications import confirming
from notifications import outlets as of_units
from notifications import parked as given_up
from notifications import untellable as put_aside
from notifications.delivering import deliver_one
from notifications.outlets import Wanted
from notifications.parked import REASONS
from notifications.passing import post_of
from workflow.errors import Refusal

news = typer.Typer(
    name="news",
    help="消息：搁置与重发，机器人和其他系统。\n\nMessages: what was given up; robots and systems.",
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1)]
OneOf = Annotated[int | None, typer.Argument(metavar="ID", min=1, max=2**63 - 1)]
All = Annotated[bool, typer.Option("--all", help="全部。 / All of them.")]


class Undelivered(Refusal):
    """A trial message has not arrived."""


@news.command()
def parked(database: Database = "", form: Printed = Format.TABLE) -> None:
    """列出未能送达而搁置的消息及原因。

    List the messages that were given up, and why.
    """
    with reading(connect(database)) as db:
        rows, count = given_up.parked(db), given_up.count(db)
    columns = ("id", "channel", "to", "attempts", "made_at", "why_zh", "why_en", "answer")
    print_rows(
        [(r.id, r.channel, r.to or "申请人 / a submitter", r.attempts, r.made_at, *r.why, r.answer) for r in rows],
        columns,
        form,
    )
    if count > len(rows):
        say(f"共 {count} 条，显示最近 {len(rows)} 条。", f"{count} in all, the latest {len(rows)} are shown.")


@news.command()
def resend(message: OneOf = None, all_of_them: All = False, database: Database = "", at: At = None) -> None:
    """重发一条搁置的消息，或用 --all 全部重发。

    Have one message that was given up sent again, or all of them.
    """
    _check_one_or_all(message, all_of_them)
    with transaction(connect(database)) as db:
        count = given_up.resend(db, message, by=None, at=moment(at))
    say(f"将重发 {count} 条。", f"{count} will be sent again.")


@news.command()
def dismiss(message: OneOf = None, all_of_them: All = False, database: Database = "", at: At = None) -> None:
    """撤下一条搁置的消息，或用 --all 全部撤下，不再发送。

    Dismiss one message that was given up, or all of them: nobody is sent it any more.
    """
    _check_one_or_all(message, all_of_them)
    with transaction(connect(database)) as db:
        count = given_up.dismiss(db, message, by=None, at=moment(at))
    say(f"已撤下 {count} 条。", f"{count} are dismissed.")


@news.command()
def untellable(database: Database = "", form: Printed = Format.TABLE) -> None:
    """列出无法通知的事件及原因。

    List the events that could not be told, and why.
    """
    with reading(connect(database)) as db:
        rows = put_aside.untellable(db)
    print_rows(
        [(row.seq, row.parked_at, row.detail.strip().splitlines()[-1][:200]) for row in rows],
        ("event", "parked_at", "why"),
        form,
    )


@news.command("tell")
def tell_again(event: OneOf = None, all_of_them: All = False, database: Database = "", at: At = None) -> None:
    """重新通知一个无法通知的事件，或用 --all 全部重新通知。

    Tell an event that could not be told, or all of them.
    """
    _check_one_or_all(event, all_of_them)
    db_engine, settings = connect(database), load(os.environ)
    with reading(db_engine) as db:
        seqs = [row.seq for row in put_aside.untellable(db)] if event is None else [event]
    for seq in seqs:
        with transaction(db_engine) as db:
            made = put_aside.tell_again(db, seq, settings, by=None, at=moment(at))
        say(f"事件 {seq}：{made} 条消息。", f"event {seq}: {made} messages.")


@news.command()
def outlets(database: Database = "", form: Printed = Format.TABLE) -> None:
    """列出机器人和接收消息的其他系统；地址和密钥不显示。

    List the robots and systems that are told; addresses and secrets are not shown.
    """
    with reading(connect(database)) as db:
        rows = [
            (r.id, r.channel, unit, r.name, of_units.masked(r.address), r.made_at, r.confirmed_at)
            for r, unit in of_units.opened(db)
        ]
    print_rows(rows, ("id", "channel", "unit", "name", "to", "made_at", "confirmed_at"), form)


@news.command("open")
def open_outlet(
    channel: Annotated[str, typer.Argument(help="dingtalk · wecom · feishu · webhook")],
    unit: Annotated[str, typer.Option(metavar="CODE", help="单位代码。 / Of which unit.")],
    name: Annotated[str, typer.Option(help="名称。 / What it is called.")] = "",
    database: Database = "",
    at: At = None,
) -> None:
    """添加机器人或其他系统；地址和密钥从标准输入读取，各占一行，不写在命令行里。

    Open a robot or another system; its address and its secret are read from stdin, a line each.
    """
    address, secret = _secrets()
    wanted = Wanted(channel, unit, name, address, secret)
    with transaction(connect(database)) as db:
        row, made = of_units.open_outlet(db, wanted, load(os.environ), by=None, at=moment(at))
    say(f"已添加，编号 {row.id}。", f"It is open under the number {row.id}.")
    if made:
        say("签名密钥只显示这一次：", "its signing secret is shown this once:")
        typer.echo(made)


@news.command()
def confirm(outlet: Number, as_login: As, database: Database = "", at: At = None) -> None:
    """以该单位的主席、督办人或负责人身份确认机器人：此后实名案件的标题也会发给它。

    Confirm an outlet as somebody who oversees its unit: from then on it is told the titles of named cases.
    """
    with transaction(connect(database)) as db:
        confirming.confirm(db, outlet, by=person(db, as_login), at=moment(at))
    say("已确认。", "It is confirmed.")


@news.command("end")
def end_outlet(outlet: Number, database: Database = "", at: At = None) -> None:
    """停用机器人或其他系统。

    Tell an outlet nothing any more.
    """
    with transaction(connect(database)) as db:
        of_units.end_outlet(db, outlet, by=None, at=moment(at))
    say("已停用。", "It is ended.")


@news.command("try")
def try_outlet(outlet: Number, database: Database = "") -> None:
    """发送一条测试消息，并说明结果。

    Send a trial message, and tell what became of it.
    """
    db_engine, settings = connect(database), load(os.environ)
    with transaction(db_engine) as db:
        trial = of_units.try_outlet(db, outlet, clock.now())
    deliver_one(db_engine, post_of(settings, clock.now, clock.now), trial.id or 0)
    row = _outcome(db_engine, trial.id or 0, settings)
    if row.state == SENT:
        say("测试消息已送达。", "The trial message has arrived.")
        return
    zh, en = REASONS.get(row.why or "", ("还没有结果", "there is no answer yet"))
    raise Undelivered(f"没有送达：{zh}。{row.answer or ''}", f"It has not arrived: {en}. {row.answer or ''}")


def _check_one_or_all(number: int | None, all_of_them: bool) -> None:
    if (number is None) is not all_of_them:
        raise BadRequest("请给出一个编号，或用 --all。", "Name one by its number, or say --all.")


def _outcome(engine: Engine, message: int, settings: Settings) -> Notification:
    """Return a message once it has an answer: a server may have been faster to take it than this command."""
    until = time.monotonic() + settings.patience
    while True:
        with reading(engine) as db:
            row = db.get_one(Notification, message)
        if row.state != WAITING or row.why or time.monotonic() > until:
            return row
        time.sleep(0.2)


def _secrets() -> tuple[str, str]:
    """Return address and secret, asked for without showing them or read from stdin."""
    if sys.stdin.isatty():
        return getpass.getpass("地址 / address: "), getpass.getpass("密钥（可不填） / secret, may be empty: ")
    lines = sys.stdin.read(2_000).splitlines()
    return (lines[0] if lines else ""), (lines[1] if len(lines) > 1 else "")
