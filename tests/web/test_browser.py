"""A real browser against a real server: a case goes round twice, and the pages look right at a desk and on a phone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import update
from sqlmodel import select

from cases.raising import Draft, raise_case
from cases.record.clock import Clock
from cases.record.database import engine, transaction
from cases.record.people import User
from config import clock
from tests.cast import PASSWORD, cast

ROOT = Path(__file__).resolve().parent.parent.parent
SERVE = """
import os
from config.settings import load
from web.server import serve
settings = load(os.environ)
serve(settings, settings.host, settings.port)
"""
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 30


@pytest.fixture
def address(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[str]:
    """Serves the cast in a process of its own."""
    with transaction(engine(migrated_sqlite_url)) as db:
        cast(db)
    engine(migrated_sqlite_url).dispose()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "BIHUAN_DATABASE": migrated_sqlite_url,
        "BIHUAN_PORT": str(port),
        "BIHUAN_FILES": str(tmp_path / "files"),
    }
    plain = {
        name: value for name, value in os.environ.items() if name == "BIHUAN_KEY" or not name.startswith("BIHUAN_")
    }
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-c", SERVE], cwd=ROOT, env=plain | settings, stdout=log, stderr=log)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


@pytest.fixture
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """Starts the system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


@contextmanager
def visit(chromium: Browser, address: str, login: str, width: dict[str, int] = DESK) -> Iterator[Page]:
    """Signs somebody in, as they would, without scripts; a page that does not fit its window fails."""
    context = chromium.new_context(
        base_url=address, locale="zh-CN", viewport={"width": width["width"], "height": width["height"]},
        java_script_enabled=False,
    )  # fmt: skip
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/")
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的待办", exact=True)).to_be_visible()
    yield page
    assert said == []
    context.close()


def act(page: Page, title: str, action: str, **fields: str) -> None:
    """Opens a case from the desk and takes an action."""
    page.get_by_role("link", name=title).first.click()
    form = page.locator("form").filter(has=page.get_by_role("button", name=action, exact=True))
    if fields or form.is_hidden():
        page.locator("summary").get_by_text(action, exact=True).click()
    for label, value in fields.items():
        control = form.get_by_label(label, exact=True)
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(label=value)
        else:
            control.fill(value)
    for choice in form.get_by_role("radio").all()[:1]:
        choice.check()
    form.get_by_role("button", name=action, exact=True).click()
    expect(page.get_by_text("没有保存")).to_have_count(0)


def fits(page: Page, picture: Path) -> None:
    """Photographs a page and asserts that nothing hangs over its edge."""
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_case_goes_round_twice_and_is_closed_by_the_one_who_raised_it(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    title = "希望在开发区建骑手驿站"
    with visit(chromium, address, "zhang") as page:
        page.get_by_role("link", name="提出诉求").first.click()
        fits(page, tmp_path / "submit.png")
        page.get_by_label("标题").fill(title)
        page.get_by_label("内容").fill("午间无处休息，\n冬天尤其冷。")
        page.get_by_role("button", name="提交").click()
        expect(page.locator(".lies")).to_contain_text("待审议")
        expect(page.locator(".lies")).to_contain_text("个工作日")
    with visit(chromium, address, "li", PHONE) as page:
        fits(page, tmp_path / "desk-phone.png")
        act(page, title, "立案交办", 类别="劳动保护", 主办单位="权益保障部")
        expect(page.locator(".lies")).to_contain_text("待签收")
        fits(page, tmp_path / "case-phone.png")
    with visit(chromium, address, "wang") as page:
        act(page, title, "签收")
    for answer, rating, ends in (("设了一处", "不满意", "办理中"), ("又设了一处", "满意", "销号")):
        with visit(chromium, address, "wang") as page:
            act(page, title, "报办结", 答复意见=answer)
        with visit(chromium, address, "zhao") as page:
            act(page, title, "核验通过")
        with visit(chromium, address, "zhang") as page:
            page.get_by_role("link", name=title).first.click()
            page.locator("summary").get_by_text(rating, exact=True).click()
            form = page.locator("form").filter(has=page.get_by_role("button", name=rating, exact=True))
            form.locator("textarea").fill("说说理由")
            form.get_by_role("button", name=rating, exact=True).click()
            expect(page.locator(".lies")).to_contain_text(ends)
            fits(page, tmp_path / f"case-{ends}.png")
    with visit(chromium, address, "zhang", PHONE) as page:
        expect(page.get_by_role("heading", name="近期办结")).to_be_visible()
        fits(page, tmp_path / "closed-phone.png")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_an_administrator_publishes_the_next_year_and_the_limits_follow_by_themselves(
    chromium: Browser, address: str, migrated_sqlite_url: str, tmp_path: Path, width: dict[str, int]
) -> None:
    year = clock.now().year + 1
    off = [date(year, month, 1) + timedelta(n) for month, days in ((1, 3), (5, 5), (10, 7)) for n in range(days)]
    table = "日期,节日,安排\n" + "".join(f"{day},{day.month} 月长假,休\n" for day in off)
    with transaction(engine(migrated_sqlite_url)) as db:  # a limit that reaches into the year, whatever today is
        person = db.exec(select(User).where(User.login == "zhang")).one()
        number = raise_case(db, Draft("proposal", "C", "希望建驿站", "内容"), by=person, at=clock.now()).number
        db.connection().execute(update(Clock).values(limit="300wd", due_at=datetime(year + 1, 1, 1, tzinfo=UTC)))
    with visit(chromium, address, "xitong", width) as page:
        page.goto("/admin/calendar")
        fits(page, tmp_path / f"calendar-{width['width']}.png")
        page.get_by_label("粘贴国务院办公厅的通知").fill(table)
        page.get_by_role("button", name="预览").click()
        expect(page.get_by_text("1 个时限改期")).to_be_visible()
        expect(page.get_by_text(number)).to_be_visible()
        fits(page, tmp_path / f"preview-{width['width']}.png")
        page.get_by_role("button", name="公布").click()
        expect(page.get_by_text(f"导入 {year} 年")).to_be_visible()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and page.get_by_text("正在更新").count():
            page.wait_for_timeout(500)
            page.reload()
        expect(page.get_by_text("正在更新")).to_have_count(0)
        fits(page, tmp_path / f"published-{width['width']}.png")
