"""Nobody comes further than the table of doors says: everyone tries every door of cases that they are something to.

What each person is to a case is written down here by hand, not asked of the policy. Where `BIHUAN_TEST_EXAMPLES` is set
all kinds of cases are tried at all points of their road, otherwise every third of them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from cases.record.database import transaction
from cases.record.people import Duty
from tests.web.visitors import API, Browser, Office, person, taken
from web.doors import DOORS, IDENTITY, OPEN, PARTY, RECEIPT, SEES, SELF, STAFF, SYSTEM, doors_of

STEP = 1 if "BIHUAN_TEST_EXAMPLES" in os.environ else 3
#: The words of an answer that lets nobody on.
CLOSED = (401, 403, 404)
LOGINS = (
    "zhang", "qian", "li", "wang", "zhou", "wu", "zhao", "sun", "feng", "chen", "wei", "xitong", "anquan", "shenji",
)  # fmt: skip
NOWHERE = "TA-2026-0000000"
#: What else the addresses of doors name; nothing of it is there.
ELSE = {"action": "nothing", "digest": "0" * 64, "row_id": 1}
#: Whoever oversees the city or what is above it sees its cases as staff.
OVERSEERS = {"li", "zhao", "sun", "feng", "chen", "wei"}


@dataclass(frozen=True)
class Matter:
    """A case, and what people are to it: who is staff in it, who raised it under their account, who reads along."""

    number: str
    kind: str
    staff: frozenset[str]
    own: frozenset[str] = frozenset()
    along: frozenset[str] = frozenset()

    def may(self, login: str, door: str) -> bool:
        """Tell whether somebody may come further than a door."""
        return {
            SEES: login in self.staff | self.own | self.along,
            PARTY: login in self.staff | self.own,
            STAFF: login in self.staff,
            IDENTITY: login in self.staff and self.kind != "anonymous",
        }[door]


def matters(office: Office) -> list[Matter]:
    """Bring cases of every kind to different points of their road."""
    found = []
    with transaction(office.engine) as db:  # the head of D supervises the city as well
        db.add(Duty(user_id=person(db, "wu").id or 0, unit_id=2, role="supervisor"))
    overseers = OVERSEERS | {"wu"}
    for identity in ("confidential", "named", "anonymous"):
        own = frozenset() if identity == "anonymous" else frozenset({"zhang"})
        # Whoever could endorse a case reads along, and so may the one who raised it anonymously.
        along = frozenset({"zhang", "qian"}) - own
        for until, parts in (("", ()), ("accept", ("wang",)), ("report", ("wang",)), ("satisfied", ("wang",))):
            if identity == "anonymous" and until == "satisfied":
                continue  # only the receipt closes it
            number = office.submitted(identity=identity)
            if until:
                office.go(number, until=until)
            reads = along if until in ("", "accept") else frozenset()
            found.append(Matter(number, identity, frozenset(overseers | set(parts)), own, reads))
        number = office.submitted(identity=identity)
        taken(office.program("li"), number, "name_accused", {"accused": "D"})
        found.append(Matter(number, identity, frozenset(OVERSEERS), own, along))  # neither wu nor wang, of D
    return found


def test_every_door_has_a_row_and_every_row_a_door(sqlite_office: Office) -> None:
    assert sorted(doors_of(sqlite_office.app)) == sorted(DOORS)


def test_nobody_comes_further_into_a_case_than_the_table_says(sqlite_office: Office) -> None:
    office = sqlite_office
    everything = matters(office)
    doors = {door: word for door, word in DOORS.items() if word in (SEES, PARTY, STAFF, IDENTITY)}
    wrong: list[tuple[object, ...]] = []
    tried: Counter[str] = Counter()
    clients = {login: (office.program(login), office.browser(login)) for login in LOGINS}
    tokens = {login: form_token(browser) for login, (_, browser) in clients.items()}
    for matter in everything[::STEP]:
        for login, (program, browser) in clients.items():
            for door, word in doors.items():
                method, path = door.split(" ")
                client = program if path.startswith(API) else browser.client
                sent: dict[str, Any] = {"headers": {"if-match": '"0"'}}
                sent["data"] = {"_form_token": tokens[login], "_seen": "0"}
                if method == "POST" and path.endswith("/attachments"):
                    sent["files"] = {"file": ("a.txt", b"a")}
                answer, invented = (
                    client.request(method, path.format(number=number, **ELSE), **sent)
                    for number in (matter.number, NOWHERE)
                )
                is_hidden = (answer.status_code, answer.text) == (
                    invented.status_code, invented.text.replace(NOWHERE, matter.number)
                )  # fmt: skip
                tried[word] += 1
                if not matter.may(login, word) and not is_hidden and answer.status_code not in CLOSED:
                    wrong.append((matter.kind, login, door, answer.status_code))
                is_read = method == "GET" and "digest" not in path
                if is_read and (answer.status_code == 200) is not matter.may(login, word):
                    wrong.append((matter.kind, login, door, answer.status_code))
    print(f"{sum(tried.values())} combinations: {dict(tried)}")
    assert wrong == []


def form_token(browser: Browser) -> str:
    """Return the token that the forms of a browser carry."""
    (token, *_) = re.findall(r'name="_form_token" value="([^"]+)"', browser.get("/"))
    return str(token)


def test_nobody_but_a_system_administrator_passes_the_doors_of_administration(sqlite_office: Office) -> None:
    office = sqlite_office
    for login in LOGINS:
        client = office.browser(login).client
        for door in (door for door, word in DOORS.items() if word == SYSTEM and door.startswith("GET")):
            path = door.split(" ")[1].format(kind="task", language="zh")
            assert (client.get(path).status_code == 200) is (login == "xitong"), (login, door)


def test_who_is_not_signed_in_passes_open_doors_alone(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    for door, word in DOORS.items():
        method, path = door.split(" ")
        address = path.format(
            number=number, action="nothing", digest="0" * 64, row_id=1, entry=1, outlet=1, kind="task", language="zh",
            parked_id=1, message=1, seq=1, step="code",
        )  # fmt: skip
        if path == "/static":
            continue
        answer = office.client().request(method, address)
        where = answer.headers.get("location", "")
        is_shut = answer.status_code == 401 or where.startswith(("/sign-in", "/track"))
        if word in (RECEIPT, SELF, SEES, PARTY, STAFF, IDENTITY, SYSTEM):
            assert is_shut, (door, answer.status_code, where)
        else:
            assert word == OPEN
