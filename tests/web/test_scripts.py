"""What people write never runs: twenty kinds of scripts in twenty places, in the system's Chromium.

Nothing runs with the pages as they are, and nothing with their escaping off, for the policy of their headers holds by
itself. With both off it runs, or these tests would see nothing. Everyday some kinds are tried, with
`BIHUAN_TEST_EXAMPLES` all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from playwright.sync_api import Browser, BrowserContext, Dialog, Request, Route

from tests.web.hostile_words import KINDS, Stage
from tests.web.test_browser import chromium
from tests.web.visitors import Office
from web import render

__all__ = ["chromium"]
EVERYDAY = ("image", "out-of-attribute")
TRIED = tuple(KINDS) if "BIHUAN_TEST_EXAMPLES" in os.environ else EVERYDAY
POLICY = "content-security-policy"
SHOWN = "/shown"
LEAST_SINKS = 20


#: Presses what the words offer; a form of our own that they stand in is not sent.
PRESS = """async () => {
  document.addEventListener("submit", event => {
    if (!event.submitter.formAction.startsWith("javascript:")) event.preventDefault();
  }, true);
  for (const one of document.querySelectorAll(".press")) one.click();
  await new Promise(done => setTimeout(done));
}"""


@dataclass
class Theatre:
    """A browser that is answered by an office: what ran in it, where it was sent, and what it was shown."""

    stage: Stage
    context: BrowserContext
    has_policy: bool = True
    where: str = ""
    ran: list[tuple[str, str]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    missed: set[tuple[str, str, str]] = field(default_factory=set)
    shown: Response | None = None
    own: dict[str, Response] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context.expose_function("told", lambda mark: self.ran.append((self.where, mark)))
        self.context.add_init_script("window.ran = {push: mark => told(mark)}")
        self.context.route("**/*", self._answer)
        self.context.on("dialog", self._dismiss)

    def play(self, kind: str) -> None:
        """Show every place where words of a kind stand, and press whatever they offer to be pressed."""
        self.stage.say(kind)
        page = self.context.new_page()
        for login, place, sinks in self.stage.places(kind):
            self.shown = place if isinstance(place, Response) else self.stage.clients[login].get(place)
            where = self.where = place if isinstance(place, str) else f"{login} sends {sinks[0]}"
            for sink in sinks:
                told = self.seen if f"{sink}-{kind}" in self.shown.text else self.missed
                told.add((where, sink, kind))
            page.goto(f"http://{login}{SHOWN}")
            page.evaluate(PRESS)
        page.close()

    def _answer(self, route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        client = self.stage.clients.get(parts.hostname or "")
        if client is None:  # what the policy has stopped does not come as far as here
            self.sent.append(request.url)
            return route.abort()
        answer = self.shown if parts.path == SHOWN else self.own.get(request.url)
        if answer is None:
            answer = self.own[request.url] = client.get(parts.path)
        headers = {name: value for name, value in answer.headers.items() if self.has_policy or name != POLICY}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    def _dismiss(self, dialog: Dialog) -> None:
        self.sent.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def theatre(chromium: Browser, sqlite_office: Office) -> Iterator[Theatre]:
    """Gives a browser before an office that is full of hostile words."""
    context = chromium.new_context(locale="zh-CN")
    yield Theatre(Stage(sqlite_office), context)
    context.close()


def unescaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pages show what people wrote as it was written."""
    monkeypatch.setattr(render, "_environment", render._environment.overlay(autoescape=False))


@pytest.mark.parametrize("escaping", ["on", "off"])
def test_nothing_that_somebody_wrote_runs_in_a_browser(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, escaping: str
) -> None:
    if escaping == "off":
        unescaped(monkeypatch)
    for kind in TRIED:
        theatre.play(kind)
    sinks = {(where, sink) for where, sink, _ in theatre.seen}
    print(f"{len(theatre.seen)} words in {len(sinks)} places, escaping {escaping}")
    assert (theatre.ran, theatre.sent, theatre.missed) == ([], [], set())
    assert len(sinks) >= LEAST_SINKS and len(theatre.seen) == len(sinks) * len(TRIED)


def test_it_would_run_without_escaping_and_without_the_policy(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    unescaped(monkeypatch)
    theatre.has_policy = False
    for kind in TRIED:
        theatre.play(kind)
    ran = {kind for kind in TRIED for _, mark in theatre.ran if mark.endswith(f"-{kind}")}
    print(f"{len(theatre.ran)} ran, {len(theatre.sent)} sent; none ran of {sorted(set(TRIED) - ran)}")
    assert set(EVERYDAY) <= ran and len(ran) >= len(TRIED) * 3 // 4
