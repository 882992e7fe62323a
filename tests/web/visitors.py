"""People who use the application: programs with a token, browsers that are signed in."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Self

from anyio.from_thread import start_blocking_portal
from httpx2 import Client, Response
from starlette.testclient import TestClient

from cases.access import make_token
from cases.record.database import engine, transaction
from cases.record.people import User
from config.settings import Settings
from tests.cast import CHEAP, MONDAY, PASSWORD, cast
from web.app import create_app
from web.visits import moment

API = "/api/v1"
#: It shows where it is led, and whatever it is answered.
AS_A_BROWSER: dict[str, Any] = {"follow_redirects": False, "raise_server_exceptions": False}
SUBMISSION = {"title": "希望在开发区建骑手驿站", "text": "午间无处休息，\n冬天尤其冷。", "unit": "C"}

#: How a proposal goes round once: who, which action, with what.
ROAD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("li", "accept", {"category": "劳动保护", "tier": "A", "lead": "D"}),
    ("wang", "sign_for", {}),
    ("wang", "report", {"answer": "已设两处驿站，附照片。"}),
    ("zhao", "verify", {}),
    ("zhang", "satisfied", {}),
)


class Office:
    """The application with the cast in it; time stands still unless a test moves it."""

    def __init__(self, url: str, files: Path) -> None:
        self.engine = engine(url)
        with transaction(self.engine) as db:
            cast(db)
        self.at = MONDAY
        settings = Settings(database=url, files=files, password_memory=CHEAP.memory, password_passes=CHEAP.passes)
        self.app = create_app(settings)
        self.app.dependency_overrides[moment] = lambda: self.at
        self.clients: list[TestClient] = []
        self._ends = ExitStack()
        self.portal = self._ends.enter_context(start_blocking_portal())  # one loop, not a new one for each request

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        for client in self.clients:
            client.close()
        self._ends.close()
        self.engine.dispose()

    def later(self, **span: float) -> datetime:
        """Move on."""
        self.at += timedelta(**span)
        return self.at

    def client(self, **headers: str) -> TestClient:
        """Return somebody whom nobody knows."""
        return self._opened(TestClient(self.app, headers=headers, **AS_A_BROWSER))

    def client_from(self, host: str) -> TestClient:
        """Return somebody whom nobody knows, at an address."""
        return self._opened(TestClient(self.app, client=(host, 5000), **AS_A_BROWSER))

    def _opened(self, client: TestClient) -> TestClient:
        client.portal = self.portal
        self.clients.append(client)
        return client

    def program(self, login: str, scope: str = "write") -> TestClient:
        """Return a program that acts as a person."""
        with transaction(self.engine) as db:
            token = make_token(db, person(db, login), scope, self.at)
        return self.client(authorization=f"Bearer {token}")

    def browser(self, login: str) -> Browser:
        """Return a browser in which a person has signed in."""
        return signed_in(self.client(), login)

    def submitted(self, login: str = "zhang", **changes: Any) -> str:
        """Submit a case through the API and return its number."""
        answer = self.program(login).post(f"{API}/cases", json=SUBMISSION | changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    def go(self, number: str, until: str = "satisfied") -> dict[str, Any]:
        """Take a case along the road up to an action and return it."""
        shown: dict[str, Any] = {}
        for login, action, fields in ROAD:
            self.later(hours=1)
            shown = taken(self.program(login), number, action, fields).json()
            if action == until:
                break
        return shown


@dataclass
class Browser:
    """A browser without scripts: it reads pages and sends the forms that stand on them."""

    client: Client
    page: Response = field(init=False)

    def get(self, path: str) -> str:
        """Read a page."""
        self.page = self.client.get(path)
        assert self.page.status_code == 200, self.page.text
        return self.page.text

    def send(self, action: str, **fields: Any) -> Response:
        """Send the form of the page that goes to an address, with its hidden fields, and follow where it leads."""
        found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', self.page.text, re.S)
        assert found, f"no form to {action}"
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))
        files = {name: fields.pop(name) for name in [name for name in fields if isinstance(fields[name], tuple)]}
        data = {name: unescape(value) for name, value in hidden.items()} | fields
        answer = self.client.post(action, data=data, files=files or None)
        if answer.status_code == 303:
            self.page = self.client.get(answer.headers["location"])
            return answer
        self.page = answer
        return answer

    @property
    def words(self) -> str:
        """Return what a reader sees, without the marks."""
        body = re.sub(r"<(head|script|style).*?</\1>", "", self.page.text, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def signed_in(client: Client, login: str) -> Browser:
    """Sign a person in, and return the browser."""
    answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return Browser(client)


def form_token(browser: Browser) -> str:
    """Return the token that the forms of a browser carry."""
    (token, *_) = re.findall(r'name="_form_token" value="([^"]+)"', browser.get("/"))
    return str(token)


def person(db: Any, login: str) -> User:
    """Return one of the cast."""
    from sqlmodel import select

    user = db.exec(select(User).where(User.login == login)).one()
    assert isinstance(user, User)
    return user


def taken(client: Client, number: str, action: str, fields: dict[str, Any] | None = None) -> Response:
    """Read a case, take an action on what was read, and return the answer."""
    tag = client.get(f"{API}/cases/{number}").headers["etag"]
    return client.post(f"{API}/cases/{number}/actions/{action}", json=fields or {}, headers={"if-match": tag})
