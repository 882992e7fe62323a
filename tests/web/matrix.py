"""Cases of every kind, and what everybody is to each of them, written down by hand: no line here asks the policy.

The world of the case tests (`tests.cases.world`) with one colleague more: Ma, a representative of the city like Zhang.
Bai, of the province's office, stands in for Zhou of the labour office. Everybody has a token and a browser.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from starlette.testclient import TestClient

from cases.access import browser, make_token, sign_in
from cases.deputies import name_deputy
from cases.record.database import transaction
from cases.record.people import Duty, User
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY
from tests.web.visitors import Office, person

MODES = ("confidential", "named", "anonymous")
OWN, STAFF, ALONG, NOTHING = "own", "staff", "along", "nothing"

#: What each person is to a case of the city in which their department has no part: oversight of the city and above it.
OVERSEERS = frozenset({"li", "zhao", "sun", "feng", "chen", "wei", "shuang"})
#: Who could endorse a proposal at the city besides Zhang.
ENDORSERS = frozenset({"ma", "qian"})
OF_THE_TOWN = frozenset({"tang", "du", "hai"})
OF_THE_LEAD = frozenset({"wang", "wu"})
OF_THE_SUPPORT = frozenset({"zhou", "bai"})
LOGINS = (
    "zhang", "ma", "qian", "li", "wang", "zhou", "wu", "zhao", "sun", "feng", "chen", "wei", "tang", "du", "hai", "guo",
    "he", "bai", "shuang", "deng", "zheng", "xitong", "anquan", "shenji",
)  # fmt: skip
ACCEPT: dict[str, Any] = {"category": "工资报酬", "tier": "A", "lead": "D"}
URGENT = {"urgency": "7d"}


@dataclass(frozen=True)
class Matter:
    """A case, and how much of it everybody sees; whoever is in none of the sets sees nothing."""

    name: str
    number: str
    mode: str
    staff: frozenset[str]
    own: frozenset[str] = frozenset()
    along: frozenset[str] = frozenset()

    def seen_by(self, login: str) -> str:
        """Say how much of the case somebody sees; nobody disabled sees anything."""
        if login in self.own:
            return OWN
        if login in self.staff:
            return STAFF
        return ALONG if login in self.along else NOTHING


class People(Office):
    """The application with the larger world in it, and a browser and a program for each person, signed in by hand."""

    def __init__(self, url: str, files: Any) -> None:
        super().__init__(url, files)
        self.world = World.around(self.engine)
        with transaction(self.engine) as db:
            ma = User(id=24, login="ma", name="马代表", created_at=MONDAY)
            db.add(ma)
            db.flush()
            db.add(Duty(user_id=24, unit_id=self.world.units["C"], role="representative"))
            db.flush()
            zhou = person(db, "zhou")
            name_deputy(
                db, person(db, "bai"), "handler@A", zhou, date(2026, 11, 16), date(2027, 11, 16), at=MONDAY - DAY
            )
        self.world.people["ma"] = 24
        self.at = MONDAY + 3 * DAY
        self.app.state.settings = replace(self.app.state.settings, uploads_an_hour=10**6)  # doors, not how often

    def doors(self, logins: Sequence[str] = LOGINS) -> tuple[dict[str, TestClient], dict[str, tuple[TestClient, str]]]:
        """Return everybody's program, and everybody's browser with the token that its forms carry."""
        programs, browsers = {}, {}
        for login in logins:
            with transaction(self.engine) as db:
                user = person(db, login)
                was_active, user.is_active = user.is_active, True
                token, secret = make_token(db, user, "write", self.at), sign_in(db, user.id or 0, self.at)
                caller = browser(db, secret, self.at)
                assert caller is not None and caller.form_token is not None
                user.is_active = was_active
            programs[login] = self.client(authorization=f"Bearer {token}")
            client = self.client()
            client.cookies.set("bihuan", secret)
            browsers[login] = client, caller.form_token
        return programs, browsers


def matters(office: People) -> list[Matter]:
    """Bring cases of every mode to every relation that somebody can have to them."""
    return [matter for mode in MODES for matter in of_mode(office.world, mode)] + list(raised_openly(office))


def of_mode(world: World, mode: str) -> Iterator[Matter]:
    """Yield the cases that were raised in one way, by Zhang at the city unless a line says otherwise."""
    own = frozenset() if mode == "anonymous" else frozenset({"zhang"})
    along = ENDORSERS | {"zhang"} - own
    led = OVERSEERS | OF_THE_LEAD

    def story(**more: Any) -> Story:
        return Story(world, identity=mode, **more)

    def seen(name: str, one: Story, staff: frozenset[str], along: frozenset[str] = frozenset()) -> Matter:
        return Matter(name, one.number, mode, staff, own, along)

    yield seen("a draft", story(), OVERSEERS)
    yield seen("under review", story().up_to("submit"), OVERSEERS, along)
    grievance = story(law="grievance").up_to("accept")
    yield seen("of another law", grievance, led)
    supported = story().up_to("submit")
    supported.then("accept", "li", **ACCEPT, support=["A"])
    yield seen("with a support department", supported, led | OF_THE_SUPPORT, along)
    endorsed = story().up_to("submit")
    endorsed.then("endorse", "ma")
    for action, by, form in (("accept", "li", ACCEPT), ("sign_for", "wang", {}), ("report", "wang", {"answer": "好"})):
        endorsed.then(action, by, **form)
    yield seen("endorsed once", endorsed, led)
    yield seen("closed", story().up_to("satisfied"), led)
    passed_on = story().up_to("accept")
    passed_on.then("transfer", "zhao", lead="A", reason="转办")
    yield seen("that another department had", passed_on, led | OF_THE_SUPPORT, along)
    delegated = story().up_to("sign_for")
    delegated.then("delegate", "wang", delegate="A", reason="就近")
    yield seen("delegated", delegated, led | OF_THE_SUPPORT, along)
    judged = story().up_to("submit")
    judged.then("convene", "li", chair="li", panel=["li", "feng", "shuang"])
    yield seen("judged by a group", judged, OVERSEERS)
    copied = story().up_to("submit")
    copied.then("copy_to", "zhao", person="guo")
    yield seen("copied to somebody", copied, OVERSEERS | {"guo"}, along)
    yield from beside_another(world, mode, story, own)
    # Who raised a case against the city, of which they are, follows it all the same.
    for unit, staff, who_reads in (
        ("D", OVERSEERS - {"shuang"}, along),
        ("E", OVERSEERS, along - {"qian"}),
        ("A", OVERSEERS, along),
        ("C", frozenset({"feng", "chen", "wei"}), frozenset()),
    ):
        accused = story(unit="P" if unit == "C" else "C").up_to("submit")
        accused.then("name_accused", "feng" if unit == "C" else "li", accused=unit)
        yield seen(f"against {unit}", accused, staff, who_reads)
    town = story(unit="T").up_to("submit")
    town.then("accept", "tang", **ACCEPT | {"lead": "G"})
    yield seen("of the town", town, OVERSEERS | OF_THE_TOWN | {"guo", "he"}, frozenset({"qian"}))
    theirs = Story(world, identity=mode, by="zhou").up_to("report")  # raised by staff who have no part in it
    yield Matter("of staff", theirs.number, mode, led, frozenset() if mode == "anonymous" else frozenset({"zhou"}))


def beside_another(world: World, mode: str, story: Any, own: frozenset[str]) -> Iterator[Matter]:
    """Yield a case that others were merged into or linked with, and those."""
    led = OVERSEERS | OF_THE_LEAD
    lead, merged, linked = story().up_to("submit"), story(by="ma").up_to("submit"), story(by="ma").up_to("submit")
    merged.then("merge", "li", into=lead.number)
    linked.then("link", "li", other=lead.number, link_kind="relates")
    for action, by, form in (("accept", "li", ACCEPT), ("sign_for", "wang", {}), ("report", "wang", {"answer": "好"})):
        lead.then(action, by, **form)
    theirs = frozenset() if mode == "anonymous" else frozenset({"ma"})
    yield Matter("another was merged into", lead.number, mode, led, own)
    yield Matter("merged", merged.number, mode, OVERSEERS, theirs)
    linked_along = frozenset({"zhang", "qian", "ma"}) - theirs
    yield Matter("linked with another", linked.number, mode, OVERSEERS, theirs, linked_along)


def raised_openly(office: People) -> Iterator[Matter]:
    """Yield cases that were raised without an account, one of them sealed for an officer."""
    settings = office.app.state.settings
    officer = base64.b64encode(X25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    form = {"workflow": "grievance", "unit": "C", "title": "拖欠工资", "text": "三个月没有发。", "phone": "13900001111"}
    for name, mode, sealed in (
        ("openly", "confidential", ""), ("openly and named", "named", ""), ("sealed", "confidential", officer)
    ):  # fmt: skip
        office.app.state.settings = replace(settings, vault_officer=sealed)
        page = office.client().post("/submit/open", data=form | {"identity": mode, "name": "何工"})
        assert page.status_code == 200, page.text
        office.app.state.settings = settings
        newest = office.program("li").get("/api/v1/cases?limit=1").json()["items"][0]["number"]
        yield Matter(name, newest, mode, OVERSEERS)
