"""Pages that say what went wrong: with the menu for whoever is signed in, plain for anyone else, and never failing."""

from __future__ import annotations

from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import make_url, update
from sqlmodel import col

from cases.record.case import Case
from cases.record.database import transaction
from config import clock
from tests.web.visitors import Browser, Office

MENU = (">我的待办</a>\n", ">李审议</a>", ">退出</button>")


def has_menu(answer: Response) -> bool:
    """Tell whether a page has the menu, the name and the way out, all of them or none."""
    found = {words in answer.text for words in MENU}
    assert len(found) == 1
    return found.pop()


def token_of(browser: Browser) -> str:
    return browser.get("/").partition('name="_form_token" value="')[2].partition('"')[0]


def test_whoever_is_signed_in_keeps_menu_and_name_on_every_error(office: Office) -> None:
    number, broken = office.submitted(), office.submitted()
    li = office.browser("li")
    own = {"_form_token": token_of(li)}
    with transaction(office.engine) as db:
        db.connection().execute(update(Case).where(col(Case.number) == broken).values(state="nowhere"))
    for answer, status in (
        (li.client.get("/cases/TA-2026-2222222"), 404),
        (li.client.get("/overdue?cursor=x"), 422),
        (li.client.post(f"/cases/{number}/withdraw", data=own | {"_seen": "2"}), 403),
        (li.client.post(f"/cases/{number}/abolish", data=own | {"_seen": "2"}), 404),
        (li.client.post(f"/cases/{number}/reject", data=own | {"_seen": "1", "reason": "重复"}), 409),
        (li.client.post(f"/cases/{number}/reject", data=own), 428),
        (li.client.post(f"/cases/{number}/reject"), 403),
        (li.client.get(f"/cases/{broken}"), 500),
    ):
        assert (answer.status_code, has_menu(answer)) == (status, True), answer.request.url
        assert "nowhere" not in answer.text


def test_an_address_that_nothing_answers_to_has_the_menu_too(office: Office) -> None:
    office.at = clock.now()  # no part of the application runs for it, so the moment of the test is not asked for
    li = office.browser("li")
    large = {"content-length": str(2**21)}
    for answer, status in (
        (li.client.get("/nothing"), 404),
        (li.client.get("/language/fr"), 422),
        (li.client.delete("/submit"), 405),
        (li.client.post("/submit", headers=large), 413),
    ):
        assert (answer.status_code, has_menu(answer)) == (status, True), answer.request.url
    assert not has_menu(office.client().get("/nothing"))
    assert not has_menu(office.client(cookie="bihuan=made-up").get("/nothing"))


def test_a_program_sees_no_way_out_of_a_browser(sqlite_office: Office) -> None:
    answer = sqlite_office.program("li").get("/cases/TA-2026-2222222")
    assert (answer.status_code, "李审议" in answer.text, "退出" in answer.text) == (404, True, False)


@pytest.mark.parametrize("path", ["/", "/nothing", "/cases/TA-2026-2222222", "/language/fr"])
def test_a_database_that_is_gone_still_leaves_a_page(sqlite_office: Office, path: str) -> None:
    sqlite_office.at = clock.now()
    li = sqlite_office.browser("li")
    sqlite_office.engine.dispose()
    name = make_url(sqlite_office.app.state.settings.database).database
    assert name
    for place in (name, f"{name}-wal", f"{name}-shm"):
        Path(place).unlink(missing_ok=True)
    Path(name).write_bytes(b"no database at all" * 100)
    answer = li.client.get(path)
    assert answer.status_code == {"/nothing": 404, "/language/fr": 422}.get(path, 503)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not has_menu(answer)
