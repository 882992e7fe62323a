"""What `bihuan doctor` says of the schedule and of the ladders: does it run, is it late, and who hears of each case."""

from __future__ import annotations

from datetime import datetime, timedelta

import typer
from sqlmodel import Session, col, select

from cases import heartbeat
from cases.audience import Addressee
from cases.outlook import REASONS, outlooks
from cases.parking import NOBODY
from cases.record.case import Case
from cases.record.clock import Heartbeat, Parked
from cases.record.people import User
from cases.units import units_by_id
from commands.options import Format, print_rows, say
from notifications.figures import figures
from workflow.role_names import role_name

#: Messages wait for a night, and for a mail server that is away for some hours; not for longer than all attempts take.
OLDEST_MESSAGE = timedelta(hours=36)

#: Events are told within seconds of when they happen, if anybody tells at all.
LONGEST_UNTOLD = timedelta(minutes=10)

Finding = tuple[str, str, str, str]  # kind, where, zh, en


def schedule_findings(db: Session, at: datetime) -> list[Finding]:
    """Find nodes that died unnoticed, clocks that were set, what no sweep has reached, and what is parked."""
    found: list[Finding] = []
    for node in heartbeat.nodes(db):
        silent = at - node.beat_at
        if silent >= heartbeat.OLDEST_BEAT:
            seconds = int(silent.total_seconds())
            found.append(
                (
                    "schedule",
                    node.node,
                    f"{seconds} 秒没有心跳，且未正常关闭",
                    f"has not beaten for {seconds} s and was not shut down",
                )
            )
        if heartbeat.was_set(node, at) and not heartbeat.is_slight(node):
            found.append(_set("clock", node))
    waiting, since = heartbeat.waiting(db, at)
    if since is not None:
        found.append(
            (
                "schedule",
                since.isoformat(timespec="seconds"),
                f"{waiting} 个时钟到点未触发：请运行 bihuan serve 或 bihuan sweep",
                f"{waiting} clocks are due and nothing sweeps: run bihuan serve or bihuan sweep",
            )
        )
    parked = select(Parked, Case.number).join(Case, col(Case.id) == Parked.case_id)
    for row, number in db.exec(parked.where(col(Parked.released_at).is_(None)).order_by(col(Parked.id))):
        reason = row.detail.strip().splitlines()[-1][:120]
        zh, en = REASONS[row.why]
        more = "" if row.why == NOBODY else f" ({reason})"
        found.append(("parked", f"{number} #{row.id}", f"{zh}{more}", f"{en}{more}"))
    return found


def schedule_notes(db: Session, at: datetime) -> list[Finding]:
    """Note the clocks that were put right by less than a minute, which is nobody's fault."""
    nodes = heartbeat.nodes(db)
    asleep = (
        "没有定时任务在运行：请运行 bihuan serve 或定期运行 bihuan sweep",
        "no schedule runs: run bihuan serve, or bihuan sweep now and then",
    )
    return [*([] if nodes else [("note", "schedule", *asleep)])] + [
        _set("note", node) for node in nodes if heartbeat.was_set(node, at) and heartbeat.is_slight(node)
    ]


def news_findings(db: Session, at: datetime) -> list[Finding]:
    """Find events that nobody tells or can tell, and messages that nobody gathers or sends, or that were given up."""
    news = figures(db, at)
    untold, hours = int(news.untold_for.total_seconds() // 60), int(news.oldest.total_seconds() // 3600)
    found = (
        (
            news.untellable,
            "个事件无法通知：bihuan news untellable",
            "events cannot be told: bihuan news untellable",
        ),
        (
            news.untold if news.untold_for >= LONGEST_UNTOLD else 0,
            f"个事件尚未通知，最早的已等 {untold} 分钟：请运行 bihuan serve 或 bihuan sweep",
            f"events are told to nobody yet, the oldest for {untold} min: run bihuan serve or bihuan sweep",
        ),
        (
            news.overdue,
            "条消息到点未汇总：请运行 bihuan serve 或 bihuan sweep",
            "held messages are due and nobody gathers them: run bihuan serve or bihuan sweep",
        ),
        (
            news.parked,
            "条消息未能送达：bihuan news parked",
            "messages could not be delivered: bihuan news parked",
        ),
        (
            news.waiting if news.oldest >= OLDEST_MESSAGE else 0,
            f"条消息待发，最早的已等 {hours} 小时",
            f"wait, the oldest for {hours} h",
        ),
    )
    return [("news", str(count), zh, en) for count, zh, en in found if count]


def escalations(db: Session, at: datetime, form: Format) -> None:
    """Print for every open case which rung comes next, and to whom; exit 1 where that is nobody."""
    rows, wrong = [], 0
    for one in outlooks(db, at):
        to = "、".join(_desk(db, desk) for desk in one.to)
        rows.append((one.number, one.clock, one.rung, one.next_at, to, *one.why))
        wrong += one.is_wrong
    print_rows(rows, ("number", "clock", "rung", "next_at", "to", "why_zh", "why_en"), form)
    if wrong:
        say(f"{wrong} 项已搁置、已无下一级，或下一级无人在岗。", f"{wrong} are parked, or have nobody to be told next.")
        raise typer.Exit(1)


def _set(kind: str, node: Heartbeat) -> Finding:
    by = node.jumped_by
    return kind, node.node, f"运行中时间被调整 {by} 秒", f"its clock was set by {by} s while it ran"


def _desk(db: Session, desk: Addressee) -> str:
    """Return a desk as one reads it in both languages: role, unit, people."""
    role = f"{role_name(desk.role, 'zh')} {role_name(desk.role, 'en')}"
    if desk.unit_id is None:
        return role
    unit = units_by_id(db, [desk.unit_id])[desk.unit_id].name
    names = [user.name for user_id in desk.people if (user := db.get(User, user_id)) is not None]
    return f"{role} @ {unit}（{'、'.join(names) or '无人 nobody'}）"
