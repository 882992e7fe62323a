"""The heads of the chain on their way: appended to a file, mailed, or posted, as the settings name the targets."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from cases import heads
from cases.heads import FILE, MAIL, WEBHOOK
from cases.record.database import transaction
from cases.record.heads import Head
from config.settings import Settings
from notifications.channels import Answer, Message, Verdict, done, later, never
from notifications.channels.mail import Mail
from notifications.channels.posting import Poster
from notifications.channels.webhook import Webhook

KIND = "bihuan.head"


def targets_of(settings: Settings) -> list[str]:
    """Return where heads go in an installation."""
    named = {FILE: settings.heads_file, MAIL: settings.heads_mail, WEBHOOK: settings.heads_webhook}
    return [target for target, where in named.items() if where]


def send_daily(engine: Engine, settings: Settings, at: datetime) -> list[tuple[Head, Answer]]:
    """Take the head of the day where it was not yet taken, and send what is due."""
    if targets := targets_of(settings):
        with transaction(engine) as db:
            heads.daily(db, targets, at)
    return send(engine, settings, at)


def send(engine: Engine, settings: Settings, at: datetime) -> list[tuple[Head, Answer]]:
    """Send the heads that are due, each outside of any transaction, and return how it went."""
    with transaction(engine) as db:
        due = heads.claim(db, at)
    ends = []
    for head in due:
        answer = _sent(head, settings, at)
        with transaction(engine) as db:
            heads.ended(db, head, at, answer.said or answer.why or "", has_arrived=answer.verdict is Verdict.DONE)
        ends.append((head, answer))
    return ends


def _sent(head: Head, settings: Settings, at: datetime) -> Answer:
    if head.target not in targets_of(settings):
        return never("no_target", "not set any more")
    if head.target == FILE:
        return _appended(Path(settings.heads_file), heads.line_of(head))
    message = _message(head, settings)
    if head.target == MAIL:
        return Mail(settings).send(message, at)
    return Webhook(Poster(settings)).send(message, at)


def _appended(path: Path, line: str) -> Answer:
    """Append a line and have it on the disk; half a line that a crash has left is ended first."""
    try:
        with path.open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                line = line if file.read(1) == b"\n" else f"\n{line}"
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return later("unreachable", error.strerror)
    return done(path.name)


def _message(head: Head, settings: Settings) -> Message:
    line = heads.line_of(head)
    text = (
        "闭环系统事件链的链头如下，请原样保存；以 bihuan verify --heads 核对。\n"
        "The head of the chain of events: keep this line as it is; bihuan verify --heads checks it.\n\n" + line
    )
    event = {"type": KIND, "source": settings.public_url, "time": head.at, "data": json.loads(line)}
    to, secret = settings.heads_mail, None
    if head.target == WEBHOOK:
        to, secret = settings.heads_webhook, settings.heads_secret
    made = f"head-{head.id}-{head.hash[:16]}"
    return Message(made, to, f"事件链 chain {head.seq} {head.hash[:16]}", text, settings.public_url, secret, event)
