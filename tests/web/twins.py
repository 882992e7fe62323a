"""Two worlds that are alike but for one thing, and everything that somebody could read in each of them.

A world is a copy of one database, with everybody's browsers and programs in it; the application goes from one world
to the next. What is drawn by chance in each of them, such as the number of a case, is named by the order in which an
answer tells it.
"""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from sqlmodel import select
from starlette.testclient import TestClient
from typer.main import get_command

from cases.record.database import engine, reading, release, transaction
from cases.record.news import Notification, Outlet
from cases.record.people import Duty, User
from commands.program import app as program
from notifications.letters import compose
from tests.cast import MONDAY
from tests.databases import Cluster
from tests.web.matrix import LOGINS, People
from tests.web.visitors import API, person
from workflow.errors import Refusal

NUMBER = re.compile(r"\b[A-Z]{2}-\d{4}-[2-9A-HJ-NP-Z]{7}\b")
#: What else is drawn by chance: the place of a piece of news, a cursor, what marks a form as sent once.
BY_CHANCE = re.compile(
    r'(?<=/inbox/)\d+|(?<="id":)\d+|(?<=cursor=)[\w-]+|(?<="next":")[^"]+|(?<=name="_once" value=")[^"]+'
)
#: A code name is made of the number of its case.
CODE_NAME = re.compile(r"(申请人|Applicant) [A-Z]\d")
COMMAND = get_command(program)
INVENTED = "TA-2026-ZZZZZZZ"
END = MONDAY + timedelta(days=12)


class Twins:
    """The application over worlds of which each is thrown away after it was looked at."""

    def __init__(self, url: str, folder: Path, postgres: Cluster | None = None) -> None:
        self.postgres, self.folder, self.count = postgres, folder, 0
        self.office = People(url, folder / "files")
        settle(self.office)
        self.office.at = END  # everybody signs in when all is over
        self.programs, self.browsers = self.office.doors((*LOGINS, "lu"))
        self.settings = replace(self.office.app.state.settings, smtp_host="mail.example", smtp_from="a@b.example")
        self.office.app.state.settings = self.settings
        self.nobody = self.office.client()
        self.office.engine.dispose()

    @contextmanager
    def world(self) -> Iterator[Any]:
        """Lend a world in which nothing has happened yet."""
        self.count += 1
        template = self.office.engine.url
        if self.postgres is None:
            place = self.folder / f"world{self.count}.db"
            shutil.copy(str(template.database), place)
            url = f"sqlite:///{place}"
        else:
            url = self.postgres.create(f"world_{self.count}", str(template.database))
        self.office.app.state.engine = engine(url)
        try:
            yield engine(url)
        finally:
            release(url)
            if self.postgres is None:
                for left in self.folder.glob(f"world{self.count}.db*"):
                    left.unlink()
            else:
                self.postgres.drop(f"world_{self.count}")

    def pages(
        self, login: str, words: Mapping[str, str], seen: list[str], is_asked: Callable[[], bool]
    ) -> Iterator[tuple[str, str]]:
        """Yield what somebody reads: pages, answers of the API and errors; `words` fill in addresses.

        Cases are read wholly, of the other addresses those for which `is_asked`.
        """
        browser, token = self.browsers[login]
        for path in filter(lambda _: is_asked(), PAGES):
            yield self.asked(browser, "GET", path, words)
        for path in filter(lambda _: is_asked(), ASKED):
            yield self.asked(self.programs[login], "GET", path, words)
        for number in seen:
            for path in (f"/cases/{number}", f"/cases/{number}/explain", f"/cases/{number}/identity"):
                yield self.asked(browser, "GET", path, words)
            for path in ("", "/events", "/clocks", "/explain"):
                yield self.asked(self.programs[login], "GET", f"{API}/cases/{number}{path}", words)
        for path, form in filter(lambda _: is_asked(), SENT):
            filled = {name: value.format(**words) for name, value in form.items()}
            yield self.asked(browser, "POST", path, words, data={"_form_token": token, "_seen": "1"} | filled)
        at_hand = f"{API}/cases/{{number}}/actions/merge"
        for number in seen[:1]:
            said = {"into": words["hidden"]}
            headers = {"if-match": self.programs[login].get(f"{API}/cases/{number}").headers["etag"]}
            path = at_hand.format(number=number)
            yield self.asked(self.programs[login], "POST", path, words, json=said, headers=headers)

    def seen(self, login: str, most: int) -> list[str]:
        """Return the numbers of the newest cases that somebody finds."""
        items = self.programs[login].get(f"{API}/cases?limit=50").json().get("items", [])  # nobody disabled has any
        return [item["number"] for item in items][:most]

    def asked(
        self, client: TestClient, method: str, path: str, words: Mapping[str, str], **sent: Any
    ) -> tuple[str, str]:
        """Return what was asked and what was answered, status, headers and body."""
        answer = client.request(method, path.format(**words), **sent)
        assert answer.status_code != 500, (path, answer.text)
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return f"{method} {path}", f"{answer.status_code} {sorted(headers.items())}\n{answer.text}"

    def told(self, db_engine: Any, users: list[str]) -> Iterator[tuple[str, str]]:
        """Yield all news of some people, of their robots too, with the letters as they would be sent."""
        with reading(db_engine) as db:
            ids = [person(db, login).id or 0 for login in users]
            outlets = [row.id for row in db.exec(select(Outlet)) if row.unit_id in places(db, ids)]
            rows = db.exec(select(Notification).order_by(Notification.id)).all()  # type: ignore[arg-type]  # a column
            mine = [row for row in rows if row.user_id in ids or row.outlet_id in outlets]
            letters = compose(db, mine, self.settings, END)
            for row in sorted(mine, key=lambda row: (row.user_id or 0, row.outlet_id or 0, row.id)):
                letter = letters[row.id or 0]
                said = [str(getattr(letter, name, letter)) for name in ("to", "subject", "text", "link", "event")]
                told = (row.kind, row.channel, row.state, row.made_at, row.next_at, row.sent_at, *said)
                yield f"news to {row.user_id} {row.outlet_id}", repr(told)

    def commanded(
        self, db_engine: Any, login: str, words: Mapping[str, str], seen: list[str]
    ) -> Iterator[tuple[str, str]]:
        """Yield what the command line tells in somebody's name."""
        url = db_engine.url.render_as_string(hide_password=False)
        for number in ("{hidden}", *seen[:1]):
            for call in (
                ["show", number, "--format", "json"],
                ["act", number, "note", "--set", "note=x", "--at", "2026-11-28T10:00"],
            ):
                filled = [word.format(**words) for word in (*call, "--as", login, "--database", url)]
                if call[0] == "act" and number != "{hidden}":
                    continue
                yield " ".join(call), said_by_command(filled)


def said_by_command(words: list[str]) -> str:
    """Return what a command prints, or the sentence with which it refuses."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as beside:
        try:
            COMMAND(words, prog_name="bihuan", standalone_mode=False)
        except Refusal as refusal:
            return f"{out.getvalue()}{beside.getvalue()}{refusal}"
    return out.getvalue() + beside.getvalue()


def settle(office: People) -> None:
    """Give people addresses, some a second duty, and units a robot, so that there is more to be told."""
    with transaction(office.engine) as db:
        units = office.world.units
        db.add(User(id=25, login="lu", name="陆科员", created_at=MONDAY))
        db.flush()
        db.add(Duty(user_id=25, unit_id=units["A"], role="handler"))
        db.add(Duty(user_id=person(db, "wu").id or 0, unit_id=units["C"], role="leader"))
        for login in LOGINS:
            person(db, login).email = f"{login}@example.org"
        for unit in ("D", "C", "A"):
            address = f"https://oapi.dingtalk.com/robot/send?access_token={unit}"
            db.add(
                Outlet(
                    unit_id=units[unit],
                    channel="dingtalk",
                    name=unit,
                    address=address,
                    made_at=MONDAY,
                    confirmed_at=MONDAY,
                )
            )
    office.world.people["lu"] = 25


def places(db: Any, users: list[int]) -> set[int]:
    """Return the units where some people have a duty."""
    return {duty.unit_id for duty in db.exec(select(Duty)) if duty.user_id in users}


def alike(text: str, hidden: str) -> str:
    """Return an answer with what is drawn by chance named by the order in which it comes."""
    names: dict[str, str] = {}
    text = BY_CHANCE.sub("~", text.replace(hidden, INVENTED))
    text = CODE_NAME.sub(r"\1 ~", text)
    return NUMBER.sub(lambda found: names.setdefault(found[0], f"N{len(names)}"), text)


def late_cursor(number: str) -> str:
    """Return the cursor of the queue of what is overdue, as if a case stood at it."""
    due = datetime(2026, 11, 20, tzinfo=END.tzinfo).isoformat()
    return base64.urlsafe_b64encode(f"{due}~{number}".encode()).decode().rstrip("=")


PAGES = (
    "/", "/overdue", "/endorse", "/questions", "/inbox", "/inbox/unread", "/people", "/submit", "/settings/news",
    "/account", "/admin", "/cases/{hidden}", "/cases/{hidden}/explain", "/cases/{hidden}/identity",
    "/endorse?cursor={hidden}", "/questions?quarter=2026-Q4", "/search?q={title}", "/search?q={text}",
    "/search?q={title}&cursor={hidden}",
)  # fmt: skip
ASKED = tuple(
    API + path
    for path in (
        "/cases?limit=100", "/cases?q={title}", "/cases?overdue=true", "/cases?unit=C&state=in_review",
        "/cases?stage=handle", "/cases?cursor={hidden}", "/overdue", "/overdue?at=2026-11-23T09:00:00%2B08:00",
        "/overdue?cursor={cursor}", "/rates?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z",
        "/rates?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&by=unit", "/questions?quarter=2026-Q4",
        "/rates?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&by=category", "/similar?unit=C&text={title}",
        "/similar?unit=P&text={text}", "/inbox", "/people/deputies", "/cases/{hidden}", "/cases/{hidden}/events",
    )
)  # fmt: skip
SENT: tuple[tuple[str, dict[str, str]], ...] = (
    ("/submit", {"_check": "1", "workflow": "proposal", "unit": "C", "title": "{title}", "text": "{text}"}),
    ("/people/handover", {"leaver": "li", "successor": "feng"}),
    ("/people/handover", {"leaver": "zhao", "successor": "chen"}),
    ("/cases/{hidden}/note", {"note": "x"}),
    ("/cases/{hidden}/urge", {}),
)
