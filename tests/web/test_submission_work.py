"""Who submits without an account may have to let the browser compute for a moment; without scripts less is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlmodel import select
from starlette.testclient import TestClient

from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.work import LASTS, WITHOUT, is_done, task, zeros
from config.settings import Settings, SettingsError
from tests.cast import MONDAY, cast
from tests.web.served import Served
from tests.web.test_open_submit import MATTER
from tests.web.visitors import Office

BITS = 8


@pytest.fixture
def guarded(office: Office) -> Office:
    """Gives the application where work is asked for."""
    office.app.state.settings = replace(office.app.state.settings, submission_work=BITS)
    return office


def task_of(client: TestClient) -> str:
    """Open the form, and return what it asks to be done."""
    page = client.get("/submit/open?identity=anonymous").text
    assert f'data-work="{BITS}"' in page and "work.js" in page
    (found,) = re.findall(r'name="_task" value="([^"]+)"', page)
    return str(found)


def done(word: str, bits: int = BITS) -> str:
    """Do a task."""
    return next(str(number) for number in count() if zeros(word.partition(".")[0], str(number)) >= bits)


def sends(client: TestClient, turns: Iterator[int], **work: str) -> int:
    form = MATTER | {"identity": "anonymous", "title": f"第 {next(turns)} 件"} | work
    return client.post("/submit/open", data=form).status_code


def test_who_has_worked_submits_as_often_as_the_settings_say_and_who_has_not_three_times(guarded: Office) -> None:
    client, turns = guarded.client(), count()
    assert [sends(client, turns) for _ in range(WITHOUT + 1)] == [200] * WITHOUT + [429]
    for _ in range(WITHOUT + 2):
        word = task_of(client)
        assert sends(client, turns, _task=word, _work=done(word)) == 200
    guarded.later(minutes=61)
    assert sends(client, turns) == 200


def test_a_task_is_good_once_and_for_an_hour_and_only_if_it_is_ours(guarded: Office) -> None:
    word, other = task(MONDAY), task(MONDAY)
    with transaction(guarded.engine) as db:
        assert not is_done(db, word, "0" if zeros(word.partition(".")[0], "0") < BITS else "", BITS, MONDAY)
        assert not is_done(db, word, "x", BITS, MONDAY)
        assert not is_done(db, other[:-1] + ("0" if other[-1] != "0" else "1"), done(other), BITS, MONDAY)
        assert not is_done(db, f"{other.partition('.')[0]}.99999999999.{'0' * 40}", done(other), BITS, MONDAY)
        assert is_done(db, word, done(word), BITS, MONDAY)
        assert not is_done(db, word, done(word), BITS, MONDAY)
        assert not is_done(db, other, done(other), BITS, MONDAY + LASTS * 1.01)
        assert is_done(db, other, done(other), BITS, MONDAY + LASTS * 0.99)


def test_nothing_is_asked_for_by_default_and_never_too_much(office: Office) -> None:
    page = office.client().get("/submit/open?identity=anonymous").text
    assert "work" not in re.sub(r'name="workflow".*?</select>', "", page, flags=re.S).replace("workflow", "")
    with pytest.raises(SettingsError, match="submission_work"):
        Settings(submission_work=40)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_real_browser_does_the_work_while_the_form_is_filled_in(
    migrated_sqlite_url: str, tmp_path: Path, chromium_path: Path, has_scripts: bool
) -> None:
    """With scripts the work is done and counted; without, the form says how often it is taken."""
    with Served(migrated_sqlite_url, tmp_path, submission_work=14) as served, sync_playwright() as playwright:
        with transaction(served.engine) as db:
            cast(db)
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        page = chromium.new_context(base_url=served.address, locale="zh-CN", java_script_enabled=has_scripts).new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        for turn in range(WITHOUT + 1):
            page.goto("/submit/open?identity=anonymous")
            assert page.get_by_text("每个网络每小时限 3 件").is_visible() is not has_scripts
            page.locator("[name=workflow]").select_option("grievance")
            page.locator("[name=unit]").select_option("C")
            page.locator("[name=title]").fill(f"第 {turn} 件")
            page.locator("[name=text]").fill(MATTER["text"])
            page.get_by_role("button", name="提交").click()
            if has_scripts or turn < WITHOUT:
                expect(page.locator(".receipt")).to_be_visible()
            else:
                expect(page.get_by_text("提交过多")).to_be_visible()
        assert [line for line in said if "429" not in line] == []
        with reading(served.engine) as db:
            assert len(db.exec(select(Case.id)).all()) == WITHOUT + has_scripts
        chromium.close()
