"""The authorization matrix: everyone tries every door of cases that they are something to, and nobody comes too far.

The doors come from the table of routes, the actions from the files of the laws as TOML; what each person is to a case
is written down by hand (`matrix`, `tests.cases.test_law_matrix.ROLES`). Where `BIHUAN_TEST_EXAMPLES` is set the whole
matrix is tried, otherwise the same small part of it each day.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import Session
from starlette.testclient import TestClient

from cases.record.database import transaction
from tests.cases.modelled import law_of, words
from tests.cases.test_law_matrix import ROLES, Placement, Text, place, read
from tests.cases.world import Story
from tests.web.matrix import ALONG, LOGINS, MODES, NOTHING, OWN, STAFF, Matter, People, matters
from tests.web.visitors import API
from web import doors
from web.doors import DOORS, IDENTITY, OWNER, PARTY, SEES

IS_WHOLE = "BIHUAN_TEST_EXAMPLES" in os.environ
#: Of so many one is tried: of doors, of actions, of people who read lists.
EACH, EACH_ACTION, EACH_READER = (1, 13, 1) if IS_WHOLE else (37, 409, 4)
#: The words of an answer that lets nobody on.
CLOSED = (401, 403, 404)
NOWHERE = "TA-2026-0000000"
#: What else the addresses of doors name; nothing of it is there.
ELSE = {"action": "nothing", "digest": "0" * 64, "row_id": 1}
OF_A_CASE = [door for door, word in DOORS.items() if word in (SEES, PARTY, doors.STAFF, IDENTITY, OWNER)]
#: Which doors of a case open for whoever sees so much of it: what docs/policy.md says, once more.
OPEN_FOR = {
    OWN: {SEES, PARTY, OWNER}, ALONG: {SEES}, NOTHING: set[str](), STAFF: {SEES, PARTY, doors.STAFF, IDENTITY},
}  # fmt: skip


@pytest.fixture(scope="module")
def found(people: People) -> list[Matter]:
    """Gives cases of every kind, each once."""
    return matters(people)


class Tries:
    """What is sent to doors, each once; the answer to a number that was never given is remembered."""

    def __init__(self, office: People) -> None:
        self.programs, self.browsers = office.doors()
        self.invented: dict[tuple[str, str, str], Response] = {}
        self.wrong: list[tuple[object, ...]] = []
        self.tried: Counter[str] = Counter()

    def send(self, login: str, door: str, number: str, action: str = "nothing", version: int = 0) -> Response:
        """Knock at a door of a case with a form that nothing but its one unknown field is wrong with."""
        method, path = door.split(" ")
        client: TestClient = self.programs[login]
        sent: dict[str, Any] = {"headers": {"if-match": f'"{version}"'}}
        if not path.startswith(API):
            client, token = self.browsers[login]
            sent["data"] = {"_form_token": token, "_seen": str(version), "fly": "1"}
        elif method == "POST" and not path.endswith("/attachments"):
            sent["json"] = {"text": ""} if path.endswith("/notes") else {"fly": "1"}
        if method == "POST" and path.endswith("/attachments"):
            sent["files"] = {"file": ("a.txt", b"a")}
        return client.request(method, path.format(number=number, **ELSE | {"action": action}), **sent)

    def is_hidden(self, answer: Response, login: str, door: str, number: str, action: str = "nothing") -> bool:
        """Say whether an answer is, to the byte, that to a number that was never given."""
        if (login, door, action) not in self.invented:
            self.invented[login, door, action] = self.send(login, door, NOWHERE, action)
        other = self.invented[login, door, action]
        return same(answer, number) == same(other, NOWHERE)


def same(answer: Response, number: str) -> tuple[object, ...]:
    """Return all that an answer tells, without the number that was asked for."""
    headers = sorted((name, value.replace(number, "")) for name, value in answer.headers.items())
    return answer.status_code, answer.text.replace(number, ""), headers


def test_nobody_comes_further_into_a_case_than_the_table_says(people: People, found: list[Matter]) -> None:
    tries, count = Tries(people), 0
    for matter in found:
        for login in LOGINS:
            for door in OF_A_CASE:
                count += 1
                if count % EACH == 0:
                    knock(tries, matter, login, door)
    print(f"{sum(tries.tried.values())} of {count} combinations: {dict(tries.tried)}")
    assert tries.wrong == []
    assert all(tries.tried[f"{mode} {sees}"] for mode in MODES for sees in (STAFF, ALONG, NOTHING))


def knock(tries: Tries, matter: Matter, login: str, door: str) -> None:
    """Try one door, and note what is not as it should be."""
    sees, word = matter.seen_by(login), DOORS[door]
    answer = tries.send(login, door, matter.number)
    may = word in OPEN_FOR[sees] and not (word == IDENTITY and matter.mode == "anonymous")
    is_hidden = tries.is_hidden(answer, login, door, matter.number)
    tries.tried[f"{matter.mode} {sees}"] += 1
    if sees == NOTHING or login == "zheng":
        is_right = is_hidden
    elif not may:
        is_right = answer.status_code in CLOSED
    elif door.startswith("GET") and "digest" not in door:
        is_right = answer.status_code == 200
    else:
        is_right = answer.status_code < 500 and not is_hidden
    if not is_right:
        tries.wrong.append((matter.name, matter.mode, login, door, sees, answer.status_code))


def test_lists_searches_and_pages_hold_exactly_what_somebody_may_see(people: People, found: list[Matter]) -> None:
    tries = Tries(people)
    for login in [login for login in LOGINS if login != "zheng"][::EACH_READER]:
        theirs = {matter.number for matter in found if matter.seen_by(login) != NOTHING}
        others = {matter.number for matter in found} - theirs
        for query in ("", "q=建驿站&", "unit=C&", "workflow=&"):
            listed = all_of(tries.programs[login], f"{API}/cases?{query}limit=100")
            assert not others & listed, (login, query)
            assert query or theirs <= listed, login
        for path in ("/", "/endorse", "/overdue", "/inbox", "/questions", "/people", f"{API}/overdue", f"{API}/inbox"):
            text = (tries.programs if path.startswith(API) else {login: tries.browsers[login][0]})[login].get(path).text
            assert not [number for number in others if number in text], (login, path)


def all_of(client: TestClient, address: str) -> set[str]:
    """Return the numbers of a list, page by page."""
    numbers: set[str] = set()
    cursor = ""
    while True:
        page = client.get(address + cursor)
        assert page.status_code == 200, page.text
        numbers |= {str(item["number"]) for item in page.json()["items"]}
        if page.json()["next"] is None:
            return numbers
        cursor = f"&cursor={page.json()['next']}"


@pytest.mark.parametrize("name", ["proposal", "grievance"])
def test_an_action_opens_exactly_for_whom_its_law_names(people: People, name: str) -> None:
    tries, law, count = Tries(people), read(name), 0
    for mode in MODES:
        number = Story(people.world, law=name, unit="T", identity=mode).number
        for state in law.states:
            put(people, law, number, state)
            for login in (login for login in ROLES if login is not None):
                for action in sorted({row["action"] for row in [*law.steps, *law.beyond]}):
                    count += 1
                    if count % EACH_ACTION == 0:
                        attempt(tries, name, mode, number, state, login, action)
        put(people, law, number, "draft")
    print(f"{name}: {sum(tries.tried.values())} of {count} combinations: {dict(tries.tried)}")
    assert tries.wrong == []
    assert {"404", "403", "409", "422"} <= set(tries.tried)


def put(people: People, law: Text, number: str, state: str) -> None:
    """Let a case lie in a state, led by G of the town, supported by B, climbed to the leader of the province."""
    world = people.world
    with transaction(people.engine) as db:
        clear(db, number)
        met = Placement(is_signed=False, has_support=True, has_request=False, has_returned=False, has_urged=False)
        place(db, world, law, number, state, met, None, against=False, is_own=False)


def clear(db: Session, number: str) -> None:
    """Take away what an earlier state had beside the case."""
    for table in ("assignments", "levels"):
        of_it = f"DELETE FROM {table} WHERE case_id = (SELECT id FROM cases WHERE number = '{number}')"
        db.connection().exec_driver_sql(of_it)


def attempt(tries: Tries, law: str, mode: str, number: str, state: str, login: str, action: str) -> None:
    """Try an action on the page and over the API, as far as a field that no action has; nothing is changed by it."""
    roles = set() if mode == "anonymous" and login == "zhang" else ROLES[login]
    rows = [
        row
        for row in law_of(law)["steps"] + law_of(law)["beyond"]
        if row["action"] == action and not {state, "any", *opening(law, state)}.isdisjoint(words(row["from"]))
    ]
    is_theirs = any(not roles.isdisjoint(words(row["by"])) for row in rows)
    is_plain = any(not roles.isdisjoint(words(row["by"])) and bare(row) for row in rows)
    for door in (f"POST {API}/cases/{{number}}/actions/{{action}}", "POST /cases/{number}/{action}"):
        answer = tries.send(login, door, number, action, version=1)
        status = answer.status_code
        if not roles:
            is_right = tries.is_hidden(answer, login, door, number, action) and status in CLOSED
        elif not rows:
            is_right = status == 409
        elif not is_theirs:
            is_right = status == 403
        else:
            is_right = status == 422 or (status == 409 and not is_plain)
        tries.tried[str(status)] += 1
        if not is_right:
            tries.wrong.append((law, mode, state, login, action, door.split(" ")[1][:6], status))


def opening(law: str, state: str) -> set[str]:
    """Return the word for any open state, if a state is one."""
    return set() if law_of(law)["states"][state].get("final") else {"open"}


def bare(row: dict[str, Any]) -> bool:
    """Say whether nothing but the state and the role decides on a step: no condition, and nobody kept apart."""
    return not row.get("only_if") and "within" not in row and not {"submitter"}.isdisjoint(words(row["by"]))
