"""Twenty ways to have a browser run what somebody wrote, and an office in which all that people write is such words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from httpx2 import Response
from sqlalchemy import update
from sqlmodel import select

from cases.record.case import Attachment, Case, Passage
from cases.record.database import transaction
from cases.record.news import NewsTemplate, Outlet
from cases.record.people import Duty, Unit, User
from notifications.outbox import fan_out
from tests.web.visitors import API, Browser, Office, form_token, person, taken

#: What each kind of words runs; `top.ran` gathers who has.
CODE = "top.ran.push('{mark}')"
KINDS: dict[str, str] = {
    "script": "<script>{code}</script>",
    "image": "<img src=x onerror={code}>",
    "vector": "<svg onload={code}>",
    "vector-script": "<svg><script>{code}</script></svg>",
    "out-of-attribute": "\"'><script>{code}</script>",
    "out-of-text": "</textarea></title></script><script>{code}</script>",
    "in-attribute": '" autofocus onfocus={code} x="',
    "focus": "<input autofocus onfocus={code}>",
    "toggle": "<details open ontoggle={code}>",
    "media": "<video><source onerror={code}></video>",
    "animation": "<style>@keyframes a{{}}</style><b style=animation-name:a onanimationstart={code}>",
    "frame": "<iframe srcdoc='<script>{code2}</script>'></iframe>",
    "frame-address": '<iframe src="javascript:{code}"></iframe>',
    "link": '<a class=press href="javascript:{code}">x</a>',
    "button": '<form><button class=press formaction="javascript:{code}">x</button></form>',
    "form": '<form action="javascript:{code}"><button class=press>x</button></form>',
    "elsewhere": "<script src=//evil.example/{mark}.js></script><img src=//evil.example/{mark}.png>",
    "base": "<base href=//evil.example/><script src=/{mark}.js></script>",
    "own-file": "<script src={file}></script>",
    "mutation": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={code}&gt;'>",
}


def words(kind: str, mark: str, file: str = "") -> str:
    """Return words of a kind that say their mark, and leave it where they run."""
    code = CODE.format(mark=mark)
    said = KINDS[kind].format(code=code, code2=code.replace("'", '"'), mark=mark, file=file)
    return said if mark in said else f"{said}<!--{mark}-->"


class Stage:
    """An office with a case that shows all that people can write, in words that are changed from kind to kind."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.number = office.submitted()
        self.other = office.submitted("qian", unit="T", title="另一件")
        self._live()
        self.clients = {"receipt": self._with_receipt(), "nobody": office.client()}
        browsers = {login: office.browser(login) for login in ("li", "zhang", "qian", "xitong", "sun")}
        self.clients |= {login: browser.client for login, browser in browsers.items()}
        self.tokens = {login: form_token(browser) for login, browser in browsers.items()}
        link = next(file for file in office.program("li").get(f"{API}/cases/{self.number}").json()["attachments"])
        self.file = f"/cases/{self.number}/attachments/{link['digest']}"

    def say(self, kind: str) -> None:
        """Have everybody write words of a kind, and be called so."""
        with transaction(self.office.engine) as db:
            for passage in db.exec(select(Passage)):
                passage.body = self._words(kind, passage.field)
            for case in db.exec(select(Case)):
                case.title = self._words(kind, "title")
                case.category = self._words(kind, "category")
            for model, name in ((Attachment, "file"), (Unit, "unit"), (User, "person"), (Outlet, "outlet")):
                db.connection().execute(update(model).values(name=self._words(kind, name)[:200]))
            db.connection().execute(update(NewsTemplate).values(body=self._words(kind, "news")))

    def places(self, kind: str) -> Iterator[tuple[str, str | Response, tuple[str, ...]]]:
        """Yield who reads, an address or an answer, and what of the words stands there."""
        told = (
            "title",
            "text",
            "note",
            "answer",
            "reason",
            "order_text",
            "promise",
            "category",
            "file",
            "unit",
            "person",
        )
        yield "li", f"/cases/{self.number}", told
        yield "receipt", "/track", ("title", "text", "answer", "unit")
        yield "li", "/", ("title",)
        yield "li", "/overdue", ("title",)
        yield "qian", "/endorse", ("title",)
        yield "li", "/inbox", ("title",)
        yield "xitong", "/admin/news", ("outlet", "unit")
        yield "xitong", "/admin/news/words/task/zh", ("news",)
        yield "xitong", "/people", ("unit", "person")
        yield "sun", "/questions", ("promise", "unit")
        for login, path, form, sink in (
            ("nobody", "/sign-in", {"login": "{}", "password": "x", "next": "/{}"}, "login"),
            (
                "nobody",
                "/submit/open",
                {"workflow": "grievance", "identity": "named", "unit": "{}", "title": "{}", "name": "{}"},
                "open",
            ),
            ("zhang", "/submit", {"workflow": "proposal", "unit": "{}", "title": "{}", "text": "{}"}, "submit"),
            ("xitong", "/people/deputies", {"duty": "{}", "deputy": "{}", "first": "{}"}, "deputy"),
            ("xitong", "/admin/calendar", {"text": "{}", "year": "{}"}, "arrangement"),
            ("xitong", "/admin/news/outlets", {"unit": "{}", "name": "{}", "channel": "{}"}, "robot"),
            (
                "li",
                f"/cases/{self.number}/note",
                {"note": "{}" + "x" * 20_000, "audience": "{}", "_seen": "1"},
                "typed",
            ),
        ):
            said = self._words(kind, sink)
            data = {name: value.replace("{}", said) for name, value in form.items()}
            answer = self.clients[login].post(path, data=data | {"_form_token": self.tokens.get(login, "")})
            yield login, answer, (sink,)
        yield "li", self.clients["li"].get("/cases/" + self._words(kind, "address").replace("/", "%2f")), ("address",)

    def _words(self, kind: str, sink: str) -> str:
        return words(kind, f"{sink}-{kind}", getattr(self, "file", ""))

    def _live(self) -> None:
        """Bring a case where each kind of words stands on its page."""
        office, number = self.office, self.number
        with transaction(office.engine) as db:
            db.add(Duty(user_id=person(db, "li").id or 0, unit_id=2, role="supervisor"))
        zhao, sun = office.program("zhao"), office.program("sun")
        steps: tuple[tuple[Any, str, dict[str, Any]], ...] = (
            (office.program("li"), "note", {"note": "在办"}),
            (zhao, "link", {"other": self.other, "link_kind": "relates"}),
            (zhao, "card", {"colour": "yellow", "reason": "逾期", "at_unit": "D"}),
            (sun, "order", {"order_text": "请速办", "at_unit": "D"}),
        )
        office.go(number, until="sign_for")
        for client, action, form in steps:
            answer = taken(client, number, action, form)
            assert answer.status_code == 200, answer.text
        wang = office.program("wang")
        sent = {"file": ("工资条.txt", b"top.ran.push('own-file')")}
        assert wang.post(f"{API}/cases/{number}/attachments", files=sent).status_code == 201
        answer = taken(wang, number, "report", {"answer": "已办", "promise": "年底前建成", "promised_on": "2026-11-18"})
        assert answer.status_code == 200, answer.text
        with transaction(office.engine) as db:
            db.add(Outlet(unit_id=2, channel="wecom", name="群", address="https://example.org/x", made_at=office.at))
            db.add(NewsTemplate(kind="task", language="zh", subject="$number", body="正文", edited_at=office.at))
        office.later(days=60)
        office.submitted("zhang", title="待附议")
        fan_out(office.engine, office.app.state.settings, office.at)

    def _with_receipt(self) -> Any:
        """Return the browser of somebody who follows what they raised with a receipt."""
        body = {"title": "匿名", "text": "内容", "unit": "C", "identity": "anonymous"}
        raised = self.office.program("zhang").post(f"{API}/cases", json=body).json()
        self.office.go(raised["number"], until="verify")
        browser = Browser(self.office.client())
        assert browser.client.post("/track", data={"code": raised["receipt"]}).status_code == 303
        return browser.client
