"""Small things that an evaluator asks of every page and every answer (docs/asvs.md), each tried once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.web.visitors import API, Office
from web.doors import DOORS

PAGES = ("/", "/submit", "/overdue", "/endorse", "/inbox", "/settings/news", "/account")


def test_a_password_is_typed_unseen_and_may_be_pasted_or_filled_in_by_the_browser(office: Office) -> None:
    pages = [office.client().get("/sign-in").text, office.browser("li").get("/account")]
    fields = re.findall(r"<input [^>]*password[^>]*>", "".join(pages))
    assert len(fields) >= 4
    for field in fields:
        assert 'type="password"' in field and "readonly" not in field, field
        assert 'autocomplete="current-password"' in field or 'autocomplete="new-password"' in field, field


def test_every_page_of_somebody_signed_in_has_a_way_out(office: Office) -> None:
    li = office.browser("li")
    for path in PAGES:
        assert 'action="/sign-out"' in li.get(path), path


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PUT", "PROPFIND"])
def test_methods_that_nobody_needs_are_not_there(sqlite_office: Office, method: str) -> None:
    for path in ("/", "/sign-in", "/static/page.css", f"{API}/cases"):
        answer = sqlite_office.client().request(method, path, headers={"x-secret": "geheim"})
        assert answer.status_code == 405 and "geheim" not in answer.text, path


@pytest.mark.parametrize(
    "path",
    [
        "/static", "/static/", "/static/.", "/static/../app.py", "/static/%2e%2e/app.py", "/.git/config", "/.env",
        "/settings.toml", "/bihuan.db", "/files/", "/web/app.py", "/static/page.css.map", "/debug", "/server-status",
    ],
)  # fmt: skip
def test_no_folder_is_listed_and_nothing_of_the_program_is_handed_out(sqlite_office: Office, path: str) -> None:
    answer = sqlite_office.browser("xitong").client.get(path)
    assert answer.status_code in (404, 405) or answer.headers["location"].endswith("/static/"), answer.status_code
    assert "create_app" not in answer.text


def test_every_answer_says_what_it_is_and_texts_in_which_signs(office: Office) -> None:
    li = office.browser("li").client
    answers = [li.get(path) for path in (*PAGES, "/static/page.css", "/static/news.js", "/metrics", "/nothing")]
    answers += [office.program("li").get(f"{API}/{path}") for path in ("cases", "nothing", "inbox")]
    for answer in answers:
        kind = answer.headers["content-type"]
        assert not kind.startswith("text/") or "charset=utf-8" in kind, answer.url
        assert not answer.url.path.startswith("/api") or re.fullmatch(r"application/(problem\+)?json", kind)


def test_no_other_site_may_read_an_answer_and_no_answer_names_the_server(sqlite_office: Office) -> None:
    li = sqlite_office.browser("li").client
    for path in ("/", f"{API}/cases", "/static/page.css"):
        for origin in ("https://evil.example", "null"):
            answer = li.get(path, headers={"origin": origin})
            assert not [name for name in answer.headers if name.startswith("access-control-")], path
            assert not {"server", "x-powered-by"} & set(answer.headers)
    asked = li.options(
        f"{API}/cases", headers={"origin": "https://evil.example", "access-control-request-method": "POST"}
    )
    assert asked.status_code == 405 and "access-control-allow-origin" not in asked.headers


def test_nothing_secret_is_asked_for_in_an_address() -> None:
    for door in DOORS:
        for word in re.findall(r"\{(\w+)\}", door):
            assert word in PLACES, door


#: What addresses hold: numbers and kinds of things, the code of a unit, and the digest of a file.
PLACES = frozenset(
    [
        "action",
        "code",
        "digest",
        "entry",
        "kind",
        "language",
        "message",
        "number",
        "outlet",
        "parked_id",
        "row_id",
        "seq",
        "step",
    ]
)


def test_a_name_that_comes_twice_is_no_second_meaning(office: Office) -> None:
    number = office.submitted()
    reader = office.program("li")
    twice = reader.get(f"{API}/cases?limit=1&limit=0")
    assert twice.status_code == 422
    assert reader.get(f"{API}/cases?q=nothing&q=%E9%A9%BF%E7%AB%99").json()["items"][0]["number"] == number
    body = '{"title": "一件", "title": "另一件", "text": "x", "unit": "C"}'
    made = office.program("zhang").post(f"{API}/cases", content=body, headers={"content-type": "application/json"})
    shown = office.program("zhang").get(f"{API}/cases/{made.json()['number']}").json()
    assert shown["title"] == "另一件"


def routes(app: FastAPI) -> Iterator[Any]:
    """Yield every route, those that were included too."""
    for route in app.routes:
        yield from getattr(getattr(route, "original_router", None), "routes", [route])


def asked(dependant: Any) -> set[str]:
    """Return the names of the functions that a route has called before it, and of its own."""
    own = {dependant.call.__qualname__} if dependant.call is not None else set()
    return own.union(*(asked(one) for one in dependant.dependencies))


def test_no_door_that_is_only_read_through_opens_the_record_for_writing(sqlite_office: Office) -> None:
    doors = [route for route in routes(sqlite_office.app) if hasattr(route, "dependant")]
    writing = [route for route in doors if any("writes_by" in one for one in asked(route.dependant))]
    assert [route.path for route in writing if "GET" in route.methods] == [] and len(writing) > 20
