"""Whoever works through lists all day needs no mouse: keys find, walk and open, and can be switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from tests.cast import PASSWORD
from tests.web.test_browser import address, chromium
from tests.web.test_news_browser import submit

__all__ = ["address", "chromium"]  # fixtures that live beside the other browser tests

TITLES = ("希望设驿站", "饮水机坏了", "班车取消")


@contextmanager
def with_scripts(chromium: Browser, address: str, login: str) -> Iterator[Page]:
    """Signs somebody in whose browser runs our scripts; nothing may be said on its console."""
    context = chromium.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/")
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    yield page
    assert said == []
    context.close()


def test_a_list_is_searched_walked_and_opened_by_keys_alone(chromium: Browser, address: str) -> None:
    for title in TITLES:
        submit(chromium, address, title)
    with with_scripts(chromium, address, "li") as page:
        page.goto("/")
        rows = page.locator("[data-row]")
        expect(rows).to_have_count(len(TITLES))
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("jk饮水")  # letters are letters where somebody types
        expect(page.get_by_role("searchbox")).to_have_value("jk饮水")
        page.goto("/")
        for key, row in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
            page.keyboard.press(key)
            expect(rows.nth(row)).to_be_focused()
        title = rows.nth(0).inner_text()
        page.keyboard.press("o")
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def test_the_keys_explain_themselves_and_are_switched_off_for_good(chromium: Browser, address: str) -> None:
    with with_scripts(chromium, address, "li") as page:
        page.goto("/")
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="快捷键")
        expect(dialog).to_be_visible()
        page.keyboard.press("/")  # nothing happens behind it
        expect(dialog).to_be_visible()
        dialog.get_by_label("使用快捷键").uncheck()
        dialog.get_by_role("button", name="关闭").click()
        expect(dialog).to_be_hidden()
        page.goto("/overdue")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).not_to_be_focused()
        page.keyboard.press("?")
        dialog.get_by_label("使用快捷键").check()
        page.keyboard.press("Escape")
        expect(page.locator("[data-keys] input")).not_to_be_focused()
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
