"""The installation: make its database, sweep it, and ask whether it is well."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from cases import heads, queries, safeguards
from cases.calendars import FOLDER, calendar, ending, names, newest
from cases.deputies import PERSONAL
from cases.duties import ADMINISTRATIONS
from cases.indexing import drop_old, index_new
from cases.keyring import NoKey
from cases.laws import build, publish, published
from cases.reach import outdated
from cases.record.database import engine, reading, transaction
from cases.record.law import LawVersion
from cases.record.people import Duty, User, lasts
from cases.record.schema import migrate
from cases.settling import is_settled
from cases.staffing import staff
from cases.sweep import sweep as sweep_once
from cases.words import vocabulary
from commands import keys, standing_in, watching
from commands.laws import SHIPPED
from commands.options import At, Database, Format, Printed, address, connect, moment, print_rows, say
from config import clock
from config.settings import load as load_settings
from notifications.passing import pass_on, post_of
from workflow.proof import prove_staffing
from workflow.reading import load

Finding = tuple[str, str, str, str]  # kind, where, zh, en
LATE_HEAD = (
    "事件链的链头一天多未能送到：请检查 heads_file、heads_mail、heads_webhook",
    "the head of the chain has not arrived for more than a day: look at heads_file, heads_mail, heads_webhook",
)


def init(database: Database = "") -> None:
    """建立数据库或升级到最新版本，并补上缺少的流程；可重复运行。

    Create the database or bring it up to date, with the laws that ship where it has none; safe to repeat.
    """
    url = address(database)
    migrate(url)
    with transaction(engine(url)) as db:
        kept = _publish_missing(db)
    for path, row in kept:
        say(
            f"随程序附有「{row.title}」的新文本，库中第 {row.version} 版不变；如要采用：bihuan workflow publish {path}",
            f"a newer text of {row.name} ships; version {row.version} stays. To use it: bihuan workflow publish {path}",
        )
    say(f"数据库已就绪：{engine(url).url.render_as_string(hide_password=True)}", "the database is ready")


def sweep(database: Database = "", at: At = None, form: Printed = Format.TABLE) -> None:
    """触发一遍已到期的事项，每触发一级输出一行；再发一遍消息，并更新相似案件索引。

    Fire what is due, once, pass on the news and index new cases; prints a row for each rung that fired.
    """
    db, now, settings = connect(database), moment(at), load_settings(os.environ)
    post = post_of(settings, lambda: now, clock.now)
    fired = sweep_once(db, now)
    columns = ("number", "clock", "rung", "due_at", "fired_at")
    print_rows([[getattr(one, name) for name in columns] for one in fired], columns, form)
    done = pass_on(db, post)
    index_new(db, now)
    drop_old(db, now)
    if done:
        say(
            f"消息：新 {done['told']} 条，送达 {done['sent']}，待重试 {done['again']}，搁置 {done['parked']}。",
            f"news: {done['told']} told, {done['sent']} sent, {done['again']} to be tried again, "
            f"{done['parked']} parked.",
        )


def doctor(
    database: Database = "",
    at: At = None,
    escalations: Annotated[
        bool,
        typer.Option("--escalations", help="For every open case: which rung comes next, to whom, or why to nobody."),
    ] = False,
    form: Printed = Format.TABLE,
) -> None:
    """体检：设置、数据库、日历、事件的保护、定时任务、无人担任的角色和没有时钟的案件。

    Check settings, database, calendars, what guards events, the schedule, roles nobody fills, cases no clock watches.
    """
    now = moment(at)
    if escalations:
        with reading(connect(database)) as db:
            watching.escalations(db, now, form)
        return
    load_settings(os.environ)
    with reading(connect(database)) as db:
        findings: list[Finding] = list(keys.findings(db, database))
        notes: list[Finding] = []
        try:
            findings += _findings(db, now)
            notes += [*watching.schedule_notes(db, now), *_without_limit(db), *_people_notes(db, now)]
        except NoKey:  # without the key nothing more can be asked, and that has to have been found
            if not findings:
                raise
    if findings or notes or form is not Format.TABLE:
        print_rows([*findings, *notes], ("kind", "where", "zh", "en"), form)
    if findings:
        say(f"发现 {len(findings)} 项。", f"{len(findings)} findings.")
        raise typer.Exit(1)
    say("一切正常。", "All is well.")


def _findings(db: Session, now: datetime) -> list[Finding]:
    findings = [
        *(("record", *gap) for gap in safeguards.gaps(db)),
        *(("head", one.target, *LATE_HEAD) for one in heads.late(db, now)),
        *_calendar_findings(db, now),
        *_people_findings(db, now),
        *standing_in.findings(db, now),
    ]
    for law in published(db):
        definition = build(law.source, f"{law.name} v{law.version}").definition
        findings += [("role", law.name, f.zh, f.en) for f in prove_staffing(definition, staff(db, now))]
    return [*findings, *watching.schedule_findings(db, now), *watching.news_findings(db, now), *_unwatched(db)]


def _publish_missing(db: Session) -> list[tuple[Path, LawVersion]]:
    """Publish each shipped law of which there is no version; return those whose latest version reads differently.

    A union changes its own law, and an update of the program must not change it back.
    """
    there = {row.name: row for row in published(db)}
    kept = []
    for path in sorted(SHIPPED.glob("*.toml")):
        definition = load(path, vocabulary())
        row = there.get(definition.name)
        if row is None:
            publish(db, definition, at=clock.now())
        elif row.source != definition.source:
            kept.append((path, row))
    return kept


def _unwatched(db: Session) -> list[Finding]:
    """Find the open cases that no clock watches and that have no reason for it."""
    numbers = [number for number, source in queries.exceptions(db) if source is None]
    return [("case", number, "没有运行中的时钟", "no clock is running") for number in numbers]


def _without_limit(db: Session) -> list[Finding]:
    """Count the open cases whose source fixed no limit: nobody's fault, but they wait for someone to give them one."""
    counts = Counter(source for _, source in queries.exceptions(db) if source is not None)
    return [
        ("note", source, f"{count} 件未办结，来源未定期限", f"{count} open cases whose source fixed no limit")
        for source, count in sorted(counts.items())
    ]


def _calendar_findings(db: Session, at: datetime) -> list[Finding]:
    """Find calendars that lack the year to come, and limits that do not stand where their calendar has them."""
    found = [
        (
            "calendar",
            one.name,
            f"{one.missing} 年的放假安排未导入，期限为暂定：bihuan calendar import",
            f"{one.missing} is not published, its limits are provisional: bihuan calendar import",
        )
        for one in ending(db, at)
    ]
    for name in sorted(set(names(db)) - set(newest(db))):  # those that only ship
        if count := outdated(db, name, calendar(db, name)):
            file = FOLDER / f"{name}.toml"
            zh, en = f"{count} 个暂定时限可转为确定", f"{count} provisional limits can be firm"
            found.append(("calendar", name, f"{zh}：bihuan calendar add {file}", f"{en}: bihuan calendar add {file}"))
    if not is_settled(db):
        zh, en = "新版日历的时限尚未全部更新", "limits still have to follow a new version"
        found.append(("calendar", "", f"{zh}：请运行 bihuan sweep", f"{en}: run bihuan sweep"))
    return found


def _people_findings(db: Session, at: datetime) -> list[Finding]:
    """Find people who hold two of the three administrations, which must be three people, or will as a deputy."""
    return [
        ("people", login, "一人兼任两个管理员角色", "one person holds two administrations")
        for login, roles in _administrators(db, at)
        if len(roles & ADMINISTRATIONS) > 1
    ]


def _people_notes(db: Session, at: datetime) -> list[Finding]:
    """Note administrators who also work on cases: no administration opens one, but that duty does."""
    return [
        ("note", login, "管理员兼任办案职务，能看到案件", "an administrator also works on cases and sees them")
        for login, roles in _administrators(db, at)
        if roles - ADMINISTRATIONS - PERSONAL
    ]


def _administrators(db: Session, at: datetime) -> list[tuple[str, set[str]]]:
    """Return who administers, now or later, also in another's place, with all that they are."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    wanted = select(User.login, Duty.role).join(Duty, col(Duty.user_id) == User.id)
    for login, role in db.exec(wanted.where(User.is_active, lasts(at)).order_by(User.login)):
        held[login].add(role)
    return [(login, roles) for login, roles in held.items() if roles & ADMINISTRATIONS]
