"""What an office does with people whose names must not stay anywhere: cases, mistakes, faults, looks, erasures."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Client
from sqlmodel import Session, select

from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.people import Duty, Unit, User
from config import clock
from tests.canaries import Canary, canaries
from tests.cast import password_hash
from tests.web.served import Served
from tests.web.visitors import API, Browser, person, taken

OPEN, ACCOUNT, BEHALF = "without an account", "with an account", "by a representative"
KINDS = (OPEN, OPEN, ACCOUNT, BEHALF)
PLACE = "/submit/open"
#: Identities that one person may see within a day.
A_DAY = 5
#: Makes the next passage that is written fail, as a broken disk might, with all that was sent in hand.
FAULT = {
    "sqlite": (
        "CREATE TRIGGER fault BEFORE INSERT ON passages BEGIN SELECT RAISE(ABORT, 'fault'); END",
        "DROP TRIGGER fault",
    ),
    "postgresql": (
        "ALTER TABLE passages ADD CONSTRAINT fault CHECK (version < 0) NOT VALID",
        "ALTER TABLE passages DROP CONSTRAINT fault",
    ),
}


def invented(seed: int, count: int) -> list[Canary]:
    """Invent people for a work; those who have accounts are called otherwise than those who have none."""
    unknown = canaries(random.Random(seed), count)
    known = canaries(random.Random(seed + 1), count, "司徒珊瑚", "138265")
    return [(known if KINDS[place % len(KINDS)] == ACCOUNT else unknown)[place] for place in range(count)]


@dataclass
class Raised:
    """A case of somebody: how it was raised, what opens it where that is a receipt, and its number."""

    who: Canary
    kind: str
    code: str = ""
    number: str = ""
    mode: str = "confidential"


@dataclass
class Work:
    """The office, and what became of it."""

    served: Served
    people: list[Canary]
    raised: list[Raised] = field(default_factory=list)
    seen: int = 0

    def prepare(self) -> None:
        """Give those accounts who raise cases by one, and handlers enough to look at an eighth of all."""
        with transaction(self.served.engine) as db:
            units = {unit.code: unit.id or 0 for unit in db.exec(select(Unit))}
            for login in ("li", "wang", "zhao"):
                person(db, login).email = f"{login}@example.org"
            for number, who in enumerate(self.people):
                if KINDS[number % len(KINDS)] == ACCOUNT:
                    self._account(db, f"worker{number}", units["E"], "worker", name=who.name, phone=who.phone)
            for number in range(self._handlers):
                self._account(db, f"handler{number}", units["D"], "handler", name=f"第 {number} 位承办")

    def raise_all(self, dice: random.Random) -> None:
        """Raise a case of everybody, most after a mistake or two."""
        zhang, li = self.served.browser("zhang"), self.served.program("li")
        for number, who in enumerate(self.people):
            one = Raised(who, KINDS[number % len(KINDS)])
            self._mistakes(one, li, dice)
            matter = {"unit": "C", "title": who.text, "text": f"{who.text}，没有人管。", "workflow": "grievance"}
            if one.kind == ACCOUNT:
                answer = self.served.program(f"worker{number}").post(f"{API}/cases", json=matter)
                assert answer.status_code == 201, answer.text
                one.number = answer.json()["number"]
            else:
                client = zhang.client if one.kind == BEHALF else self.served.client()
                one.mode = dice.choice(("confidential", "named"))
                page = client.post(PLACE, data=matter | {"identity": one.mode} | who.told)
                assert page.status_code == 200, page.text
                (one.code,) = re.findall(r'<p class="receipt"[^>]*>([\d ]+)</p>', page.text)
            self.raised.append(one)
        with reading(self.served.engine) as db:
            numbers = dict(db.exec(select(Case.title, Case.number)).all())
        for one in self.raised:
            one.number = numbers[one.who.text]

    def break_down(self, few: int) -> None:
        """Let the database fail while a few people submit."""
        breaks, mends = FAULT[self.served.engine.dialect.name]
        self._does(breaks)
        for who in self.people[:few]:
            form = {"unit": "C", "title": who.text, "text": who.text, "workflow": "grievance", "identity": "named"}
            answer = self.served.client().post(PLACE, data=form | who.told)
            assert answer.status_code == 500, answer.status_code
        self._does(mends)

    def handle(self) -> None:
        """Assign an eighth of the cases, and have each seen by somebody whom a second person allows it."""
        li, zhao = self.served.program("li"), self.served.browser("zhao")
        form = {"category": "工资报酬", "urgency": "7d", "tier": "A", "lead": "D"}
        chosen = self.raised[:: len(self.raised) // max(1, len(self.raised) // 8)]
        for place in range(self._handlers):
            handler = self.served.browser(f"handler{place}")
            for one in chosen[place * A_DAY : (place + 1) * A_DAY]:
                answer = taken(li, one.number, "accept", form)
                assert answer.status_code == 200, answer.text
                shown = self._look(handler, zhao, one.number)
                assert one.who.name in shown, shown
                self.seen += 1

    def write(self, every: int) -> None:
        """Add a file and a note with a receipt, and take out all that is kept: their own copy."""
        for one in [one for one in self.raised if one.code][::every]:
            browser = self._holder(one.code)
            text = f"{one.who.text}的工资条".encode()
            assert browser.send("/track/files", file=(f"{one.who.text}.txt", text)).status_code == 303
            browser.send("/track/export")
            assert one.who.name in browser.page.text and one.who.text in browser.page.text

    def read_out(self) -> Iterator[tuple[str, bytes]]:
        """Read what a program of the staff reads of everything: lists, counts, cases of who is not named, history."""
        li = self.served.program("li")
        paths = ["/metrics", f"{API}/overdue", f"{API}/rates?from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z"]
        confidential = [one.number for one in self.raised if one.mode == "confidential"][:20]
        for number in confidential:
            paths += [f"{API}/cases/{number}{what}" for what in ("", "/events", "/clocks", "/explain")]
        for path in paths:
            yield path, li.get(path).raise_for_status().content
        cursor: str | None = ""
        while cursor is not None:
            page = li.get(f"{API}/cases", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
            yield f"{API}/cases {cursor}", page.raise_for_status().content
            cursor = page.json()["next"]

    def erase(self, gone: list[Raised]) -> None:
        """Forget people and what they wrote: by receipt, or, where they have an account, by two of the staff."""
        li, zhao = self.served.browser("li"), self.served.browser("zhao")
        for one in gone:
            if one.code:
                browser = self._holder(one.code)
                assert browser.send("/track/erase", sure="yes", with_texts="yes").status_code == 303
                continue
            place = f"/cases/{one.number}/erasure"
            li.get(place)
            assert li.send(place, reason="本人书面要求", with_texts="yes").status_code == 303
            zhao.get(place)
            (row_id,) = re.findall(rf"{place}/(\d+)/agree", zhao.page.text)
            answer = zhao.send(f"{place}/{row_id}/agree", approve="yes", sure=one.number)
            assert answer.status_code == 303, answer.text

    @property
    def _handlers(self) -> int:
        return max(1, len(self.people) // 8 // A_DAY)

    def _mistakes(self, one: Raised, li: Client, dice: random.Random) -> None:
        """Do with somebody's name what people do by mistake; none of it may leave a trace."""
        who, nobody = one.who, self.served.client()
        matter = {"unit": "C", "title": who.text, "text": who.text, "workflow": "grievance"}
        tries: list[tuple[int, Any]] = [
            (422, lambda: nobody.post(PLACE, data=matter | who.told | {"identity": "named", "unit": who.name})),
            (422, lambda: nobody.post(PLACE, data=matter | who.told | {"identity": "anonymous"})),
            (422, lambda: nobody.post(PLACE, data=matter | {"identity": "named", "name": who.name * 20})),
            (422, lambda: li.post(f"{API}/cases", json=matter | {"submitter": who.name})),
            (422, lambda: li.post(f"{API}/cases", json=matter | {who.name: who.phone})),
            (200, lambda: li.get(f"{API}/cases", params={"q": who.name})),
            (404, lambda: li.get(f"{API}/cases/{who.name}")),
            (404, lambda: nobody.get(f"/{who.contact}", headers={"referer": f"{self.served.address}/?q={who.phone}"})),
        ]
        for status, attempt in dice.sample(tries, 2):
            answer = attempt()
            assert answer.status_code == status, (answer.status_code, answer.text)

    def _look(self, handler: Browser, zhao: Browser, number: str) -> str:
        """See who raised a case as its page lets one, and return the page."""
        place = f"/cases/{number}/identity"
        handler.get(place)
        handler.send(place, reason="须电话核实")
        zhao.get(place)
        if found := re.findall(rf"{place}/(\d+)/agree", zhao.page.text):
            zhao.send(f"{place}/{found[0]}/agree", approve="yes")
        handler.get(place)
        (row_id,) = re.findall(rf"{place}/(\d+)/show", handler.page.text)
        return handler.send(f"{place}/{row_id}/show", password="tests-only").text

    def _holder(self, code: str) -> Browser:
        browser = Browser(self.served.client())
        answer = browser.client.post("/track", data={"code": code})
        assert answer.status_code == 303, answer.text
        browser.get("/track")
        return browser

    def _account(self, db: Session, login: str, unit_id: int, role: str, name: str, phone: str | None = None) -> None:
        user = User(login=login, password_hash=password_hash(), created_at=clock.now(), name=name, phone=phone)
        db.add(user)
        db.flush()
        db.add(Duty(user_id=user.id or 0, unit_id=unit_id, role=role))

    def _does(self, statement: str) -> None:
        with self.served.engine.begin() as connection:
            connection.exec_driver_sql(statement)
