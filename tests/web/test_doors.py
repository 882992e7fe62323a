"""The table of doors is whole: a route, a live channel or a way out without a row fails here.

What everybody is to cases, and how far that lets them come, is tried in `test_matrix`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from fastapi.routing import APIRoute

from tests.cast import PEOPLE
from tests.web.visitors import Office
from web.access import UNATTENDED
from web.doors import (
    AUDIT,
    DOORS,
    EXPORTS,
    IDENTITY,
    LIVE,
    OPEN,
    OWNER,
    PARTY,
    RECEIPT,
    SEES,
    SELF,
    STAFF,
    SYSTEM,
    WORDS,
    doors_of,
    named,
)

LOGINS = [login for login, _, _ in PEOPLE if login != "zheng"]
WEB = Path(__file__).resolve().parent.parent.parent / "web"
#: How an answer leaves as a file, and how one goes on without end.
AS_A_FILE = ("FileResponse", "Content-Disposition", "fetched")
WITHOUT_END = ("StreamingResponse", "EventSourceResponse", "WebSocket", "websocket")
#: How an open page asks again without anybody touching it.
BY_ITSELF = re.compile(
    r"""(?:fetch|EventSource|WebSocket|sendBeacon|XMLHttpRequest)\(\s*["'`]([^"'`?]*)|(http-equiv)"""
)


def test_every_door_has_a_row_and_every_row_a_door(sqlite_office: Office) -> None:
    assert sorted(doors_of(sqlite_office.app)) == sorted(DOORS)
    assert set(DOORS.values()) == set(WORDS)


def test_every_live_channel_has_a_row_and_every_row_a_channel() -> None:
    found = set()
    for path in [*WEB.glob("static/*.js"), *WEB.glob("templates/**/*.html")]:
        for address, refreshes in BY_ITSELF.findall(path.read_text(encoding="utf-8")):
            assert not refreshes, path
            found.add(f"GET {address}")
    assert found == set(LIVE)
    assert {door.partition(" ")[2] for door in LIVE} == set(UNATTENDED)
    assert all(DOORS[door] == word for door, word in LIVE.items())
    assert [where for where, _ in functions_that_say(WITHOUT_END)] == []


def test_every_way_out_has_a_row_and_every_row_a_way_out(sqlite_office: Office) -> None:
    ways_out = {(where, name) for where, name in functions_that_say(AS_A_FILE)} - {("api/attachments.py", "fetched")}
    found = set()
    for door, route in routes(sqlite_office):
        where = Path(route.endpoint.__code__.co_filename).relative_to(WEB).as_posix()
        if (where, route.endpoint.__name__) in ways_out:
            found.add(door)
            ways_out.discard((where, route.endpoint.__name__))
    assert (found, ways_out) == (set(EXPORTS), set())
    assert all(DOORS[door] == word for door, word in EXPORTS.items())


def test_a_route_or_a_way_out_that_is_added_without_a_row_is_found(sqlite_office: Office) -> None:
    sqlite_office.app.add_api_route("/side-door", lambda: None)
    assert "GET /side-door" in set(doors_of(sqlite_office.app)) - set(DOORS)
    sqlite_office.app.add_api_websocket_route("/side-channel", lambda: None)
    assert "LIVE /side-channel" in set(doors_of(sqlite_office.app)) - set(DOORS)
    assert BY_ITSELF.findall('new EventSource("/news")') == [("/news", "")]
    assert BY_ITSELF.findall('<meta http-equiv="refresh">') == [("", "http-equiv")]


def routes(office: Office) -> Iterator[tuple[str, APIRoute]]:
    """Yield each door of the application with the route behind it."""
    for route in office.app.routes:
        inner = getattr(route, "original_router", None)
        prefix = str(getattr(route, "include_context").prefix) if inner is not None else ""  # noqa: B009  # as there
        for one in inner.routes if inner is not None else [route]:
            if isinstance(one, APIRoute):
                yield from ((door, one) for door in named(prefix + one.path, set(one.methods or ())))


def functions_that_say(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield file and name of every function of the web floor whose body names one of some words."""
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                said |= {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)}
                if said.intersection(words):
                    yield path.relative_to(WEB).as_posix(), node.name


def test_nobody_but_its_administrator_passes_a_door_of_administration(sqlite_office: Office) -> None:
    office = sqlite_office
    whose = {SYSTEM: "xitong", AUDIT: "shenji"}
    for login in LOGINS:
        client = office.browser(login).client
        for door in (door for door, word in DOORS.items() if word in whose and door.startswith("GET")):
            path = door.split(" ")[1].format(kind="task", language="zh")
            assert (client.get(path).status_code == 200) is (login == whose[DOORS[door]]), (login, door)


def test_who_is_not_signed_in_passes_open_doors_alone(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.submitted()
    for door, word in DOORS.items():
        method, path = door.split(" ")
        address = path.format(
            number=number, action="nothing", digest="0" * 64, row_id=1, entry=1, outlet=1, kind="task", language="zh",
            parked_id=1, message=1, seq=1, step="code", code="E",
        )  # fmt: skip
        if path == "/static":
            continue
        answer = office.client().request(method, address)
        where = answer.headers.get("location", "")
        is_shut = answer.status_code == 401 or where.startswith(("/sign-in", "/track"))
        if word in (RECEIPT, SELF, SEES, PARTY, OWNER, STAFF, IDENTITY, SYSTEM, AUDIT):
            assert is_shut, (door, answer.status_code, where)
        else:
            assert word == OPEN
