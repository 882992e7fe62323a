"""A password for one sign-in, and who is signed out by an administrator, as it is in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typer
from sqlmodel import select
from typer.testing import CliRunner

from cases.record.database import reading
from cases.record.people import SignIn
from commands.people import users
from tests.cast import PASSWORD
from tests.web.visitors import Browser, Office, person

NEW = "heron-under-a-quiet-bridge"
app = typer.Typer()
app.add_typer(users)


def typed(office: Office, *words: str) -> str:
    """Run `bihuan user` on the database of the office at its moment, and return what it prints."""
    url = office.engine.url.render_as_string(hide_password=False)
    result = CliRunner().invoke(app, ["user", *words, "--database", url, "--at", office.at.isoformat()])
    assert result.exit_code == 0, result.exception
    return result.stdout.strip()


def halfway(office: Office, word: str) -> Browser:
    browser = Browser(office.client())
    browser.page = browser.client.post("/sign-in", data={"login": "li", "password": word})
    return browser


def test_whoever_signs_in_with_a_first_password_chooses_their_own(office: Office) -> None:
    word = typed(office, "password", "li", "--once")
    browser = halfway(office, word)
    assert browser.page.status_code == 200 and browser.client.get("/").status_code == 303
    for chosen, status in ((word, 422), (NEW, 303)):
        assert browser.send("/sign-in/step/password", password=chosen, again=chosen).status_code == status
    assert browser.client.get("/").status_code == 200
    assert [halfway(office, tried).page.status_code for tried in (word, PASSWORD, NEW)] == [401, 401, 303]


def test_a_first_password_that_nobody_used_ends_after_three_days(office: Office) -> None:
    word = typed(office, "password", "li", "--once")
    office.at += timedelta(days=3)
    assert halfway(office, word).page.status_code == 401
    office.at -= timedelta(seconds=1)
    assert halfway(office, word).page.status_code == 200


@pytest.mark.parametrize(("whom", "left"), [(("li",), ["zhang"]), (("--everybody",), [])])
def test_somebody_or_everybody_is_signed_out_at_once(office: Office, whom: tuple[str], left: list[str]) -> None:
    browsers = {login: office.browser(login) for login in ("li", "zhang")}
    typed(office, "sign-out", *whom)
    assert [login for login, one in browsers.items() if one.client.get("/").status_code == 200] == left
    with reading(office.engine) as db:
        ids = [person(db, login).id for login in left]
        assert [row.user_id for row in db.exec(select(SignIn))] == ids
