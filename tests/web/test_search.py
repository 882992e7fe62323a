"""The search page and the API's `q`: what is found, by whom, how it is marked, and what is said when nothing is."""

from __future__ import annotations

import re

import pytest

from cases.search.keeping import keep
from tests.web.visitors import API, Office


def found(office: Office, login: str, query: str) -> list[str]:
    """Return the numbers that a person's search page shows."""
    page = office.browser(login).get(f"/search?{query}")
    return re.findall(r'<span class="number">([^<]+)</span>', page)


def test_a_search_marks_the_words_in_the_title_and_in_what_was_said(office: Office) -> None:
    number = office.submitted(title="增设<职工>驿站", text="园区司机多，饮水不便，夏天尤其如此。")
    office.go(number, until="report")
    for is_kept in (False, True):
        page = office.browser("li").get("/search?q=驿站 饮水")
        assert "增设&lt;职工&gt;<mark>驿站</mark>" in page and "<mark>饮水</mark>不便" in page
        assert "内容：" in page and number in page
        if not is_kept:
            keep(office.engine)


def test_filters_and_pages_keep_what_was_searched_for(office: Office) -> None:
    numbers = [office.submitted(title=f"第{sign}件饮水问题") for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"]
    office.go(numbers[0], until="accept")
    keep(office.engine)
    zhao = office.browser("zhao")
    page = zhao.get("/search?q=饮水&stage=review")
    (more,) = re.findall(r'href="(/search\?[^"]+)"[^>]*>下一页', page)
    assert re.findall(r'<span class="number">([^<]+)', page) == numbers[:1:-1]
    last = zhao.get(more.replace("&amp;", "&"))
    assert re.findall(r'<span class="number">([^<]+)', last) == [numbers[1]]
    assert 'value="review" selected' in last and 'value="饮水"' in last and "第一页" in last
    assert (
        found(office, "zhao", "q=饮水&stage=handle") == [numbers[0]] and found(office, "zhao", "q=饮水&overdue=1") == []
    )


def test_nobody_searches_what_they_may_not_see(office: Office) -> None:
    number = office.submitted(title="车间粉尘过大")
    for is_kept in (False, True):
        assert found(office, "li", "q=粉尘") == [number] and found(office, "zhou", "q=粉尘") == []
        assert "没有找到" in office.browser("zhou").get("/search?q=粉尘")
        answer = office.program("zhou").get(f"{API}/cases", params={"q": "粉尘"})
        assert answer.json() == {"items": [], "next": None}
        if not is_kept:
            keep(office.engine)


def test_an_empty_search_asks_for_words_and_a_bad_one_is_kept_with_its_fault(sqlite_office: Office) -> None:
    li = sqlite_office.browser("li")
    page = li.get("/search")
    assert "没有找到" not in page and "autofocus" in page
    answer = li.client.get("/search", params={"q": "长" * 201})
    assert answer.status_code == 422 and "搜索内容最多 200 字" in answer.text and "长" * 201 in answer.text
    assert li.client.get("/search", params={"q": "饮水", "cursor": "TA-2026-2222222"}).status_code == 422
    assert li.client.get("/search?q=%00").status_code == 422


@pytest.mark.parametrize(
    "words", ['" OR "', "scope:o1", "a* NOT b", "o1", "'", "\\", "饮水' | '驿", "NEAR(a b)", "{parties}:x", "-", "𠀀𠀁"]
)
def test_no_sign_of_a_query_language_means_anything(office: Office, words: str) -> None:
    number = office.submitted(title="𠀀𠀁路驿站")
    keep(office.engine)
    assert found(office, "li", f"q={words}") == ([number] if words == "𠀀𠀁" else [])


def test_the_search_of_the_api_pages_by_its_cursor(office: Office) -> None:
    numbers = [office.submitted(title=f"第{sign}件饮水问题") for sign in "甲乙丙"]
    keep(office.engine)
    li = office.program("li")
    first = li.get(f"{API}/cases", params={"q": "饮水", "limit": 2}).json()
    rest = li.get(f"{API}/cases", params={"q": "饮水", "limit": 2, "cursor": first["next"]}).json()
    assert [item["number"] for item in first["items"] + rest["items"]] == numbers[::-1] and rest["next"] is None
