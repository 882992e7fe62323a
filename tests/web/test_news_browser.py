"""A real browser: the number of unread messages changes by itself, and the pages of the news fit a desk and a phone."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.cast import PASSWORD
from tests.web.test_browser import DESK, PATIENCE, PHONE, address, chromium, fits, visit

__all__ = ["address", "chromium"]  # fixtures that live beside the other browser tests


def submit(chromium: Browser, address: str, title: str) -> None:
    """Raises a case as one does on the page."""
    with visit(chromium, address, "zhang") as page:
        page.goto("/submit")
        page.get_by_label("标题").fill(title)
        page.get_by_label("内容").fill("午间无处休息。")
        page.get_by_role("main").get_by_role("button", name="提交").click()
        expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_the_number_of_unread_messages_changes_by_itself(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.clock.install()
    page.goto("/")
    page.get_by_label("账号").fill("li")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    badge = page.locator("[data-unread]")
    expect(badge).to_be_hidden()
    submit(chromium, address, "希望设驿站")
    until = time.monotonic() + PATIENCE
    while badge.is_hidden() and time.monotonic() < until:
        page.clock.run_for(15_000)
        time.sleep(0.2)
    expect(badge).to_have_text("1")
    page.goto("/inbox")
    page.get_by_role("button", name="希望设驿站").click()
    expect(page.get_by_role("heading", name="希望设驿站")).to_be_visible()
    expect(badge).to_be_hidden()
    assert said == []
    context.close()


def test_pages_of_the_news_fit_a_desk_and_a_phone(chromium: Browser, address: str, tmp_path: Path) -> None:
    submit(chromium, address, "希望在开发区建骑手驿站，冬天给送餐的骑手一个能坐下来喝口热水的地方")
    for size, name in ((DESK, "desk"), (PHONE, "phone")):
        with visit(chromium, address, "li", size) as page:
            page.goto("/inbox")
            fits(page, tmp_path / f"inbox-{name}.png")
            page.goto("/settings/news")
            fits(page, tmp_path / f"settings-{name}.png")
        with visit(chromium, address, "xitong", size) as page:
            for path in ("/admin/news", "/admin/news/words/task/zh"):
                page.goto(path)
                for fold in page.locator("summary").all():
                    fold.click()
                fits(page, tmp_path / f"{path.replace('/', '-')}-{name}.png")
