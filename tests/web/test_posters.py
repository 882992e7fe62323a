"""Posters and stickers: for whose unions, what the code opens, and that each prints on one sheet."""

from __future__ import annotations

import io
import re
from html import unescape
from unicodedata import normalize

import segno
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.web.test_browser import chromium
from tests.web.visitors import Office

__all__ = ["chromium"]  # a fixture that lives beside the other browser tests


def offered(office: Office, login: str, query: str = "") -> list[str]:
    """Return the codes of the unions for which a person can print."""
    return re.findall(r'href="/posters/(\w+)"', office.browser(login).get(f"/posters{query}"))


def test_staff_print_for_their_union_and_those_below_and_nobody_else_prints(office: Office) -> None:
    assert offered(office, "zhao") == ["C", "T", "E"]
    assert offered(office, "chen") == ["P", "C", "T", "E"]
    assert offered(office, "zhao", "?q=快递") == ["E"] and offered(office, "zhao", "?q=%00") == []
    assert offered(office, "zhang") == offered(office, "qian") == []
    assert "没有这样的单位" in office.browser("zhang").get("/posters")
    for login, code, status in (("zhao", "T", 200), ("zhao", "P", 404), ("zhao", "D", 404), ("qian", "E", 404)):
        assert office.browser(login).client.get(f"/posters/{code}").status_code == status, (login, code)


def test_the_desk_of_staff_leads_to_the_posters(sqlite_office: Office) -> None:
    assert 'href="/posters"' in sqlite_office.browser("zhao").get("/")
    assert 'href="/posters"' not in sqlite_office.browser("zhang").get("/")


def test_the_code_opens_the_form_with_the_union_filled_in(sqlite_office: Office) -> None:
    office = sqlite_office
    page = office.browser("zhao").get("/posters/T")
    (address,) = re.findall(r'class="dim address">([^<]+)<', page)
    address = unescape(address)
    assert address == "http://127.0.0.1:8000/submit/open?unit=T"
    (side,), (dark,) = re.findall(r'viewBox="0 0 (\d+) ', page), re.findall(r'<path d="([^"]+)"', page)
    modules = {
        (int(x) + step, int(y)) for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)", dark) for step in range(int(run))
    }
    rows = list(segno.make(address, error="h", micro=False).matrix_iter(border=4))
    assert modules == {(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark}
    assert int(side) == len(rows)
    assert "尚未设置对外网址" in page
    worker = office.client()
    choice = worker.get(address.removeprefix("http://127.0.0.1:8000")).text
    (further,) = re.findall(r'href="(/submit/open\?identity=anonymous[^"]+)"', choice)
    assert '<option value="T" selected>' in worker.get(unescape(further)).text


def test_a_poster_and_a_sheet_of_stickers_fill_one_page_each(sqlite_office: Office, chromium: Browser) -> None:
    for size, codes in (("a4", 1), ("sticker", 8)):
        html = sqlite_office.browser("zhao").get(f"/posters/E?size={size}")
        css = "".join(sqlite_office.client().get(f"/static/{name}.css").text for name in ("tokens", "page", "poster"))
        tab = chromium.new_page()
        tab.set_content(html.replace("</head>", f"<style>{css}</style></head>"))
        assert tab.locator(".poster svg").count() == codes
        printed = PdfReader(io.BytesIO(tab.pdf(format="A4", print_background=True)))
        assert len(printed.pages) == 1, size
        words = normalize("NFKC", printed.pages[0].extract_text())  # the fonts of a PDF have radicals for characters
        assert words.count("迅达快递工会") == codes and "我的待办" not in words and "换一个单位" not in words
        tab.close()
