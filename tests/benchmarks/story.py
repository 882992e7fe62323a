"""One case left alone, in real time, before a real server: `python -m tests.benchmarks.story [DATABASE]`.

The law of proposals is published with every limit in minutes; then a case is raised and accepted through the API and
nobody does anything until it has climbed to the parent union, whose supervisor acknowledges it. It is handled, verified
and closed. Mail goes to a real server, robots and another system check what they get as their vendors document it.
Prints the minutes of the case and, channel by channel, how many messages were due, sent and received. Takes 8 minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
from sqlmodel import select

from cases.access import make_token
from cases.laws import publish
from cases.record.clock import FiredRung
from cases.record.database import reading, release, transaction
from cases.record.people import User
from cases.record.schema import migrate
from cases.words import vocabulary
from config import clock
from notifications.channels.webhook import new_secret
from tests.cast import WORKFLOWS
from tests.commands.test_clock_jumps import answers
from tests.commands.test_serving import PROGRAM, ROOT
from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import Newsroom
from tests.notifications.receivers import Receiver, dingtalk, feishu, standard_webhook, wecom
from workflow.reading import load

SECRET = "SEC0f1e2d3c"
PATIENCE = 15 * 60
#: What the law says, and what it says here.
LIMIT = re.compile(r'((?:limit|after)\s*= )"[0-9]+w[dh]"')
RUNG = re.compile(r'at = "([-+])([0-9]+)w[dh]"')
LATER = {"1": 1, "3": 2, "5": 3}


def main(url: str) -> None:
    """Tell the story and print what was seen."""
    migrate(url)
    town = Newsroom(url)
    secret, now = new_secret(), clock.now().timestamp()
    checks = {
        "dingtalk": ("D", "/robot/send?access_token=TOKEN", SECRET, dingtalk(SECRET, now)),
        "feishu": ("C", "/open-apis/bot/v2/hook/x", SECRET, feishu(SECRET, now)),
        "wecom": ("C", "/cgi-bin/webhook/send?key=KEY", None, wecom),
        "webhook": ("P", "/hook", secret, _unhurried(secret)),
    }
    with ExitStack() as open_, Mailbox() as box, tempfile.TemporaryDirectory() as folder:
        receivers = {name: open_.enter_context(Receiver(check)) for name, (*_, check) in checks.items()}
        for name, (unit, path, key, _) in checks.items():
            town.opens(unit, name, receivers[name].url(path), clock.now(), key)
        with transaction(town.db) as db:
            publish(db, load(impatient(Path(folder)), vocabulary()), at=clock.now())
        settings = {**box.settings, "private_addresses": True, "quiet_from": "00:00", "quiet_until": "00:00"}
        environment = {f"BIHUAN_{name.upper()}": str(value) for name, value in settings.items()}
        words = [sys.executable, "-c", PROGRAM, "serve", "--port", "0", "--database", url]
        server = subprocess.Popen(words, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)
        try:
            assert server.stderr is not None
            address = next(word for word in server.stderr.readline().split() if "http://" in word).split("：")[-1]
            answers(address)
            number = told(town, f"{address}/api/v1")
            time.sleep(45)  # the last news goes out
        finally:
            server.terminate()
            server.communicate()
        received = {name: len(one.got) for name, one in receivers.items()} | {"mail": len(box.kept)}
    for command in (("show", number), ("explain", number)):
        subprocess.run([sys.executable, "-c", PROGRAM, *command, "--database", url], cwd=ROOT, check=True)
    rows = Counter((row.channel, row.state) for row in town.rows())
    print("\n| channel | notifications | received |\n|---|---|---:|")
    for channel in sorted({channel for channel, _ in rows}):
        states = {state: count for (name, state), count in rows.items() if name == channel}
        print(f"| {channel} | {states} | {received.get(channel, '-')} |")
    release(url)


def told(town: Newsroom, address: str) -> str:
    """Let the story happen, and return the number of the case."""
    with transaction(town.db) as db:
        tokens = {user.login: make_token(db, user, "write", clock.now()) for user in db.exec(select(User))}

    def asks(login: str, method: str, path: str, **more: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {tokens[login]}", **more.pop("headers", {})}
        answer = httpx2.request(method, f"{address}{path}", headers=headers, timeout=30, **more)
        if answer.is_error:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    number = asks("zhang", "POST", "/cases", json={"title": "希望建驿站", "text": "内容", "unit": "C"})["number"]

    def does(login: str, action: str, **form: Any) -> None:
        version = asks(login, "GET", f"/cases/{number}")["version"]
        path, match = f"/cases/{number}/actions/{action}", {"If-Match": f'"{version}"'}
        state = asks(login, "POST", path, json=form, headers=match)["state"]
        print(f"{clock.now():%H:%M:%S} {login} {action} -> {state}", flush=True)

    does("li", "accept", category="工资报酬", tier="A", lead="D")
    does("wang", "sign_for")
    for rung in ("remind", "overdue", "yellow", "red", "climb"):
        _wait(rung, partial(_has_fired, town, rung))
    _wait("the parent union", lambda: asks("chen", "GET", f"/cases/{number}").get("level") not in (None, 0))
    does("chen", "acknowledge", measure="order", reason="三日内办结")
    does("wang", "report", answer="驿站已建")
    does("zhao", "verify")
    does("zhang", "satisfied")
    return str(number)


def impatient(folder: Path) -> Path:
    """Write the law of proposals with a minute for each working day of its ladders, two for every limit."""
    law = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    law = LIMIT.sub(r'\1"2m"', law)
    law = RUNG.sub(lambda at: f'at = "{at[1]}{LATER.get(at[2], 1) if at[1] == "+" else 1}m"', law)
    file = folder / "proposal.toml"
    file.write_text(law, encoding="utf-8")
    return file


def _has_fired(town: Newsroom, rung: str) -> bool:
    with reading(town.db) as db:
        return db.exec(select(FiredRung.id).where(FiredRung.do == rung)).first() is not None


def _wait(what: str, has_come: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not has_come():
        if time.monotonic() > until:
            raise SystemExit(f"{what} has not come")
        time.sleep(1)
    print(f"{clock.now():%H:%M:%S} {what}", flush=True)


def _unhurried(secret: str) -> Callable[[Any], Any]:
    """Check as the Standard Webhooks libraries do, by the time it is when a message comes."""
    return lambda got: standard_webhook(secret, clock.now().timestamp())(got)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(sys.argv[1] if sys.argv[1:] else f"sqlite:///{place}/story.db")
